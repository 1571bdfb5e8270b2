import {expect} from 'chai'
import {rm} from 'node:fs/promises'
import {join} from 'node:path'

import {type Sandbox, startSandbox} from '../../src/lib/sandbox/index.js'
import {
  archiveAt,
  CREATED,
  FILES,
  NAME,
  ofFormerNamespace,
  OWN,
  TIMESTAMP,
  withFolder,
} from '../lib/archive/support.js'
import {type CliResult, runCli} from '../support/cli.js'
import {envOf, UNKNOWN_TOKEN} from '../support/hub.js'

describe('restore', () => {
  let hub: Sandbox

  beforeEach(async () => {
    hub = await startSandbox({seed: 'empty'})
    hub.state.addDataset({name: NAME, createdAt: CREATED, private: true, files: FILES})
  })

  afterEach(() => hub.close())

  const run = (argv: string[], token = hub.token): Promise<CliResult> =>
    runCli(['restore', ...argv], envOf(hub, token))

  /** An archive of the dataset, which is on the Hub no more. */
  const withoutDataset = (job: (dir: string) => Promise<void>): Promise<void> =>
    withFolder(async (dir) => {
      await archiveAt(hub, dir)
      hub.state.remove(NAME)
      await job(dir)
    })

  it('brings a run back, tells of it on stderr, and sums up on stdout', () =>
    withoutDataset(async (dir) => {
      const {stdout, stderr, exitCode} = await run([dir, TIMESTAMP])
      expect(exitCode).to.equal(0)
      expect(stderr).to.include(`Restoring ${NAME}.\n`).and.to.include(`1 of 1: ${NAME} (7 files, `)
      expect(stdout).to.include('Restore complete.').and.to.include('`--older-than` counts from today')
      expect(hub.state.get(NAME)?.files.size).to.equal(7)
      expect((await run([dir])).stdout).to.include('already there')
    }))

  it('creates nothing with --dry-run', () =>
    withoutDataset(async (dir) => {
      const {stdout, exitCode} = await run([dir, '--dry-run'])
      expect(exitCode).to.equal(0)
      expect(stdout).to.include('would restore').and.to.include('This is a dry run: nothing was created.')
      expect(hub.state.get(NAME)).to.equal(undefined)
    }))

  it('ends with 3 where something was not restored, and says what', () =>
    withoutDataset(async (dir) => {
      await rm(join(dir, 'mira', OWN, 'README.md'))
      for (const argv of [[dir], [dir, '--dry-run'], [dir, '--json']]) {
        const {stdout, exitCode} = await run(argv)
        expect(exitCode).to.equal(3)
        expect(stdout).to.include('README.md').and.to.include('is missing')
      }
    }))

  it('ends with 1 where a name is not archived, or nothing is, before anything is sent', () =>
    withoutDataset(async (dir) => {
      hub.requests.length = 0
      const unknown = await run([dir, '20260107_000000'])
      expect(unknown).to.include({exitCode: 1, stdout: ''})
      expect(unknown.stderr).to.include('holds no archive of "20260107_000000"')
      const nothing = await run([join(dir, 'mira')])
      expect(nothing.exitCode).to.equal(1)
      expect(nothing.stderr).to.include('looked for NAMESPACE/DATASET.json')
      expect(hub.requests).to.deep.equal([])
    }))

  it('ends with 2 where the folder is not there, or is not given, and with a flag that does not exist', () =>
    withoutDataset(async (dir) => {
      for (const argv of [[join(dir, 'nothing')], [], [dir, '--no-such-flag'], [dir, '--concurrency', '0']]) {
        const {exitCode, stderr} = await run(argv)
        expect(exitCode).to.equal(2)
        expect(stderr).to.match(/^Error: \S/)
      }
    }))

  it('ends with 4 where the token is unknown or may not write', () =>
    withoutDataset(async (dir) => {
      for (const token of [UNKNOWN_TOKEN, hub.tokens.read, hub.tokens.fineGrainedNarrow])
        expect((await run([dir], token)).exitCode).to.equal(4)
      expect(hub.state.get(NAME)).to.equal(undefined)
    }))

  it('says how archives of a renamed account come back, and the command that it names brings them back', () =>
    withoutDataset(async (dir) => {
      await ofFormerNamespace(dir, 'mira-old')
      const refused = await run([dir, '--namespace', 'mira'])
      expect(refused.exitCode).to.equal(1)
      const unknown = await run([dir, TIMESTAMP, '--namespace', 'mira-old'])
      expect(unknown.exitCode).to.equal(1)
      for (const {stderr} of [refused, unknown])
        expect(stderr).to.include('--from mira-old').and.not.include('{')
      const [, line = ''] = /smoltrace restore (.+ --from mira-old)/.exec(unknown.stderr) ?? []
      const {exitCode, stdout} = await run(line.split(' '))
      expect(exitCode).to.equal(0)
      expect(stdout).to.include('from the archives of mira-old').and.to.include(NAME)
      expect(hub.state.get(NAME)?.files.size).to.equal(7)
    }))

  it('ends with 130 where it is interrupted', () =>
    withoutDataset(async (dir) => {
      hub.intercept({
        match: ({path}) => path === '/api/repos/create',
        times: 1,
        before: () => void process.emit('SIGINT'),
      })
      const {exitCode, stdout} = await run([dir])
      expect(exitCode).to.equal(130)
      expect(stdout).to.include('Interrupted: restore again')
      expect((await run([dir])).exitCode).to.equal(0)
    }))
})
