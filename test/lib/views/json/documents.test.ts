import {expect} from 'chai'

import {type Sizes} from '../../../../src/lib/account/sizes.js'
import {DAY, HOUR} from '../../../../src/lib/base/time.js'
import {resultOf} from '../../../../src/lib/cleanup/result.js'
import {type RetentionOptions} from '../../../../src/lib/retention/rules.js'
import {
  cleanupDocument,
  leaderboardDocument,
  runDocument,
  stateDocument,
} from '../../../../src/lib/views/json/documents.js'
import {
  ago,
  inventoryOf,
  leaderboardDataset,
  NOW,
  planOf,
  runDatasets,
  runOf,
  standings,
} from '../../../support/builders.js'

const BOARD = leaderboardDataset()
const OLD = runDatasets(ago(60 * DAY))
const INVENTORY = inventoryOf([...OLD, ...runDatasets(ago(DAY))], {leaderboard: BOARD})
const cleanup = (options: RetentionOptions, sizes?: Sizes) =>
  cleanupDocument(
    resultOf({
      plan: planOf(INVENTORY, options),
      inventory: INVENTORY,
      dryRun: true,
      user: 'kim',
      warnings: [],
      sizes,
    }),
  )

describe('documents', () => {
  it('say what a plan frees only where that was asked for, null where any of it is unknown', () => {
    const all: Sizes = new Map(OLD.map(({name}) => [name, 100]))
    expect(cleanup({olderThan: '30d'}, all)).to.include({frees: 300, freed: 0, storage: null})
    const some = cleanup({olderThan: '30d', only: ['traces']}, all)
    expect(some).to.include({frees: 100})
    expect(some.delete[0]).to.include({storage: 300, frees: 100})
    expect(some.delete[0]?.deletes[0]).to.include({storage: 100})
    expect(some.keep[0]).to.include({storage: null})
    expect(cleanup({olderThan: '30d'}, new Map([[OLD[0]!.name, 1]]))).to.include({frees: null})
    expect(JSON.stringify(cleanup({olderThan: '30d'}))).not.to.match(/"(storage|frees|freed)"/)
  })

  it('say whether the leaderboard is protected, or that this is not known', () => {
    const by = {by: 'ann', at: NOW, reason: 'paper'}
    const stateOf = (protection?: 'unknown') => leaderboardDocument(BOARD, protection)?.state
    expect([stateOf(), stateOf('unknown')]).to.deep.equal(['unprotected', 'unknown'])
    expect(leaderboardDocument(BOARD, by)).to.deep.include({state: 'protected', protection: by})
    expect(leaderboardDocument(undefined, by)).to.equal(null)
  })

  it('count the leaderboard where it is deleted', () => {
    const {leaderboard, wouldDelete} = cleanup({deleteLeaderboard: true})
    expect({planned: leaderboard?.planned, wouldDelete}).to.deep.equal({planned: true, wouldDelete: 1})
  })

  it('say the age of a run, what it lacks and whether it may still be uploading', () => {
    const run = runOf(ago(DAY), ['results'], {createdAt: ago(DAY), lastModified: ago(HOUR)})
    expect(runDocument(run, NOW, 6 * HOUR)).to.deep.include({
      run: run.timestamp,
      ageMs: DAY,
      missing: ['traces', 'metrics'],
      mayBeUploading: true,
    })
    expect(runDocument(run, NOW, 0)).to.include({mayBeUploading: false})
  })

  const run = runOf(ago(DAY), ['results'])
  const pinned = (until: string) => ({runs: {[run.timestamp]: {by: 'ann', at: NOW, until}}})
  const states: Array<[facts: Partial<Parameters<typeof stateDocument>[1]>, says: object]> = [
    [{}, {state: 'incomplete', standing: null, pinned: false, pin: null}],
    [{rows: 'unknown'}, {state: 'unknown', standing: 'unknown'}],
    [{protection: 'unknown'}, {pinned: null}],
    [{protection: pinned('2026-10-05')}, {pinned: true}],
    [{protection: pinned('2026-10-04')}, {pinned: false}],
  ]
  for (const [facts, says] of states) {
    it(`say of a run ${JSON.stringify(says)}`, () => {
      const context = {
        now: NOW,
        rows: standings(),
        protection: {},
        sizes: undefined,
        by: 'success_rate',
      } as const
      expect(stateDocument(run, {...context, ...facts})).to.include(says)
    })
  }
})
