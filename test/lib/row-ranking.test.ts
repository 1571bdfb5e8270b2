import {expect} from 'chai'
import * as fc from 'fast-check'

import {UsageError} from '../../src/lib/errors.js'
import {type LeaderboardRow} from '../../src/lib/leaderboard-rows.js'
import {METRIC_NAMES, METRICS} from '../../src/lib/metrics.js'
import {type RankedRow, type RankingOptions, rankRows} from '../../src/lib/row-ranking.js'
import {inventoryOf, runDatasets} from '../support/builders.js'
import {A, B, C, finished, named, rowOf, someCase} from '../support/rows.js'

const ALL = inventoryOf([A, B, C].flatMap((run) => runDatasets(run)))
const rank = (rows: LeaderboardRow[], options: RankingOptions = {}, inventory = ALL) =>
  rankRows(rows, inventory, options)
const rowsOf = (rows: LeaderboardRow[], options: RankingOptions = {}, inventory = ALL) =>
  rank(rows, options, inventory).groups.flatMap((group) => group.rows)
const places = (rows: RankedRow[]) => rows.map(({row, place}) => [row, place])

describe('the ranking of rows', () => {
  it('puts the better end of each metric first, and says which it is', () => {
    for (const by of METRIC_NAMES) {
      const {field, better} = METRICS[by]
      const rows = [finished(A, {[field]: 0.25}), finished(B, {[field]: 0.5})]
      expect(rank(rows, {by}).better).to.equal(better)
      expect(places(rowsOf(rows, {by}))).to.deep.equal(
        better === 'higher'
          ? [
              [2, 1],
              [1, 2],
            ]
          : [
              [1, 1],
              [2, 2],
            ],
      )
    }
  })

  it('takes short names, and the success rate by default', () => {
    expect(rank([], {by: 'cost'}).by).to.equal('total_cost_usd')
    expect(rank([]).by).to.equal('success_rate')
  })

  it('gives equal scores the same place, the newer row first, and the next its own', () => {
    const rows = [B, A, C, A].map((run, index) => finished(run, {successRate: index < 3 ? 50 : 10}))
    const ranked = rowsOf([...rows, finished(C, {successRate: 90})])
    expect(places(ranked)).to.deep.equal([
      [5, 1],
      [3, 2],
      [1, 2],
      [2, 2],
      [4, 5],
    ])
    expect(ranked.map(({isTied}) => isTied)).to.deep.equal([false, true, true, true, false])
  })

  it('gives a place neither to a row without a score nor to one that did not finish', () => {
    const rows = [
      finished(A, {runStatus: 'failed', successRate: 100}),
      finished(B, {successRate: undefined}),
      finished(C, {successRate: 1}),
      finished(B, {runStatus: 'partial', successRate: 100}),
      finished(A, {runStatus: 'Completed', successRate: 100}),
      rowOf({successRate: 100}),
    ]
    const ranked = rowsOf(rows)
    expect(places(ranked)).to.deep.equal([
      [3, 1],
      [2, undefined],
      [4, undefined],
      [5, undefined],
      [1, undefined],
      [6, undefined],
    ])
    expect(ranked.map(({standing}) => standing)).to.deep.equal([
      'finished',
      'finished',
      'partial',
      'unclear',
      'failed',
      undefined,
    ])
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

  it('ranks within each group, the group with the best row first', () => {
    const row = (run: string, team: string | undefined, successRate: number) =>
      finished(run, {team: team as string, successRate, purpose: 'selection'})
    const rows = [row(A, 'x', 10), row(B, undefined, 50), row(C, 'x', 90), row(A, 'y', 20), row(B, 'y', 30)]
    const {groups, groupBy} = rank(rows, {groupBy: ['purpose', 'team'], limit: 1})
    expect(groupBy).to.deep.equal(['team', 'purpose'])
    expect(groups.map(({values, total}) => [values.team, total])).to.deep.equal([
      ['x', 2],
      [undefined, 1],
      ['y', 2],
    ])
    expect(groups.map((group) => places(group.rows))).to.deep.equal([[[3, 1]], [[2, 1]], [[5, 1]]])
  })

  it('does not take a missing value for the word that stands for it', () => {
    const rows = [undefined, 'null', 'undefined'].map((team) => finished(A, {team: team as string}))
    expect(rank(rows, {groupBy: ['team']}).groups).to.have.length(3)
  })

  it('ends where it is told to, and says how many there are', () => {
    const rows = [A, B, C].map((run) => finished(run, {successRate: 1}))
    const [group] = rank(rows, {limit: 2}).groups
    expect(group?.rows).to.have.length(2)
    expect(group?.total).to.equal(3)
  })

  it('marks what is gone, but no traces that were perhaps never made', () => {
    const all = {tracesDataset: named('traces', A), metricsDataset: named('metrics', A)}
    const lossIn = (...types: Array<'metrics' | 'results' | 'traces'>) => {
      const [row] = rowsOf([finished(A, all)], {}, inventoryOf(runDatasets(A, types)))
      return [row?.gone, row?.isTotal]
    }

    expect(lossIn('results', 'traces', 'metrics')).to.deep.equal([[], false])
    expect(lossIn('results', 'metrics')).to.deep.equal([[], false])
    expect(lossIn('metrics', 'traces')).to.deep.equal([['results'], false])
    expect(lossIn('results')).to.deep.equal([['metrics'], false])
    expect(lossIn()).to.deep.equal([['results', 'metrics'], true])
    expect(rowsOf([rowOf({tracesDataset: named('traces', A)})], {}, inventoryOf([]))[0]?.gone).to.deep.equal(
      [],
    )
  })

  it('dates a row by its run, and by itself only where the run is gone', () => {
    const rows = [finished(A, {timestamp: '2020-01-01T00:00:00'})]
    expect(rowsOf(rows)[0]?.time).to.deep.equal({date: new Date('2026-09-01T12:30:00Z'), isLocal: false})
    expect(rowsOf(rows, {}, inventoryOf([]))[0]?.time).to.deep.equal({
      date: new Date('2020-01-01T00:00:00Z'),
      isLocal: true,
    })
  })

  it('refuses what makes no sense, and names the flag', () => {
    const bad: Array<[RankingOptions, RegExp]> = [
      [{by: 'beauty'}, /^--by "beauty"/],
      [{groupBy: ['colour' as 'team']}, /^--group-by "colour"/],
      [{limit: 0}, /^--limit /],
      [{limit: 1.5}, /^--limit /],
      [{model: ['']}, /^--model /],
    ]
    for (const [options, message] of bad) expect(() => rank([], options)).to.throw(UsageError, message)
  })

  it('shows every row once, places without gaps but for ties, in any order of scores', () => {
    fc.assert(
      fc.property(someCase, fc.constantFrom(...METRIC_NAMES), ({rows}, by) => {
        const ranked = rowsOf(rows, {by})
        expect(ranked.map(({row}) => row).toSorted((a, b) => a - b)).to.deep.equal(
          rows.map((_, index) => index + 1),
        )
        const placed = ranked.filter(({place}) => place !== undefined)
        expect(ranked.slice(0, placed.length)).to.deep.equal(placed)
        for (const [index, {place, score, standing}] of placed.entries()) {
          const first = placed.findIndex((each) => each.score === score)
          expect({place, standing}).to.deep.equal({place: first + 1, standing: 'finished'})
          expect(index).to.be.at.least(first)
        }
      }),
    )
  })
})
