import {expect} from 'chai'
import {mkdirSync, mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {runCli} from '../support/cli.js'
import {rendered} from '../support/gfm.js'
import {deletionsAt, envOf, UNKNOWN_TOKEN, withHub} from '../support/hub.js'
import {policyOf} from '../support/policies.js'
import {isDelete, type Sandbox} from '../support/sandbox.js'

describe('--summary', () => {
  let folder: string
  let file: string
  const cleanup = (hub: Sandbox, ...flags: string[]) =>
    runCli(['cleanup', ...flags, '--summary', file], envOf(hub))
  const summary = () => readFileSync(file, 'utf8')
  const title = () => summary().split('\n')[0]

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'smoltrace-summary-'))
    file = join(folder, 'summary.md')
  })

  it('says of a dry run by a policy what the preview says, and what comes next', () =>
    withHub({runs: 6}, async (hub) => {
      const policy = policyOf('keep: {recent: 2}')
      const plan = join(folder, 'plan.json')
      const {stdout, exitCode} = await cleanup(hub, '--policy', policy, '--plan', plan, '--exit-code')
      expect(exitCode).to.equal(10)
      const {rows, blocks} = rendered(summary())
      expect(title()).to.match(/^## Cleanup: dry run, \d+ datasets to delete$/)
      for (const run of stdout.match(/\d{8}_\d{6}(?= {2})/g) ?? [])
        expect(rows.filter(([name]) => name === run)).to.have.length(1)
      expect(blocks).to.deep.equal([`smoltrace cleanup --apply ${plan} --no-dry-run\n`])
      const command = `smoltrace cleanup --policy ${policy} --plan ${plan} --summary ${file} --exit-code`
      expect(rows).to.deep.include(['Command', command])
      expect(summary()).to.include('10: something was found')
    }))

  it('names the plan that was applied, and what was deleted', () =>
    withHub({runs: 6}, async (hub) => {
      const plan = join(folder, 'plan.json')
      await runCli(['cleanup', '--keep-recent', '2', '--plan', plan], envOf(hub))
      const {exitCode, stderr} = await cleanup(hub, '--apply', plan, '--no-dry-run', '--yes')
      expect(exitCode, stderr).to.equal(0)
      expect(title()).to.equal(`## Cleanup: ${deletionsAt(hub).length} datasets deleted`)
      const {rows} = rendered(summary())
      for (const name of deletionsAt(hub)) expect(rows).to.deep.include([name])
      expect(rows.find(([name]) => name === 'Plan')?.[1]).to.match(/^made by mira, .* \(sha256:/)
      expect(rows.find(([name]) => name === 'Journal')?.[1]).to.match(/\.jsonl$/)
    }))

  it('is written with --json too, and changes nothing of the document', () =>
    withHub({runs: 3}, async (hub) => {
      const {stdout, stderr} = await cleanup(hub, '--keep-recent', '1', '--json')
      const document = JSON.parse(stdout)
      expect({stderr, warnings: document.warnings}).to.deep.equal({stderr: '', warnings: []})
      expect(title()).to.equal(`## Cleanup: dry run, ${document.wouldDelete} datasets to delete`)
    }))

  const failures: Array<[what: string, code: number, flags: string[], title: string, says: string]> = [
    ['a rejected token', 4, ['--all', '--token', UNKNOWN_TOKEN], 'failed', 'token'],
    ['a file that is not a policy', 2, ['--policy', 'nowhere.yaml'], 'failed', 'nowhere.yaml'],
    ['a question that could not be answered', 2, ['--all', '--no-dry-run'], 'failed', 'add --yes'],
  ]
  for (const [what, code, flags, ended, says] of failures) {
    it(`says what went wrong, and shows no token: ${what}`, () =>
      withHub({runs: 3}, async (hub) => {
        const {exitCode} = await cleanup(hub, ...flags)
        expect(exitCode).to.equal(code)
        expect(title()).to.equal(`## Cleanup: ${ended}`)
        const {text} = rendered(summary())
        expect(text).to.include(says).and.include('Nothing was deleted.').and.include(`${code}: `)
        expect(summary()).not.to.include(UNKNOWN_TOKEN)
      }))
  }

  it('shows all of a plan that was refused below the error, as the document of --json does', () =>
    withHub({runs: 3}, async (hub) => {
      const flags = ['--keep-recent', '1', '--max-delete', '1', '--json']
      const {exitCode, stdout} = await cleanup(hub, ...flags)
      expect(exitCode).to.equal(1)
      const {error, plan} = JSON.parse(stdout)
      expect(title()).to.equal('## Cleanup: refused')
      const {text, rows} = rendered(summary())
      expect(text).to.include(error.message).and.include('Nothing was deleted.')
      expect(plan.wouldDelete).to.be.above(1)
      const cells = Object.fromEntries(rows)
      expect(cells.Deletes).to.match(new RegExp(`\\(${plan.wouldDelete} of \\d+ datasets\\)`))
      for (const {run} of plan.delete) expect(Object.keys(cells)).to.include(run)
    }))

  it('refuses before anything is sent where no summary could be written', () =>
    withHub({runs: 3}, async (hub) => {
      mkdirSync(file)
      const {stderr, exitCode} = await cleanup(hub, '--all', '--grace', '0', '--no-dry-run', '--yes')
      expect(exitCode).to.equal(2)
      expect(stderr).to.match(/^Error: --summary .*: it is a folder/)
      expect(hub.requests).to.deep.equal([])
    }))

  it('that fails after the deletion is warned of, and the job ends with 1', () =>
    withHub({runs: 3}, async (hub) => {
      const spoil = async () => {
        rmSync(file)
        mkdirSync(file)
      }

      hub.intercept({before: spoil, match: isDelete, times: 1})
      const {stderr, exitCode} = await cleanup(hub, '--all', '--grace', '0', '--no-dry-run', '--yes')
      expect(exitCode).to.equal(1)
      expect(stderr).to.match(/Warning: The summary could not be written to .*summary\.md \(EISDIR/)
      expect(deletionsAt(hub)).to.have.length.above(0)
    }))

  describe('of leaderboard check', () => {
    const check = (hub: Sandbox, ...flags: string[]) =>
      runCli(['leaderboard', 'check', ...flags, '--summary', file], envOf(hub))

    it('names each finding and what to do about it, and the code that it ends with', () =>
      withHub({runs: 12}, async (hub) => {
        const {findings} = JSON.parse((await check(hub, '--json')).stdout)
        expect((await check(hub, '--exit-code')).exitCode).to.equal(10)
        const {rows} = rendered(summary())
        expect(summary()).to.include('| 10: something was found (with --exit-code) |')
        expect(findings).to.have.length.above(0)
        expect(title()).to.match(new RegExp(`^## Leaderboard check: ${findings.length} findings?$`))
        for (const {message, suggestion} of findings) expect(rows).to.deep.include([message, suggestion])
      }))
  })
})
