import {expect} from 'chai'
import * as fc from 'fast-check'

import {indexRows, rankRuns} from '../../../../src/lib/account/leaderboard/index.js'
import {type Metric, METRICS} from '../../../../src/lib/account/leaderboard/metrics.js'
import {type LeaderboardRow} from '../../../../src/lib/account/leaderboard/row.js'
import {type Run} from '../../../../src/lib/account/runs.js'
import {NAMESPACE, runOf} from '../../../support/builders.js'
import {A, B, C, finished, someCase} from '../../../support/rows.js'

describe('ranking', () => {
  const by = (metric: Metric, rows: LeaderboardRow[], runs: Run[] = [A, B, C].map((each) => runOf(each))) =>
    rankRuns(runs, indexRows(rows, NAMESPACE), metric).map(({run}) => run.timestamp)
  const fields: Array<[metric: Metric, field: keyof LeaderboardRow, best: string[]]> = [
    ['success_rate', 'successRate', [A, B]],
    ['pass_at_1', 'passAt1', [A, B]],
    ['avg_duration_ms', 'avgDurationMs', [B, A]],
    ['total_tokens', 'totalTokens', [B, A]],
    ['total_cost_usd', 'totalCostUsd', [B, A]],
    ['co2_emissions_g', 'co2EmissionsG', [B, A]],
  ]
  for (const [metric, field, best] of fields) {
    it(`by ${metric} knows which end is the better one`, () => {
      expect(by(metric, [finished(B, {[field]: 0.1}), finished(A, {[field]: 0.5})])).to.deep.equal(best)
    })
  }

  it('is possible by these metrics and no others', () => {
    expect(Object.keys(METRICS)).to.deep.equal(fields.map(([metric]) => metric))
  })

  it('leaves out runs without a score and rows that do not say finished', () => {
    const rows = [
      finished(A),
      finished(B, {runStatus: 'failed', successRate: 100}),
      finished(B, {runStatus: 'partial', successRate: 100}),
      finished(B, {runStatus: 'aborted', successRate: 100}),
      finished(C, {runStatus: undefined, successRate: 1}),
    ]
    expect(by('success_rate', rows)).to.deep.equal([C])
  })

  it('goes by what all rows of a run agree about, in whatever order they come', () => {
    const at = (timestamp: string | undefined, successRate?: number) =>
      finished(A, {timestamp, successRate: successRate as number})
    const fixed = finished(B, {successRate: 50})
    const best = (...rows: LeaderboardRow[]) => by('success_rate', [fixed, ...rows])
    expect(best(at('2026-09-02', 90), at('2026-09-01', 90))).to.deep.equal([A, B])
    expect(best(at('2026-09-01', 90), at(undefined, 90))).to.deep.equal([A, B])
    expect(best(at('2026-09-02', 90), at('2026-09-01', 10))).to.deep.equal([B])
    expect(best(at('2026-09-01', 90), at('2026-09-02'))).to.deep.equal([B])
  })

  it('gives a tie to the newer run', () => {
    const rows = [A, C, B].map((timestamp) => finished(timestamp, {successRate: 50, totalTokens: 7}))
    expect(by('success_rate', rows)).to.deep.equal([C, B, A])
    expect(by('total_tokens', rows)).to.deep.equal([C, B, A])
  })

  it('ranks each run that finished and has a score, once', () => {
    fc.assert(
      fc.property(someCase, ({runs, rows}) => {
        const ranked = by('success_rate', rows, runs)
        const index = indexRows(rows, NAMESPACE)
        expect(new Set(ranked).size).to.equal(ranked.length)
        for (const run of ranked) expect(index.get(run)?.standing).to.equal('finished')
      }),
    )
  })
})
