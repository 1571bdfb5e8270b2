import {expect} from 'chai'

import {citationsIn} from '../../../src/lib/citations.js'
import {RefusedError, SmoltraceError} from '../../../src/lib/errors.js'
import {type LeaderboardRow} from '../../../src/lib/leaderboard-rows.js'
import {filterRuns} from '../../../src/lib/retention.js'
import {requireUsableRows} from '../../../src/lib/retention/usable-rows.js'
import {type RetentionOptions} from '../../../src/lib/rule-types.js'
import {readRules} from '../../../src/lib/rules.js'
import {errorOf, NAMESPACE, NOW, runOf} from '../../support/builders.js'
import {A, B, finished} from '../../support/rows.js'

const RUNS = [{timestamp: A}, {timestamp: B}]

function check(options: RetentionOptions, rows: LeaderboardRow[], runs = RUNS): void {
  requireUsableRows(readRules(options), runs, citationsIn(rows, NAMESPACE))
}

describe('rules that need rows, where no row is of use', () => {
  type Case = [title: string, options: RetentionOptions, rows: LeaderboardRow[], flag: string, what: string]
  const scored = finished(A, {successRate: 1})
  const failed = finished(A, {successRate: 1, runStatus: 'failed'})
  const elsewhere = finished('20200101_120000', {successRate: 1, model: 'a'})
  const refused: Case[] = [
    ['an empty leaderboard', {unreferenced: true}, [], '--unreferenced', 'names a dataset'],
    ['rows of runs that are not there', {keepBest: 3}, [elsewhere], '--keep-best', 'names a dataset'],
    ['no score', {keepBest: 3, by: 'cost'}, [scored], '--keep-best', 'has the total_cost_usd'],
    ['scores of failed runs', {scoreBelow: 3}, [failed], '--score-below', 'has the success_rate'],
    ['no model', {model: ['*']}, [finished(A, {team: 'a'})], '--model', 'has the model'],
    [
      'no value to group by',
      {keepRecent: 3, groupBy: ['team', 'purpose']},
      [finished(A, {model: 'a'})],
      '--group-by',
      'has the team or purpose',
    ],
  ]
  for (const [title, options, rows, flag, what] of refused) {
    it(`are refused, by name: ${title}`, () => {
      const error = errorOf(() => check(options, rows))
      expect(error).to.be.instanceOf(RefusedError).and.to.have.property('exitCode', 1)
      expect(error.message).to.include(flag).and.include(what)
      expect((error as SmoltraceError).suggestions.join(',')).to.include('leaderboard')
    })
  }

  const mixed = [finished(A, {model: 'a', successRate: 1}), finished(A, {team: 'b'})]
  const fine: Array<[title: string, options: RetentionOptions, rows: LeaderboardRow[]]> = [
    ['a row of one run is enough for a rule that needs no column', {unreferenced: true}, [finished(A)]],
    ['a model that is not the wanted one is one all the same', {model: ['other']}, mixed],
    ['a score in one of the rows of one run is enough', {scoreBelow: 3}, mixed],
    ['one of the columns to group by is enough', {keepBest: 1, groupBy: ['model', 'team']}, [...mixed]],
    ['a rule that needs no row has none', {keepRecent: 1}, []],
  ]
  for (const [title, options, rows] of fine) {
    it(`are not refused: ${title}`, () => {
      expect(() => check(options, rows)).not.to.throw()
    })
  }

  it('are not refused where there is no run, or where rows are not known', () => {
    expect(() => check({keepBest: 1}, [], [])).not.to.throw()
    expect(() => requireUsableRows(readRules({keepBest: 1}), RUNS, 'unknown')).not.to.throw()
  })

  it('are refused by filterRuns, too', () => {
    const decide = (rows: LeaderboardRow[]) => filterRuns([runOf(A)], {unreferenced: true, rows, now: NOW})
    expect(() => decide([])).to.throw(RefusedError, '--unreferenced')
    expect(decide([finished(A)]).keep).to.have.length(1)
  })
})
