import {expect} from 'chai'

import {readSizes, readSizesIfAsked, sizeOf, storageOf} from '../../../src/lib/account/sizes.js'
import {DAY} from '../../../src/lib/base/time.js'
import {type CleanupOptions} from '../../../src/lib/cleanup/cleanup.js'
import {resultOf} from '../../../src/lib/cleanup/result.js'
import {HubError} from '../../../src/lib/hub/errors.js'
import {type StoredDataset} from '../../../src/lib/hub/listing.js'
import {plannedDatasets} from '../../../src/lib/plan/plan.js'
import {Account, CARRIED} from '../../support/account.js'
import {
  ago,
  hubOf,
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
import {withoutPauses} from '../../support/pauses.js'
import {isListing} from '../../support/sandbox.js'

const OLD = runDatasets(ago(60 * DAY))
const NEW = runDatasets(ago(DAY))
const INVENTORY = inventoryOf([...OLD, ...NEW], {leaderboard: leaderboardDataset()})
const BOARD = INVENTORY.leaderboard!.name
const PLAN = planOf(INVENTORY, {olderThan: '30d'})

/** A session over a Hub whose inventory says this. */
function sessionWith(listStorage: () => Promise<StoredDataset[]>) {
  return sessionOf(hubOf({listStorage}))
}

const read = (listStorage: () => Promise<StoredDataset[]>) =>
  readSizesIfAsked(sessionWith(listStorage), {sizes: true})

describe('sizes', () => {
  it('are summed, and what is unknown is counted', () => {
    const sizes = new Map(OLD.slice(0, 2).map(({name}, index) => [name, 5 * index]))
    expect(storageOf(OLD, sizes)).to.deep.equal({bytes: 5, unknown: 1})
    expect(storageOf(OLD, 'unknown')).to.deep.equal({bytes: 0, unknown: 3})
    expect(storageOf([], 'unknown')).to.deep.equal({bytes: 0, unknown: 0})
    expect(OLD.map((each) => sizeOf(each, sizes))).to.deep.equal([0, 5, undefined])
  })

  it('of a job that is over are what was found, what the plan frees, and what was deleted', () => {
    const sizes = new Map([...OLD, ...NEW].map(({name}, index): [string, number] => [name, 10 ** index]))
    const statuses = ['deleted', 'gone', 'failed'] as const
    const outcomes = plannedDatasets(PLAN).map(({name}, index) => ({name, status: statuses[index]!}))
    const report = {plan: PLAN, inventory: INVENTORY, dryRun: false, outcomes, user: 'kim', warnings: []}
    expect(resultOf({...report, sizes}).storage).to.deep.equal({
      sizes,
      found: {bytes: 111_111, unknown: 0},
      frees: {bytes: 111, unknown: 0},
      freed: {bytes: sizes.get(outcomes[0]!.name), unknown: 0},
    })
    expect(resultOf(report)).not.to.have.any.keys('storage', 'sizes')
  })

  it('are those of exact names of the namespace alone, as the Hub said last', async () => {
    const [name = '', other = ''] = OLD.map((dataset) => dataset.name)
    const foreign = [...NEAR_MISSES, 'ann/smoltrace-results-20260901_120000']
    const stored = [
      ...[...foreign, BOARD].map((each) => ({name: each, bytes: 9})),
      ...[name, other].map((each) => ({name: each, bytes: 1})),
      {name, bytes: 2},
      {name: other, bytes: undefined},
    ]
    const expected = new Map([
      [BOARD, 9],
      [name, 2],
    ])
    expect(await read(async () => stored)).to.deep.equal(expected)
  })

  it('are unknown, with a warning that says why, where the token may not read them, and unread where not asked for', async () => {
    const refusal = new HubError({method: 'GET', path: '/x', status: 403, text: 'not yours'})
    const session = sessionWith(() => Promise.reject(refusal))
    expect(await readSizesIfAsked(session, {sizes: false})).to.equal(undefined)
    expect(session.warnings).to.deep.equal([])
    expect(await readSizesIfAsked(session, {sizes: true})).to.equal('unknown')
    expect(session.warnings.join('|')).to.match(/^[^|]*unknown[^|]*403[^|]*not yours[^|]*$/)
  })
})

describe('sizes of an account', () => {
  let account: Account
  let going: string[]

  beforeEach(async () => {
    account = await Account.open({pageSize: 4})
    going = [...account.older, ...account.old]
  })

  afterEach(() => account.close())

  const isInventory = ({path}: {path: string}) => path.startsWith('/api/settings/')
  const storedAt = (names: string[]) =>
    names.reduce((sum, name) => sum + account.hub.state.get(name)!.storage, 0)
  const clean = (options: CleanupOptions = {}) =>
    account.clean({olderThan: '30d', sizes: true, journal: false, ...options})

  it('are read by full name, for a user and for an organisation; for another token, they are an error', async () => {
    const {hub, connection, names} = account
    hub.state.addDataset({name: 'tinyagents/smoltrace-leaderboard', createdAt: NOW})
    hub.state.addDataset({name: 'mira/other', createdAt: NOW})
    const sizes = await readSizes(connection)
    expect([...sizes.keys()]).to.have.members(names)
    for (const [name, bytes] of sizes) expect(bytes).to.equal(storedAt([name]))
    const ofOrg = await readSizes({...connection, namespace: 'tinyagents'})
    expect([...ofOrg.keys()]).to.deep.equal(['tinyagents/smoltrace-leaderboard'])
    const error = await rejectionOf(readSizes({...connection, token: hub.tokens.fineGrainedNarrow}))
    expect(error).to.be.instanceOf(HubError).and.include({status: 403})
  })

  it('are read before the listing: however long they take, what is deleted is what was there after', async () => {
    const before = () => account.hub.state.remove(going[0]!)
    account.hub.intercept({match: isInventory, times: 1, before, ...FAULTS['500']})
    const {counts, plan} = await withoutPauses(() => clean(CARRIED))
    expect(plannedDatasets(plan)).to.have.length(5)
    expect(counts).to.include({deleted: 5, gone: 0, skipped: 0})
    const {requests} = account.hub
    expect(requests.findLastIndex((each) => isInventory(each))).to.be.lessThan(
      requests.findIndex((each) => isListing(each)),
    )
  })
})
