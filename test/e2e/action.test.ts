import {expect} from 'chai'
import {existsSync, mkdtempSync, readFileSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {ACTION, type Ran, runAction} from '../support/action-runner.js'
import {deletionsAt, UNKNOWN_TOKEN, withHub} from '../support/hub.js'
import {cleanEnv} from '../support/process.js'
import {type Sandbox} from '../support/sandbox.js'

/** The Hub is known to the job, the token only to the action. */
function envFor(hub: Sandbox): Record<string, string> {
  const env = cleanEnv(hub)
  return Object.fromEntries(Object.entries(env).filter(([name]) => name !== 'HF_TOKEN'))
}

describe('the GitHub Action', () => {
  let workspace: string
  const act = (hub: Sandbox, inputs: Record<string, string>): Promise<Ran> =>
    runAction({token: hub.token, package: './smoltrace.tgz', ...inputs}, envFor(hub), workspace)

  beforeEach(() => {
    workspace = mkdtempSync(join(tmpdir(), 'smoltrace-workspace-'))
    writeFileSync(join(workspace, 'policy.yaml'), 'version: 1\nkeep: {recent: 2}\n')
  })

  it('saves a plan, deletes nothing, and says how much there is to do', () =>
    withHub({runs: 6}, async (hub) => {
      const {exitCode, outputs, summary, log, used} = await act(hub, {policy: 'policy.yaml'})
      expect(exitCode, log).to.equal(0)
      expect(used).to.deep.equal([{uses: 'actions/setup-node@v4', with: {'node-version': '24'}}])
      const plan = JSON.parse(readFileSync(join(workspace, 'smoltrace-plan.json'), 'utf8'))
      expect(plan.format).to.equal('smoltrace-plan')
      expect(outputs).to.include({'exit-code': '10', deleted: '0', plan: 'smoltrace-plan.json'})
      expect(Number(outputs['would-delete'])).to.be.above(0)
      expect(summary).to.match(/^## Cleanup: dry run, \d+ datasets to delete\n/)
      expect(deletionsAt(hub)).to.deep.equal([])
    }))

  it('applies that plan, keeps copies and a journal, and says what it deleted', () =>
    withHub({runs: 6}, async (hub) => {
      const planned = await act(hub, {policy: 'policy.yaml', archive: 'copies'})
      const dataDir = join(workspace, 'data')
      const inputs = {mode: 'apply', archive: 'copies', 'data-dir': dataDir, 'node-version': ''}
      const {exitCode, outputs, summary, log, used} = await act(hub, inputs)
      expect(exitCode, log).to.equal(0)
      expect(used).to.deep.equal([])
      expect(deletionsAt(hub)).to.have.length(Number(planned.outputs['would-delete']))
      const deleted = String(deletionsAt(hub).length)
      expect(outputs).to.include({'exit-code': '0', 'not-deleted': '0', deleted})
      expect(summary).to.include('datasets deleted')
      expect(existsSync(join(workspace, 'copies'))).to.equal(true)
      expect(existsSync(join(dataDir, 'journal'))).to.equal(true)
    }))

  it('moves to the trash what a plan says is moved there, and says so', () =>
    withHub({runs: 6}, async (hub) => {
      writeFileSync(join(workspace, 'policy.yaml'), 'version: 1\nkeep: {recent: 2}\ntrash: true\n')
      const planned = await act(hub, {policy: 'policy.yaml'})
      const count = planned.outputs['would-delete']
      expect(planned.log).to.include(`Plan: ${count} datasets to move to the trash. Nothing was moved.`)
      const {exitCode, outputs, log} = await act(hub, {mode: 'apply'})
      expect(exitCode, log).to.equal(0)
      expect(outputs).to.include({trashed: count, deleted: '0', 'not-deleted': '0'})
      expect(log).to.include(`Moved to the trash: ${count} datasets of ${count};`)
      expect(deletionsAt(hub)).to.deep.equal([])
    }))

  it('fails with the code of the program, and says why in one annotation', () =>
    withHub({runs: 6}, async (hub) => {
      const {exitCode, outputs, log, summary} = await act(hub, {
        policy: 'policy.yaml',
        token: UNKNOWN_TOKEN,
      })
      expect(exitCode).to.equal(4)
      expect(outputs).to.include({'exit-code': '4', 'would-delete': '', plan: ''})
      expect(log).to.match(/^::error::.*%0ANothing was deleted\./m)
      expect(summary).to.include('## Cleanup: failed')
    }))

  it('leaves a plan that is too large in its file, its outputs and the summary, to be looked at', () =>
    withHub({runs: 6}, async (hub) => {
      const {exitCode, outputs, log, summary} = await act(hub, {policy: 'policy.yaml', 'max-delete': '1'})
      expect(exitCode).to.equal(1)
      const {format, delete: runs} = JSON.parse(readFileSync(join(workspace, 'smoltrace-plan.json'), 'utf8'))
      expect(format).to.equal('smoltrace-plan')
      const wouldDelete = outputs['would-delete']
      expect(Number(wouldDelete)).to.be.above(1)
      expect(outputs).to.include({'exit-code': '1', deleted: '0', plan: 'smoltrace-plan.json'})
      expect(log).to.match(/^::error::--max-delete 1 refused: .*%0ANothing was deleted\./m)
      expect(log).to.include(`Plan: ${wouldDelete} datasets to delete.`)
      expect(summary).to.include('## Cleanup: refused')
      for (const {run} of runs) expect(summary).to.include(`<code>${run}</code>`)
      expect(deletionsAt(hub)).to.deep.equal([])
    }))

  it('installs the tarball that it is told to, runs no script of it, and nothing by a name: that on npm may be that of others', () =>
    withHub({runs: 1}, async (hub) => {
      for (const tarball of ['./a tarball.tgz', './$(touch hacked).tgz']) {
        const {npm} = await act(hub, {mode: 'none', package: tarball})
        expect(npm).to.include.members(['install', '--ignore-scripts', '--no-save'])
        expect(npm?.slice(-2)).to.deep.equal(['--', tarball])
      }

      expect(existsSync(join(workspace, 'hacked'))).to.equal(false)
      for (const named of ['', 'smoltrace', 'smoltrace@9.9.9', 'npm:evil']) {
        const {npm, exitCode, log} = await act(hub, {package: named, policy: 'policy.yaml'})
        expect({npm, exitCode}, named).to.deep.equal({npm: undefined, exitCode: 2})
        expect(log).to.match(/^::error::package: .*\.\/smoltrace-0\.1\.0\.tgz.*npm pack$/m)
      }

      expect(hub.requests).to.deep.equal([])
    }))

  it('gives the token to the one step that needs it, and shows it nowhere', () =>
    withHub({runs: 3}, async (hub) => {
      const {environments, log, summary} = await act(hub, {policy: 'policy.yaml'})
      const holders = environments.filter(({env}) => Object.values(env).includes(hub.token))
      expect(holders.map(({step}) => step)).to.deep.equal(['Clean up'])
      expect(log + summary).not.to.include(hub.token)
      const rejected = await act(hub, {policy: 'policy.yaml', token: UNKNOWN_TOKEN})
      expect(rejected.exitCode).to.equal(4)
      expect(rejected.log + rejected.summary).not.to.include(UNKNOWN_TOKEN)
    }))

  it('takes no input for anything but a value, whatever it says', () =>
    withHub({runs: 3}, async (hub) => {
      const names = Object.keys(ACTION.inputs).filter((name) => name !== 'token' && name !== 'node-version')
      const attacks = [
        '; touch hacked; $(touch hacked) `touch hacked` " && touch hacked #',
        "' ; touch hacked ; '\ntouch hacked",
        '--yes\n--no-dry-run\ndeleted=99\n::set-output name=deleted::99',
      ]
      for (const [index, attack] of attacks.entries()) {
        const hostile = Object.fromEntries(names.map((name) => [name, attack]))
        expect((await act(hub, hostile)).exitCode).to.equal(2)
        const mode = index % 2 ? 'apply' : 'plan'
        const {outputs} = await act(hub, {
          ...hostile,
          package: './smoltrace.tgz',
          mode,
          summary: 'true',
          args: '',
        })
        expect(outputs.deleted ?? '', attack).to.equal('')
        expect(outputs['exit-code']).to.equal('2')
      }

      expect(existsSync(join(workspace, 'hacked'))).to.equal(false)
      expect(deletionsAt(hub)).to.deep.equal([])
    }))

  it('puts no expression into what a shell reads', () => {
    for (const {run, uses, shell} of ACTION.runs.steps) {
      if (uses !== undefined) continue
      expect(run).not.to.include('${{')
      expect(shell).to.equal('bash')
    }
  })

  it('lets nothing that others wrote become a command of the runner', () =>
    withHub({runs: 3}, async (hub) => {
      const {log} = await act(hub, {
        policy: 'policy.yaml',
        'max-delete': '::error::no\n::set-output name=a::b',
      })
      const [, fence] = /^::stop-commands::(\S+)$/m.exec(log) ?? []
      const outside = log.replace(new RegExp(`::stop-commands::${fence}\n[^]*?::${fence}::\n`), '')
      expect(outside.match(/^\s*::/gm)).to.have.length(1)
    }))
})
