import {expect} from 'chai'

import {type LeaderboardRow} from '../../../src/lib/account/leaderboard/row.js'
import {type Run} from '../../../src/lib/account/runs.js'
import {RefusedError, SmoltraceError} from '../../../src/lib/base/errors.js'
import {requireAnyRow, requireUsableRows} from '../../../src/lib/retention/context.js'
import {readRules} from '../../../src/lib/retention/read-rules.js'
import {type RetentionOptions} from '../../../src/lib/retention/rules.js'
import {errorOf, NOW, runOf} from '../../support/builders.js'
import {A, B, finished, knowing} from '../../support/rows.js'

const RUNS = [runOf(A, ['results']), runOf(B, ['results'])]

function check(options: RetentionOptions, rows: LeaderboardRow[], runs = RUNS): void {
  requireUsableRows(readRules(options), runs, knowing(...rows).rows, NOW)
}

const IGNORE =
  '`ignoreLeaderboard` looks at the datasets alone. It also selects finished runs without traces.'

describe('rules that need rows, where no row is of use', () => {
  type Case = [title: string, options: RetentionOptions, rows: LeaderboardRow[], flag: string, what: string]
  const scored = finished(A, {successRate: 1})
  const failed = finished(A, {successRate: 1, runStatus: 'failed'})
  const elsewhere = finished('20200101_120000', {successRate: 1, model: 'a'})
  const refused: Case[] = [
    ['an empty leaderboard', {unreferenced: true}, [], '`unreferenced`', 'names a dataset'],
    ['rows of runs that are not there', {keepBest: 3}, [elsewhere], '`keepBest`', 'names a dataset'],
    ['no score', {keepBest: 3, by: 'cost'}, [scored], '`keepBest`', 'has the total_cost_usd'],
    ['scores of failed runs', {scoreBelow: 3}, [failed], '`scoreBelow`', 'has the success_rate'],
    ['no model', {model: ['*']}, [finished(A, {team: 'a'})], '`model`', 'has the model'],
    [
      'no group',
      {keepRecent: 3, groupBy: ['team', 'purpose']},
      [scored],
      '`groupBy`',
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

  it('are refused where the leaderboard has none at all, with what to do instead', () => {
    const others = 'Use `olderThan` or `keepRecent` instead: they do not need the leaderboard.'
    const needs = 'leaderboard rows are required, but'
    const refused = (options: RetentionOptions, rowCount?: number) =>
      errorOf(() => requireAnyRow(readRules(options), rowCount))
    const message = `\`unreferenced\`, \`keepBest\`: ${needs} there is no leaderboard.`
    expect(refused({unreferenced: true, keepBest: 1})).to.deep.include({message, suggestions: [others]})
    const empty = `\`incompleteOnly\`: ${needs} the leaderboard has none.`
    const suggestions = [IGNORE, others]
    expect(refused({incompleteOnly: true}, 0)).to.deep.include({message: empty, suggestions})
    requireAnyRow(readRules({incompleteOnly: true}), 1)
    requireAnyRow(readRules({olderThan: '1d'}))
  })

  const mixed = [finished(A, {model: 'a', successRate: 1}), finished(B, {team: 'b'})]
  // One row with a value is enough, whatever it is; a rule that needs no row asks for none.
  const fine: Array<[options: RetentionOptions, rows: LeaderboardRow[]]> = [
    [{unreferenced: true}, [finished(A)]],
    [{model: ['other']}, mixed],
    [{model: ['other']}, [finished(A, {model: 'a'}), finished(A)]],
    [{scoreBelow: 3}, mixed],
    [{keepBest: 1, groupBy: ['model', 'team']}, mixed],
    [{keepRecent: 1}, []],
  ]
  for (const [options, rows] of fine) {
    it(`are not refused with ${rows.length} rows: ${JSON.stringify(options)}`, () => {
      expect(() => check(options, rows)).not.to.throw()
    })
  }

  it('are not refused where there is no run, or where rows are not known', () => {
    expect(() => check({keepBest: 1}, [], [])).not.to.throw()
    expect(() => requireUsableRows(readRules({keepBest: 1}), RUNS, 'unknown', NOW)).not.to.throw()
  })
})

describe('[S11] rules that rest on rows, where the leaderboard has lost some', () => {
  const four = ['20260901_120000', '20260902_120000', '20260903_120000', '20260904_120000'] as const
  const runs = four.map((timestamp) => runOf(timestamp, ['results', 'metrics']))
  const restings: RetentionOptions[] = [{incompleteOnly: true}, {unreferenced: true}, {keepBest: 1}]
  const rows = (number: number) =>
    four.slice(0, number).map((timestamp) => finished(timestamp, {successRate: 50, model: 'a'}))

  for (const options of restings) {
    it(`are refused where more than half of the runs with metrics have no row: ${JSON.stringify(options)}`, () => {
      expect(() => check(options, rows(2), runs)).not.to.throw()
      const error = errorOf(() => check(options, rows(1), runs))
      expect(error).to.be.instanceOf(RefusedError).and.to.have.property('exitCode', 1)
      expect(error.message).to.include('lost rows: 3 of 4 runs')
      const look = 'To list the runs without a row: smoltrace leaderboard check'
      const suggestions = options.incompleteOnly ? [look, IGNORE] : [look]
      expect(error).to.deep.include({suggestions})
    })
  }

  it('are not refused for one run with metrics, for runs without, or for those whose row may still come', () => {
    const [first] = runs as [Run]
    const without = four.slice(1).map((timestamp) => runOf(timestamp, ['results']))
    const young = four.slice(1).map((timestamp) => runOf(timestamp, ['metrics'], {createdAt: NOW}))
    expect(() => check({incompleteOnly: true}, rows(0), [first])).not.to.throw()
    expect(() => check({incompleteOnly: true}, rows(1), [first, ...without])).not.to.throw()
    expect(() => check({incompleteOnly: true}, rows(1), [first, ...young])).not.to.throw()
    expect(() => check({incompleteOnly: true, grace: '0'}, rows(1), [first, ...young])).to.throw(RefusedError)
  })

  it('take a row for one that is there, in whatever form it names its run', () => {
    const loose = four.slice(1).map((timestamp) => ({
      ...finished(timestamp),
      resultsDataset: `https://huggingface.co/datasets/old/smoltrace-results-${timestamp}`,
    }))
    expect(() => check({incompleteOnly: true}, [...rows(1), ...loose], runs)).not.to.throw()
  })

  it('go on where they need no row, or were told to ignore the leaderboard', () => {
    expect(() => check({olderThan: '1d'}, rows(1), runs)).not.to.throw()
    expect(() => check({incompleteOnly: true, ignoreLeaderboard: true}, rows(1), runs)).not.to.throw()
  })
})
