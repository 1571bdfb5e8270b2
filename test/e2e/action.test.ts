import {expect} from 'chai'
import {existsSync, mkdtempSync, readFileSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {ACTION, type Ran, runAction} from '../support/action-runner.js'
import {root} from '../support/cli.js'
import {deletionsAt, UNKNOWN_TOKEN, withHub} from '../support/hub.js'
import {cleanEnv} from '../support/process.js'
import {type Sandbox} from '../support/sandbox.js'

const VERSION = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version

/** The Hub is known to the job, the token only to the action. */
function envFor(hub: Sandbox): Record<string, string> {
  const env = cleanEnv(hub)
  return Object.fromEntries(Object.entries(env).filter(([name]) => name !== 'HF_TOKEN'))
}

describe('the GitHub Action', () => {
  let workspace: string
  const act = (hub: Sandbox, inputs: Record<string, string>): Promise<Ran> =>
    runAction({token: hub.token, ...inputs}, envFor(hub), workspace)

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

  it('installs its own version, another that is asked for, or a package, and runs no script of theirs', () =>
    withHub({runs: 1}, async (hub) => {
      const ask = async (inputs: Record<string, string>) => (await act(hub, {mode: 'none', ...inputs})).npm
      const usual = await ask({})
      expect(usual).to.include.members(['install', '--ignore-scripts', '--no-save'])
      expect(usual?.at(-1)).to.equal(`smoltrace@${VERSION}`)
      expect((await ask({version: '9.9.9-rc.1'}))?.at(-1)).to.equal('smoltrace@9.9.9-rc.1')
      expect((await ask({package: './a tarball.tgz'}))?.at(-1)).to.equal('./a tarball.tgz')
      for (const version of ['npm:evil', 'https://a.b/c.tgz', '1 --global'])
        expect(await ask({version}), version).to.equal(undefined)
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
        const {outputs} = await act(hub, {...hostile, version: '', mode, summary: 'true', args: ''})
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
