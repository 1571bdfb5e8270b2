import {expect} from 'chai'
import {mkdtempSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {cleanupFlags} from '../../src/cli/flags/cleanup.js'
import {RULE_FLAGS} from '../../src/cli/flags/flag-clashes.js'
import {cleanupDatasets} from '../../src/lib/cleanup/cleanup.js'
import {loadPolicy} from '../../src/lib/retention/policy/load.js'
import {type Sandbox} from '../../src/lib/sandbox/index.js'
import {runCli} from '../support/cli.js'
import {deletionsAt, envOf, withHub} from '../support/hub.js'
import {policyOf} from '../support/policies.js'

const cleanup = (hub: Sandbox, ...flags: string[]) => runCli(['cleanup', ...flags], envOf(hub))
const planOf = async (hub: Sandbox, ...flags: string[]) => {
  const document = JSON.parse((await cleanup(hub, ...flags, '--json')).stdout) as any
  const decisions = (list: any[]) => list.map(({run, reasons, deletes = []}) => ({run, reasons, deletes}))
  return {delete: decisions(document.delete), keep: decisions(document.keep), rules: document.rules.olderThan}
}

const FILE = ['select:', '  older-than: 20d', 'keep:', '  recent: 3', 'only: [traces, metrics]', 'grace: 1h']
const SAME = ['--older-than', '20d', '--keep-recent', '3', '--only', 'traces,metrics', '--grace', '1h']

describe('cleanup --policy', () => {
  it('plans what the flags that say the same plan', () =>
    withHub({runs: 12}, async (hub) => {
      const plan = await planOf(hub, '--policy', policyOf(...FILE))
      expect(plan).to.deep.equal(await planOf(hub, ...SAME))
      expect(plan.delete).to.have.length.above(0)
    }))

  it('names the file in the title, in the document and in the command to run next', () =>
    withHub({runs: 12}, async (hub) => {
      const file = policyOf(...FILE)
      const {stdout} = await cleanup(hub, '--policy', file, '--max-delete', '90%')
      expect(stdout).to.match(/^Cleanup by .*policy\.yaml: dry run\n/)
      expect(stdout).to.include(`\n  smoltrace cleanup --policy ${file} --max-delete 90% --no-dry-run\n`)
      const document = JSON.parse((await cleanup(hub, '--policy', file, '--json')).stdout)
      expect(document.policy).to.equal(file)
      expect(JSON.parse((await cleanup(hub, ...SAME, '--json')).stdout).policy).to.equal(null)
    }))

  it('deletes what was shown, and saves plans that can be applied without the file', () =>
    withHub({runs: 12}, async (hub) => {
      const file = policyOf(...FILE)
      const saved = join(mkdtempSync(join(tmpdir(), 'smoltrace-test-')), 'plan.json')
      const {exitCode} = await cleanup(hub, '--policy', file, '--plan', saved, '--exit-code')
      expect(exitCode).to.equal(10)
      const planned = (await planOf(hub, '--policy', file)).delete.flatMap(({deletes}) =>
        deletes.map(({name}: {name: string}) => name),
      )
      const applied = await cleanup(hub, '--apply', saved)
      for (const name of planned) expect(applied.stdout).to.include(name)
      const done = await cleanup(hub, '--policy', file, '--no-dry-run', '--yes', '--no-journal')
      expect(done.exitCode).to.equal(0)
      expect(deletionsAt(hub)).to.have.members(planned)
    }))

  it('is what the library does with the options of a policy', () =>
    withHub({runs: 12}, async (hub) => {
      const file = policyOf(...FILE)
      const {options} = await loadPolicy(file)
      const {plan} = await cleanupDatasets({...options, token: hub.token, env: envOf(hub)})
      const byCommand = await planOf(hub, '--policy', file)
      expect(plan.delete.map(({run}) => run.timestamp)).to.deep.equal(byCommand.delete.map(({run}) => run))
    }))

  it('knows which flags are rules', () => {
    const groups = new Set(['RETENTION', 'SCOPE', 'SELECTION'])
    const byGroup = Object.entries(cleanupFlags).filter(([, flag]) => groups.has(flag.helpGroup ?? ''))
    expect([...RULE_FLAGS]).to.have.members([...byGroup.map(([name]) => name), 'grace'])
  })

  const VALUES: Record<string, string> = {
    run: '20260131_235959',
    only: 'traces',
    'older-than': '3d',
    grace: '0',
    status: 'failed',
    'group-by': 'model',
    by: 'cost',
  }
  for (const name of RULE_FLAGS) {
    it(`does not go with --${name}, and says so before anything is sent`, () =>
      withHub({runs: 1}, async (hub) => {
        const flag = cleanupFlags[name as keyof typeof cleanupFlags]
        const value = flag.type === 'boolean' ? [] : [VALUES[name] ?? '5']
        const more = name === 'ignore-leaderboard' ? ['--incomplete-only'] : []
        const file = policyOf('keep: {recent: 1}')
        const {stderr, exitCode} = await cleanup(hub, '--policy', file, `--${name}`, ...value, ...more)
        expect(exitCode).to.equal(2)
        expect(stderr).to.match(/^Error: --policy takes the rules from its file alone: leave out --/)
        expect(stderr).to.include(`--${name}`)
        expect(hub.requests).to.deep.equal([])
      }))
  }

  it('does not go with --apply', () =>
    withHub({runs: 1}, async (hub) => {
      const {stderr, exitCode} = await cleanup(hub, '--policy', 'policy.yaml', '--apply', 'plan.json')
      expect(exitCode).to.equal(2)
      expect(stderr).to.include('leave out --policy')
    }))

  it('ends with 2 for a bad file, before anything is sent', () =>
    withHub({runs: 1}, async (hub) => {
      const file = policyOf('keep:', '  recent: all')
      const {stderr, exitCode} = await cleanup(hub, '--policy', file, '--no-dry-run', '--yes')
      expect(exitCode).to.equal(2)
      expect(stderr).to.match(
        /\n {2}Correct it or name another file\. .*: smoltrace policy explain \S+\.yaml\n$/,
      )
      expect(stderr.split('\n')[0]).to.equal(
        `Error: ${file}:3: keep.recent: give a whole number from 1 up, not "all".`,
      )
      expect(hub.requests).to.deep.equal([])
    }))

  it('is never found by itself', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'smoltrace-test-'))
    for (const name of ['policy.yaml', 'smoltrace.yaml', '.smoltrace.yaml', 'smoltrace.policy.yaml'])
      writeFileSync(join(folder, name), 'version: 1\nkeep: {recent: 1}\n')
    const before = process.cwd()
    process.chdir(folder)
    try {
      expect((await runCli(['cleanup'])).exitCode).to.equal(2)
    } finally {
      process.chdir(before)
    }
  })
})
