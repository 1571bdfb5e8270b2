import {expect} from 'chai'

import {citationsIn} from '../../../src/lib/citations.js'
import {DAY} from '../../../src/lib/duration.js'
import {evidenceOf} from '../../../src/lib/evidence.js'
import {type LeaderboardRow} from '../../../src/lib/leaderboard-rows.js'
import {formatTimestamp, RUN_TYPES} from '../../../src/lib/naming.js'
import {decide, type Decision} from '../../../src/lib/retention.js'
import {keeping} from '../../../src/lib/retention/keepers.js'
import {type Knowledge} from '../../../src/lib/retention/knowledge.js'
import {type RetentionOptions} from '../../../src/lib/rule-types.js'
import {readRules} from '../../../src/lib/rules.js'
import {groupDatasetsByRun, type Run} from '../../../src/lib/runs.js'
import {ago, NAMESPACE, NOTHING_KNOWN, NOW, runDatasets} from '../../support/builders.js'
import {finished, rowOf} from '../../support/rows.js'

/** Complete runs of these moments, `2026-10-05T11:00` for example. */
function runsAt(moments: string[]): Run[] {
  return groupDatasetsByRun(
    moments.flatMap((moment) => {
      const createdAt = new Date(`${moment}Z`)
      return runDatasets(formatTimestamp(createdAt), [...RUN_TYPES], {createdAt})
    }),
  )
}

function knowing(...rows: LeaderboardRow[]): Knowledge {
  return {protection: {}, evidence: evidenceOf(rows, NAMESPACE), citations: citationsIn(rows, NAMESPACE)}
}

function decisions(
  moments: string[],
  options: RetentionOptions,
  {known = NOTHING_KNOWN, now = NOW}: {known?: Knowledge; now?: Date} = {},
): Decision[] {
  return decide(runsAt(moments), readRules(options), now, known)
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
    keptOf(decisions(moments, options, {known: knowing(...rows)}))

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

  it('rank only what finished, by its newest row', () => {
    const rows = [
      finished(stamps[0], {successRate: 99, runStatus: 'partial'}),
      finished(stamps[1], {successRate: 95, timestamp: '2026-10-03T13:00:00'}),
      finished(stamps[1], {successRate: 10, timestamp: '2026-10-03T14:00:00'}),
      finished(stamps[2], {successRate: 20}),
    ]
    expect(Object.keys(best({keepBest: 1}, ...rows))).to.deep.equal(['2026-10-02T12:00'])
  })

  it('say of a run without a row, or without a score, that it is never among the best', () => {
    const rows = [finished(stamps[0], {successRate: 50}), finished(stamps[1])]
    const all = decisions(moments, {keepBest: 1}, {known: knowing(...rows)})
    expect(all.slice(1, 3).map(({reasons}) => reasons.map(({text}) => text).join(';'))).to.deep.equal([
      'no success_rate of a finished evaluation, so never among the best',
      'no row on the leaderboard, so never among the best',
    ])
    const selected = decisions(moments, {keepBest: 1, olderThan: '1d'}, {known: knowing(...rows)})
    expect(selected[2]?.reasons.map(({rule}) => rule)).to.deep.equal(['older-than', 'keep-best'])
  })

  it('keep a run without a row within the grace period, complete or not, and do not count it', () => {
    const fresh = runDatasets('20261005_100000', [...RUN_TYPES], {createdAt: ago(60 * 60 * 1000)})
    const runs = [...groupDatasetsByRun(fresh), ...runsAt(moments)]
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
    expect(first?.action).to.equal('delete')
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
    const kept = keptOf(decisions(moments, {keepRecent: 1, groupBy: ['model']}, {known}))
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
    const kept = keptOf(decisions(moments, {keepRecent: 1, groupBy: ['team', 'model']}, {known}))
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

  it('goes by the newest row', () => {
    const known = knowing(
      at('1004', {model: 'old', timestamp: '2026-10-04T13:00:00'}),
      at('1004', {model: 'new', timestamp: '2026-10-04T14:00:00'}),
      at('1003', {model: 'new'}),
    )
    const kept = keptOf(decisions(moments.slice(0, 2), {keepBest: 1, groupBy: ['model']}, {known}))
    expect(kept).to.deep.equal({'2026-10-04T12:00': ['best 1 of 1 by success_rate (1) for model new']})
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
    const known: Knowledge = {protection: {}, evidence: 'unknown', citations: 'unknown'}
    for (const options of rules) {
      const all = decisions(['2026-10-01T12:00', '2026-09-01T12:00'], options, {known})
      expect(
        all.map(({action}) => action),
        JSON.stringify(options),
      ).to.deep.equal(['keep', 'keep'])
      expect(all[1]?.reasons.map(({rule}) => rule)).to.include('leaderboard')
    }
  })

  it('leave out rows that name the runs of others', () => {
    const row = rowOf({
      resultsDataset: 'other/smoltrace-results-20261001_120000',
      successRate: 100,
      runStatus: 'completed',
    })
    const [decision] = decisions(['2026-10-01T12:00'], {keepBest: 1, grace: '0'}, {known: knowing(row)})
    expect(decision?.action).to.equal('delete')
  })

  it('count neither a pinned run nor one of the future', () => {
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

describe('many runs', () => {
  const moments = Array.from(
    {length: 60},
    (_, index) => `2026-08-${String(1 + (index % 30)).padStart(2, '0')}T${10 + Math.floor(index / 30)}:00`,
  )
  const runs = runsAt(moments)
  const known = knowing(...runs.map(({timestamp}) => finished(timestamp, {model: 'a', successRate: 50})))
  const all: RetentionOptions[] = [
    {keepWithin: '1y'},
    {keepRecent: 60},
    {keepHourly: 60},
    {keepBest: 60},
    {keepRecent: 1, groupBy: ['model']},
  ]
  for (const options of all) {
    it(`are put aside at any of them, by ${JSON.stringify(options)}`, () => {
      const steps = [...keeping(runs, readRules(options), NOW, known)]
      expect(steps.length).to.be.at.least(runs.length)
    })
  }
})
