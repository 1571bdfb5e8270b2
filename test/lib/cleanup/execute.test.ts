import {expect} from 'chai'
import {readdirSync, readFileSync} from 'node:fs'
import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {RefusedError} from '../../../src/lib/base/errors.js'
import {DAY, HOUR} from '../../../src/lib/base/time.js'
import {execute, type Job} from '../../../src/lib/cleanup/execute.js'
import {parseJournal} from '../../../src/lib/cleanup/journal/parse.js'
import {gone} from '../../../src/lib/cleanup/outcomes.js'
import {exitCodeOf} from '../../../src/lib/cleanup/result.js'
import {HubUnreachableError} from '../../../src/lib/hub/errors.js'
import {plannedDatasets} from '../../../src/lib/plan/plan.js'
import {
  ago,
  type FakeHub,
  fakeHub,
  inventoryOf,
  leaderboardDataset,
  NOW,
  type OnDelete,
  planOf,
  refusal,
  rejectionOf,
  runDatasets,
  sessionOf,
  WRITER,
} from '../../support/builders.js'
import {interfere} from '../../support/journals.js'

const OLD = '20260801_120000'
const THIRTY_DAYS = {olderThan: '30d'}
const CARRIED = {dryRun: false, yes: true}
const ofOldRun = ['metrics', 'traces', 'results'].map((type) => `kim/smoltrace-${type}-${OLD}`)

/** A job over one old run, one of yesterday and the leaderboard. */
function jobFor({
  onDelete,
  deleteLeaderboard = false,
}: {onDelete?: OnDelete; deleteLeaderboard?: boolean} = {}): {job: Job; hub: FakeHub} {
  const datasets = [...runDatasets(OLD), ...runDatasets(ago(DAY))]
  const leaderboard = leaderboardDataset()
  const inventory = inventoryOf(datasets, {leaderboard})
  const hub = fakeHub([...datasets, leaderboard], onDelete)
  const plan = planOf(inventory, {...THIRTY_DAYS, deleteLeaderboard})
  return {job: {plan, inventory, session: sessionOf(hub)}, hub}
}

describe('execution', () => {
  it('[S10] lists a large account on a slow Hub at most a tenth of the time, and its pins every minute', async () => {
    const SECONDS = 1000
    const timestamps = Array.from({length: 100}, (_, index) => ago(40 * DAY + index * HOUR))
    const datasets = timestamps.flatMap((timestamp) => runDatasets(timestamp))
    const leaderboard = leaderboardDataset()
    const inventory = inventoryOf(datasets, {leaderboard})
    let now = NOW.getTime()
    // An account of 30,000 datasets: 31 pages, a second each.
    const hub = fakeHub([...datasets, leaderboard], () => {
      now += 3 * SECONDS
    })
    const list = hub.listDatasets.bind(hub)
    hub.quota.size = {requests: 1000, windowMs: 300 * SECONDS}
    hub.listDatasets = (namespace) => {
      now += 31 * SECONDS
      hub.quota.sent += 31
      return list(namespace)
    }

    const session = {...sessionOf(hub), clock: () => new Date(now)}
    const job = {plan: planOf(inventory, THIRTY_DAYS), inventory, session}
    const result = await execute(job, {...CARRIED, concurrency: 1, journal: false})
    expect(result.counts.deleted).to.equal(300)
    const entries = hub.log.filter((line) => !line.startsWith('ASK'))
    expect(entries.slice(0, 3).map((line) => line.slice(0, 6))).to.deep.equal(['LIST', 'READ', 'DELETE'])
    const count = (what: string) => entries.filter((line) => line === what).length
    // 900 s of DELETEs: a listing each 310 s, the protection each 60 s.
    expect(count('LIST')).to.be.within(4, 5)
    expect(count('READ')).to.be.within(15, 20)
  })

  it('[S16] is interrupted also where Ctrl-C came before it was known what became of a DELETE', async () => {
    const controller = new AbortController()
    const {job} = jobFor({
      onDelete(name) {
        if (!name.includes('results')) return
        controller.abort()
        return new HubUnreachableError('no answer')
      },
    })
    const result = await execute(job, {...CARRIED, signal: controller.signal})
    expect(result.outcomes.at(-1)).to.include({status: 'failed', uncertain: true})
    expect(result.interrupted).to.equal(true)
    expect(exitCodeOf(result)).to.equal(130)
    expect(parseJournal(readFileSync(result.journal ?? '', 'utf8'))).to.include({state: 'interrupted'})
  })

  it('writes down what had fallen out of a plan with few waits for the disk', async () => {
    const timestamps = Array.from({length: 100}, (_, index) => ago(40 * DAY + index * HOUR))
    const whole = planOf(inventoryOf(timestamps.flatMap((timestamp) => runDatasets(timestamp))), THIRTY_DAYS)
    const stale = plannedDatasets(whole).map(({name}) => gone(name))
    const {job} = jobFor()
    const saved = {plan: whole, madeBy: 'kim', madeAt: NOW, digest: 'sha256:0', keptRuns: []}
    let waits = 0
    const putBack = await interfere({
      datasync(real) {
        waits++
        return real()
      },
    })
    try {
      const {journal = ''} = await execute({...job, stale, saved}, CARRIED)
      const told = readFileSync(journal, 'utf8')
        .split('\n')
        .filter((line) => line.includes('"status":"gone"'))
      expect(told).to.have.length(300)
      expect(waits).to.be.within(3, 30)
    } finally {
      putBack()
    }
  })

  it('[S10] is an error, with a journal that is ended, where the access is lost right before the first DELETE', async () => {
    const {job, hub} = jobFor()
    let now = NOW.getTime()
    const session = {...job.session, clock: () => new Date(now)}
    const dataDir = await mkdtemp(join(tmpdir(), 'smoltrace-execution-'))
    const carried = execute(
      {...job, session},
      {
        ...CARRIED,
        dataDir,
        onEvent({kind}) {
          if (kind !== 'started') return
          now += 10_000
          hub.identity = {...WRITER, tokenRole: 'read'}
        },
      },
    )
    expect(await rejectionOf(carried)).to.be.instanceOf(RefusedError)
    expect(hub.deletes).to.deep.equal([])
    const [name = ''] = readdirSync(join(dataDir, 'journal'))
    const {state, counts} = parseJournal(readFileSync(join(dataDir, 'journal', name), 'utf8'))
    expect(state).to.equal('finished')
    expect(counts).to.include({deleted: 0, unattempted: 3})
    await rm(dataDir, {recursive: true})
  })

  it('[S12] looks at protection and listing before the leaderboard goes, and again after a wait', async () => {
    const onDelete: OnDelete = (name, time) =>
      name === ofOldRun[1] && time === 0 ? refusal(429, {resetMs: 0}) : undefined
    const {job, hub} = jobFor({onDelete, deleteLeaderboard: true})
    await execute(job, CARRIED)
    const [metrics, traces, results] = ofOldRun.map((name) => `DELETE ${name}`)
    // The first look follows the archiving of the leaderboard.
    expect(hub.log).to.deep.equal([
      'LIST',
      'READ',
      metrics,
      traces,
      'LIST',
      'READ',
      traces,
      results,
      // What the Hub answered is compared first, and once more at the end.
      'LIST',
      'LIST',
      'READ',
      'DELETE kim/smoltrace-leaderboard as leaderboard',
      'LIST',
    ])
  })
})
