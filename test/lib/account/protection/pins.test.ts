import {expect} from 'chai'

import {
  describeLivePin,
  describePin,
  pinOn,
  type Protection,
  refuseProtected,
} from '../../../../src/lib/account/protection/pins.js'
import {type Run} from '../../../../src/lib/account/runs.js'
import {RefusedError} from '../../../../src/lib/base/errors.js'
import {RUN_TYPES, type RunType} from '../../../../src/lib/base/names.js'
import {DAY} from '../../../../src/lib/base/time.js'
import {
  errorOf,
  inventoryOf,
  later,
  leaderboardDataset,
  NOW,
  runDatasets,
  runOf,
} from '../../../support/builders.js'

/** What a listing with a leaderboard found. */
const withBoard = (...datasets: ReturnType<typeof runDatasets>) =>
  inventoryOf(datasets, {leaderboard: leaderboardDataset()})

describe('protection', () => {
  describe('refusing', () => {
    const protection = {leaderboard: {by: 'ann', at: NOW, reason: 'paper'}}

    it('names who protected the leaderboard, when, why, and how to lift it', () => {
      const error = errorOf(() => refuseProtected(withBoard(), protection)) as RefusedError
      expect(error).to.be.instanceOf(RefusedError)
      expect(error.message).to.include('ann').and.include('2026-10-05').and.include('paper')
      expect(error.suggestions.join(',')).to.include('leaderboard unprotect --namespace kim')
    })

    it('is left out where there is no protection or no leaderboard', () => {
      expect(() => refuseProtected(withBoard(), {})).not.to.throw()
      expect(() => refuseProtected(inventoryOf([]), protection)).not.to.throw()
    })
  })
})

describe('pins', () => {
  const at = NOW
  const protection: Protection = {
    runs: {
      '20260101_000000': {by: 'ann', at},
      '20260102_000000': {by: 'ann', at, until: '2026-10-05', reason: 'paper'},
      '20260103_000000': {by: 'ann', at, until: '2026-10-04'},
    },
  }

  const cases: Array<[timestamp: string, now: string, isLive: boolean]> = [
    ['20260101_000000', '2226-01-01T00:00:00Z', true],
    ['20260102_000000', '2026-10-05T00:00:00.000Z', true],
    ['20260102_000000', '2026-10-05T23:59:59.999Z', true],
    ['20260102_000000', '2026-10-06T00:00:00.000Z', false],
    ['20260103_000000', '2026-10-05T00:00:00.000Z', false],
    ['20260104_000000', '2026-10-05T00:00:00.000Z', false],
  ]
  for (const [timestamp, now, isLive] of cases) {
    it(`hold ${isLive ? '' : 'nothing '}for ${timestamp} at ${now}`, () => {
      expect(pinOn(runOf(timestamp), protection, new Date(now)) !== undefined).to.equal(isLive)
    })
  }

  it('are not found under names that every object has', () => {
    for (const name of ['constructor', '__proto__', 'toString'])
      expect(pinOn({timestamp: name, datasets: []}, protection, NOW)).to.equal(undefined)
  })

  it('say who, until when and why, and are safe to print', () => {
    expect(describePin(protection.runs!['20260102_000000']!)).to.equal(
      'pinned by ann until 2026-10-05: paper',
    )
    expect(describePin({by: 'a\u001B[2J', at, reason: '\u0007x'})).not.to.match(/[\u001B\u0007]/)
  })

  it('that hold keep the leaderboard, which they live in', () => {
    const error = errorOf(() => refuseProtected(withBoard(), protection)) as RefusedError
    expect(error).to.be.instanceOf(RefusedError).and.to.have.property('exitCode', 1)
    expect(error.suggestions.join(' ')).to.include(
      'runs unprotect 20260101_000000 20260102_000000 --namespace kim',
    )
    expect(error.message).to.include('20260102_000000 (pinned by ann until 2026-10-05: paper)')
    expect(error.message).not.to.include('20260103')
  })

  it('that have run out do not keep it', () => {
    const over = {runs: {'20260103_000000': {by: 'ann', at, until: '2026-10-04'}}}
    expect(() => refuseProtected(withBoard(), over)).not.to.throw()
  })

  describe('in the cards', () => {
    const STAMP = '20260901_120000'
    const entry = {by: 'ann', at}
    const tagged = (tags: Partial<Record<RunType, string[]>>, types: readonly RunType[] = RUN_TYPES): Run => {
      const run = runOf(STAMP, types)
      for (const dataset of run.datasets) {
        const own = tags[dataset.type]
        if (own) dataset.pinTags = own
      }

      return run
    }

    const FOR_GOOD = ['smoltrace-pinned']
    const today = ['smoltrace-pinned-until-20261005']
    const over = ['smoltrace-pinned-until-20261004']
    const witnesses: Array<[title: string, run: Run, entry: Protection['runs'], said: string | undefined]> = [
      ['a tag alone', tagged({results: FOR_GOOD}), undefined, 'pinned by its tag'],
      ['a tag with an end', tagged({results: today}), undefined, 'pinned by its tag until 2026-10-05'],
      ['a tag that has run out', tagged({results: over}), undefined, undefined],
      ['a tag of its traces', tagged({traces: FOR_GOOD}), undefined, 'pinned by its tag'],
      ['a tag of its metrics', tagged({metrics: [...over, ...FOR_GOOD]}), undefined, 'pinned by its tag'],
      [
        'a tag that is none',
        tagged({results: ['smoltrace-pinned-until-20261399']}),
        undefined,
        'pinned by its tag "smoltrace-pinned-until-20261399", which is in doubt',
      ],
      [
        'of two tags the longer',
        tagged({results: [...today, 'smoltrace-pinned-until-20261231']}),
        undefined,
        'pinned by its tag until 2026-12-31',
      ],
      ['both', tagged({results: FOR_GOOD}), {[STAMP]: entry}, 'pinned by ann'],
      [
        'an entry that has run out beside a tag',
        tagged({results: FOR_GOOD}),
        {[STAMP]: {...entry, until: '2026-10-04'}},
        'pinned by its tag',
      ],
      [
        'a tag that has run out beside an entry',
        tagged({results: over}),
        {[STAMP]: entry},
        'pinned by ann (half: not in its card)',
      ],
      ['an entry alone', tagged({}), {[STAMP]: entry}, 'pinned by ann (half: not in its card)'],
      [
        'an entry and a tag of another dataset',
        tagged({metrics: FOR_GOOD}),
        {[STAMP]: entry},
        'pinned by ann (half: not in its card)',
      ],
      [
        'an entry that ends later than the tag',
        tagged({results: today}),
        {[STAMP]: {...entry, until: '2026-12-31'}},
        'pinned by ann until 2026-12-31 (half: not in its card)',
      ],
      [
        'an entry that ends earlier than the tag',
        tagged({results: FOR_GOOD}),
        {[STAMP]: {...entry, until: '2026-12-31'}},
        'pinned by ann until 2026-12-31',
      ],
      [
        'an entry beside a tag in doubt',
        tagged({results: ['smoltrace-pinned-x']}),
        {[STAMP]: entry},
        'pinned by ann (half: not in its card)',
      ],
      [
        'without results, the tag of one of two',
        tagged({traces: FOR_GOOD}, ['traces', 'metrics']),
        {[STAMP]: entry},
        'pinned by ann (half: not in its card)',
      ],
      [
        'without results, the tags of both',
        tagged({traces: FOR_GOOD, metrics: FOR_GOOD}, ['traces', 'metrics']),
        {[STAMP]: entry},
        'pinned by ann',
      ],
      ['neither', tagged({}), undefined, undefined],
    ]
    for (const [title, run, runs, said] of witnesses) {
      it(`are a witness of their own: ${title}`, () => {
        const pin = pinOn(run, {...(runs && {runs})}, NOW)
        expect(pin && describeLivePin(pin)).to.equal(said)
        if (!runs) expect(pinOn(run, 'unknown', NOW)).to.deep.equal(pin)
      })
    }

    it('[S13] hold until the end of the last day, in UTC', () => {
      const run = tagged({results: today})
      expect(pinOn(run, {}, new Date('2026-10-05T23:59:59.999Z'))).not.to.equal(undefined)
      expect(pinOn(run, {}, later(NOW, DAY))).to.equal(undefined)
    })

    it('are safe to print', () => {
      const pin = pinOn(tagged({results: ['smoltrace-pinned\u001B[2J\u202E']}), {}, NOW)
      expect(pin && describeLivePin(pin)).not.to.match(/[\u001B\u202E]/)
    })

    it('keep the leaderboard while they hold', () => {
      const keeping = withBoard(...tagged({metrics: FOR_GOOD}).datasets)
      const error = errorOf(() => refuseProtected(keeping, {})) as RefusedError
      expect(error).to.be.instanceOf(RefusedError)
      expect(error.message).to.include(`${STAMP} (pinned by its tag)`)
      expect(error.suggestions.join(' ')).to.include(`runs unprotect ${STAMP} --namespace kim`)
      expect(() => refuseProtected(withBoard(...tagged({metrics: over}).datasets), {})).not.to.throw()
    })
  })
})
