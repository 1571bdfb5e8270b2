import {expect} from 'chai'
import {existsSync, mkdtempSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {HubCommand} from '../../src/cli/base-command.js'
import {CHOOSING_FLAGS, RULE_FLAGS, UNREPEATED_FLAGS} from '../../src/cli/command-line.js'
import {cleanupFlags} from '../../src/cli/flags/cleanup.js'
import {retentionFlags} from '../../src/cli/flags/retention.js'
import {HOUR} from '../../src/lib/base/time.js'
import {Account} from '../support/account.js'
import {type CliResult, runCli} from '../support/cli.js'
import {FAULTS} from '../support/faults.js'
import {envOf, withHub} from '../support/hub.js'
import {withoutPauses} from '../support/pauses.js'
import {policyOf} from '../support/policies.js'
import {type Fault, isListing} from '../support/sandbox.js'

const WET = ['--no-dry-run', '--yes']
const to =
  (part: string): Fault['match'] =>
  ({path}) =>
    path.includes(part)

describe('cleanup', () => {
  let account: Account
  let plan: string

  const cleanup = (...argv: string[]): Promise<CliResult> =>
    runCli(['cleanup', ...argv], {...envOf(account.hub), XDG_DATA_HOME: account.folder})
  const document = async (...argv: string[]) => JSON.parse((await cleanup(...argv, '--json')).stdout)
  const namesIn = (runs: Array<{deletes: Array<{name: string}>}>) =>
    runs.flatMap(({deletes}) => deletes.map(({name}) => name))

  beforeEach(async () => {
    account = await Account.open()
    account.addBoard()
    plan = join(account.folder, 'plan.json')
  })

  afterEach(() => account.close())

  describe('as a dry run', () => {
    it('[S8] shows each run with its reason, every dataset by its full name, and the command that deletes them', async () => {
      account.addRun(HOUR, {types: ['results']})
      account.add(`${account.hub.user}/smoltrace-tasks`)
      account.add(`${account.hub.user}/smoltrace-results-copy`)
      const {stdout, stderr, exitCode} = await cleanup('--older-than', '1m', '--keep-recent', '2', '--yes')
      expect([exitCode, stderr]).to.deep.equal([0, ''])
      const listed = stdout.match(/^ +\d+\. (.+)$/gm)?.map((line) => line.replace(/^ +\d+\. /, ''))
      expect(listed).to.deep.equal(account.older)
      expect(stdout)
        .to.match(/before \d{4}-\d\d-\d\d \d\d:\d\d UTC/)
        .and.include('(a month is 30 days')
        .and.include('This is a dry run: nothing was deleted.')
        .and.match(/^Leaderboard +mira\/smoltrace-leaderboard: preserved/m)
        .and.match(/^Untouched +1 task dataset and 1 dataset with a similar name/m)
        .and.match(/^ +smoltrace cleanup --older-than 1m --keep-recent 2 --no-dry-run$/m)
      const {delete: runs, keep, wouldDelete} = await document('--older-than', '1m', '--keep-recent', '2')
      expect([namesIn(runs), wouldDelete]).to.deep.equal([account.older, 3])
      const rules = keep.map(({reasons}: {reasons: Array<{rule: string}>}) => reasons.map(({rule}) => rule))
      expect(rules).to.deep.equal([['grace', 'older-than'], ['keep-recent', 'older-than'], ['keep-recent']])
      expect(account.deletions).to.deep.equal([])
    })

    for (const [title, path, rules, what] of [
      ['rows', '.parquet', ['--keep-best', '1'], 'what the leaderboard says'],
      ['protection', 'protection.json', ['--older-than', '1d'], 'what is protected'],
    ] as const) {
      it(`[S11] says that it does not know, and ends with 1, where it cannot read the ${title}`, async () => {
        account.hub.state.remove(account.board)
        account.addBoard({
          protection: '{"version": 1}',
          rows: [{results_dataset: account.old.at(-1), success_rate: 1}],
        })
        account.hub.intercept({match: to(path), respond: {status: 403, body: 'no'}})
        const {stdout, exitCode} = await cleanup(...rules)
        expect(exitCode).to.equal(1)
        expect(stdout)
          .to.match(new RegExp(`^Deletes +not known: ${what} could not be read$`, 'm'))
          .and.include('What would be deleted is not known')
          .and.not.match(/nothing to delete/i)
          .and.not.include('--no-dry-run')
        const {wouldDelete, frees, delete: runs, unknown} = await document(...rules, '--sizes')
        expect([wouldDelete, frees, runs, unknown]).to.deep.equal([null, null, [], [title]])
      })
    }
  })

  describe('with --quiet', () => {
    const QUIET = ['--older-than', '30d', '--quiet']

    it('shows the totals alone: of a dry run one line, of a deletion those of the plan and of the result', async () => {
      const dry = await cleanup(...QUIET)
      expect(dry).to.include({exitCode: 0, stderr: ''})
      expect(dry.stdout).to.equal('Would delete 6 datasets of 2 runs in mira; keeps 1 run.\n')
      const wet = await cleanup(...QUIET, ...WET)
      expect(wet).to.include({exitCode: 0, stderr: ''})
      expect(wet.stdout).to.match(
        /^Will delete 6 datasets of 2 runs in mira; keeps 1 run\.\nDeleted 6 datasets of 2 runs in [\d.]+ s\. 1 run, 3 datasets remain\.\n$/,
      )
      expect((await cleanup(...QUIET)).stdout).to.equal('Would delete nothing in mira; keeps 1 run.\n')
    })

    it('still shows every failure and every warning', async () => {
      const [failing = ''] = account.old
      account.hub.intercept({
        match: ({method, body}) => method === 'DELETE' && String(body).includes(failing.replace(/^.*\//, '')),
        respond: {status: 403, body: 'no'},
      })
      const {stdout, exitCode} = await cleanup(...QUIET, ...WET)
      expect(exitCode).not.to.equal(0)
      expect(stdout).to.match(new RegExp(`^Failed: 1\\n  ${failing}: `, 'm'))
      const env = {...envOf(account.hub, account.hub.tokens.read), XDG_DATA_HOME: account.folder}
      const readOnly = await runCli(['cleanup', ...QUIET], env)
      expect(readOnly.stderr).to.match(/^Warning: This token cannot delete anything: /m)
    })

    it('shows no wait for the quota', async () => {
      account.hub.intercept({match: isListing, times: 2, ...FAULTS['429, the window is used up']})
      const shown = await withoutPauses(() => cleanup('--all'))
      expect(shown.stderr).to.match(/^Rate limit reached, resuming in /m)
      account.hub.intercept({match: isListing, times: 2, ...FAULTS['429, the window is used up']})
      const quiet = await withoutPauses(() => cleanup('--all', '--quiet'))
      expect(quiet.stderr).to.equal('')
      expect(quiet.exitCode).to.equal(0)
    })
  })

  it('shows no control character of a name that was typed', async () => {
    const file = join(account.folder, 'a\u001B[31m')
    for (const argv of [
      ['cleanup', '--older-than', '30d', '--archive', file],
      ['cleanup', '--older-than', '30d', '--plan', `${file}.json`],
      ['plan', 'show', `${file}.json`],
      ['cleanup', '--apply', `${file}.json`],
      ['plan', 'show', file],
      ['cleanup', '--policy', file],
      ['cleanup', '--run', file],
      ['restore', file],
      ['cleanup', '--older-than', '30d', '--archive', file, ...WET],
      ['restore', file, '--dry-run'],
      ['history', 'latest'],
    ]) {
      const {stdout, stderr} = await runCli(argv, {...envOf(account.hub), XDG_DATA_HOME: account.folder})
      expect(stdout + stderr, argv.join(' '))
        .to.not.include('\u001B')
        .and.not.equal('')
    }
  })

  it('reads the leaderboard for its models only where somebody sees the runs', async () => {
    account.hub.state.remove(account.board)
    account.addBoard({rows: [{results_dataset: account.old.at(-1), model: 'm'}]})
    const summary = ['--summary', join(account.folder, 'summary.md')]
    const seen = []
    for (const flags of [[], ['--json'], ['--quiet'], ['--json', ...summary]]) {
      const before = account.hub.requests.length
      await cleanup('--older-than', '30d', ...flags)
      seen.push(account.hub.requests.slice(before).some(({path}) => path.includes('.parquet')))
    }

    expect(seen).to.deep.equal([true, false, false, true])
  })

  it('shows why the token cannot delete anything right above the next command', async () => {
    const {stdout} = await runCli(
      ['cleanup', '--older-than', '30d'],
      envOf(account.hub, account.hub.tokens.read),
    )
    expect(stdout).to.match(
      /To delete these 6 datasets, use a token with write access \(the token is read-only\):\n\n {2}smoltrace cleanup /,
    )
  })

  describe('as a deletion', () => {
    it('[S14] deletes nothing without a journal, unless --no-journal says so', async () => {
      const blocked = {...envOf(account.hub), XDG_DATA_HOME: '/dev/null'}
      const argv = ['cleanup', '--older-than', '30d', ...WET]
      const {exitCode, stderr} = await runCli(argv, blocked)
      expect([exitCode, account.hub.requests]).to.deep.equal([1, []])
      expect(stderr).to.include('journal').and.include('--no-journal').and.include('Nothing was deleted')
      expect((await runCli([...argv, '--no-journal'], blocked)).exitCode).to.equal(0)
    })
  })

  it('by a saved plan takes how it is carried out beside --apply, and names the archive where the plan asks for one', async () => {
    const dir = join(account.folder, 'copies')
    await cleanup('--older-than', '30d', '--plan', plan, '--archive', dir)
    expect((await cleanup('--apply', plan)).stdout).to.include(
      `--apply ${plan} --archive copies --no-dry-run`,
    )
    const refused = await cleanup('--apply', plan, ...WET)
    expect([refused.exitCode, refused.stderr.includes('add --archive')]).to.deep.equal([2, true])
    const how = [...WET, '--concurrency', '2', '--max-delete', '90%', '--exit-code', '--no-journal']
    expect(await cleanup('--apply', plan, '--archive', dir, ...how)).to.include({exitCode: 0})
    expect(existsSync(join(dir, account.old[0] ?? '', 'README.md'))).to.equal(true)
    expect(existsSync(join(account.folder, 'smoltrace'))).to.equal(false)
  })

  it('by a policy plans what the flags that say the same plan, and names the file', async () => {
    const file = policyOf(
      'select: {older-than: 20d}',
      'keep: {recent: 2}',
      'only: [traces, metrics]',
      'grace: 1h',
    )
    const {policy, delete: runs, keep} = await document('--policy', file)
    const flags = '--older-than 20d --keep-recent 2 --only traces,metrics --grace 1h'
    const same = await document(...flags.split(' '))
    expect([runs, keep]).to.deep.equal([same.delete, same.keep])
    expect([policy, same.policy, runs.length]).to.deep.equal([file, null, 1])
    const {stdout} = await cleanup('--policy', file, '--max-delete', '90%')
    expect(stdout)
      .to.match(/^Cleanup by .*policy\.yaml: dry run\n/)
      .and.include(`\n  smoltrace cleanup --policy ${file} --max-delete 90% --no-dry-run\n`)
  })

  it('with --sizes shows what each dataset takes up, what the plan frees, and what was freed, by a saved plan too', async () => {
    const {frees, storage, delete: runs} = await document('--older-than', '30d', '--plan', plan, '--sizes')
    const sizes = runs.flatMap(({deletes}: any) => deletes.map((each: {storage: number}) => each.storage))
    expect(sizes.reduce((sum: number, size: number) => sum + size, 0)).to.equal(frees)
    expect(frees).to.be.above(0).and.below(storage)
    const applied = await cleanup('--apply', plan, '--sizes')
    expect(applied.stdout)
      .to.match(/^ {2}RUN +AGE +MODEL +SCORE .*SIZE +WHY$/m)
      .and.match(/^Deletes .*datasets, \d.*B\)/m)
      .and.include(`--apply ${plan} --sizes --no-dry-run`)
    const {freed} = await document('--apply', plan, '--sizes', ...WET)
    expect(freed).to.equal(frees)
  })
})

describe('cleanup, bad input', () => {
  const ALL = ['--all']
  const APPLY = ['--apply', 'plan.json']
  const cases: Array<[argv: string[], ...names: string[]]> = [
    [['--older-than=soon'], '--older-than'],
    [['--keep-recent=0'], '--keep-recent'],
    [['--grace=5m', ...ALL], '--grace'],
    [['--score-below', 'low'], '--score-below'],
    [['--max-delete', 'few', ...ALL], '--max-delete'],
    [[...ALL, '--keep-recent', '5'], '--keep-recent'],
    [['--all', '--dry-run', '--no-dry-run', '--yes'], '--dry-run'],
    [['--all', '--no-dry-run', '--dry-run', '--yes'], '--dry-run'],
    [['--all', '--preserve-leaderboard', '--delete-leaderboard'], '--preserve-leaderboard'],
    [['--all', '--delete-leaderboard', '--preserve-leaderboard'], '--preserve-leaderboard'],
    [[], '--older-than', '--keep-recent', '--only', '--delete-leaderboard'],
    [['--only', 'traces', ...WET], '--all'],
    [['--all', '--no-dry-run'], '--yes'],
    [['--all', '--plan', 'p.json', ...WET], '--plan'],
    [['--all', '--plan', 'no/such/folder/p.json'], '--plan'],
    [['--interactive', '--older-than', '30d'], '--run TIMESTAMP'],
    [[...ALL, '--verbose', '--quiet'], '--verbose', '--quiet'],
    [[...ALL, '--quiet', '--no-dry-run'], '--yes'],
    [[...APPLY, '--older-than', '3d'], '--older-than', '--apply'],
    [['--policy', policyOf('keep: {recent: 1}'), '--keep-recent', '2'], '--keep-recent', '--policy'],
    [
      ['--policy', policyOf('keep:', '  recent: all'), ...WET],
      'yaml:3: keep.recent: "all" is not valid: use a whole number',
    ],
  ]

  const RULE_OF: Record<string, string> = {
    '--dry-run': 'S8',
    '--preserve-leaderboard': 'S8',
    '--older-than': 'S4',
    '--all': 'S5',
    '--yes': 'S9',
  }
  for (const [argv, ...names] of cases) {
    const line = ['cleanup', ...argv].map((word) => word.replace(/.*\//, '')).join(' ')
    it(`[${RULE_OF[names[0] ?? ''] ?? 'S16'}] refuses \`${line}\` with 2, names ${names[0]}, and asks the Hub nothing`, () =>
      withHub({seed: 'empty'}, async (hub) => {
        const env = envOf(hub)
        const plain = await runCli(['cleanup', ...argv], env)
        expect(plain).to.include({stdout: '', exitCode: 2})
        const [first = '', ...rest] = plain.stderr.trimEnd().split('\n')
        expect(first).to.match(/^Error: /)
        for (const name of names) expect(plain.stderr).to.include(name)
        expect(rest.filter((each) => !each.startsWith('  '))).to.deep.equal([])

        const json = await runCli(['cleanup', ...argv, '--json'], env)
        expect(json).to.include({stderr: '', exitCode: 2})
        const {error, schemaVersion} = JSON.parse(json.stdout)
        expect({schemaVersion, ...error}).to.include({schemaVersion: 1, name: 'UsageError', exitCode: 2})
        expect(error.message).to.include(names[0]).and.not.to.include('\n')

        expect(hub.requests).to.deep.equal([])
      }))
  }

  it('[S9] refuses --no-dry-run under --json without --yes, for the reason that --json never asks', async () => {
    const {stdout, exitCode} = await runCli(['cleanup', '--all', '--no-dry-run', '--json'], {
      HF_TOKEN: 'hf_x',
    })
    expect(exitCode).to.equal(2)
    expect(JSON.parse(stdout).error.message).to.match(/--json never asks: add --yes/)
  })

  it('knows of each flag whether it chooses runs, is repeated, or is said anew', () => {
    expect(Object.keys(retentionFlags)).to.have.members(RULE_FLAGS)
    const repeated = ['apply', 'archive', 'concurrency', 'max-delete', 'no-journal', 'sizes', 'token']
    expect(Object.keys({...cleanupFlags, ...HubCommand.baseFlags})).to.have.members([
      ...CHOOSING_FLAGS,
      ...UNREPEATED_FLAGS,
      ...repeated,
    ])
  })

  it('never finds a policy by itself', async () => {
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
