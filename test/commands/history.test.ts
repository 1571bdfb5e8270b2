import {expect} from 'chai'
import {join} from 'node:path'

import {DAY} from '../../src/lib/base/time.js'
import {ago, NOW} from '../support/builders.js'
import {runCli} from '../support/cli.js'
import {at} from '../support/hub.js'
import {newDataDir, writeJob} from '../support/journals.js'

describe('history', () => {
  let dataDir: string
  const run = (...argv: string[]) =>
    at(NOW, () => runCli(['history', ...argv], {SMOLTRACE_DATA_DIR: dataDir}))
  const runJson = async (...argv: string[]) => JSON.parse((await run(...argv, '--json')).stdout)

  beforeEach(async () => {
    dataDir = (await newDataDir()).dir
  })

  it('refuses a job that is not there, with and without --json', async () => {
    await writeJob(dataDir)
    const {stdout, stderr, exitCode} = await run('nothing')
    expect({stdout, exitCode}).to.deep.equal({stdout: '', exitCode: 1})
    expect(stderr).to.equal(
      `Error: No job "nothing" is recorded in ${dataDir}.\n  To list all jobs: smoltrace history\n`,
    )
    expect((await runJson('nothing')).error).to.include({name: 'RefusedError', exitCode: 1})
  })

  it('shows with --since only what began then or later, and says since when', async () => {
    await writeJob(dataDir, ago(10 * DAY))
    await writeJob(dataDir, ago(7 * DAY))
    const week = await runJson('--since', '7d')
    expect(week.jobs.map((job: {at: string}) => job.at)).to.deep.equal([ago(7 * DAY).toISOString()])
    expect(week.since).to.equal(ago(7 * DAY).toISOString())
    expect((await run('--since', '7d')).stdout).to.match(/^1 job since 2026-09-28 12:00 UTC, in /)
  })

  const refused: Array<[title: string, argv: string[], message: RegExp]> = [
    ['no age', ['--since', 'yesterday'], /^Error: --since "yesterday" is not a valid age/],
    ['--check without a job', ['--check'], /^Error: --check asks where the datasets of one job are/],
    ['a token that is not used', ['--token', 'hf_x'], /^Error: --token needs --check/],
    ['a job and --since', ['3f9a', '--since', '7d'], /^Error: --since filters the list of jobs/],
  ]
  for (const [title, argv, message] of refused) {
    it(`takes ${title} for a wrong use`, async () => {
      const {stdout, stderr, exitCode} = await run(...argv)
      expect({stdout, exitCode}).to.deep.equal({stdout: '', exitCode: 2})
      expect(stderr).to.match(message)
    })
  }

  it('needs a token to look for what became of a job, and the Hub that it ran at', async () => {
    await writeJob(dataDir)
    const env = {SMOLTRACE_DATA_DIR: dataDir, HF_TOKEN: '', HF_HOME: dataDir, HF_ENDPOINT: undefined}
    const check = (own: object) => runCli(['history', 'latest', '--check'], {...env, ...own})
    expect((await check({})).exitCode).to.equal(4)
    const elsewhere = await check({HF_TOKEN: 'hf_x', HF_ENDPOINT: 'http://127.0.0.1:10'})
    expect([elsewhere.exitCode, elsewhere.stdout]).to.deep.equal([2, ''])
    expect(elsewhere.stderr).to.match(/^Error: Job [\da-f]{12} ran for kim at /)
  })

  it("shows in the sandbox the rehearsals' jobs and no others", async () => {
    await writeJob(dataDir)
    const rehearsal = await writeJob(join(dataDir, 'sandbox'))
    const {stdout} = await runCli(['sandbox', 'history', '--json'], {SMOLTRACE_DATA_DIR: dataDir})
    const {jobs} = JSON.parse(stdout) as {jobs: Array<{id: string}>}
    expect(jobs.map(({id}) => id)).to.deep.equal([rehearsal.id])
  })
})
