import {expect} from 'chai'
import {mkdtempSync, readdirSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {type Dataset} from '../../src/lib/account/datasets.js'
import {DAY} from '../../src/lib/base/time.js'
import {plannedDatasets} from '../../src/lib/plan/plan.js'
import {ago, inventoryOf, NOW, planOf, runDatasets} from '../support/builders.js'
import {runCli} from '../support/cli.js'
import {at} from '../support/hub.js'
import {beginJournal} from '../support/journals.js'

const PLAN = planOf(inventoryOf(runDatasets(ago(60 * DAY))), {all: true})
const DATASETS = plannedDatasets(PLAN) as [Dataset, Dataset, Dataset]

describe('history', () => {
  let dataDir: string
  const run = (...argv: string[]) =>
    at(NOW, () => runCli(['history', ...argv], {SMOLTRACE_DATA_DIR: dataDir}))
  const runJson = async (...argv: string[]) =>
    JSON.parse((await run(...argv, '--json')).stdout) as Record<string, any>

  /** A job that deleted its first dataset, and of the second does not know; finished only if all are deleted. */
  const writeJob = async (now: Date, {deletes = 1, dir = dataDir} = {}) => {
    const journal = await beginJournal(dir, {plan: PLAN}, now)
    for (const [index, dataset] of DATASETS.entries()) {
      if (index <= deletes) await journal.intent(dataset)
      if (index < deletes) await journal.outcome({name: dataset.name, status: 'deleted'}, dataset)
    }

    await journal.end({interrupted: deletes < DATASETS.length})
    return journal.id
  }

  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'smoltrace-history-'))
  })

  afterEach(() => {
    rmSync(dataDir, {recursive: true})
  })

  it('says that there is none where nothing was ever deleted, and makes no file', async () => {
    expect(await run()).to.deep.equal({stdout: `There is no job in ${dataDir}.\n`, stderr: '', exitCode: 0})
    expect(await runJson()).to.deep.equal({
      schemaVersion: 1,
      command: 'history',
      dataDir,
      since: null,
      jobs: [],
      problems: [],
      warnings: [],
    })
    expect(readdirSync(dataDir)).to.deep.equal([])
  })

  it('needs no token, and shows every job, newest first', async () => {
    const ids = [await writeJob(ago(2 * DAY)), await writeJob(ago(DAY), {deletes: 3})]
    const {stdout, stderr, exitCode} = await run()
    expect({stderr, exitCode}).to.deep.equal({stderr: '', exitCode: 0})
    const rows = stdout.split('\n').filter((line) => line.startsWith('2026-'))
    expect(rows.map((row) => row.split(/ {2,}/)[1])).to.deep.equal(
      ids.map((id) => id.slice(0, 8)).toReversed(),
    )
  })

  it('refuses a job that is not there, with and without --json', async () => {
    await writeJob(NOW)
    const {stdout, stderr, exitCode} = await run('nothing')
    expect({stdout, exitCode}).to.deep.equal({stdout: '', exitCode: 1})
    expect(stderr).to.equal(
      `Error: There is no job "nothing" in ${dataDir}.\n  See which there are: smoltrace history\n`,
    )
    expect((await runJson('nothing')).error).to.include({name: 'RefusedError', exitCode: 1})
  })

  it('shows with --since only what began then or later, and says since when', async () => {
    await writeJob(ago(10 * DAY))
    await writeJob(ago(7 * DAY))
    const week = await runJson('--since', '7d')
    expect(week.jobs.map((job: {at: string}) => job.at)).to.deep.equal([ago(7 * DAY).toISOString()])
    expect(week.since).to.equal(ago(7 * DAY).toISOString())
    expect((await run('--since', '7d')).stdout).to.match(/^1 job since 2026-09-28 12:00 UTC, in /)
  })

  const refused: Array<[title: string, argv: string[], message: RegExp]> = [
    ['no age', ['--since', 'yesterday'], /^Error: --since "yesterday" is not an age/],
    ['a job and --since', ['3f9a', '--since', '7d'], /^Error: --since chooses among all jobs/],
  ]
  for (const [title, argv, message] of refused) {
    it(`takes ${title} for a wrong use`, async () => {
      const {stdout, stderr, exitCode} = await run(...argv)
      expect({stdout, exitCode}).to.deep.equal({stdout: '', exitCode: 2})
      expect(stderr).to.match(message)
    })
  }

  it("shows in the sandbox the rehearsals' jobs and no others", async () => {
    await writeJob(NOW)
    const rehearsal = await writeJob(NOW, {dir: join(dataDir, 'sandbox')})
    const {stdout} = await runCli(['sandbox', 'history', '--json'], {SMOLTRACE_DATA_DIR: dataDir})
    const {jobs} = JSON.parse(stdout) as {jobs: Array<{id: string}>}
    expect(jobs.map(({id}) => id)).to.deep.equal([rehearsal])
  })
})
