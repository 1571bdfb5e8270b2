import {commit, createRepo, datasetInfo, deleteRepo, whoAmI} from '@huggingface/hub'
import {expect} from 'chai'
import {setTimeout as sleep} from 'node:timers/promises'

import {
  cleanupDatasets,
  deleteDatasets,
  emptyTrash,
  listTrash,
  type Plan,
  restoreTrash,
} from '../../src/index.js'
import {
  formatTimestamp,
  leaderboardName,
  parseTrashName,
  RUN_TYPES,
  runDatasetName,
} from '../../src/lib/base/names.js'
import {plannedDatasets} from '../../src/lib/plan/plan.js'
import {runCli} from '../support/cli.js'

/**
 * The round trip on a real Hub, for a person with a scratch account: create, list, group, protect, trash, restore, empty, delete. What it
 * deletes it has created itself in this very run: it compares ids, not only names, right before each deletion.
 */
const token = process.env.SMOLTRACE_LIVE_TOKEN ?? ''
const endpoint = process.env.HF_ENDPOINT || 'https://huggingface.co'
const connection = {token, endpoint}
const access = {accessToken: token, hubUrl: endpoint}

/** Moments long before there were evaluations, so that no run of the account's has one of these names. */
const timestamps = [timestampIn(1980), timestampIn(1990), timestampIn(2000)] as const

describe('the round trip on a real Hub', () => {
  /** Ids of the datasets that exist only because of this test, by name. */
  const created = new Map<string, string>()
  let user = ''

  before(async function () {
    if (token === '') {
      console.log('Skipped: SMOLTRACE_LIVE_TOKEN is not set. Give it the write token of a scratch account.')
      this.skip()
    }

    user = (await whoAmI(access)).name
  })

  after(async () => {
    for (const [name, id] of created) await removeOwn(name, id)
  })

  /** Fails where the name is taken. */
  async function create(name: string): Promise<void> {
    const {id} = await createRepo({...access, repo: {type: 'dataset', name}, private: true})
    if (id === undefined) throw new Error(`The Hub does not say which id ${name} has: delete it by hand.`)
    created.set(name, id)
  }

  /** What a failed test has left behind; not what another client has put in its place. */
  async function removeOwn(name: string, id: string): Promise<void> {
    const found = await datasetInfo({...access, name}).catch(() => null)
    if (found?.id === id) await deleteRepo({...access, repo: {type: 'dataset', name}})
  }

  /** Agrees to a deletion only if all that it names was created here. */
  function isOwn(plan: Plan): boolean {
    const planned = plannedDatasets(plan)
    return planned.length > 0 && planned.every(({name, id}) => created.get(name) === id)
  }

  function forget(names: string[]): void {
    for (const name of names) created.delete(name)
  }

  /** The document of a command that must succeed. */
  async function answerTo(...argv: string[]): Promise<Record<string, any>> {
    const {stdout, exitCode} = await runCli([...argv, '--json'], {HF_TOKEN: token, HF_ENDPOINT: endpoint})
    if (exitCode !== 0) throw new Error(stdout)
    return JSON.parse(stdout)
  }

  const runOf = async (timestamp: string) =>
    (await answerTo('runs', 'group')).runs.find(({run}: {run: string}) => run === timestamp)
  const [whole, broken, spare] = timestamps
  const namesOf = (timestamp: string) =>
    RUN_TYPES.map((type) => runDatasetName(user, type, timestamp)).filter((name) => created.has(name))

  it('creates a complete run and an incomplete one, under names that are free', async () => {
    for (const timestamp of timestamps) expect(await runOf(timestamp)).to.equal(undefined)
    for (const type of RUN_TYPES) await create(runDatasetName(user, type, whole))
    await create(runDatasetName(user, 'results', broken))
    await create(runDatasetName(user, 'results', spare))
  })

  it('lists them', async () => {
    const isListed = async () => {
      const {datasets} = await answerTo('datasets', 'list')
      const listed = new Set(datasets.map(({name}: {name: string}) => name))
      return [...created.keys()].every((name) => listed.has(name))
    }

    await eventually('the listing shows what was created', isListed)
  })

  it('groups them', async () => {
    expect(await runOf(whole)).to.deep.include({complete: true, missing: [], datasets: namesOf(whole)})
    expect(await runOf(broken)).to.deep.include({
      complete: false,
      missing: ['traces', 'metrics'],
      mayBeUploading: true,
      // Its name says long ago, the Hub's dates say today.
      datesDisagree: true,
    })
  })

  it('protects a leaderboard of its own, refuses to delete it, lifts that, and deletes it', async function () {
    const name = leaderboardName(user)
    const {leaderboard} = await answerTo('datasets', 'list')
    if (leaderboard !== null) {
      console.log(`Skipped: ${name} exists and is left alone.`)
      this.skip()
    }

    await create(name)
    await commit({
      ...access,
      repo: {type: 'dataset', name},
      title: 'Add a card',
      operations: [{operation: 'addOrUpdate', path: 'README.md', content: new Blob(['# Scratch\n'])}],
    })
    await eventually(
      'the listing shows it',
      async () => (await answerTo('datasets', 'list')).leaderboard !== null,
    )
    expect(await answerTo('leaderboard', 'protect', '--reason', 'a test')).to.include({changed: true})
    expect(await answerTo('leaderboard', 'protect')).to.include({changed: false})
    const refused = await runCli(['cleanup', '--delete-leaderboard'], {
      HF_TOKEN: token,
      HF_ENDPOINT: endpoint,
    })
    expect(refused.exitCode).to.equal(1)
    expect(refused.stderr).to.include('protected').and.to.include('a test')
    expect(await answerTo('leaderboard', 'unprotect')).to.include({changed: true})

    const options = {...connection, deleteLeaderboard: true, dryRun: false, confirm: isOwn}
    const {outcomes} = await deleteDatasets([name], options)
    expect(outcomes).to.deep.equal([{name, status: 'deleted'}])
    forget([name])
  })

  it('keeps the run whose upload may still be under way', async () => {
    const {wouldDelete, keep} = await answerTo('cleanup', '--run', broken)
    expect(wouldDelete).to.equal(0)
    expect(keep.find(({run}: {run: string}) => run === broken).reasons[0].rule).to.equal('grace')
  })

  /** Moves a run to the trash. @returns the names that it has there */
  async function trash(timestamp: string): Promise<string[]> {
    const names = namesOf(timestamp)
    const options = {...connection, run: [timestamp], grace: '0', trash: true, dryRun: false, confirm: isOwn}
    const {outcomes} = await cleanupDatasets(options)
    expect(outcomes.map(({name, status}) => `${status} ${name}`)).to.have.members(
      names.map((name) => `trashed ${name}`),
    )
    let moved: string[] = []
    await eventually('the listing shows it in the trash', async () => {
      const {runs} = await listTrash(connection)
      moved = runs.find((run) => run.timestamp === timestamp)?.datasets.map(({name}) => name) ?? []
      return moved.length === names.length
    })
    for (const name of moved) {
      const former = runDatasetName(user, parseTrashName(name, user)!.type, timestamp)
      const found = await datasetInfo({...access, name})
      expect([found.id, found.private], name).to.deep.equal([created.get(former), true])
      created.set(name, found.id)
      created.delete(former)
    }

    return moved
  }

  it('moves the complete run to the trash, where it is the same and as private, and restores it', async () => {
    const moved = await trash(whole)
    const {counts, runs} = await restoreTrash({...connection, timestamps: [whole]})
    expect(counts).to.include({restored: moved.length})
    for (const {from, name} of runs.flatMap(({outcomes}) => outcomes)) {
      const found = await datasetInfo({...access, name})
      expect([found.id, found.private], name).to.deep.equal([created.get(from), true])
      created.set(name, found.id)
      created.delete(from)
    }

    await eventually('the listing shows it again', async () => (await runOf(whole))?.complete === true)
  })

  it('moves another run to the trash, and deletes it there', async function () {
    const moved = await trash(spare)
    const {outcomes, declined} = await emptyTrash({...connection, all: true, dryRun: false, confirm: isOwn})
    if (declined) {
      console.log('Skipped: the trash has runs that are not of this test, and is left alone.')
      this.skip()
    }

    expect(outcomes).to.deep.equal(moved.map((name) => ({name, status: 'deleted'})))
    forget(moved)
  })

  for (const [what, timestamp] of [
    ['the complete run', whole],
    ['the incomplete run', broken],
  ] as const) {
    it(`shows of ${what} in a dry run exactly what it then deletes`, async () => {
      const names = namesOf(timestamp)
      const dry = await answerTo('cleanup', '--run', timestamp, '--grace', '0')
      const [planned] = dry.delete as Array<{deletes: Array<{name: string}>}>
      expect(planned?.deletes.map(({name}) => name)).to.have.members(names)

      const options = {...connection, run: [timestamp], grace: '0', dryRun: false, confirm: isOwn}
      const {outcomes} = await cleanupDatasets(options)
      expect(outcomes.map(({name}) => name)).to.have.members(names)
      for (const {status} of outcomes) expect(status).to.equal('deleted')
      forget(names)
    })
  }

  it('finds nothing of them afterwards, and can delete them again without harm', async () => {
    const isGone = async () => {
      const {runs} = await answerTo('runs', 'group')
      return !runs.some(({run}: {run: string}) => run === whole || run === broken)
    }

    await eventually('the listing shows nothing of it', isGone)
    const names = timestamps.flatMap((each) => RUN_TYPES.map((type) => runDatasetName(user, type, each)))
    const {counts} = await deleteDatasets(names, {...connection, dryRun: false, confirm: isOwn})
    expect(counts).to.include({deleted: 0, failed: 0})
  })
})

function timestampIn(year: number): string {
  return formatTimestamp(new Date(Date.UTC(year, 0) + Math.floor(Math.random() * 300_000_000) * 1000))
}

/** The listing of the Hub may lag behind a little. */
async function eventually(what: string, holds: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 60_000
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`A minute went by without: ${what}`)
    await sleep(1000)
  }
}
