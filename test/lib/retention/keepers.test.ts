import {expect} from 'chai'
import * as fc from 'fast-check'

import {type LeaderboardRow} from '../../../src/lib/account/leaderboard/row.js'
import {groupDatasetsByRun, type Run} from '../../../src/lib/account/runs.js'
import {formatTimestamp, RUN_TYPES} from '../../../src/lib/base/names.js'
import {DAY, HOUR} from '../../../src/lib/base/time.js'
import {type RetentionContext} from '../../../src/lib/retention/context.js'
import {type RetentionOptions} from '../../../src/lib/retention/rules.js'
import {ago, NOTHING_KNOWN, NOW, runDatasets} from '../../support/builders.js'
import {decisionsOf, deletedBy, finished, knowing, named, rowOf, saidOf} from '../../support/rows.js'

const SECOND = 1000
/** After every run of a calendar. */
const FAR = new Date('2400-01-01T00:00:00Z')

/** Runs of these moments, `2026-10-05T11:00` for example; complete ones but for those that have no metrics. */
function runsAt(moments: readonly string[], withoutMetrics: readonly string[] = []): Run[] {
  return groupDatasetsByRun(
    moments.flatMap((moment) => {
      const createdAt = new Date(`${moment}Z`)
      const types = RUN_TYPES.filter((type) => type !== 'metrics' || !withoutMetrics.includes(moment))
      return runDatasets(formatTimestamp(createdAt), types, {createdAt})
    }),
  )
}

/** Why the runs of these moments are kept; `-` for one that is deleted. */
function kept(
  runs: Run[],
  options: RetentionOptions,
  known: RetentionContext = NOTHING_KNOWN,
  now = NOW,
): string[] {
  return saidOf(decisionsOf(runs, options, known, now)).map((said) =>
    said.startsWith('keep: ') ? said.slice('keep: '.length) : '-',
  )
}

describe('keepers in calendar buckets', () => {
  it('keep the newest of each bucket, and empty ones use up nothing', () => {
    const days = ['10-05T11:00', '10-05T09:00', '10-01T23:00', '10-01T01:00', '08-01T12:00', '07-01T12:00']
    expect(kept(runsAt(days.map((day) => `2026-${day}`)), {keepDaily: 3})).to.deep.equal([
      'daily 1 of 3 (2026-10-05)',
      '-',
      'daily 2 of 3 (2026-10-01)',
      '-',
      'daily 3 of 3 (2026-08-01)',
      '-',
    ])
  })

  const buckets: Array<[moment: string, keeper: keyof RetentionOptions, bucket: string]> = [
    ['2026-10-05T12:59:59.999', 'keepHourly', 'hourly 1 of 1 (2026-10-05T12)'],
    ['2026-10-05T13:00', 'keepHourly', 'hourly 1 of 1 (2026-10-05T13)'],
    ['2028-02-29T23:59:59.999', 'keepDaily', 'daily 1 of 1 (2028-02-29)'],
    ['2028-03-01T00:00', 'keepDaily', 'daily 1 of 1 (2028-03-01)'],
    ['2028-02-29T12:00', 'keepMonthly', 'monthly 1 of 1 (2028-02)'],
    ['2026-12-31T23:59:59.999', 'keepYearly', 'yearly 1 of 1 (2026)'],
    // Monday is the first day: Sunday 4 October 2026 still belongs to week 40.
    ['2026-10-04T23:59:59.999', 'keepWeekly', 'weekly 1 of 1 (2026-W40)'],
    ['2026-10-05T00:00', 'keepWeekly', 'weekly 1 of 1 (2026-W41)'],
    // 2026 has 53 weeks, and the last one ends on 3 January 2027.
    ['2027-01-03T23:59:59.999', 'keepWeekly', 'weekly 1 of 1 (2026-W53)'],
    ['2027-01-04T00:00', 'keepWeekly', 'weekly 1 of 1 (2027-W01)'],
    // 30 December 2024 is a Monday of the first week of 2025.
    ['2024-12-30T00:00', 'keepWeekly', 'weekly 1 of 1 (2025-W01)'],
  ]
  for (const [moment, keeper, bucket] of buckets) {
    it(`keep a run of ${moment} as ${bucket}`, () => {
      expect(kept(runsAt([moment]), {[keeper]: 1}, NOTHING_KNOWN, FAR)).to.deep.equal([bucket])
    })
  }

  it('keep one run of a week, which has the seven days from a Monday on', () => {
    const days = fc.integer({min: 1, max: 10_000}).map((weeks) => weeks * 7 * DAY - 3 * DAY)
    fc.assert(
      fc.property(days, (monday) => {
        const week = [7 * DAY, 7 * DAY - SECOND, 3 * DAY, 0, -SECOND].map((after) =>
          new Date(monday + after).toISOString().slice(0, 19),
        )
        const isKept = kept(runsAt(week), {keepWeekly: 3}, NOTHING_KNOWN, FAR).map((said) => said !== '-')
        expect(isKept).to.deep.equal([true, true, false, false, true])
      }),
    )
  })

  it('tell apart runs of one moment by their names, the later one first', () => {
    const createdAt = new Date('2026-10-01T10:00:00Z')
    const stamps = ['20261001_095801', '20261001_095803', '20261001_095802']
    const runs = groupDatasetsByRun(stamps.flatMap((stamp) => runDatasets(stamp, RUN_TYPES, {createdAt})))
    for (const order of [runs, runs.toReversed()])
      expect(deletedBy(decisionsOf(order, {keepHourly: 1}))).to.have.members([stamps[0], stamps[2]])
  })

  it('are combined by or, and say each why', () => {
    const runs = runsAt(['2026-10-05T11:00', '2026-10-05T10:00', '2026-09-20T12:00', '2025-01-01T12:00'])
    expect(kept(runs, {keepRecent: 1, keepMonthly: 2, keepYearly: 2})).to.deep.equal([
      'most recent 1 of 1; monthly 1 of 2 (2026-10); yearly 1 of 2 (2026)',
      '-',
      'monthly 2 of 2 (2026-09)',
      'yearly 2 of 2 (2025)',
    ])
  })
})

const DAYS = ['2026-10-04T12:00', '2026-10-03T12:00', '2026-10-02T12:00', '2026-10-01T12:00'] as const
const STAMPS = ['20261004_120000', '20261003_120000', '20261002_120000', '20261001_120000'] as const
const row = (index: number, facts: Partial<LeaderboardRow> = {}) => finished(STAMPS[index] ?? '', facts)

describe('keepers that do not keep a run', () => {
  const known = knowing(row(0, {successRate: 90, model: 'a'}), row(1, {successRate: 20, model: 'a'}))
  const failed = knowing(row(0, {successRate: 90}), row(1, {runStatus: 'failed'}))
  const cases: Array<[options: RetentionOptions, text: string, known?: RetentionContext]> = [
    [{keepWithin: '1d'}, 'not within the last 1d'],
    [{keepRecent: 1}, 'not the most recent'],
    [{keepRecent: 1, groupBy: ['model']}, 'not the most recent of its group'],
    [{keepHourly: 1}, 'not the hourly run'],
    [{keepDaily: 1, groupBy: ['model']}, 'not the daily run of its group'],
    [{keepBest: 1}, 'not the best by success_rate (20)'],
    [{keepBest: 1, groupBy: ['model']}, 'not the best of its group by success_rate (20)'],
    // Of what a selector selects they say only that it is not ranked.
    [{keepBest: 1, olderThan: '1d'}, 'older than 1d'],
    [{keepBest: 1}, 'status failed, so it is not ranked', failed],
    [{keepBest: 1, olderThan: '1d'}, 'older than 1d; status failed, so it is not ranked', failed],
  ]
  for (const [options, text, rows = known] of cases) {
    it(`say "${text}"`, () => {
      expect(saidOf(decisionsOf(runsAt(DAYS.slice(0, 2)), options, rows))[1]).to.equal(`delete: ${text}`)
    })
  }

  it('are named in what is said of a run that another rule selects', () => {
    const decisions = decisionsOf(runsAt(DAYS.slice(0, 2)), {keepBest: 1, olderThan: '1d'}, failed)
    expect(decisions[1]?.reasons.map(({rule}) => rule)).to.deep.equal(['older-than', 'keep-best'])
  })
})

describe('--keep-within', () => {
  it('counts from now, its edge included, and keeps what --older-than of the same age does not select', () => {
    const runs = runsAt(['2026-10-05T11:00', '2026-10-04T12:00', '2026-10-04T11:59'])
    const within = 'within the last 1d'
    expect(kept(runs, {keepWithin: '1d'})).to.deep.equal([within, within, '-'])
    expect(deletedBy(decisionsOf(runs, {olderThan: '1d'}))).to.deep.equal(['20261004_115900'])
    const inGroups: RetentionOptions = {keepWithin: '1d', keepRecent: 1, groupBy: ['model']}
    const known = knowing(finished('20261004_120000', {model: 'a'}))
    expect(kept(runs.slice(1, 2), inGroups, known)).to.deep.equal([
      `${within}; most recent 1 of 1 for model a`,
    ])
  })
})

describe('keepers by score', () => {
  const runs = runsAt(DAYS, DAYS.slice(2))
  const best = (options: RetentionOptions, ...rows: LeaderboardRow[]) => kept(runs, options, knowing(...rows))

  it('keep the best, and of equals the newer', () => {
    const rows = [50, 90, 50].map((successRate, index) => row(index, {successRate}))
    const expected = ['best 2 of 2 by success_rate (50)', 'best 1 of 2 by success_rate (90)', '-', '-']
    expect(best({keepBest: 2}, ...rows)).to.deep.equal(expected)
  })

  it('know where less is better, and take short names', () => {
    const rows = [row(0, {totalCostUsd: 2}), row(1, {totalCostUsd: 0.031_25})]
    expect(best({keepBest: 1, by: 'cost'}, ...rows)[1]).to.equal('best 1 of 1 by total_cost_usd (0.0313)')
  })

  it('rank only what finished, and say of a run without a row that it is not ranked', () => {
    const rows = [
      row(0, {successRate: 99, runStatus: 'partial'}),
      row(1, {successRate: 98, runStatus: 'failed'}),
      row(2, {successRate: 20}),
    ]
    expect(best({keepBest: 1}, ...rows)).to.deep.equal(['-', '-', 'best 1 of 1 by success_rate (20)', '-'])
    expect(saidOf(decisionsOf(runs, {keepBest: 1}, knowing(...rows)))[3]).to.equal(
      'delete: no row on the leaderboard, so it is not ranked',
    )
  })

  const measured = row(2, {totalCostUsd: 3, successRate: 50})
  const worse = row(1, {totalCostUsd: 9, successRate: 10})
  const nearly = {resultsDataset: `smoltrace-results-${STAMPS[0]}`, runStatus: 'completed', successRate: 95}
  const doubtful: Array<[why: string, rows: LeaderboardRow[], by?: string]> = [
    ['status "success" is unknown', [row(0, {runStatus: 'success', successRate: 95})]],
    ['its success_rate is text', [row(0, {damaged: {successRate: 'is text'}})]],
    ['its rows disagree about success_rate', [row(0, {successRate: 95}), row(0, {successRate: 20})]],
    ['no row on the leaderboard, though it has metrics', []],
    ['a row may refer to it, but does not name it exactly', [rowOf(nearly)]],
    ['cost not measured', [row(0, {totalCostUsd: 0, totalTokens: 100})], 'cost'],
  ]
  for (const [why, rows, by = 'success'] of doubtful) {
    it(`[S6] keep beside the others a run in doubt, without a place: ${why}`, () => {
      for (const selector of [{}, {olderThan: '1h'}]) {
        const options = {keepBest: 1, keepRecent: 1, by, ...selector}
        const found = best(options, ...rows, worse, measured)
        expect(found.map((said) => said.replace(/ by .*/, ''))).to.deep.equal([
          `its rank is unclear: ${why}`,
          'most recent 1 of 1',
          'best 1 of 1',
          '-',
        ])
      }
    })
  }

  it('[S7] keep a run without a row within the grace period, complete or not, and do not count it', () => {
    const fresh = runDatasets('20261005_100000', RUN_TYPES, {createdAt: ago(HOUR)})
    const all = [...groupDatasetsByRun(fresh), ...runsAt(DAYS, DAYS)]
    const known = knowing(row(0, {successRate: 50, model: 'a'}))
    const decisions = decisionsOf(all, {keepRecent: 1, keepBest: 1, groupBy: ['model']}, known)
    expect(decisions[0]?.reasons).to.deep.equal([
      {rule: 'grace', text: 'its leaderboard row may still be written: changed 1h ago'},
    ])
    expect(deletedBy(decisions)).to.deep.equal(STAMPS.slice(2))
    const [first] = decisionsOf(all, {keepBest: 1, grace: '0'}, known)
    expect(first?.reasons.map(({rule}) => rule)).to.deep.equal(['keep-best'])
  })

  it('[S7] do not wait for a row that is there, but where it only seems to mean the run', () => {
    const name = named('results', '20261005_110000')
    const going = (resultsDataset: string) => {
      const known = knowing(rowOf({resultsDataset, runStatus: 'completed', model: 'a'}), row(0, {model: 'a'}))
      const options: RetentionOptions = {keepRecent: 1, model: ['a']}
      return deletedBy(decisionsOf(runsAt(['2026-10-05T11:00', DAYS[0]]), options, known))
    }

    expect(going(name)).to.deep.equal([STAMPS[0]])
    expect(going(`https://huggingface.co/datasets/${name}`)).to.deep.equal([])
  })

  it('[S6] count neither a pinned run nor one of the future', () => {
    const future = finished('20261009_120000', {successRate: 99})
    const rows = knowing(future, row(0, {successRate: 90}), row(1, {successRate: 80}))
    const known = {...rows, protection: {runs: {[STAMPS[0]]: {by: 'kim', at: ago(DAY)}}}}
    const runs = runsAt(['2026-10-09T12:00', ...DAYS.slice(0, 2)])
    const counts = decisionsOf(runs, {keepBest: 1}, known).map((decision) => decision.counts)
    expect(counts).to.deep.equal([false, false, true])
    expect(kept(runs, {keepBest: 1}, known)).to.deep.equal([
      'dated in the future',
      'pinned by kim (half: not in its card)',
      'best 1 of 1 by success_rate (80)',
    ])
  })
})

describe('--group-by', () => {
  const scored = (index: number, facts: Partial<LeaderboardRow>) => row(index, {successRate: 1, ...facts})
  const recent = (columns: RetentionOptions['groupBy'], runs: Run[], ...rows: LeaderboardRow[]) =>
    kept(runs, {keepRecent: 1, groupBy: columns}, knowing(...rows))
  const by = (name: string) => `most recent 1 of 1 for ${name}`

  it('lets each group keep its own number, runs without a row too', () => {
    const rows = [scored(0, {model: 'a'}), scored(1, {model: 'a'}), scored(2, {model: 'b'})]
    const runs = runsAt([...DAYS, '2026-09-30T12:00'], [DAYS[3], '2026-09-30T12:00'])
    const expected = [by('model a'), '-', by('model b'), by('runs without a row'), '-']
    expect(recent(['model'], runs, ...rows)).to.deep.equal(expected)
  })

  it('takes several columns together, and "none" for a value of its own', () => {
    const rows = DAYS.map((_, index) => scored(index, {model: 'a', ...(index % 2 === 0 && {team: 'x'})}))
    const expected = [by('model a, team x'), by('model a, no team'), '-', '-']
    expect(recent(['team', 'model'], runsAt(DAYS), ...rows)).to.deep.equal(expected)
  })

  it('says a name so that a terminal can show it, and in one line', () => {
    const model = `\u001B[2J${'x'.repeat(5000)}`
    const [said] = recent(['model'], runsAt(DAYS.slice(0, 1)), scored(0, {model}))
    expect(said).to.match(/^most recent 1 of 1 for model \[2Jx{77}…$/)
  })

  it('does not mistake a name for two', () => {
    const rows = [scored(0, {model: 'a, team b'}), scored(1, {model: 'a', team: 'b'})]
    expect(recent(['model', 'team'], runsAt(DAYS.slice(0, 2)), ...rows)).not.to.include('-')
  })

  const doubtful: Array<[why: string, rows: LeaderboardRow[]]> = [
    ['its rows disagree about the model', [scored(0, {model: 'a'}), scored(0, {model: 'b'})]],
    ['its model is not text', [scored(0, {damaged: {model: 'is not text'}})]],
    ['no row on the leaderboard, though it has metrics', []],
  ]
  for (const [why, rows] of doubtful) {
    it(`keeps a run whatever its group where that is in doubt: ${why}`, () => {
      const known = knowing(...rows, scored(1, {model: 'a'}), scored(2, {model: 'a'}))
      const options: RetentionOptions = {keepRecent: 1, groupBy: ['model']}
      expect(kept(runsAt(DAYS.slice(0, 3)), options, known)).to.deep.equal([
        `its group is unclear: ${why}`,
        by('model a'),
        '-',
      ])
      expect(decisionsOf(runsAt(DAYS), options, known)[0]?.reasons[0]?.rule).to.equal('leaderboard')
    })
  }

  it('says once what leaves both the group and the score in doubt', () => {
    const said = (...rows: LeaderboardRow[]) =>
      kept(runsAt(DAYS.slice(0, 1)), {keepBest: 1, groupBy: ['model']}, knowing(...rows))
    expect(said()).to.deep.equal(['its group is unclear: no row on the leaderboard, though it has metrics'])
    const two = 'its group is unclear: its model is not text; its rank is unclear: its success_rate is text'
    const damaged = {model: 'is not text', successRate: 'is text'} as const
    expect(said(scored(0, {damaged}))).to.deep.equal([two])
  })

  it('does not ask after a column that it does not group by', () => {
    const rows = [scored(0, {model: 'a', team: 'x'}), scored(0, {model: 'a', team: 'y'})]
    const found = kept(runsAt(DAYS.slice(0, 1)), {keepBest: 1, groupBy: ['model']}, knowing(...rows))
    expect(found).to.deep.equal(['best 1 of 1 by success_rate (1) for model a'])
  })
})

describe('rules that need rows', () => {
  const unknown: RetentionContext = {protection: {}, rows: 'unknown'}
  const grouped: RetentionOptions = {keepRecent: 1, groupBy: ['model']}
  for (const options of [{keepBest: 1}, grouped, {model: ['*']}, {unreferenced: true}, {scoreBelow: 50}]) {
    it(`delete nothing where the leaderboard is not known: ${JSON.stringify(options)}`, () => {
      const decisions = decisionsOf(runsAt(DAYS), options, unknown)
      expect(deletedBy(decisions)).to.deep.equal([])
      const reason = {rule: 'leaderboard', text: 'the leaderboard could not be read', isUnclear: true}
      expect(decisions[1]?.reasons).to.deep.equal([reason])
    })
  }

  it('let others count where the leaderboard is not known', () => {
    const [first] = kept(runsAt(DAYS), {keepRecent: 1, keepBest: 1}, unknown)
    expect(first).to.equal('most recent 1 of 1; the leaderboard could not be read')
  })
})
