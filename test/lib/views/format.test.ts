import {expect} from 'chai'

import {type Standing} from '../../../src/lib/account/leaderboard/values.js'
import {type Protection} from '../../../src/lib/account/protection/pins.js'
import {RUN_TYPES, type RunType} from '../../../src/lib/base/names.js'
import {DAY, HOUR} from '../../../src/lib/base/time.js'
import {
  ageOf,
  count,
  describeState,
  describeWait,
  formatBytes,
  minute,
  moment,
  protectionOf,
  thousands,
  typesOf,
} from '../../../src/lib/views/format.js'
import {ago, MINUTE, NOW, runOf, standings} from '../../support/builders.js'

const aged = (ms: number) => ageOf(runOf(ago(ms), RUN_TYPES, {createdAt: ago(ms)}), NOW)

describe('wording', () => {
  it('counts in words that agree with the number', () => {
    expect([0, 1, 2, 1024].map((number) => count(number, 'dataset'))).to.deep.equal([
      '0 datasets',
      '1 dataset',
      '2 datasets',
      '1,024 datasets',
    ])
  })

  it('groups digits by three', () => {
    expect([0, 999, 1000, 12_345, 1_234_567].map((number) => thousands(number))).to.deep.equal([
      '0',
      '999',
      '1,000',
      '12,345',
      '1,234,567',
    ])
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
      [RUN_TYPES, 'finished', 'complete'],
      [RUN_TYPES, 'failed', 'failed'],
      [RUN_TYPES, 'partial', 'failed (partial)'],
      [['results', 'metrics'], 'finished', 'finished without traces'],
      [['results', 'traces'], 'finished', 'thinned: no metrics'],
      [['metrics'], 'finished', 'thinned: no results, no traces'],
      [['results'], undefined, 'incomplete: no traces, no metrics'],
      [['results'], 'unclear', 'finished or not, unknown: no traces, no metrics'],
      [['results', 'metrics'], undefined, 'finished without traces'],
      [['results', 'metrics'], 'failed', 'failed: no traces'],
      [['results'], 'partial', 'failed (partial): no traces, no metrics'],
    ]
    for (const [types, standing, words] of cases) {
      it(`says "${words}" of ${types.join(', ')} where the leaderboard says ${standing ?? 'nothing'}`, () => {
        expect(inWords(types, standing)).to.equal(words)
      })
    }

    it('says what may still be uploading', () => {
      const facts = {createdAt: NOW}
      expect(inWords(['results'], undefined, {facts})).to.equal(
        'may still be uploading: no traces, no metrics, restored 2026-10-05: counts from then',
      )
    })

    it('does not guess where the leaderboard is unknown', () => {
      const more = {rows: 'unknown'} as const
      expect(inWords(['results', 'traces'], undefined, {more})).to.equal(
        'finished or not, unknown: no metrics',
      )
      expect(inWords(RUN_TYPES, undefined, {more})).to.equal('complete')
    })

    it('adds all that is odd about a run: its dates, and its pin while that is live', () => {
      const pin = (until: string) => ({protection: {runs: {[TIMESTAMP]: {by: 'ann', at: NOW, until}}}})
      const facts = {createdAt: ago(DAY)}
      expect(inWords(RUN_TYPES, undefined, {facts})).to.equal(
        'complete, restored 2026-10-04: counts from then',
      )
      expect(inWords(RUN_TYPES, undefined, {more: pin('2026-10-05')})).to.equal('complete, half pinned')
      expect(inWords(RUN_TYPES, undefined, {more: pin('2026-10-04')})).to.equal('complete')
      expect(inWords(RUN_TYPES, undefined, {more: {protection: 'unknown'}})).to.equal('complete')
      expect(inWords(['results'], 'failed', {facts, more: pin('2027-01-01')})).to.equal(
        'failed: no traces, no metrics, restored 2026-10-04: counts from then, half pinned',
      )
    })
  })

  it('tells who protected the leaderboard, in letters that are safe to print', () => {
    const text = protectionOf({by: 'ann\u001B[2J', at: NOW, reason: 'pa\nper'})
    expect(text)
      .to.include('ann')
      .and.include('2026-10-05 12:00 UTC')
      .and.include('pa per')
      .and.not.include('\u001B')
    expect(protectionOf({by: 'ann', at: NOW})).not.to.include('undefined')
    const {leaderboard}: Protection = {}
    expect(protectionOf(leaderboard)).to.equal('not protected')
    expect(protectionOf('unknown')).to.include('unknown')
  })

  it('tells how long a pause is, rounded up to seconds', () => {
    const said = [1, 1000, 1001, 289_000].map((ms) => describeWait({why: 'quota', ms}))
    expect(said.map((text) => /in (\d+) s$/.exec(text)?.[1])).to.deep.equal(['1', '1', '2', '289'])
  })

  it('tells what is waited for', () => {
    expect(describeWait({why: 'quota', ms: 47_000})).to.equal('quota used up, going on in 47 s')
    expect(describeWait({why: 'retry', ms: 800, cause: 'the Hub answered 503', retry: 2, of: 5})).to.equal(
      'the Hub answered 503, trying again in 1 s (2 of 5)',
    )
  })
})

describe('sizes', () => {
  const cases: Array<[bytes: number, text: string]> = [
    [0, '0 B'],
    [1, '1 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [1449, '1.4 kB'],
    [9949, '9.9 kB'],
    [9950, '10 kB'],
    [999_499, '999 kB'],
    [999_500, '1.0 MB'],
    [12_345_678, '12 MB'],
    [1_500_000_000, '1.5 GB'],
    [2e15, '2000 TB'],
  ]
  for (const [bytes, text] of cases) {
    it(`of ${bytes} bytes read ${text}`, () => {
      expect(formatBytes(bytes)).to.equal(text)
    })
  }
})
