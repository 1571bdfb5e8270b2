import {expect} from 'chai'
import * as fc from 'fast-check'

import {indexRows, rankRuns} from '../../../../src/lib/account/leaderboard/index.js'
import {METRIC_NAMES, METRICS} from '../../../../src/lib/account/leaderboard/metrics.js'
import {
  type RankedRow,
  type RankingOptions,
  rankRows,
  readRankingRules,
} from '../../../../src/lib/account/leaderboard/ranking.js'
import {type LeaderboardRow} from '../../../../src/lib/account/leaderboard/row.js'
import {UsageError} from '../../../../src/lib/base/errors.js'
import {someRows} from '../../../support/arbitraries.js'
import {inventoryOf, NAMESPACE, runDatasets} from '../../../support/builders.js'
import {A, B, C, finished, named, viewOf} from '../../../support/rows.js'

const D = '20260904_120000'
const E = '20260905_120000'
const ALL = inventoryOf([A, B, C, D, E].flatMap((run) => runDatasets(run)))
const rank = (rows: LeaderboardRow[], options: RankingOptions = {}, inventory = ALL) =>
  rankRows(viewOf(rows, inventory), readRankingRules(options))
const rowsOf = (rows: LeaderboardRow[], options: RankingOptions = {}, inventory = ALL) =>
  rank(rows, options, inventory).groups.flatMap((group) => group.rows)
const places = (rows: RankedRow[]) => rows.map(({row, place}) => [row, place])

describe('the ranking of rows', () => {
  for (const by of METRIC_NAMES) {
    it(`puts the better end of ${by} first, and says which it is`, () => {
      const better = ['pass_at_1', 'success_rate'].includes(by) ? 'higher' : 'lower'
      const {field} = METRICS[by]
      const rows = [finished(A, {[field]: 0.25}), finished(B, {[field]: 0.5})]
      expect(rank(rows, {by}).better).to.equal(better)
      expect(rowsOf(rows, {by}).map(({row}) => row)).to.deep.equal(better === 'higher' ? [2, 1] : [1, 2])
    })
  }

  it('takes short names, and the success rate by default', () => {
    expect(rank([], {by: 'cost'}).by).to.equal('total_cost_usd')
    expect(rank([]).by).to.equal('success_rate')
  })

  it('gives equal scores the same place, the newer row first, and the next its own', () => {
    const rows = [B, A, C, D].map((run, index) => finished(run, {successRate: index < 3 ? 50 : 10}))
    const ranked = rowsOf([...rows, finished(E, {successRate: 90})])
    expect(places(ranked).join(' ')).to.equal('5,1 3,2 1,2 2,2 4,5')
    expect(ranked.map(({isTied}) => isTied)).to.deep.equal([false, true, true, true, false])
  })

  it('gives a place neither to a row without a score nor to one that did not finish', () => {
    const rows = [
      finished(A, {runStatus: 'failed', successRate: 100}),
      finished(B, {successRate: undefined}),
      finished(C, {successRate: 1}),
      finished(D, {runStatus: 'partial', successRate: 100}),
      finished(E, {runStatus: 'Completed', successRate: 100}),
    ]
    const ranked = rowsOf(rows)
    expect(ranked.map(({row, place, standing, doubt}) => [row, place, standing, doubt])).to.deep.equal([
      [3, 1, 'finished', undefined],
      [5, undefined, 'unclear', 'status "Completed" is unknown'],
      [2, undefined, 'finished', 'its row has no success_rate'],
      [4, undefined, 'partial', undefined],
      [1, undefined, 'failed', undefined],
    ])
  })

  it('gives no place to rows of one run that disagree, or to one that names several runs', () => {
    const rows = [
      finished(A, {successRate: 95}),
      finished(A, {successRate: 20}),
      finished(B, {successRate: 50}),
      finished(C, {successRate: 90, metricsDataset: named('metrics', D)}),
    ]
    expect(rowsOf(rows).map(({row, place, doubt}) => [row, place, doubt])).to.deep.equal([
      [3, 1, undefined],
      [4, undefined, 'it names datasets of several runs'],
      [2, undefined, 'its rows disagree about success_rate'],
      [1, undefined, 'its rows disagree about success_rate'],
    ])
  })

  it('ranks the runs that --keep-best ranks, in the same order', () => {
    fc.assert(
      fc.property(someRows, fc.constantFrom(...METRIC_NAMES), ({runs, rows}, by) => {
        const inventory = inventoryOf(runs.flatMap(({datasets}) => datasets))
        const there = new Set(runs.map(({timestamp}) => timestamp))
        const shown = rowsOf(rows, {by}, inventory)
          .filter(({run, place}) => place !== undefined && run !== undefined && there.has(run))
          .map(({run}) => run)
        const ranked = rankRuns(runs, indexRows(rows, NAMESPACE), by).map(({run}) => run.timestamp)
        expect([...new Set(shown)].filter((run) => ranked.includes(run!))).to.deep.equal(ranked)
      }),
    )
  })

  it('shows only rows of the models that are asked for', () => {
    const rows = ['openai/a', 'google/b', 'qwen/c', undefined].map((model) =>
      finished(A, {model: model as string, successRate: 1}),
    )
    const of = (...model: string[]) => rowsOf(rows, {model}).map(({data}) => data.model)
    expect(of('openai/*', 'google/?')).to.have.members(['openai/a', 'google/b'])
    expect(of('*')).to.have.members(['openai/a', 'google/b', 'qwen/c'])
    expect(of()).to.have.length(4)
    expect(rank(rows, {model: ['nobody/*']})).to.deep.include({groups: [], rowsInAll: 4})
  })

  it('does not take a missing value for the word that stands for it', () => {
    const rows = [undefined, 'null', 'undefined'].map((team) => finished(A, {team: team as string}))
    expect(rank(rows, {groupBy: ['team']}).groups).to.have.length(3)
  })

  it('ranks within each group, the group with the best row first', () => {
    const row = (run: string, team: string | undefined, successRate: number) =>
      finished(run, {team: team as string, successRate, purpose: 'selection'})
    const rows = [row(A, 'x', 10), row(B, undefined, 50), row(C, 'x', 90), row(D, 'y', 20), row(E, 'y', 30)]
    const {groups, groupBy} = rank(rows, {groupBy: ['purpose', 'team'], limit: 1})
    expect(groupBy).to.deep.equal(['team', 'purpose'])
    expect(groups.map(({values, total}) => [values.team, total])).to.deep.equal([
      ['x', 2],
      [undefined, 1],
      ['y', 2],
    ])
    expect(groups.map((group) => places(group.rows).join(' '))).to.deep.equal(['3,1', '2,1', '5,1'])
    expect(rank(rows, {limit: 2}).groups.map((group) => [group.rows.length, group.total])).to.deep.equal([
      [2, 5],
    ])
  })

  it('refuses what makes no sense, and names the flag', () => {
    const bad: Array<[RankingOptions, RegExp]> = [
      [{by: 'beauty'}, /^`by` "beauty"/],
      [{groupBy: ['colour' as 'team']}, /^`groupBy` "colour"/],
      [{limit: 0}, /^`limit` /],
      [{limit: 1.5}, /^`limit` /],
      [{model: ['']}, /^`model` /],
    ]
    for (const [options, message] of bad) expect(() => rank([], options)).to.throw(UsageError, message)
  })
})
