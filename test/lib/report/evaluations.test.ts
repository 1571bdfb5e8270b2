import {expect} from 'chai'
import * as fc from 'fast-check'

import {indexRows} from '../../../src/lib/account/leaderboard/index.js'
import {type LeaderboardRow} from '../../../src/lib/account/leaderboard/row.js'
import {type Run} from '../../../src/lib/account/runs.js'
import {evaluate, NO_MODEL} from '../../../src/lib/report/evaluations.js'
import {someRows} from '../../support/arbitraries.js'
import {NAMESPACE, NOW, runOf} from '../../support/builders.js'
import {A, B, finished, rowOf} from '../../support/rows.js'

const evaluationsOf = (rows: LeaderboardRow[], runs: Run[] = []) =>
  evaluate({rows, index: indexRows(rows, NAMESPACE)}, runs, {by: 'success_rate', now: NOW})
const NONE = {unfinished: 0, unscored: 0, undated: 0}

describe('the evaluations of a report', () => {
  it('are one for each run, with the score that its rows agree about', () => {
    const rows = [
      finished(A, {successRate: 20, timestamp: '2026-09-01T10:00:00', model: 'old', totalCostUsd: 2}),
      finished(A, {successRate: 20, timestamp: '2026-09-01T11:00:00', model: 'new', totalCostUsd: 2}),
      finished(B, {successRate: 20}),
      finished(B, {successRate: 30}),
    ]
    expect(evaluationsOf(rows).leftOut).to.deep.equal({...NONE, unscored: 1})
    expect(evaluationsOf(rows).scored).to.deep.equal([
      {run: A, model: 'new', time: new Date('2026-09-01T11:00:00Z'), score: 20, cost: 2},
    ])
  })

  it('are dated by the Hub where it has the run, else by the row, else by the name', () => {
    const local = rowOf({resultsDataset: 'local:out', successRate: 1, timestamp: '2026-08-30 08:00:00'})
    const rows = [finished(A, {successRate: 1}), finished(B, {successRate: 1}), local]
    const {scored} = evaluationsOf(rows, [runOf(B)])
    expect(scored.map(({time}) => time.toISOString().slice(0, 16))).to.deep.equal([
      '2026-08-30T08:00',
      '2026-09-01T12:00',
      '2026-09-02T12:30',
    ])
  })

  it('are dated by the moment that a row means where it names a time zone', () => {
    const row = rowOf({resultsDataset: 'local:out', successRate: 1, timestamp: '2026-09-01T10:00:00+05:30'})
    expect(evaluationsOf([row]).scored[0]?.time).to.deep.equal(new Date('2026-09-01T04:30:00Z'))
  })

  it('say so where no model is named', () => {
    expect(evaluationsOf([finished(A, {successRate: 1})]).scored[0]?.model).to.equal(NO_MODEL)
  })

  const LEFT_OUT: Array<[what: string, row: LeaderboardRow, leftOut: Partial<typeof NONE>]> = [
    ['that failed', finished(A, {successRate: 1, runStatus: 'failed'}), {unfinished: 1}],
    ['with an unknown status', finished(A, {successRate: 1, runStatus: 'odd'}), {unfinished: 1}],
    ['without a score', finished(A), {unscored: 1}],
    ['better than can be', finished(A, {successRate: 101}), {unscored: 1}],
    ['worse than can be', finished(A, {successRate: -1}), {unscored: 1}],
    ['with a score that is not a number', finished(A, {successRate: Number.NaN}), {unscored: 1}],
    ['without a date', rowOf({resultsDataset: 'local:x', successRate: 1}), {undated: 1}],
    ...['9999-12-31', '2019-12-31T00:00:00', '2026-99-99', 'yesterday', '2026-10-07'].map(
      (timestamp): [string, LeaderboardRow, Partial<typeof NONE>] => [
        `dated ${timestamp}`,
        rowOf({resultsDataset: 'local:x', successRate: 1, timestamp}),
        {undated: 1},
      ],
    ),
  ]
  for (const [what, row, leftOut] of LEFT_OUT) {
    it(`leave out one ${what}, and count it`, () => {
      expect(evaluationsOf([row])).to.deep.equal({scored: [], leftOut: {...NONE, ...leftOut}})
    })
  }

  it('leave out a cost that cannot be, and keep the score', () => {
    for (const totalCostUsd of [-1, Number.POSITIVE_INFINITY, 1e300])
      expect(evaluationsOf([finished(A, {successRate: 1, totalCostUsd})]).scored[0]?.cost).to.equal(undefined)
  })

  it('come in the order of time, and lose or invent none', () => {
    fc.assert(
      fc.property(someRows, ({rows, runs}) => {
        const {scored, leftOut} = evaluationsOf(rows, runs)
        const times = scored.map(({time}) => time.getTime())
        expect(times).to.deep.equal(times.toSorted((a, b) => a - b))
        const all = scored.length + leftOut.unfinished + leftOut.unscored + leftOut.undated
        expect(all)
          .to.be.at.least(rows.length > 0 ? 1 : 0)
          .and.at.most(rows.length * 3)
      }),
    )
  })
})
