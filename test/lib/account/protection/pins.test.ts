import {expect} from 'chai'

import {
  describeLivePin,
  type Pin,
  pinOn,
  type Protection,
  refuseProtected,
} from '../../../../src/lib/account/protection/pins.js'
import {RefusedError} from '../../../../src/lib/base/errors.js'
import {RUN_TYPES, type RunType} from '../../../../src/lib/base/names.js'
import {errorOf, inventoryOf, leaderboardDataset, NOW, runOf} from '../../../support/builders.js'

const STAMP = '20260901_120000'
const FOR_GOOD = ['smoltrace-pinned']
const TODAY = ['smoltrace-pinned-until-20261005']
const OVER = ['smoltrace-pinned-until-20261004']
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
  const cases: Case[] = [
    ['a tag alone', tagged({results: FOR_GOOD}), 'pinned by its tag'],
    ['a tag with an end', tagged({results: TODAY}), 'pinned by its tag until 2026-10-05'],
    ['a tag that has run out', tagged({results: OVER})],
    ['a tag of its traces', tagged({traces: FOR_GOOD}), 'pinned by its tag'],
    ['a tag of its metrics', tagged({metrics: [...OVER, ...FOR_GOOD]}), 'pinned by its tag'],
    [
      'a tag that is not one, and is safe to print',
      tagged({results: ['smoltrace-pinned-until-20261399\u001B[2J\u202E']}),
      'pinned by its tag "smoltrace-pinned-until-20261399 [2J ", which is in doubt',
    ],
    [
      'of two tags the longer',
      tagged({results: [...TODAY, 'smoltrace-pinned-until-20261231']}),
      'pinned by its tag until 2026-12-31',
    ],
    ['of two tags the one without an end', tagged({results: [...TODAY, ...FOR_GOOD]}), 'pinned by its tag'],
    ['of two tags the exact one', tagged({results: ['smoltrace-pin', ...FOR_GOOD]}), 'pinned by its tag'],
    ['neither', tagged({})],
    ['both', tagged({results: FOR_GOOD}), 'pinned by ann', {}],
    ['an entry alone', tagged({}), HALF, {}],
    ['an entry that has run out', tagged({}), undefined, {until: '2026-10-04'}],
    [
      'an entry that has run out beside a tag',
      tagged({results: FOR_GOOD}),
      'pinned by its tag',
      {until: '2026-10-04'},
    ],
    ['a tag that has run out beside an entry', tagged({results: OVER}), HALF, {}],
    ['an entry and a tag of another dataset', tagged({metrics: FOR_GOOD}), HALF, {}],
    [
      'an entry that ends later than the tag, and is safe to print',
      tagged({results: TODAY}),
      'pinned by a [2J until 2026-12-31:  x (half: not in its card)',
      {by: 'a\u001B[2J', until: '2026-12-31', reason: '\u0007x'},
    ],
    [
      'an entry that ends earlier than the tag',
      tagged({results: FOR_GOOD}),
      'pinned by ann until 2026-12-31',
      {until: '2026-12-31'},
    ],
    ['an entry beside a tag in doubt', tagged({results: ['smoltrace-pinned-x']}), HALF, {}],
    ['without results, the tag of one of two', tagged({traces: FOR_GOOD}, ['traces', 'metrics']), HALF, {}],
    [
      'without results, the tags of both',
      tagged({traces: FOR_GOOD, metrics: FOR_GOOD}, ['traces', 'metrics']),
      'pinned by ann',
      {},
    ],
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
  const holds: Array<
    [title: string, protection: Protection, tags: string[] | undefined, ...words: string[]]
  > = [
    [
      'that is protected',
      {leaderboard: {by: 'ann', at: NOW, reason: 'paper'}},
      undefined,
      'ann protected it on 2026-10-05: paper',
      'leaderboard unprotect --namespace kim',
    ],
    [
      'while an entry holds, though its run is gone',
      pinnedBy({until: '2026-10-05', reason: 'paper'}),
      undefined,
      `${STAMP} (pinned by ann until 2026-10-05: paper)`,
      lift,
    ],
    ['while a tag holds', {}, FOR_GOOD, `${STAMP} (pinned by its tag)`, lift],
    ['where nothing is protected', {}, undefined],
    ['where an entry and a tag have run out', pinnedBy({until: '2026-10-04'}), OVER],
  ]
  for (const [title, protection, tags, ...words] of holds) {
    it(`${words.length > 0 ? 'keep' : 'let go of'} the leaderboard ${title}`, () => {
      const {datasets} = tagged(tags ? {metrics: tags} : {})
      const refuse = () =>
        refuseProtected(inventoryOf(tags ? datasets : [], {leaderboard: leaderboardDataset()}), protection)
      if (words.length === 0) return void refuse()
      const error = errorOf(refuse) as RefusedError
      expect(error).to.be.instanceOf(RefusedError).and.to.have.property('exitCode', 1)
      for (const word of words) expect([error.message, ...error.suggestions].join('\n')).to.include(word)
      expect(() => refuseProtected(inventoryOf(datasets), protection)).not.to.throw()
    })
  }
})
