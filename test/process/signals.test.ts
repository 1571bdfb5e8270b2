import {expect} from 'chai'

import {type Sandbox} from '../../src/lib/sandbox/index.js'
import {deletionsAt, namesAt, runDatasetsAt, until, withHub} from '../support/hub.js'
import {cleanEnv, type Running, start} from '../support/process.js'

const DELETE_ALL = ['cleanup', '--all', '--no-dry-run', '--yes']

/** Starts a deletion on a Hub that takes its time over each one, and waits for the first. */
async function deleting(hub: Sandbox, argv: string[], delayMs: number): Promise<Running> {
  hub.intercept({match: ({method}) => method === 'DELETE', delayMs})
  const program = start(argv, cleanEnv(hub))
  await until('the first deletion', () => deletionsAt(hub).length > 0)
  return program
}

describe('Ctrl-C in the middle of a deletion', () => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`starts no new deletion after ${signal}, finishes those under way, and reports the truth`, () =>
      withHub({runs: 12}, async (hub) => {
        const before = namesAt(hub)
        const program = await deleting(hub, DELETE_ALL, 700)
        // One that is on its way to the Hub would be counted only after the word.
        await until('all that go at a time', () => deletionsAt(hub).length >= 4)
        program.kill(signal)
        await until('the word that it stops', () => program.stderr.includes('stopping'))
        const started = deletionsAt(hub)
        const {stdout, stderr, exitCode} = await program.finished
        expect(exitCode).to.equal(130)
        expect(deletionsAt(hub)).to.deep.equal(started)
        expect(started.length).to.be.within(1, 4)
        expect(namesAt(hub)).to.deep.equal(before.filter((name) => !started.includes(name)))

        const planned = stdout.match(/^ +\d+\. .+$/gm)?.length ?? 0
        expect(stdout).to.include('nothing new was started')
        expect(stdout).to.match(new RegExp(`^Deleted +${started.length} datasets?$`, 'm'))
        expect(stdout).to.match(new RegExp(`^Not attempted +${planned - started.length} datasets$`, 'm'))
        expect(stdout).to.match(
          new RegExp(`^Remaining +\\d+ runs, ${runDatasetsAt(hub).length} datasets$`, 'm'),
        )
        expect(stderr.match(/^deleted /gm)).to.have.length(started.length)
      }))
  }

  it('still prints the whole document with --json', () =>
    withHub({runs: 12}, async (hub) => {
      const total = runDatasetsAt(hub).length
      const program = await deleting(hub, [...DELETE_ALL, '--grace', '0', '--json'], 700)
      program.kill('SIGINT')
      const {stdout, stderr, exitCode} = await program.finished
      expect({stderr, exitCode}).to.deep.equal({stderr: '', exitCode: 130})
      const {interrupted, counts, outcomes, remaining} = JSON.parse(stdout)
      expect(interrupted).to.equal(true)
      expect(outcomes).to.have.length(total)
      expect(counts.deleted).to.equal(deletionsAt(hub).length)
      expect(counts.deleted + counts.unattempted).to.equal(total)
      expect(remaining.datasets).to.equal(runDatasetsAt(hub).length)
    }))

  it('ends at once the second time', () =>
    withHub({runs: 12}, async (hub) => {
      const program = await deleting(hub, DELETE_ALL, 15_000)
      program.kill('SIGINT')
      await until('the word that it stops', () => program.stderr.includes('stopping'))
      const asked = performance.now()
      program.kill('SIGINT')
      expect((await program.finished).exitCode).to.equal(130)
      expect(performance.now() - asked).to.be.below(5000)
    }))

  it('stops a wait for the quota', () =>
    withHub({runs: 4}, async (hub) => {
      hub.intercept({
        match: ({method}) => method === 'DELETE',
        respond: {status: 429, headers: {RateLimit: '"api";r=0;t=60'}, body: 'We had to rate limit you'},
      })
      const program = start(DELETE_ALL, cleanEnv(hub))
      await until('the word that it waits', () => program.stderr.includes('going on in 60 s'))
      program.kill('SIGINT')
      const {stdout, exitCode} = await program.finished
      expect(exitCode).to.equal(130)
      expect(stdout)
        .to.match(/^Deleted +0 datasets$/m)
        .and.to.match(/^Failed +0 datasets$/m)
    }))

  it('is heard in the sandbox as well', async () => {
    const program = start(['sandbox', '--runs', '12', '--latency', '300', ...DELETE_ALL], cleanEnv())
    await until('the first deleted dataset', () => program.stderr.includes('deleted '))
    program.kill('SIGINT')
    const {stdout, stderr, exitCode} = await program.finished
    expect(exitCode).to.equal(130)
    expect(stdout).to.match(new RegExp(`^Deleted +${stderr.match(/^deleted /gm)?.length} datasets?$`, 'm'))
    expect(stdout).to.match(/^Not attempted +\d+ datasets$/m)
  })
})

describe('Ctrl-C before the first deletion', () => {
  for (const [what, path] of [
    ['whoami is asked', '/api/whoami-v2'],
    ['the datasets are listed', '/api/datasets?'],
    ['the protection is read', 'protection.json'],
  ] as const) {
    it(`deletes nothing while ${what}, says so, and ends with 130`, () =>
      withHub({runs: 3}, async (hub) => {
        hub.intercept({match: (request) => request.path.includes(path), delayMs: 15_000})
        const before = namesAt(hub)
        const program = start(DELETE_ALL, cleanEnv(hub))
        await until('the request', () => hub.requests.some((request) => request.path.includes(path)))
        const asked = performance.now()
        program.kill('SIGINT')
        const {stdout, stderr, exitCode} = await program.finished
        expect(performance.now() - asked).to.be.below(5000)
        expect({stdout, exitCode}).to.deep.equal({stdout: '', exitCode: 130})
        expect(stderr)
          .to.match(/^Cancelled: /)
          .and.to.include('Nothing was deleted.')
        expect(stderr).not.to.match(/^\s+at /m)
        expect(deletionsAt(hub)).to.deep.equal([])
        expect(namesAt(hub)).to.deep.equal(before)
      }))
  }
})
