import {expect} from 'chai'
import {execFileSync, spawn} from 'node:child_process'
import {once} from 'node:events'
import {mkdtempSync, readdirSync, symlinkSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {root} from '../support/cli.js'
import {deletionsAt, withHub} from '../support/hub.js'
import {cleanEnv, type Finished, PROGRAM, startCommand} from '../support/process.js'
import {isMove, type Sandbox} from '../support/sandbox.js'

describe('the script for cron', () => {
  let home: string

  /** Runs it as cron does, with the program that is built here, and what else is on this path. */
  function night(
    hub: Sandbox,
    keeps: number,
    {others = process.env.PATH, trash = false}: {others?: string | undefined; trash?: boolean} = {},
  ): Promise<Finished> {
    const bin = mkdtempSync(join(tmpdir(), 'smoltrace-bin-'))
    const program = `#!/bin/sh\nexec "${process.execPath}" "${PROGRAM}" "$@"\n`
    writeFileSync(join(bin, 'smoltrace'), program, {mode: 0o755})
    writeFileSync(join(home, 'token'), hub.token)
    writeFileSync(
      join(home, 'policy.yaml'),
      `version: 1\nkeep: {recent: ${keeps}}\n${trash ? 'trash: true\n' : ''}`,
    )
    const mine = {
      ...cleanEnv(hub),
      PATH: `${bin}:${others}`,
      SMOLTRACE_HOME: home,
      SMOLTRACE_DATA_DIR: join(home, 'data'),
    }
    return startCommand(['/bin/sh', join(root, 'docs/recipes/nightly.sh')], mine).finished
  }

  before(function () {
    if (process.platform !== 'linux') this.skip()
  })

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'smoltrace-cron-'))
  })

  it('deletes by the policy, keeps a log, a summary, a copy and the journal, and says nothing', () =>
    withHub({runs: 20}, async (hub) => {
      expect(await night(hub, 18)).to.deep.equal({stdout: '', stderr: '', exitCode: 0})
      expect(deletionsAt(hub)).to.have.length.above(0)
      expect(readdirSync(join(home, 'logs')).map((name) => name.slice(10))).to.have.members(['.log', '.md'])
      expect(readdirSync(home)).to.include.members(['copies', 'data'])
    }))

  it('deletes nothing by a policy that moves to the trash: what it moved is not two weeks old', () =>
    withHub({runs: 20}, async (hub) => {
      expect(await night(hub, 18, {trash: true})).to.deep.equal({stdout: '', stderr: '', exitCode: 0})
      expect(hub.requests.filter((request) => isMove(request))).to.have.length.above(0)
      expect(deletionsAt(hub)).to.deep.equal([])
    }))

  it('says what is wrong where something is, so that cron sends it', () =>
    withHub({runs: 6}, async (hub) => {
      const {stdout, exitCode} = await night(hub, 1)
      expect(exitCode).to.equal(1)
      expect(stdout).to.include('ended with exit code 1').and.include('--max-delete 10% refused')
      expect(deletionsAt(hub)).to.deep.equal([])
    }))

  it('says so where there is nothing to keep two apart', () =>
    withHub({runs: 6}, async (hub) => {
      const few = mkdtempSync(join(tmpdir(), 'smoltrace-few-'))
      for (const name of ['mkdir', 'date'])
        symlinkSync(execFileSync('which', [name], {encoding: 'utf8'}).trim(), join(few, name))
      const {stdout, exitCode} = await night(hub, 5, {others: few})
      expect(exitCode).to.equal(1)
      expect(stdout).to.include('needs flock').and.not.include('has not ended')
      expect(hub.requests).to.deep.equal([])
    }))

  it('does not run beside one that has not ended', () =>
    withHub({runs: 6}, async (hub) => {
      const holder = spawn('flock', [join(home, 'lock'), 'sh', '-c', 'echo held; cat'])
      await once(holder.stdout, 'data')
      const {stdout, exitCode} = await night(hub, 5)
      const ended = once(holder, 'close')
      holder.stdin.end()
      await ended
      expect(exitCode).to.equal(1)
      expect(stdout).to.include('has not ended yet')
      expect(hub.requests).to.deep.equal([])
    }))
})
