import {expect} from 'chai'

import {
  describeLivePin,
  type Pin,
  pinOn,
  type Protection,
  requireUnprotected,
} from '../../../../src/lib/account/protection/pins.js'
import {RefusedError} from '../../../../src/lib/base/errors.js'
import {RUN_TYPES, type RunType} from '../../../../src/lib/base/names.js'
import {errorOf, inventoryOf, leaderboardDataset, NOW, runOf} from '../../../support/builders.js'

const STAMP = '20260901_120000'
const FOR_GOOD = ['smoltrace-pinned']
const until = (day: string) => `smoltrace-pinned-until-${day}`
const TODAY = [until('20261005')]
const OVER = [until('20261004')]
const HALF = 'pinned by ann (half: not in its card)'

/** A run whose cards have these tags. */
const tagged = (tags: Partial<Record<RunType, string[]>>, types: readonly RunType[] = RUN_TYPES) => {
  const run = runOf(STAMP, types)
  for (const dataset of run.datasets) if (tags[dataset.type]) dataset.pinTags = tags[dataset.type]!
  return run
}

const pinnedBy = (entry: Partial<Pin> = {}): Protection => ({runs: {[STAMP]: {by: 'ann', at: NOW, ...entry}}})

describe('pins', () => {
  type Case = [title: string, run: ReturnType<typeof tagged>, said?: string | undefined, entry?: Partial<Pin>]
  const END = {until: '2026-12-31'}
  const OVER_NOW = {until: '2026-10-04'}
  const HOSTILE = {by: 'a\u001B[2J', reason: '\u0007x', ...END}
  const two = (tags: Parameters<typeof tagged>[0]) => tagged(tags, ['traces', 'metrics'])
  const cases: Case[] = [
    ['a tag alone', tagged({results: FOR_GOOD}), 'pinned by its tag'],
    ['a tag with an end', tagged({results: TODAY}), 'pinned by its tag until 2026-10-05'],
    ['a tag that has run out', tagged({results: OVER})],
    ['a tag of its traces', tagged({traces: FOR_GOOD}), 'pinned by its tag'],
    ['a tag of its metrics', tagged({metrics: [...OVER, ...FOR_GOOD]}), 'pinned by its tag'],
    [
      'a tag that is not one, and is safe to print',
      tagged({results: [until('20261399\u001B[2J\u202E')]}),
      'pinned by its tag "smoltrace-pinned-until-20261399 [2J ", which is not a valid pin tag',
    ],
    [
      'of two the longer',
      tagged({results: [...TODAY, until('20261231')]}),
      'pinned by its tag until 2026-12-31',
    ],
    ['of two the one without an end', tagged({results: [...TODAY, ...FOR_GOOD]}), 'pinned by its tag'],
    ['of two the exact one', tagged({results: ['smoltrace-pin', ...FOR_GOOD]}), 'pinned by its tag'],
    ['neither', tagged({})],
    ['both', tagged({results: FOR_GOOD}), 'pinned by ann', {}],
    ['an entry alone', tagged({}), HALF, {}],
    ['an entry that has run out', tagged({}), undefined, OVER_NOW],
    ['an entry that has run out beside a tag', tagged({results: FOR_GOOD}), 'pinned by its tag', OVER_NOW],
    ['a tag that has run out beside an entry', tagged({results: OVER}), HALF, {}],
    ['an entry and a tag of another dataset', tagged({metrics: FOR_GOOD}), HALF, {}],
    [
      'an entry that ends later than the tag, and is safe to print',
      tagged({results: TODAY}),
      'pinned by a [2J until 2026-12-31: x (half: not in its card)',
      HOSTILE,
    ],
    ['an entry that ends earlier', tagged({results: FOR_GOOD}), 'pinned by ann until 2026-12-31', END],
    ['an entry beside a tag in doubt', tagged({results: ['smoltrace-pinned-x']}), HALF, {}],
    ['without results, the tag of one of two', two({traces: FOR_GOOD}), HALF, {}],
    ['without results, the tags of both', two({traces: FOR_GOOD, metrics: FOR_GOOD}), 'pinned by ann', {}],
  ]
  for (const [title, run, said, entry] of cases) {
    it(`have two witnesses: ${title}`, () => {
      const pin = pinOn(run, entry ? pinnedBy(entry) : {}, NOW)
      expect(pin && describeLivePin(pin)).to.equal(said)
      if (!entry) expect(pinOn(run, 'unknown', NOW)).to.deep.equal(pin)
    })
  }

  it('[S13] hold until the end of the last day, in UTC', () => {
    for (const [run, protection] of [
      [tagged({results: TODAY}), {}],
      [tagged({}), pinnedBy({until: '2026-10-05'})],
    ] as const) {
      const holdsAt = (moment: string) => pinOn(run, protection, new Date(moment)) !== undefined
      expect(holdsAt('2026-10-05T23:59:59.999Z')).to.equal(true)
      expect(holdsAt('2026-10-06T00:00:00.000Z')).to.equal(false)
    }
  })

  it('are not found under names that every object has', () => {
    for (const name of ['constructor', '__proto__', 'toString'])
      expect(pinOn({timestamp: name, datasets: []}, pinnedBy(), NOW)).to.equal(undefined)
  })

  const lift = `runs unprotect ${STAMP} --namespace kim`
  type Held = [title: string, protection: Protection, tags: string[], said: string, advice: string]
  const cited = {until: '2026-10-05', reason: 'paper'}
  const holds: Held[] = [
    [
      'that is protected',
      {leaderboard: {by: 'ann', at: NOW, reason: 'paper'}},
      [],
      'ann protected it on 2026-10-05: paper',
      'leaderboard unprotect --namespace kim',
    ],
    [
      'that is protected for a reason as long as a book',
      {leaderboard: {by: 'ann', at: NOW, reason: 'x'.repeat(100_000)}},
      [],
      `: ${'x'.repeat(300)}…`,
      'leaderboard unprotect --namespace kim',
    ],
    [
      'while an entry holds, though its run is gone',
      pinnedBy(cited),
      [],
      `${STAMP} (pinned by ann until 2026-10-05: paper)`,
      lift,
    ],
    ['while a tag holds', {}, FOR_GOOD, `${STAMP} (pinned by its tag)`, lift],
  ]
  const refuse = (protection: Protection, metrics: string[], leaderboard?: object) =>
    requireUnprotected(
      inventoryOf(metrics.length > 0 ? tagged({metrics}).datasets : [], leaderboard),
      protection,
    )
  for (const [title, protection, tags, said, advice] of holds) {
    it(`keep the leaderboard ${title}`, () => {
      const error = errorOf(() =>
        refuse(protection, tags, {leaderboard: leaderboardDataset()}),
      ) as RefusedError
      expect(error).to.be.instanceOf(RefusedError).and.to.have.property('exitCode', 1)
      expect(error.message).to.include(said)
      expect(error.suggestions.join('\n')).to.include(advice)
      refuse(protection, tags)
    })
  }

  it('let go of the leaderboard where none holds', () => {
    refuse({}, [], {leaderboard: leaderboardDataset()})
    refuse(pinnedBy({until: '2026-10-04'}), OVER, {leaderboard: leaderboardDataset()})
  })
})
