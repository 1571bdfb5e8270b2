import {expect} from 'chai'

import {checkDocument} from '../support/documents.js'
import {deletionsAt, type Gate, gate, namesAt, runDatasetsAt, until, withHub} from '../support/hub.js'
import {cleanEnv, PATIENT, type Running, start} from '../support/process.js'
import {isDelete, isMove, isProtection, type Sandbox} from '../support/sandbox.js'

const DELETE_ALL = ['cleanup', '--all', '--no-dry-run', '--yes']

/**
 * Starts a deletion on a Hub that answers no DELETE before it is told to, and waits for all that go at a time: one that is
 * on its way to the Hub would be counted only later.
 */
async function deleting(hub: Sandbox, argv: string[]): Promise<{program: Running; answers: Gate}> {
  const answers = gate()
  const isAct = (request: {method: string; path: string}) => isDelete(request) || isMove(request)
  hub.intercept({match: isAct, before: answers.before})
  const program = start(argv, cleanEnv(hub, PATIENT))
  await until('all that go at a time', () => hub.requests.filter((request) => isAct(request)).length >= 4)
  return {program, answers}
}

describe('Ctrl-C in the middle of a deletion', () => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`starts no new deletion after ${signal}, finishes those under way, and reports the truth`, () =>
      withHub({runs: 12}, async (hub) => {
        const before = namesAt(hub)
        const {program, answers} = await deleting(hub, DELETE_ALL)
        program.kill(signal)
        await until('the word that it stops', () => program.stderr.includes('stopping'))
        const started = deletionsAt(hub)
        answers.open()
        const {stdout, stderr, exitCode} = await program.finished
        expect(exitCode).to.equal(130)
        expect(deletionsAt(hub)).to.deep.equal(started)
        expect(started).to.have.length(4)
        expect(namesAt(hub)).to.deep.equal(before.filter((name) => !started.includes(name)))

        const planned = stdout.match(/^ +\d+\. .+$/gm)?.length ?? 0
        expect(stdout).to.include('nothing new was started')
        expect(stdout)
          .to.include(` Deleted ${started.length} of ${planned} datasets `)
          .and.include(`: ${planned - started.length} not attempted.`)
        expect(stdout).to.match(
          new RegExp(` \\d+ runs, ${runDatasetsAt(hub).length} datasets remain\\.$`, 'm'),
        )
        expect(stdout).to.match(/^Details +smoltrace history [\da-f]{8}$/m)
        expect(stdout.trimEnd()).to.match(/^To delete the rest:\n {2}smoltrace cleanup --all --no-dry-run$/m)
        expect(stderr.match(/^deleted /gm)).to.have.length(started.length)
      }))
  }

  it('still prints the whole document with --json', () =>
    withHub({runs: 12}, async (hub) => {
      const total = runDatasetsAt(hub).length
      const {program, answers} = await deleting(hub, [...DELETE_ALL, '--grace', '0', '--json'])
      program.kill('SIGINT')
      answers.open()
      const {stdout, stderr, exitCode} = await program.finished
      expect({stderr, exitCode}).to.deep.equal({stderr: '', exitCode: 130})
      checkDocument(['cleanup', '--json'], stdout)
      const {interrupted, counts, outcomes, remaining} = JSON.parse(stdout)
      expect(interrupted).to.equal(true)
      expect(outcomes).to.have.length(total)
      expect(counts.deleted).to.equal(deletionsAt(hub).length)
      expect(counts.deleted + counts.unattempted).to.equal(total)
      expect(remaining.datasets).to.equal(runDatasetsAt(hub).length)
    }))

  const ways: Array<[done: string, argv: string[]]> = [
    ['deleted', DELETE_ALL],
    ['moved to the trash', [...DELETE_ALL, '--trash']],
  ]
  for (const [done, argv] of ways)
    it(`ends at once the second time, and how to see what was ${done}`, () =>
      withHub({runs: 12}, async (hub) => {
        const {program} = await deleting(hub, argv)
        program.kill('SIGINT')
        await until('the word that it stops', () => program.stderr.includes('stopping'))
        program.kill('SIGINT')
        const {stdout, stderr, exitCode} = await program.finished
        expect(exitCode).to.equal(130)
        expect(stdout).not.to.include('nothing new was started')
        expect(stderr).to.include(`Aborted. To see what was ${done}: smoltrace history latest\n`)
      }))
})

describe('Ctrl-C in the middle of moves to the trash, out of it, and of emptying it', () => {
  const ALL_TO_TRASH = [...DELETE_ALL, '--grace', '0', '--trash']
  const jobs: Array<[argv: string[], isInTrash: boolean, told: RegExp]> = [
    [ALL_TO_TRASH, false, /^To move the rest:\n {2}smoltrace cleanup --all .*--trash.*--no-dry-run$/m],
    [['trash', 'restore', '--all'], true, /To restore the rest, run the same command again\.$/m],
    [
      ['trash', 'empty', '--all', '--no-dry-run', '--yes'],
      true,
      /^To delete the rest:\n {2}smoltrace trash empty --all --no-dry-run$/m,
    ],
  ]
  for (const [argv, isInTrash, told] of jobs) {
    it(`finishes what is under way, tells the truth, and goes on when called again: ${argv.join(' ')}`, () =>
      withHub({runs: 12}, async (hub) => {
        const env = cleanEnv(hub, PATIENT)
        if (isInTrash) expect((await start(ALL_TO_TRASH, env).finished).exitCode).to.equal(0)
        hub.requests.length = 0
        const ids = () => hub.state.datasets().map(({_id, id}) => `${_id} ${id}`)
        const before = ids()
        const isAct = (request: {method: string; path: string}) => isDelete(request) || isMove(request)
        const sent = () => hub.requests.filter((request) => isAct(request)).length
        const answers = gate()
        hub.intercept({match: isAct, before: answers.before})
        const program = start(argv, env)
        await until('all that go at a time', () => sent() >= 4)
        program.kill('SIGINT')
        await until('the word that it stops', () => program.stderr.includes('stopping'))
        answers.open()
        const {stdout, exitCode} = await program.finished
        expect(exitCode).to.equal(130)
        expect([sent(), before.filter((each) => !ids().includes(each)).length]).to.deep.equal([4, 4])
        expect(stdout)
          .to.include('Interrupted')
          .and.to.match(/ 4 of \d+ datasets/)
          .and.to.match(told)
        expect((await start(argv, env).finished).exitCode).to.equal(0)
        expect(namesAt(hub).filter((name) => name.includes('-trash-')).length).to.equal(
          isInTrash ? 0 : sent(),
        )
      }))
  }
})

describe('Ctrl-C before the first deletion', () => {
  it('deletes nothing, says so, and ends with 130', () =>
    withHub({runs: 3}, async (hub) => {
      hub.intercept({match: isProtection, hold: 'before'})
      const program = start(DELETE_ALL, cleanEnv(hub, PATIENT))
      await until('the request', () => hub.requests.some((request) => isProtection(request)))
      program.kill('SIGINT')
      const {stdout, stderr, exitCode} = await program.finished
      expect({stdout, exitCode}).to.deep.equal({stdout: '', exitCode: 130})
      expect(stderr)
        .to.match(/^Interrupted\./)
        .and.to.include('Nothing was deleted.')
      expect(stderr).not.to.match(/^\s+at /m)
      expect(deletionsAt(hub)).to.deep.equal([])
    }))
})
