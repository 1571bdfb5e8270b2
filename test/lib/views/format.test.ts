import {expect} from 'chai'

import {METRIC_NAMES} from '../../../src/lib/account/leaderboard/metrics.js'
import {type Standing} from '../../../src/lib/account/leaderboard/values.js'
import {RUN_TYPES, type RunType} from '../../../src/lib/base/names.js'
import {count} from '../../../src/lib/base/text.js'
import {DAY, HOUR} from '../../../src/lib/base/time.js'
import {
  ageOf,
  describeState,
  describeWait,
  formatBytes,
  formatMetric,
  formatStorage,
  formatStorageTotal,
  minute,
  moment,
  protectionOf,
  typesOf,
} from '../../../src/lib/views/format.js'
import {ago, MINUTE, NOW, runOf, standings} from '../../support/builders.js'

const aged = (ms: number) => ageOf(runOf(ago(ms), RUN_TYPES, {createdAt: ago(ms)}), NOW)

describe('wording', () => {
  it('counts in words that agree with the number, its digits grouped by three', () => {
    const counts = [0, 1, 2, 999, 12_345, 1_234_567].map((number) => count(number, 'run'))
    expect(counts).to.deep.equal(['0 runs', '1 run', '2 runs', '999 runs', '12,345 runs', '1,234,567 runs'])
  })

  it('writes moments in UTC, to the minute, wherever the machine is', () => {
    const zone = process.env.TZ
    try {
      process.env.TZ = 'Pacific/Kiritimati'
      expect(moment(NOW)).to.equal('2026-10-05 12:00 UTC')
      expect(minute(NOW)).to.equal('2026-10-05 12:00')
    } finally {
      if (zone === undefined) delete process.env.TZ
      else process.env.TZ = zone
    }
  })

  it('tells the age of a run, and which run is of the future', () => {
    expect([76 * DAY, 5 * HOUR, 12 * MINUTE, 0, -1].map((ms) => aged(ms))).to.deep.equal([
      '76d',
      '5h',
      '12min',
      '0min',
      'future',
    ])
  })

  it('names the types that a run has', () => {
    expect(typesOf(runOf(NOW, ['metrics', 'results']))).to.equal('results, metrics')
  })

  describe('of a state', () => {
    const TIMESTAMP = '20260901_120000'
    const context = {now: NOW, rows: standings(), protection: {}}
    const inWords = (
      types: readonly RunType[],
      standing?: Standing,
      {facts = {}, more = {}}: {facts?: object; more?: Partial<Parameters<typeof describeState>[1]>} = {},
    ) => {
      const rows = standing ? standings([TIMESTAMP, standing]) : standings()
      return describeState(runOf(TIMESTAMP, types, facts), {...context, rows, ...more})
    }

    const cases: Array<[types: readonly RunType[], standing: Standing | undefined, words: string]> = [
      [RUN_TYPES, undefined, 'complete'],
      [RUN_TYPES, 'partial', 'failed (partial)'],
      [['results', 'metrics'], 'failed', 'failed: no traces'],
      [['results', 'metrics'], 'finished', 'finished without traces'],
      [['metrics'], 'finished', 'thinned: no results, no traces'],
      [['results'], undefined, 'incomplete: no traces, no metrics'],
      [['results'], 'unclear', 'finished or not, unknown: no traces, no metrics'],
    ]
    for (const [types, standing, words] of cases) {
      it(`says "${words}" of ${types.join(', ')} where the leaderboard says ${standing ?? 'nothing'}`, () => {
        expect(inWords(types, standing)).to.equal(words)
      })
    }

    const restored = 'restored 2026-10-04: counts from then'
    const created = (at: Date, until?: string) => ({
      facts: {createdAt: at},
      ...(until && {more: {protection: {runs: {[TIMESTAMP]: {by: 'ann', at: NOW, until}}}}}),
    })
    const odd: Array<[Parameters<typeof inWords>, words: string]> = [
      [
        [['results'], undefined, created(NOW)],
        'may still be uploading: no traces, no metrics, restored 2026-10-05: counts from then',
      ],
      [[RUN_TYPES, undefined, {more: {protection: 'unknown'}}], 'complete'],
      [[RUN_TYPES, undefined, created(ago(DAY))], `complete, ${restored}`],
      [[RUN_TYPES, undefined, created(ago(DAY), '2026-10-05')], `complete, ${restored}, half pinned`],
      [[RUN_TYPES, undefined, created(ago(DAY), '2026-10-04')], `complete, ${restored}`],
    ]
    for (const [facts, words] of odd) {
      it(`says "${words}"`, () => {
        expect(inWords(...facts)).to.equal(words)
      })
    }
  })

  it('says who protected the leaderboard, in letters that are safe to print', () => {
    const when = 'on 2026-10-05 12:00 UTC'
    const text = protectionOf({by: 'ann\u001B[2J', at: NOW, reason: 'pa\nper'})
    expect(text).to.equal(`protected by ann [2J ${when}: pa per`)
    expect(protectionOf({by: 'ann', at: NOW})).to.equal(`protected by ann ${when}`)
    expect(protectionOf('unknown')).to.equal('protection unknown')
  })

  it('says what is waited for and how long, rounded up to seconds', () => {
    expect(describeWait({why: 'quota', ms: 46_001})).to.equal('quota used up, going on in 47 s')
    expect(describeWait({why: 'retry', ms: 800, cause: 'the Hub answered 503', retry: 2, of: 5})).to.equal(
      'the Hub answered 503, trying again in 1 s (2 of 5)',
    )
  })
})

describe('scores', () => {
  it('have units, and as many decimals all of one metric', () => {
    const values = [87.5, 0.875, 2500, 1_234_567, 0.25, 3]
    expect(METRIC_NAMES.map((metric, index) => formatMetric(metric, values[index] ?? 0))).to.deep.equal([
      '87.5%',
      '0.875',
      '2.5 s',
      '1,234,567',
      '$0.2500',
      '3.0 g',
    ])
    expect(formatMetric('total_cost_usd', 1e300)).to.equal('$1.0e+300')
    expect(formatMetric('total_tokens', 5e9)).to.equal('5,000,000,000')
  })
})

describe('sizes in words', () => {
  const cases: Array<[bytes: number, text: string]> = [
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [1449, '1.4 kB'],
    [9949, '9.9 kB'],
    [9950, '10 kB'],
    [999_499, '999 kB'],
    [999_500, '1.0 MB'],
    [1_500_000_000, '1.5 GB'],
    [2e15, '2000 TB'],
  ]
  for (const [bytes, text] of cases) {
    it(`are ${text} for ${bytes} bytes`, () => {
      expect(formatBytes(bytes)).to.equal(text)
    })
  }

  const sums: Array<[bytes: number, unknown: number, cell: string, total: string]> = [
    [1_240_000, 0, '1.2 MB', '1.2 MB'],
    [1_240_000, 1, 'at least 1.2 MB', 'at least 1.2 MB, 1 dataset of unknown size'],
    [5, 1234, 'at least 5 B', 'at least 5 B, 1,234 datasets of unknown size'],
    [0, 2, 'unknown', 'size unknown'],
  ]
  for (const [bytes, unknown, cell, total] of sums) {
    it(`are ${total} where ${unknown} are unknown`, () => {
      expect(formatStorage({bytes, unknown})).to.equal(cell)
      expect(formatStorageTotal({bytes, unknown})).to.equal(total)
    })
  }
})
