import {expect} from 'chai'
import * as fc from 'fast-check'
import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {readSizes, readSizesIfAsked, sizeOf, type Sizes, storageOf} from '../../../src/lib/account/sizes.js'
import {CancelledError} from '../../../src/lib/base/errors.js'
import {DAY} from '../../../src/lib/base/time.js'
import {applyPlan} from '../../../src/lib/cleanup/apply.js'
import {cleanupDatasets, type CleanupOptions} from '../../../src/lib/cleanup/cleanup.js'
import {deleteDatasets} from '../../../src/lib/cleanup/delete-datasets.js'
import {resultOf} from '../../../src/lib/cleanup/result.js'
import {HubError} from '../../../src/lib/hub/errors.js'
import {type StoredDataset} from '../../../src/lib/hub/listing.js'
import {freedBy, plannedDatasets} from '../../../src/lib/plan/plan.js'
import {type Sandbox, startSandbox} from '../../../src/lib/sandbox/index.js'
import {
  ago,
  fakeHub,
  inventoryOf,
  leaderboardDataset,
  NEAR_MISSES,
  NOW,
  planOf,
  rejectionOf,
  runDatasets,
  sessionOf,
} from '../../support/builders.js'
import {FAULTS} from '../../support/faults.js'
import {deletionsAt} from '../../support/hub.js'
import {withoutPauses} from '../../support/pauses.js'

const OLD = runDatasets(ago(60 * DAY))
const NEW = runDatasets(ago(DAY))
const INVENTORY = inventoryOf([...OLD, ...NEW], {leaderboard: leaderboardDataset()})
const BOARD = INVENTORY.leaderboard!.name
const PLAN = planOf(INVENTORY, {olderThan: '30d'})

/** A session over a Hub whose inventory says this. */
function sessionWith(listStorage: () => Promise<StoredDataset[]>) {
  return sessionOf({...fakeHub([]), listStorage})
}

const read = (listStorage: () => Promise<StoredDataset[]>) =>
  readSizesIfAsked(sessionWith(listStorage), {sizes: true})

describe('sizes', () => {
  it('are summed, and what is unknown is counted', () => {
    const [first, second, third] = OLD
    const sizes = new Map([
      [first!.name, 5],
      [second!.name, 0],
    ])
    expect(storageOf(OLD, sizes)).to.deep.equal({bytes: 5, unknown: 1})
    expect(storageOf(OLD, 'unknown')).to.deep.equal({bytes: 0, unknown: 3})
    expect(storageOf([], 'unknown')).to.deep.equal({bytes: 0, unknown: 0})
    expect([first, second, third].map((each) => sizeOf(each!, sizes))).to.deep.equal([5, 0, undefined])
  })

  it('of a plan are those of what it deletes, the leaderboard among it where it goes', () => {
    const sizes = new Map([...OLD, ...NEW].map(({name}): [string, number] => [name, 10]))
    sizes.set(BOARD, 7)
    expect(freedBy(PLAN, sizes)).to.deep.equal({bytes: 30, unknown: 0})
    expect(freedBy(planOf(INVENTORY, {only: ['traces']}), sizes)).to.deep.equal({bytes: 20, unknown: 0})
    const withBoard = planOf(INVENTORY, {olderThan: '30d', deleteLeaderboard: true})
    expect(freedBy(withBoard, sizes)).to.deep.equal({bytes: 37, unknown: 0})
  })

  it('of what goes and of what stays make up the whole, whatever is unknown', () => {
    const names = [...OLD, ...NEW].map(({name}) => name)
    const someSizes = fc
      .subarray(names)
      .chain((known) => fc.tuple(...known.map((name) => fc.tuple(fc.constant(name), fc.nat()))))
    fc.assert(
      fc.property(someSizes, fc.subarray(['results', 'traces', 'metrics'] as const), (known, only) => {
        const sizes: Sizes = new Map(known as Array<[string, number]>)
        const plan = planOf(INVENTORY, {olderThan: '30d', only: [...only]})
        const going = new Set(plannedDatasets(plan).map(({name}) => name))
        const [goes, stays, all] = [
          freedBy(plan, sizes),
          storageOf(
            INVENTORY.datasets.filter(({name}) => !going.has(name)),
            sizes,
          ),
          storageOf(INVENTORY.datasets, sizes),
        ]
        expect(goes.bytes + stays.bytes).to.equal(all.bytes)
        expect(goes.unknown + stays.unknown).to.equal(all.unknown)
      }),
    )
  })

  it('of a job that is over are what was found, what the plan frees, and what was deleted', () => {
    const sizes = new Map([...OLD, ...NEW].map(({name}, index): [string, number] => [name, 10 ** index]))
    const statuses = ['deleted', 'gone', 'failed'] as const
    const outcomes = plannedDatasets(PLAN).map(({name}, index) => ({name, status: statuses[index]!}))
    const report = {plan: PLAN, inventory: INVENTORY, dryRun: false, outcomes, warnings: []}
    expect(resultOf({...report, sizes}).storage).to.deep.equal({
      sizes,
      found: {bytes: 111_111, unknown: 0},
      frees: {bytes: 111, unknown: 0},
      freed: {bytes: sizes.get(outcomes[0]!.name), unknown: 0},
    })
    expect(resultOf(report)).not.to.have.any.keys('storage', 'sizes')
  })

  it('are those of exact names of the namespace alone', async () => {
    const stored = [...NEAR_MISSES, 'ann/smoltrace-results-20260901_120000', BOARD, OLD[0]!.name].map(
      (name) => ({
        name,
        bytes: 9,
      }),
    )
    expect(await read(async () => stored)).to.deep.equal(
      new Map([
        [BOARD, 9],
        [OLD[0]!.name, 9],
      ]),
    )
  })

  it('are what the Hub said last', async () => {
    const [name = '', other = ''] = OLD.map((dataset) => dataset.name)
    const stored = [
      {name, bytes: 1},
      {name: other, bytes: 1},
      {name, bytes: 2},
      {name: other, bytes: undefined},
    ]
    expect(await read(async () => stored)).to.deep.equal(new Map([[name, 2]]))
  })

  it('are not read where nobody asks', async () => {
    const session = sessionWith(() => Promise.reject(new Error('asked')))
    expect(await readSizesIfAsked(session, {})).to.equal(undefined)
    expect(await readSizesIfAsked(session, {sizes: false})).to.equal(undefined)
  })

  it('are unknown, with a warning that says why, where the token may not read them', async () => {
    const refusal = new HubError({method: 'GET', path: '/x', status: 403, text: 'not yours'})
    const session = sessionWith(() => Promise.reject(refusal))
    expect(await readSizesIfAsked(session, {sizes: true})).to.equal('unknown')
    expect(session.warnings).to.have.length(1)
    expect(session.warnings[0]).to.include('unknown').and.include('403').and.include('not yours')
  })

  it('do not keep a job from being cancelled, nor hide a fault of this program', async () => {
    for (const error of [new CancelledError('Interrupted.'), new TypeError('bug')])
      expect(await rejectionOf(read(() => Promise.reject(error)))).to.equal(error)
  })
})

describe('sizes of an account', () => {
  let hub: Sandbox

  beforeEach(async () => {
    hub = await startSandbox({seed: 'empty', clock: () => NOW, pageSize: 4})
    for (const {name, createdAt} of [...OLD, ...NEW])
      hub.state.addDataset({
        name: own(name),
        createdAt,
        private: true,
        files: {'x.txt': 'x'.repeat(name.length)},
      })
  })

  afterEach(() => hub.close())

  const own = (name: string) => name.replace('kim/', 'mira/')
  const connection = () => ({token: hub.token, endpoint: hub.url, env: {}, clock: () => NOW})
  const isInventory = ({path}: {path: string}) => path.startsWith('/api/settings/')
  const isListing = ({path}: {path: string}) => path.startsWith('/api/datasets?')
  const storedAt = (names: string[]) => names.reduce((sum, name) => sum + hub.state.get(name)!.storage, 0)
  const clean = (options: CleanupOptions = {}) =>
    cleanupDatasets({...connection(), olderThan: '30d', sizes: true, journal: false, ...options})

  it('are read by full name, for a user and for an organisation', async () => {
    hub.state.addDataset({name: 'tinyagents/smoltrace-leaderboard', createdAt: NOW})
    hub.state.addDataset({name: 'mira/other', createdAt: NOW})
    const sizes = await readSizes(connection())
    expect([...sizes.keys()]).to.have.members([...OLD, ...NEW].map(({name}) => own(name)))
    for (const [name, bytes] of sizes) expect(bytes).to.equal(hub.state.get(name)?.storage)
    const ofOrg = await readSizes({...connection(), namespace: 'tinyagents'})
    expect([...ofOrg.keys()]).to.deep.equal(['tinyagents/smoltrace-leaderboard'])
  })

  it('that may not be read are an error for who asks for nothing else', async () => {
    const options = {...connection(), token: hub.tokens.fineGrainedNarrow}
    expect(await rejectionOf(readSizes(options)))
      .to.be.instanceOf(HubError)
      .and.include({status: 403})
  })

  it('are known before the plan is shown, and told of what was deleted', async () => {
    const before = storedAt(OLD.map(({name}) => own(name)))
    let shown: Sizes | undefined
    const {storage, counts} = await clean({
      dryRun: false,
      yes: true,
      onPlan(_plan, _warnings, sizes) {
        shown = sizes
        expect(deletionsAt(hub)).to.deep.equal([])
      },
    })
    expect(counts.deleted).to.equal(3)
    expect(shown).to.equal(storage?.sizes)
    expect(storage?.frees).to.deep.equal({bytes: before, unknown: 0})
    expect(storage?.freed).to.deep.equal({bytes: before, unknown: 0})
  })

  it('are read before the listing: however long they take, what is deleted is what was there after', async () => {
    hub.intercept({
      match: isInventory,
      times: 1,
      before: () => hub.state.remove(own(OLD[0]!.name)),
      ...FAULTS['500'],
    })
    const {counts, plan} = await withoutPauses(() => clean({dryRun: false, yes: true}))
    expect(plannedDatasets(plan)).to.have.length(2)
    expect(counts).to.include({deleted: 2, gone: 0, skipped: 0})
    const order = hub.requests
      .filter((each) => isInventory(each) || isListing(each))
      .map((each) => isInventory(each))
    expect(order.lastIndexOf(true)).to.be.lessThan(order.indexOf(false))
  })

  for (const fault of ['401', '403', 'a page with 200', 'broken JSON', '500'] as const) {
    it(`change nothing of what is planned where the answer is ${fault}`, async () => {
      const {plan: wanted} = await clean({sizes: false})
      hub.intercept({match: isInventory, ...FAULTS[fault]})
      const {plan, storage, warnings} = await withoutPauses(() => clean())
      expect(plan).to.deep.equal(wanted)
      expect(storage?.sizes).to.equal('unknown')
      expect(storage?.frees).to.deep.equal({bytes: 0, unknown: 3})
      expect(warnings).to.have.length(1)
    })
  }

  it('are there for saved plans and for names too', async () => {
    const names = OLD.map(({name}) => own(name))
    const {storage} = await deleteDatasets(names, {...connection(), sizes: true})
    expect(storage?.frees).to.deep.equal({bytes: storedAt(names), unknown: 0})
    const folder = await mkdtemp(join(tmpdir(), 'smoltrace-sizes-'))
    const file = join(folder, 'plan.json')
    try {
      await clean({savePlan: file})
      const applied = await applyPlan(file, {...connection(), sizes: true})
      expect(applied.storage?.frees).to.deep.equal(storage?.frees)
      expect((await applyPlan(file, connection())).storage).to.equal(undefined)
    } finally {
      await rm(folder, {recursive: true})
    }
  })
})
