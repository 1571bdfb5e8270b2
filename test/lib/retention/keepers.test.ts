import {expect} from 'chai'

import {type LeaderboardRow} from '../../../src/lib/account/leaderboard/row.js'
import {groupDatasetsByRun, type Run} from '../../../src/lib/account/runs.js'
import {formatTimestamp, RUN_TYPES} from '../../../src/lib/base/names.js'
import {DAY, HOUR} from '../../../src/lib/base/time.js'
import {type RetentionContext} from '../../../src/lib/retention/context.js'
import {type Decision} from '../../../src/lib/retention/decide.js'
import {type RetentionOptions} from '../../../src/lib/retention/rules.js'
import {ago, NOTHING_KNOWN, NOW, runDatasets} from '../../support/builders.js'
import {decisionsOf, deletedBy, finished, knowing, rowOf} from '../../support/rows.js'

/** Runs of these moments, `2026-10-05T11:00` for example; complete ones but for those that have no metrics. */
function runsAt(moments: string[], withoutMetrics: string[] = []): Run[] {
  return groupDatasetsByRun(
    moments.flatMap((moment) => {
      const createdAt = new Date(`${moment}Z`)
      const types = RUN_TYPES.filter((type) => type !== 'metrics' || !withoutMetrics.includes(moment))
      return runDatasets(formatTimestamp(createdAt), types, {createdAt})
    }),
  )
}

/** What is kept, newest first, with the reasons of keepers. */
function keptBy(decisions: Decision[]): Record<string, string[]> {
  return Object.fromEntries(
    decisions
      .filter(({action}) => action === 'keep')
      .map(({run, reasons}) => [
        run.time.toISOString().slice(0, 16),
        reasons.filter(({rule}) => rule.startsWith('keep')).map(({text}) => text),
      ]),
  )
}

/** What is kept of the runs of these moments. */
const kept = (moments: string[], options: RetentionOptions, known = NOTHING_KNOWN, now = NOW) =>
  keptBy(decisionsOf(runsAt(moments), options, known, now))

describe('keepers in calendar buckets', () => {
  it('keep the newest of each bucket, and empty ones use up nothing', () => {
    const moments = [
      '2026-10-05T11:00',
      '2026-10-05T09:00',
      '2026-10-01T23:00',
      '2026-10-01T01:00',
      '2026-08-01T12:00',
      '2026-07-01T12:00',
    ]
    expect(kept(moments, {keepDaily: 3})).to.deep.equal({
      '2026-10-05T11:00': ['daily 1 of 3 (2026-10-05)'],
      '2026-10-01T23:00': ['daily 2 of 3 (2026-10-01)'],
      '2026-08-01T12:00': ['daily 3 of 3 (2026-08-01)'],
    })
  })

  const moments = [
    '2028-03-01T00:30',
    '2028-03-01T00:10',
    '2028-02-29T23:30',
    '2027-01-04T00:00',
    '2027-01-03T23:59',
    '2026-12-31T23:59',
  ]
  // Leap days, the ends of years, and the 53rd week.
  const cases: Array<[options: RetentionOptions, keeps: number[]]> = [
    [{keepHourly: 2}, [0, 2]],
    [{keepDaily: 2}, [0, 2]],
    [{keepWeekly: 3}, [0, 3, 4]],
    [{keepMonthly: 4}, [0, 2, 3, 5]],
    [{keepYearly: 3}, [0, 3, 5]],
  ]
  for (const [options, keeps] of cases) {
    it(`know the calendar: ${JSON.stringify(options)}`, () => {
      const after = new Date('2028-03-10T00:00:00Z')
      const expected = keeps.map((index) => moments[index])
      expect(Object.keys(kept(moments, options, NOTHING_KNOWN, after))).to.deep.equal(expected)
    })
  }

  it('tell apart runs of one moment by their names, the later one first', () => {
    const createdAt = new Date('2026-10-01T10:00:00Z')
    const runs = groupDatasetsByRun(
      ['20261001_095801', '20261001_095803', '20261001_095802'].flatMap((timestamp) =>
        runDatasets(timestamp, [...RUN_TYPES], {createdAt}),
      ),
    )
    for (const order of [runs, runs.toReversed()]) {
      const keeps = decisionsOf(order, {keepHourly: 1}).filter(({action}) => action === 'keep')
      expect(keeps.map(({run}) => run.timestamp)).to.deep.equal(['20261001_095803'])
    }
  })

  it('are combined by or, and say each why', () => {
    const each = ['2026-10-05T11:00', '2026-10-05T10:00', '2026-09-20T12:00', '2025-01-01T12:00']
    expect(kept(each, {keepRecent: 1, keepMonthly: 2, keepYearly: 2})).to.deep.equal({
      '2026-10-05T11:00': ['most recent 1 of 1', 'monthly 1 of 2 (2026-10)', 'yearly 1 of 2 (2026)'],
      '2026-09-20T12:00': ['monthly 2 of 2 (2026-09)'],
      '2025-01-01T12:00': ['yearly 2 of 2 (2025)'],
    })
  })
})

describe('keepers that do not keep a run', () => {
  const runs = runsAt(['2026-10-04T12:00', '2026-10-04T10:00'])
  const known = knowing(
    finished('20261004_120000', {successRate: 90, model: 'a'}),
    finished('20261004_100000', {successRate: 20, model: 'a'}),
  )
  const failed = knowing(
    finished('20261004_120000', {successRate: 90}),
    finished('20261004_100000', {runStatus: 'failed'}),
  )
  const cases: Array<[options: RetentionOptions, text: string, known?: RetentionContext]> = [
    [{keepWithin: '1d'}, 'not within the last 1d'],
    [{keepRecent: 1}, 'not among the 1 most recent'],
    [{keepRecent: 1, groupBy: ['model']}, 'not among the 1 most recent of its group'],
    [{keepHourly: 1}, 'none of the 1 hourly ones'],
    [{keepDaily: 1, groupBy: ['model']}, 'none of the 1 daily ones of its group'],
    [{keepDaily: 7, keepWithin: '1d'}, 'not within the last 1d; none of the 7 daily ones'],
    [{keepBest: 1}, 'not among the 1 best by success_rate (20)'],
    [{keepBest: 1, groupBy: ['model']}, 'not among the 1 best of its group by success_rate (20)'],
    // Of what a selector selects they say only that it is never among the best.
    [{keepBest: 1, olderThan: '1d'}, 'older than 1d'],
    [{keepBest: 1}, 'status failed, so never among the best', failed],
    [{keepBest: 1, olderThan: '1d'}, 'older than 1d; status failed, so never among the best', failed],
  ]
  for (const [options, text, rows = known] of cases) {
    it(`say "${text}"`, () => {
      const [, old] = decisionsOf(runs, options, rows)
      expect(old?.action).to.equal('delete')
      expect(old?.reasons.map((reason) => reason.text).join('; ')).to.equal(text)
    })
  }
})

describe('--keep-within', () => {
  it('counts from now, its edge included', () => {
    const moments = ['2026-10-04T12:00', '2026-10-04T11:59', '2026-09-01T00:00']
    expect(kept(moments, {keepWithin: '1d'})).to.deep.equal({'2026-10-04T12:00': ['within the last 1d']})
  })

  it('keeps what --older-than of the same age does not select, and nothing else', () => {
    const runs = runsAt(['2026-10-05T11:00', '2026-09-28T12:00', '2026-09-28T11:59'])
    expect(deletedBy(decisionsOf(runs, {keepWithin: '7d'}))).to.deep.equal(['20260928_115900'])
    expect(deletedBy(decisionsOf(runs, {olderThan: '7d'}))).to.deep.equal(['20260928_115900'])
  })
})

describe('keepers by score', () => {
  const moments = ['2026-10-04T12:00', '2026-10-03T12:00', '2026-10-02T12:00', '2026-10-01T12:00']
  const stamps = ['20261004_120000', '20261003_120000', '20261002_120000', '20261001_120000'] as const
  const runs = runsAt(moments, moments.slice(2))
  const best = (options: RetentionOptions, ...rows: LeaderboardRow[]) =>
    keptBy(decisionsOf(runs, options, knowing(...rows)))

  it('keep the best, and of equals the newer', () => {
    const rows = [50, 90, 50].map((successRate, index) => finished(stamps[index] ?? '', {successRate}))
    expect(best({keepBest: 2}, ...rows)).to.deep.equal({
      '2026-10-04T12:00': ['best 2 of 2 by success_rate (50)'],
      '2026-10-03T12:00': ['best 1 of 2 by success_rate (90)'],
    })
  })

  it('know where less is better, and take short names', () => {
    const rows = [finished(stamps[0], {totalCostUsd: 2}), finished(stamps[1], {totalCostUsd: 0.031_25})]
    expect(best({keepBest: 1, by: 'cost'}, ...rows)).to.deep.equal({
      '2026-10-03T12:00': ['best 1 of 1 by total_cost_usd (0.0313)'],
    })
  })

  it('rank only what finished', () => {
    const rows = [
      finished(stamps[0], {successRate: 99, runStatus: 'partial'}),
      finished(stamps[1], {successRate: 98, runStatus: 'failed'}),
      finished(stamps[2], {successRate: 20}),
    ]
    expect(Object.keys(best({keepBest: 1}, ...rows))).to.deep.equal(['2026-10-02T12:00'])
  })

  it('say of a run without a row that it is never among the best', () => {
    const known = knowing(finished(stamps[0], {successRate: 50}), finished(stamps[1], {runStatus: 'failed'}))
    const without = decisionsOf(runs, {keepBest: 1}, known)[2]
    expect(without?.action).to.equal('delete')
    expect(without?.reasons[0]?.text).to.equal('no row on the leaderboard, so never among the best')
  })

  const nearly = {resultsDataset: `smoltrace-results-${stamps[0]}`, runStatus: 'completed', successRate: 95}
  const doubtful: Array<[why: string, rows: LeaderboardRow[]]> = [
    ['status "success" is unknown', [finished(stamps[0], {runStatus: 'success', successRate: 95})]],
    ['its success_rate is text', [finished(stamps[0], {damaged: {successRate: 'is text'}})]],
    [
      'its rows disagree about success_rate',
      [finished(stamps[0], {successRate: 95}), finished(stamps[0], {successRate: 20})],
    ],
    ['no row on the leaderboard, though it has metrics', []],
    ['a row only seems to mean it', [rowOf(nearly)]],
  ]
  for (const [why, rows] of doubtful) {
    it(`keep beside the others a run in doubt, without a place: ${why}`, () => {
      const others = [finished(stamps[1], {successRate: 10}), finished(stamps[2], {successRate: 50})]
      for (const selector of [{}, {olderThan: '1h'}]) {
        expect(best({keepBest: 1, keepRecent: 1, ...selector}, ...rows, ...others)).to.deep.equal({
          '2026-10-04T12:00': [`its place is in doubt: ${why}`],
          '2026-10-03T12:00': ['most recent 1 of 1'],
          '2026-10-02T12:00': ['best 1 of 1 by success_rate (50)'],
        })
      }
    })
  }

  const unmeasured: Array<[by: string, facts: Partial<LeaderboardRow>, why: string]> = [
    ['cost', {totalCostUsd: 0, totalTokens: 100}, 'its total_cost_usd is 0, so was not measured'],
    ['co2', {co2EmissionsG: 0}, 'its co2_emissions_g is 0, so was not measured'],
    ['tokens', {totalTokens: -1}, 'its total_tokens is out of range (-1)'],
  ]
  for (const [by, facts, why] of unmeasured) {
    it(`[S6] take no place for what was not measured: ${why}`, () => {
      const rows = [
        finished(stamps[0], facts),
        finished(stamps[1], {totalCostUsd: 2, co2EmissionsG: 2, totalTokens: 2}),
        finished(stamps[2], {totalCostUsd: 3, co2EmissionsG: 3, totalTokens: 3}),
      ]
      const keeps = best({keepBest: 1, by}, ...rows)
      expect(Object.keys(keeps)).to.deep.equal(['2026-10-04T12:00', '2026-10-03T12:00'])
      expect(keeps['2026-10-04T12:00']).to.deep.equal([`its place is in doubt: ${why}`])
    })
  }

  it('[S7] keep a run without a row within the grace period, complete or not, and do not count it', () => {
    const fresh = runDatasets('20261005_100000', [...RUN_TYPES], {createdAt: ago(HOUR)})
    const all = [...groupDatasetsByRun(fresh), ...runsAt(moments, moments)]
    const known = knowing(finished(stamps[0], {successRate: 50, model: 'a'}))
    const decisions = decisionsOf(all, {keepRecent: 1, keepBest: 1, groupBy: ['model']}, known)
    expect(decisions[0]?.reasons).to.deep.equal([
      {rule: 'grace', text: 'its row may still come: changed 1h ago'},
    ])
    expect(deletedBy(decisions)).to.deep.equal(stamps.slice(2))
    const [first] = decisionsOf(all, {keepBest: 1, grace: '0'}, known)
    expect(first?.reasons.map(({rule}) => rule)).to.deep.equal(['keep-best'])
  })

  it('do not wait for a row that is there', () => {
    const known = knowing(
      finished('20261005_110000', {successRate: 50}),
      finished(stamps[0], {successRate: 90}),
    )
    const decisions = decisionsOf(runsAt(['2026-10-05T11:00', '2026-10-04T12:00']), {keepBest: 1}, known)
    expect(deletedBy(decisions)).to.deep.equal(['20261005_110000'])
  })

  it('[S6] count neither a pinned run nor one of the future', () => {
    const known = {
      ...knowing(
        finished('20261009_120000', {successRate: 99}),
        finished(stamps[0], {successRate: 90}),
        finished(stamps[1], {successRate: 80}),
      ),
      protection: {runs: {[stamps[0]]: {by: 'kim', at: ago(DAY)}}},
    }
    const three = runsAt(['2026-10-09T12:00', ...moments.slice(0, 2)])
    const decisions = decisionsOf(three, {keepBest: 1}, known)
    expect(deletedBy(decisions)).to.deep.equal([])
    expect(decisions[2]?.reasons[0]?.text).to.equal('best 1 of 1 by success_rate (80)')
  })
})

describe('--group-by', () => {
  const moments = ['2026-10-04T12:00', '2026-10-03T12:00', '2026-10-02T12:00', '2026-10-01T12:00']
  const at = (day: string, facts: Partial<LeaderboardRow>) =>
    finished(`2026${day}_120000`, {successRate: 1, ...facts})
  const textsBy = (...[runs, options, rows]: [Run[], RetentionOptions, LeaderboardRow[]]) =>
    Object.values(keptBy(decisionsOf(runs, options, knowing(...rows)))).flat()

  it('lets each group keep its own number, runs without a row too', () => {
    const rows = [at('1004', {model: 'a'}), at('1003', {model: 'a'}), at('1002', {model: 'b'})]
    const runs = runsAt([...moments, '2026-09-30T12:00'], ['2026-10-01T12:00', '2026-09-30T12:00'])
    const decisions = decisionsOf(runs, {keepRecent: 1, groupBy: ['model']}, knowing(...rows))
    expect(keptBy(decisions)).to.deep.equal({
      '2026-10-04T12:00': ['most recent 1 of 1 for model a'],
      '2026-10-02T12:00': ['most recent 1 of 1 for model b'],
      '2026-10-01T12:00': ['most recent 1 of 1 for runs without a row'],
    })
  })

  it('takes several columns together, and "none" for a value of its own', () => {
    const rows = ['1004', '1003', '1002', '1001'].map((day, index) =>
      at(day, {model: 'a', ...(index % 2 === 0 && {team: 'x'})}),
    )
    expect(textsBy(runsAt(moments), {keepRecent: 1, groupBy: ['team', 'model']}, rows)).to.deep.equal([
      'most recent 1 of 1 for model a, team x',
      'most recent 1 of 1 for model a, no team',
    ])
  })

  it('says a name so that a terminal can show it, and in one line', () => {
    const rows = [at('1004', {model: `\u001B[2J${'x'.repeat(5000)}`})]
    const texts = textsBy(runsAt(moments.slice(0, 1)), {keepRecent: 1, groupBy: ['model']}, rows)
    expect(texts.join('')).to.match(/^most recent 1 of 1 for model \[2Jx{77}…$/)
  })

  it('does not mistake a name for two', () => {
    const rows = [at('1004', {model: 'a, team b'}), at('1003', {model: 'a', team: 'b'})]
    const texts = textsBy(runsAt(moments.slice(0, 2)), {keepRecent: 1, groupBy: ['model', 'team']}, rows)
    expect(texts).to.have.length(2)
  })

  const doubtful: Array<[why: string, rows: LeaderboardRow[]]> = [
    ['its rows disagree about the model', [at('1004', {model: 'a'}), at('1004', {model: 'b'})]],
    ['its model is not text', [at('1004', {damaged: {model: 'is not text'}})]],
    ['no row on the leaderboard, though it has metrics', []],
  ]
  for (const [why, rows] of doubtful) {
    it(`keeps a run whatever its group where that is in doubt: ${why}`, () => {
      const known = knowing(...rows, at('1003', {model: 'a'}), at('1002', {model: 'a'}))
      const decisions = decisionsOf(runsAt(moments.slice(0, 3)), {keepRecent: 1, groupBy: ['model']}, known)
      expect(deletedBy(decisions)).to.deep.equal(['20261002_120000'])
      const [first, second] = decisions
      expect(first?.reasons).to.deep.equal([{rule: 'leaderboard', text: `its group is in doubt: ${why}`}])
      expect(second?.reasons[0]?.text).to.equal('most recent 1 of 1 for model a')
    })
  }

  it('does not ask after a column that it does not group by', () => {
    const rows = [at('1004', {model: 'a', team: 'x'}), at('1004', {model: 'a', team: 'y'})]
    const texts = textsBy(runsAt(moments.slice(0, 1)), {keepBest: 1, groupBy: ['model']}, rows)
    expect(texts).to.deep.equal(['best 1 of 1 by success_rate (1) for model a'])
  })
})

describe('rules that need rows', () => {
  const rules: RetentionOptions[] = [
    {keepBest: 1},
    {keepRecent: 1, groupBy: ['model']},
    {model: ['*']},
    {unreferenced: true},
    {status: ['failed'], olderThan: '1h'},
    {scoreBelow: 50},
  ]
  for (const options of rules) {
    it(`delete nothing where the leaderboard is not known: ${JSON.stringify(options)}`, () => {
      const runs = runsAt(['2026-10-01T12:00', '2026-09-01T12:00'])
      const decisions = decisionsOf(runs, options, {protection: {}, rows: 'unknown'})
      expect(deletedBy(decisions)).to.deep.equal([])
      expect(decisions[1]?.reasons.map(({rule}) => rule)).to.include('leaderboard')
    })
  }
})
