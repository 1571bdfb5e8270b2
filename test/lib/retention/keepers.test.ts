import {expect} from 'chai'

import {indexRows} from '../../../src/lib/account/leaderboard/index.js'
import {type LeaderboardRow} from '../../../src/lib/account/leaderboard/row.js'
import {groupDatasetsByRun, type Run} from '../../../src/lib/account/runs.js'
import {formatTimestamp, RUN_TYPES} from '../../../src/lib/base/names.js'
import {DAY} from '../../../src/lib/base/time.js'
import {type RetentionContext} from '../../../src/lib/retention/context.js'
import {decide, type Decision} from '../../../src/lib/retention/decide.js'
import {readRules} from '../../../src/lib/retention/read-rules.js'
import {type RetentionOptions} from '../../../src/lib/retention/rules.js'
import {ago, NAMESPACE, NOTHING_KNOWN, NOW, runDatasets} from '../../support/builders.js'
import {finished, rowOf} from '../../support/rows.js'

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

function knowing(...rows: LeaderboardRow[]): RetentionContext {
  return {protection: {}, rows: indexRows(rows, NAMESPACE)}
}

function decisions(
  moments: string[],
  options: RetentionOptions,
  {
    known = NOTHING_KNOWN,
    now = NOW,
    withoutMetrics,
  }: {known?: RetentionContext; now?: Date; withoutMetrics?: string[]} = {},
): Decision[] {
  return decide(runsAt(moments, withoutMetrics), readRules(options), now, known)
}

/** What is kept, newest first, with the reasons of keepers. */
function keptOf(all: Decision[]): Record<string, string[]> {
  return Object.fromEntries(
    all
      .filter(({action}) => action === 'keep')
      .map(({run, reasons}) => [
        run.time.toISOString().slice(0, 16),
        reasons.filter(({rule}) => rule.startsWith('keep')).map(({text}) => text),
      ]),
  )
}

describe('keepers in calendar buckets', () => {
  const after = new Date('2028-03-10T00:00:00Z')

  it('keep the newest of each bucket, and empty ones use up nothing', () => {
    const moments = [
      '2026-10-05T11:00',
      '2026-10-05T09:00',
      '2026-10-01T23:00',
      '2026-10-01T01:00',
      '2026-08-01T12:00',
      '2026-07-01T12:00',
    ]
    expect(keptOf(decisions(moments, {keepDaily: 3}))).to.deep.equal({
      '2026-10-05T11:00': ['daily 1 of 3 (2026-10-05)'],
      '2026-10-01T23:00': ['daily 2 of 3 (2026-10-01)'],
      '2026-08-01T12:00': ['daily 3 of 3 (2026-08-01)'],
    })
  })

  it('know leap days, the ends of years, and the 53rd week', () => {
    const moments = [
      '2028-03-01T00:30',
      '2028-02-29T23:30',
      '2027-01-04T00:00',
      '2027-01-03T23:59',
      '2026-12-31T23:59',
      '2026-12-28T00:00',
    ]
    const kept = (options: RetentionOptions) => Object.keys(keptOf(decisions(moments, options, {now: after})))
    expect(kept({keepDaily: 2})).to.deep.equal(['2028-03-01T00:30', '2028-02-29T23:30'])
    expect(kept({keepMonthly: 4})).to.deep.equal([
      '2028-03-01T00:30',
      '2028-02-29T23:30',
      '2027-01-04T00:00',
      '2026-12-31T23:59',
    ])
    expect(kept({keepYearly: 3})).to.deep.equal(['2028-03-01T00:30', '2027-01-04T00:00', '2026-12-31T23:59'])
    expect(kept({keepWeekly: 3})).to.deep.equal(['2028-03-01T00:30', '2027-01-04T00:00', '2027-01-03T23:59'])
  })

  it('count by the hour where summer time ends as they always do', () => {
    const moments = ['2026-10-25T01:30', '2026-10-25T01:10', '2026-10-25T00:30']
    const kept = keptOf(decisions(moments, {keepHourly: 9}, {now: after}))
    expect(Object.keys(kept)).to.deep.equal(['2026-10-25T01:30', '2026-10-25T00:30'])
  })

  it('tell apart runs of one moment by their names, the later one first', () => {
    const createdAt = new Date('2026-10-01T10:00:00Z')
    const runs = groupDatasetsByRun(
      ['20261001_095801', '20261001_095803', '20261001_095802'].flatMap((timestamp) =>
        runDatasets(timestamp, [...RUN_TYPES], {createdAt}),
      ),
    )
    for (const order of [runs, runs.toReversed()]) {
      const kept = decide(order, readRules({keepHourly: 1}), NOW, NOTHING_KNOWN).filter(
        ({action}) => action === 'keep',
      )
      expect(kept.map(({run}) => run.timestamp)).to.deep.equal(['20261001_095803'])
    }
  })

  it('are combined by or, and say each why', () => {
    const moments = ['2026-10-05T11:00', '2026-10-05T10:00', '2026-09-20T12:00', '2025-01-01T12:00']
    expect(keptOf(decisions(moments, {keepRecent: 1, keepMonthly: 2, keepYearly: 2}))).to.deep.equal({
      '2026-10-05T11:00': ['most recent 1 of 1', 'monthly 1 of 2 (2026-10)', 'yearly 1 of 2 (2026)'],
      '2026-09-20T12:00': ['monthly 2 of 2 (2026-09)'],
      '2025-01-01T12:00': ['yearly 2 of 2 (2025)'],
    })
  })

  it('say of what they do not keep that they do not', () => {
    const [, old] = decisions(['2026-10-05T11:00', '2026-10-05T10:00'], {keepDaily: 7, keepWithin: '1h'})
    expect(old?.action).to.equal('delete')
    expect(old?.reasons.map(({rule}) => rule)).to.deep.equal(['keep-within', 'keep-daily'])
  })
})

describe('keepers that do not keep a run', () => {
  const moments = ['2026-10-04T12:00', '2026-10-03T12:00']
  const known = knowing(
    finished('20261004_120000', {successRate: 90, model: 'a'}),
    finished('20261003_120000', {successRate: 20, model: 'a'}),
  )
  const cases: Array<[options: RetentionOptions, text: string]> = [
    [{keepWithin: '1d'}, 'not within the last 1d'],
    [{keepRecent: 1}, 'not among the 1 most recent'],
    [{keepRecent: 1, groupBy: ['model']}, 'not among the 1 most recent of its group'],
    [{keepHourly: 1}, 'none of the 1 hourly ones'],
    [{keepDaily: 1, groupBy: ['model']}, 'none of the 1 daily ones of its group'],
    [{keepBest: 1}, 'not among the 1 best by success_rate (20)'],
    [{keepBest: 1, groupBy: ['model']}, 'not among the 1 best of its group by success_rate (20)'],
  ]
  for (const [options, text] of cases) {
    it(`say "${text}"`, () => {
      const [, old] = decisions(moments, options, {known})
      expect(old?.action).to.equal('delete')
      expect(old?.reasons.map((reason) => reason.text)).to.deep.equal([text])
    })
  }

  it('say nothing of a run with a score that a selector selects', () => {
    const [, old] = decisions(moments, {keepBest: 1, olderThan: '1d'}, {known})
    expect(old?.action).to.equal('delete')
    expect(old?.reasons.map(({rule}) => rule)).to.deep.equal(['older-than'])
  })
})

describe('--keep-within', () => {
  it('counts from now, its edge included', () => {
    const moments = ['2026-10-04T12:00', '2026-10-04T11:59', '2026-09-01T00:00']
    expect(keptOf(decisions(moments, {keepWithin: '1d'}))).to.deep.equal({
      '2026-10-04T12:00': ['within the last 1d'],
    })
  })

  it('keeps what --older-than of the same age does not select, and nothing else', () => {
    const moments = ['2026-10-05T11:00', '2026-09-28T12:00', '2026-09-28T11:59']
    const goes = (options: RetentionOptions) =>
      decisions(moments, options)
        .filter(({action}) => action === 'delete')
        .map(({run}) => run.timestamp)
    expect(goes({keepWithin: '7d'})).to.deep.equal(goes({olderThan: '7d'}))
  })
})

describe('keepers by score', () => {
  const moments = ['2026-10-04T12:00', '2026-10-03T12:00', '2026-10-02T12:00', '2026-10-01T12:00']
  const stamps = ['20261004_120000', '20261003_120000', '20261002_120000', '20261001_120000'] as const
  const best = (options: RetentionOptions, ...rows: LeaderboardRow[]) =>
    keptOf(decisions(moments, options, {known: knowing(...rows), withoutMetrics: moments.slice(2)}))

  it('keep the best, and of equals the newer', () => {
    const rows = [
      finished(stamps[0], {successRate: 50}),
      finished(stamps[1], {successRate: 90}),
      finished(stamps[2], {successRate: 50}),
    ]
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

  it('say of a run without a row, or one that did not finish, that it is never among the best', () => {
    const rows = [finished(stamps[0], {successRate: 50}), finished(stamps[1], {runStatus: 'failed'})]
    const facts = {known: knowing(...rows), withoutMetrics: moments.slice(2)}
    const all = decisions(moments, {keepBest: 1}, facts)
    expect(all.slice(1, 3).map(({reasons}) => reasons.map(({text}) => text).join(';'))).to.deep.equal([
      'status failed, so never among the best',
      'no row on the leaderboard, so never among the best',
    ])
    const selected = decisions(moments, {keepBest: 1, olderThan: '1d'}, facts)
    expect(selected[2]?.reasons.map(({rule}) => rule)).to.deep.equal(['older-than', 'keep-best'])
  })

  const doubtful: Array<[title: string, rows: LeaderboardRow[], why: string]> = [
    [
      'a status that is not known',
      [finished(stamps[0], {runStatus: 'success', successRate: 95})],
      'status "success" is unknown',
    ],
    [
      'a score that is text',
      [finished(stamps[0], {damaged: {successRate: 'is text'}})],
      'its success_rate is text',
    ],
    [
      'rows that disagree',
      [finished(stamps[0], {successRate: 95}), finished(stamps[0], {successRate: 20})],
      'its rows disagree about success_rate',
    ],
    ['no row, though it has metrics', [], 'no row on the leaderboard, though it has metrics'],
    [
      'a row that only seems to mean it',
      [rowOf({resultsDataset: `smoltrace-results-${stamps[0]}`, runStatus: 'completed', successRate: 95})],
      'a row only seems to mean it',
    ],
  ]
  for (const [title, rows, why] of doubtful) {
    it(`keep beside the others a run in doubt, without a place: ${title}`, () => {
      const others = [finished(stamps[1], {successRate: 10}), finished(stamps[2], {successRate: 50})]
      for (const olderThan of [undefined, '1h']) {
        const kept = best({keepBest: 1, keepRecent: 1, ...(olderThan && {olderThan})}, ...rows, ...others)
        expect(kept).to.deep.equal({
          '2026-10-04T12:00': [`its place is in doubt: ${why}`],
          '2026-10-03T12:00': ['most recent 1 of 1'],
          '2026-10-02T12:00': ['best 1 of 1 by success_rate (50)'],
        })
      }
    })
  }

  it('[S6] take neither a cost of 0 for measured, nor tokens below 0', () => {
    const cases: Array<[by: string, facts: Partial<LeaderboardRow>, why: string]> = [
      ['cost', {totalCostUsd: 0, totalTokens: 100}, 'its total_cost_usd is 0, so was not measured'],
      ['co2', {co2EmissionsG: 0}, 'its co2_emissions_g is 0, so was not measured'],
      ['tokens', {totalTokens: -1}, 'its total_tokens is out of range (-1)'],
    ]
    for (const [by, facts, why] of cases) {
      const rows = [
        finished(stamps[0], facts),
        finished(stamps[1], {totalCostUsd: 2, co2EmissionsG: 2, totalTokens: 2}),
        finished(stamps[2], {totalCostUsd: 3, co2EmissionsG: 3, totalTokens: 3}),
      ]
      const kept = best({keepBest: 1, by}, ...rows)
      expect(Object.keys(kept)).to.deep.equal(['2026-10-04T12:00', '2026-10-03T12:00'])
      expect(kept['2026-10-04T12:00']).to.deep.equal([`its place is in doubt: ${why}`])
    }
  })

  it('[S7] keep a run without a row within the grace period, complete or not, and do not count it', () => {
    const fresh = runDatasets('20261005_100000', [...RUN_TYPES], {createdAt: ago(60 * 60 * 1000)})
    const runs = [...groupDatasetsByRun(fresh), ...runsAt(moments, moments)]
    const known = knowing(finished(stamps[0], {successRate: 50, model: 'a'}))
    const all = decide(runs, readRules({keepRecent: 1, keepBest: 1, groupBy: ['model']}), NOW, known)
    expect(all[0]).to.deep.include({action: 'keep'})
    expect(all[0]?.reasons).to.deep.equal([{rule: 'grace', text: 'its row may still come: changed 1h ago'}])
    expect(all.filter(({action}) => action === 'keep').map(({run}) => run.timestamp)).to.deep.equal([
      '20261005_100000',
      stamps[0],
      stamps[1],
    ])
    const [first] = decide(runs, readRules({keepBest: 1, grace: '0'}), NOW, known)
    expect(first?.reasons.map(({rule}) => rule)).to.deep.equal(['keep-best'])
  })

  it('do not wait for a row that is there', () => {
    const known = knowing(
      finished('20261005_110000', {successRate: 50}),
      finished(stamps[0], {successRate: 90}),
    )
    const [fresh] = decisions(['2026-10-05T11:00', moments[0] ?? ''], {keepBest: 1}, {known})
    expect(fresh?.action).to.equal('delete')
  })
})

describe('--group-by', () => {
  const moments = [
    '2026-10-04T12:00',
    '2026-10-03T12:00',
    '2026-10-02T12:00',
    '2026-10-01T12:00',
    '2026-09-30T12:00',
  ]
  const at = (day: string, facts: Partial<LeaderboardRow>) =>
    finished(`2026${day}_120000`, {successRate: 1, ...facts})

  it('lets each group keep its own number, runs without a row too', () => {
    const known = knowing(at('1004', {model: 'a'}), at('1003', {model: 'a'}), at('1002', {model: 'b'}))
    const withoutMetrics = moments.slice(3)
    const kept = keptOf(decisions(moments, {keepRecent: 1, groupBy: ['model']}, {known, withoutMetrics}))
    expect(kept).to.deep.equal({
      '2026-10-04T12:00': ['most recent 1 of 1 for model a'],
      '2026-10-02T12:00': ['most recent 1 of 1 for model b'],
      '2026-10-01T12:00': ['most recent 1 of 1 for runs without a row'],
    })
  })

  it('takes several columns together, and "none" for a value of its own', () => {
    const known = knowing(
      at('1004', {model: 'a', team: 'x'}),
      at('1003', {model: 'a'}),
      at('1002', {model: 'a', team: 'x'}),
      at('1001', {model: 'a'}),
    )
    const withoutMetrics = moments.slice(4)
    const options: RetentionOptions = {keepRecent: 1, groupBy: ['team', 'model']}
    const kept = keptOf(decisions(moments, options, {known, withoutMetrics}))
    expect(Object.values(kept).flat()).to.deep.equal([
      'most recent 1 of 1 for model a, team x',
      'most recent 1 of 1 for model a, no team',
      'most recent 1 of 1 for runs without a row',
    ])
  })

  it('says a name so that a terminal can show it, and in one line', () => {
    const known = knowing(at('1004', {model: `\u001B[2J${'x'.repeat(5000)}`}))
    const kept = keptOf(decisions(moments.slice(0, 1), {keepRecent: 1, groupBy: ['model']}, {known}))
    expect(Object.values(kept).flat().join('')).to.match(/^most recent 1 of 1 for model \[2Jx{77}…$/)
  })

  it('does not mistake a name for two', () => {
    const known = knowing(at('1004', {model: 'a, team b'}), at('1003', {model: 'a', team: 'b'}))
    const kept = keptOf(decisions(moments.slice(0, 2), {keepRecent: 1, groupBy: ['model', 'team']}, {known}))
    expect(Object.keys(kept)).to.have.length(2)
  })

  const doubtful: Array<[title: string, rows: LeaderboardRow[], why: string]> = [
    [
      'rows that disagree',
      [at('1004', {model: 'a'}), at('1004', {model: 'b'})],
      'its rows disagree about the model',
    ],
    ['a model that is not text', [at('1004', {damaged: {model: 'is not text'}})], 'its model is not text'],
    ['no row, though it has metrics', [], 'no row on the leaderboard, though it has metrics'],
  ]
  for (const [title, rows, why] of doubtful) {
    it(`keeps a run whatever its group where that is in doubt: ${title}`, () => {
      const known = knowing(...rows, at('1003', {model: 'a'}), at('1002', {model: 'a'}))
      const all = decisions(moments.slice(0, 3), {keepRecent: 1, groupBy: ['model']}, {known})
      expect(all.map(({action}) => action)).to.deep.equal(['keep', 'keep', 'delete'])
      expect(all[0]?.reasons).to.deep.equal([{rule: 'leaderboard', text: `its group is in doubt: ${why}`}])
      expect(all[1]?.reasons[0]?.text).to.equal('most recent 1 of 1 for model a')
    })
  }

  it('does not ask after a column that it does not group by', () => {
    const known = knowing(at('1004', {model: 'a', team: 'x'}), at('1004', {model: 'a', team: 'y'}))
    const kept = keptOf(decisions(moments.slice(0, 1), {keepBest: 1, groupBy: ['model']}, {known}))
    expect(kept).to.deep.equal({'2026-10-04T12:00': ['best 1 of 1 by success_rate (1) for model a']})
  })
})

describe('rules that need rows', () => {
  it('make nothing go where the leaderboard is not known', () => {
    const rules: RetentionOptions[] = [
      {keepBest: 1},
      {keepRecent: 1, groupBy: ['model']},
      {model: ['*']},
      {unreferenced: true},
      {status: ['failed'], olderThan: '1h'},
      {scoreBelow: 50},
    ]
    const known: RetentionContext = {protection: {}, rows: 'unknown'}
    for (const options of rules) {
      const all = decisions(['2026-10-01T12:00', '2026-09-01T12:00'], options, {known})
      expect(
        all.map(({action}) => action),
        JSON.stringify(options),
      ).to.deep.equal(['keep', 'keep'])
      expect(all[1]?.reasons.map(({rule}) => rule)).to.include('leaderboard')
    }
  })

  it('give no place to a run by a row that names a run of others', () => {
    const row = rowOf({
      resultsDataset: 'other/smoltrace-results-20261001_120000',
      successRate: 100,
      runStatus: 'completed',
    })
    const rows = [row, finished('20260930_120000', {successRate: 20})]
    const moments = ['2026-10-01T12:00', '2026-09-30T12:00']
    const [first, second] = decisions(moments, {keepBest: 1, grace: '0'}, {known: knowing(...rows)})
    expect(first?.reasons.map(({text}) => text)).to.deep.equal([
      'its place is in doubt: a row only seems to mean it',
    ])
    expect(second?.reasons.map(({text}) => text)).to.deep.equal(['best 1 of 1 by success_rate (20)'])
  })

  it('[S6] count neither a pinned run nor one of the future', () => {
    const day = (count: number) => formatTimestamp(ago(count * DAY))
    const known = {
      ...knowing(
        finished('20261004_120000', {successRate: 90}),
        finished('20261003_120000', {successRate: 80}),
      ),
      protection: {runs: {'20261004_120000': {by: 'kim', at: ago(DAY)}}},
    }
    const all = decisions(
      ['2026-10-09T12:00', '2026-10-04T12:00', '2026-10-03T12:00'],
      {keepBest: 1},
      {known},
    )
    expect(day(1)).to.equal('20261004_120000')
    expect(all.map(({action}) => action)).to.deep.equal(['keep', 'keep', 'keep'])
    expect(all[2]?.reasons[0]?.text).to.equal('best 1 of 1 by success_rate (80)')
  })
})
