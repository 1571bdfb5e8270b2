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
  NOW,
  type OnDelete,
  planOf,
  rejectionOf,
  runDatasets,
  sessionOf,
  tokenOf,
} from '../../support/builders.js'
import {newDataDir} from '../../support/journals.js'

const CARRIED = {dryRun: false, yes: true}

/** A job over one old run, and one of yesterday. */
function jobFor(onDelete?: OnDelete): {job: Job; hub: FakeHub} {
  const inventory = inventoryOf([...runDatasets('20260801_120000'), ...runDatasets(ago(DAY))])
  const hub = fakeHub(inventory.datasets, onDelete)
  return {job: {plan: planOf(inventory, {olderThan: '30d'}), inventory, session: sessionOf(hub)}, hub}
}

describe('execution', () => {
  it('[S16] is interrupted also where Ctrl-C came before the result of a DELETE was known', async () => {
    const controller = new AbortController()
    const {job} = jobFor((name) => {
      if (!name.includes('results')) return
      controller.abort()
      return new HubUnreachableError('no answer')
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
      hub.identity = tokenOf('read')
    }

    const carried = execute({...job, session}, {...CARRIED, dataDir, onEvent})
    expect(await rejectionOf(carried)).to.be.instanceOf(RefusedError)
    expect(hub.deletes).to.deep.equal([])
    const [name = ''] = readdirSync(folder)
    const {state, counts} = parseJournal(readFileSync(join(folder, name), 'utf8'))
    expect(state).to.equal('finished')
    expect(counts).to.include({deleted: 0, unattempted: 3})
  })
})
