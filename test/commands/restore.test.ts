import {expect} from 'chai'
import {rm} from 'node:fs/promises'
import {join} from 'node:path'

import {archiveAt, NAME, openBench, OWN, TIMESTAMP} from '../lib/archive/support.js'
import {type CliResult, runCli} from '../support/cli.js'
import {envOf} from '../support/hub.js'
import {type Sandbox} from '../support/sandbox.js'

describe('restore', () => {
  let hub: Sandbox
  let dir: string
  let close: () => Promise<void>

  /** An archive of the dataset, which is on the Hub no more. */
  beforeEach(async () => {
    ;({hub, dir, close} = await openBench())
    await archiveAt(hub, dir)
    hub.state.remove(NAME)
  })

  afterEach(() => close())

  const run = (argv: string[]): Promise<CliResult> => runCli(['restore', ...argv], envOf(hub))

  it('brings a run back, logs it on stderr, and sums up on stdout', async () => {
    const rehearsed = await run([dir, '--dry-run'])
    expect(rehearsed.exitCode).to.equal(0)
    expect(rehearsed.stdout).to.include('This is a dry run: nothing was created.')
    expect(hub.state.get(NAME)).to.equal(undefined)
    const {stdout, stderr, exitCode} = await run([dir, TIMESTAMP])
    expect(exitCode).to.equal(0)
    expect(stderr).to.equal(`restored       ${NAME}\n`)
    expect(stdout).to.include('Restore complete.').and.to.include('`--older-than` counts from today')
    expect(hub.state.get(NAME)?.files.size).to.equal(7)
    expect((await run([dir])).stdout).to.include('already there')
  })

  it('ends with 3 where something was not restored, and says what', async () => {
    await rm(join(dir, 'mira', OWN, 'README.md'))
    for (const argv of [[dir], [dir, '--dry-run'], [dir, '--json']]) {
      const {stdout, exitCode} = await run(argv)
      expect(exitCode).to.equal(3)
      expect(stdout).to.include('README.md').and.to.include('is missing')
    }
  })

  it('ends with 1 where a name is not archived, with 2 on a usage error, before anything is sent', async () => {
    hub.requests.length = 0
    for (const [argv, code, text] of [
      [[dir, '20260107_000000'], 1, 'has no archive of "20260107_000000"'],
      [[join(dir, 'nothing')], 2, 'is not a folder'],
      [[], 2, 'use DIR, or --job'],
      [[dir, '--job', 'latest'], 2, 'DIR and --job exclude each other'],
      [['--job', 'latest', '--from', 'old'], 2, 'exclude each other'],
      [['--job', 'latest'], 1, 'No job "latest"'],
      [[dir, '--concurrency', '0'], 2, '--concurrency'],
    ] as Array<[string[], number, string]>) {
      const {exitCode, stdout, stderr} = await run(argv)
      expect([exitCode, stdout]).to.deep.equal([code, ''])
      expect(stderr).to.include(text)
    }

    expect(hub.requests).to.deep.equal([])
  })

  it('ends with 130 where it is interrupted', async () => {
    const isCreation = ({path}: {path: string}) => path === '/api/repos/create'
    hub.intercept({match: isCreation, times: 1, before: () => void process.emit('SIGINT')})
    const {exitCode, stdout} = await run([dir])
    expect(exitCode).to.equal(130)
    expect(stdout).to.include('To restore the rest:\n  smoltrace restore ')
    expect((await run([dir])).exitCode).to.equal(0)
  })
})
