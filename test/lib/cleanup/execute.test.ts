import {expect} from 'chai'
import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'

import {RefusedError} from '../../../src/lib/base/errors.js'
import {DAY} from '../../../src/lib/base/time.js'
import {execute, type Job} from '../../../src/lib/cleanup/execute.js'
import {parseJournal} from '../../../src/lib/cleanup/journal/parse.js'
import {type JobEvent} from '../../../src/lib/cleanup/options.js'
import {exitCodeOf} from '../../../src/lib/cleanup/result.js'
import {HubUnreachableError} from '../../../src/lib/hub/errors.js'
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
import {newDataDir} from '../../support/journals.js'

const OLD = '20260801_120000'
const THIRTY_DAYS = {olderThan: '30d'}
const CARRIED = {dryRun: false, yes: true}

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

  it('[S10] is an error, with a journal that is ended, where the access is lost right before the first DELETE', async () => {
    const {job, hub} = jobFor()
    let now = NOW.getTime()
    const session = {...job.session, clock: () => new Date(now)}
    const {dir: dataDir, folder} = await newDataDir()
    const onEvent = ({kind}: JobEvent) => {
      if (kind !== 'started') return
      now += 10_000
      hub.identity = {...WRITER, tokenRole: 'read'}
    }

    const carried = execute({...job, session}, {...CARRIED, dataDir, onEvent})
    expect(await rejectionOf(carried)).to.be.instanceOf(RefusedError)
    expect(hub.deletes).to.deep.equal([])
    const [name = ''] = readdirSync(folder)
    const {state, counts} = parseJournal(readFileSync(join(folder, name), 'utf8'))
    expect(state).to.equal('finished')
    expect(counts).to.include({deleted: 0, unattempted: 3})
  })

  it('[S12] looks at protection and listing before the leaderboard goes, and again after a wait', async () => {
    const onDelete: OnDelete = (name, time) =>
      name.includes('traces') && time === 0 ? refusal(429, {resetMs: 0}) : undefined
    const {job, hub} = jobFor({onDelete, deleteLeaderboard: true})
    await execute(job, CARRIED)
    // The first look follows the archiving of the leaderboard.
    const before = 'LIST READ metrics traces LIST READ traces results'
    // What the Hub answered is compared first, and once more at the end.
    const after = 'LIST LIST READ leaderboard LIST'
    const steps = hub.log.map((line) => /smoltrace-(\w+)/.exec(line)?.[1] ?? line)
    expect(steps.join(' ')).to.equal(`${before} ${after}`)
  })
})
