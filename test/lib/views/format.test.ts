import {expect} from 'chai'

import {METRIC_NAMES} from '../../../src/lib/account/leaderboard/metrics.js'
import {type Standing} from '../../../src/lib/account/leaderboard/values.js'
import {type Protection} from '../../../src/lib/account/protection/pins.js'
import {RUN_TYPES, type RunType} from '../../../src/lib/base/names.js'
import {formatCount} from '../../../src/lib/base/text.js'
import {DAY, HOUR, MINUTE} from '../../../src/lib/base/time.js'
import {
  ageOf,
  describeState,
  describeWait,
  formatBytes,
  formatMetric,
  formatMinute,
  formatMoment,
  formatStorage,
  formatStorageTotal,
  protectionOf,
} from '../../../src/lib/views/format.js'
import {ago, NOW, runOf, standings} from '../../support/builders.js'

const aged = (ms: number) => ageOf(runOf(ago(ms), RUN_TYPES, {createdAt: ago(ms)}), NOW)

describe('wording', () => {
  it('counts in words that agree with the number, its digits grouped by three', () => {
    const counts = [0, 1, 2, 999, 12_345, 1_234_567].map((number) => formatCount(number, 'run'))
    expect(counts).to.deep.equal(['0 runs', '1 run', '2 runs', '999 runs', '12,345 runs', '1,234,567 runs'])
  })

  it('writes moments in UTC, to the minute, wherever the machine is', () => {
    const zone = process.env.TZ
    try {
      process.env.TZ = 'Pacific/Kiritimati'
      expect(formatMoment(NOW)).to.equal('2026-10-05 12:00 UTC')
      expect(formatMinute(NOW)).to.equal('2026-10-05 12:00')
    } finally {
      if (zone === undefined) delete process.env.TZ
      else process.env.TZ = zone
    }
  })

  it('says the age of a run, and which run is of the future', () => {
    const ages = [76 * DAY, 5 * HOUR, 12 * MINUTE, 0, -1].map((ms) => aged(ms))
    expect(ages).to.deep.equal(['76d', '5h', '12min', '0min', 'future'])
  })

  describe('of a state', () => {
    const RUN = '20260901_120000'
    const cases: Array<[types: readonly RunType[], standing: Standing | undefined, words: string]> = [
      [RUN_TYPES, undefined, 'complete'],
      [RUN_TYPES, 'partial', 'failed (partial)'],
      [['results', 'metrics'], 'failed', 'failed: no traces'],
      [['results', 'metrics'], 'finished', 'finished without traces'],
      [['metrics'], 'finished', 'thinned: no results, no traces'],
      [['results'], undefined, 'incomplete: no traces, no metrics'],
      [['results'], 'unclear', 'unclear whether finished: no traces, no metrics'],
    ]
    for (const [types, standing, words] of cases) {
      it(`says "${words}" of ${types.join(', ')} where the leaderboard says ${standing ?? 'nothing'}`, () => {
        const rows = standing ? standings([RUN, standing]) : standings()
        expect(describeState(runOf(RUN, types), {now: NOW, rows, protection: {}})).to.equal(words)
      })
    }

    it('says when a run was restored, and whether it is pinned', () => {
      const said = (
        createdAt: Date,
        protection: Protection | 'unknown',
        types: readonly RunType[] = RUN_TYPES,
      ) => describeState(runOf(RUN, types, {createdAt}), {now: NOW, rows: standings(), protection})
      const pinned = (until: string) => ({runs: {[RUN]: {by: 'ann', at: NOW, until}}})
      const [day, restored] = [ago(DAY), 'complete, restored 2026-10-04: counts from then']
      expect(said(new Date('2026-09-01T12:00:00Z'), 'unknown')).to.equal('complete')
      expect(said(day, {})).to.equal(restored)
      expect(said(day, pinned('2026-10-05'))).to.equal(`${restored}, half pinned`)
      expect(said(day, pinned('2026-10-04'))).to.equal(restored)
      expect(said(NOW, {}, ['results'])).to.equal(
        'may still be uploading: no traces, no metrics, restored 2026-10-05: counts from then',
      )
    })
  })

  it('says who protected the leaderboard, in letters that are safe to print', () => {
    const when = 'on 2026-10-05 12:00 UTC'
    const text = protectionOf({by: 'ann\u001B[2J', at: NOW, reason: 'pa\nper'})
    expect(text).to.equal(`protected by ann [2J ${when}: pa per`)
    expect(protectionOf({by: 'ann', at: NOW})).to.equal(`protected by ann ${when}`)
    expect(protectionOf('unknown')).to.equal('protection unknown')
  })

  it('says what is waited for and how long, rounded up to seconds', () => {
    expect(describeWait({why: 'quota', ms: 46_001})).to.equal('rate limit reached, resuming in 47 s')
    expect(describeWait({why: 'retry', ms: 800, cause: 'the Hub returned 503', retry: 2, of: 5})).to.equal(
      'the Hub returned 503, trying again in 1 s (2 of 5)',
    )
  })
})

describe('scores', () => {
  it('have units, and as many decimals all of one metric', () => {
    const values = [87.5, 0.875, 2500, 1_234_567, 0.25, 3]
    const texts = METRIC_NAMES.map((metric, index) => formatMetric(metric, values[index] ?? 0))
    expect(texts).to.deep.equal(['87.5%', '0.875', '2.5 s', '1,234,567', '$0.2500', '3.0 g'])
    expect(formatMetric('total_cost_usd', 1e300)).to.equal('$1.0e+300')
    expect(formatMetric('total_tokens', 5e9)).to.equal('5,000,000,000')
  })
})

describe('sizes in words', () => {
  const cases: Array<[bytes: number, text: string]> = [
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [9949, '9.9 kB'],
    [9950, '10 kB'],
    [999_499, '999 kB'],
    [999_500, '1.0 MB'],
    [2e15, '2000 TB'],
  ]
  for (const [bytes, text] of cases) {
    it(`are ${text} for ${bytes} bytes`, () => {
      expect(formatBytes(bytes)).to.equal(text)
    })
  }

  it('say what is missing, in totals of how many', () => {
    const both = (bytes: number, unknown: number) => [
      formatStorage({bytes, unknown}),
      formatStorageTotal({bytes, unknown}),
    ]
    expect(both(1_240_000, 0)).to.deep.equal(['1.2 MB', '1.2 MB'])
    expect(both(5, 1234)).to.deep.equal(['at least 5 B', 'at least 5 B, 1,234 datasets of unknown size'])
    expect(both(0, 2)).to.deep.equal(['unknown', 'size unknown'])
  })
})
