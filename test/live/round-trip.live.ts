import {commit, createRepo, deleteRepo, whoAmI} from '@huggingface/hub'
import {expect} from 'chai'

import {
  cleanupDatasets,
  deleteDatasets,
  discoverSmoltraceDatasets,
  groupDatasetsByRun,
  protectLeaderboard,
  unprotectLeaderboard,
} from '../../src/index.js'
import {formatTimestamp, leaderboardName, RUN_TYPES, runDatasetName} from '../../src/lib/naming.js'

/**
 * The round trip on a real Hub, for a person with a scratch account: create, list, group, protect, delete. It deletes
 * only names that it has created itself in this very run, and stops where one of them is taken.
 */
const token = process.env.SMOLTRACE_LIVE_TOKEN ?? ''
const endpoint = process.env.HF_ENDPOINT ?? 'https://huggingface.co'
const connection = {token, endpoint}
const access = {accessToken: token, hubUrl: endpoint}

/** A moment long before there were evaluations, so that no run of the account's can have this name. */
const timestamp = formatTimestamp(new Date(Date.UTC(1980, 0) + Math.floor(Math.random() * 1e9) * 1000))

describe('the round trip on a real Hub', () => {
  const created: string[] = []
  let user = ''

  const create = async (name: string) => {
    await createRepo({...access, repo: {type: 'dataset', name}, private: true})
    created.push(name)
  }

  before(async function () {
    if (token === '') {
      console.log('SMOLTRACE_LIVE_TOKEN is not set: give the write token of a scratch account.')
      this.skip()
    }

    user = (await whoAmI(access)).name
  })

  after(async () => {
    for (const name of created) await deleteRepo({...access, repo: {type: 'dataset', name}}).catch(() => {})
  })

  it('creates the datasets of a run that does not exist yet', async () => {
    const {datasets} = await discoverSmoltraceDatasets(connection)
    expect(datasets.filter((dataset) => dataset.timestamp === timestamp)).to.deep.equal([])
    for (const type of RUN_TYPES) await create(runDatasetName(user, type, timestamp))
  })

  it('lists and groups them', async () => {
    const {datasets} = await discoverSmoltraceDatasets(connection)
    const run = groupDatasetsByRun(datasets).find((each) => each.timestamp === timestamp)
    expect(run?.complete).to.equal(true)
    // Its name says 1980, the Hub's dates say today.
    expect(run?.datesDisagree).to.equal(true)
  })

  it('protects a leaderboard of its own, refuses to delete it, lifts the protection', async function () {
    const {leaderboard} = await discoverSmoltraceDatasets(connection)
    if (leaderboard) {
      console.log(`${leaderboard.name} exists and is left alone.`)
      this.skip()
    }

    const name = leaderboardName(user)
    await create(name)
    await commit({
      ...access,
      repo: {type: 'dataset', name},
      title: 'A first commit',
      operations: [{operation: 'addOrUpdate', path: 'README.md', content: new Blob(['# Scratch\n'])}],
    })
    expect((await protectLeaderboard({...connection, reason: 'live test'})).changed).to.equal(true)
    expect((await protectLeaderboard(connection)).changed).to.equal(false)
    const refused = await cleanupDatasets({...connection, deleteLeaderboard: true}).catch(
      (error: unknown) => error,
    )
    expect(refused).to.have.property('name', 'RefusedError')
    expect((await unprotectLeaderboard(connection)).changed).to.equal(true)
    const result = await deleteDatasets([name], {
      ...connection,
      deleteLeaderboard: true,
      dryRun: false,
      yes: true,
    })
    expect(result.counts).to.include({deleted: 1, failed: 0})
  })

  it('shows in a dry run exactly what the deletion then deletes', async () => {
    const options = {...connection, run: [timestamp], grace: '0'}
    const dry = await cleanupDatasets(options)
    const names = dry.plan.delete.flatMap(({datasets}) => datasets.map(({name}) => name))
    expect(names).to.have.members(RUN_TYPES.map((type) => runDatasetName(user, type, timestamp)))
    const wet = await cleanupDatasets({...options, dryRun: false, yes: true})
    expect(wet.outcomes).to.deep.equal(names.map((name) => ({name, status: 'deleted'})))
  })

  it('finds nothing of them afterwards, and deletes again without harm', async () => {
    const names = RUN_TYPES.map((type) => runDatasetName(user, type, timestamp))
    const again = await deleteDatasets(names, {...connection, dryRun: false, yes: true})
    expect(again.counts).to.include({deleted: 0, failed: 0})
    const {datasets} = await discoverSmoltraceDatasets(connection)
    expect(datasets.filter((dataset) => dataset.timestamp === timestamp)).to.deep.equal([])
  })
})
