import {expect} from 'chai'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'

import {
  cleanupDatasets,
  deleteDatasets,
  discoverSmoltraceDatasets,
  type FilterOptions,
  filterRuns,
  groupDatasetsByRun,
  HubError,
  NotAllowedError,
  UsageError,
} from '../../src/index.js'
import {RUN_TYPES, type RunType} from '../../src/lib/base/names.js'
import {DAY, parseAge} from '../../src/lib/base/time.js'
import {Account} from '../support/account.js'
import {errorOf, rejectionOf} from '../support/builders.js'
import {type CliResult, root, runCli} from '../support/cli.js'
import {deletionsAt, envOf, namesAt} from '../support/hub.js'
import {cleanEnv} from '../support/process.js'
import {startInTerminal} from '../support/pty.js'
import {type Fault, type Sandbox} from '../support/sandbox.js'

/** What the original is given and expects of itself, and what ours answers to that. */
const row = (id: string, original: string, ours: string, run: () => Promise<void> | void) => ({
  id,
  original,
  ours,
  run,
})
type Row = ReturnType<typeof row>

const CARRIED = {dryRun: false, yes: true} as const
const WET = ['--no-dry-run', '--yes']
const isListing: Fault['match'] = ({path}) => path.startsWith('/api/datasets?')

describe("the original's own tests", () => {
  let account: Account
  let hub: Sandbox
  /** Full names of a complete run of 40 days ago, in the order of deletion. */
  let old: string[]
  let leaderboard: string

  const connection = () => account.connection
  const addRun = (ageMs: number, types: readonly RunType[] = RUN_TYPES) => account.addRun(ageMs, {types})
  const cli = (...argv: string[]): Promise<CliResult> => runCli(argv, envOf(hub))
  const statusOf = ({outcomes}: {outcomes: Array<{status: string}>}) => outcomes.map(({status}) => status)

  /** Runs of these ages in days, decided about as `filter_runs` would be asked to. */
  async function filtered(ages: number[], options: FilterOptions, types: RunType[][] = []) {
    for (const {id} of hub.state.datasets()) hub.state.remove(id)
    for (const [index, age] of ages.entries()) addRun(age * DAY, types[index])
    const {datasets, now} = await discoverSmoltraceDatasets(connection())
    const {delete: going, keep} = filterRuns(groupDatasetsByRun(datasets), {...options, now})
    return [going.length, keep.length]
  }

  /** Asks the question of a deletion in a terminal, and types this. */
  async function answering(word: string, ...argv: string[]): Promise<number> {
    const terminal = startInTerminal(['cleanup', ...argv, '--no-dry-run'], cleanEnv(hub))
    await terminal.waitFor(/Type .+ to go on/)
    terminal.type(word)
    return terminal.finished
  }

  beforeEach(async () => {
    account = await Account.open()
    ;({hub, old} = account)
    for (const name of account.older) hub.state.remove(name)
    account.addRun(3 * DAY, {types: ['results']})
    const cited = [old, account.recent].map((names) => names.at(-1))
    leaderboard = account.addBoard({rows: cited.map((name) => ({results_dataset: name, success_rate: 50}))})
  })

  afterEach(() => account.close())

  /** Where ours differs on purpose, the words of the guide that tell so. */
  const DIFFERENCES: Record<string, string> = {
    D3: 'A listing that fails counts as an empty account.',
    F3: 'Asks the leaderboard.',
    F4: 'Without a filter nothing is deleted',
    X3: 'A dataset that is already gone is a failure',
    C2: 'A dry run returns that it deleted 0.',
    C4: 'A cancelled job ends with 0',
    P7: '2 after a usage error',
    M5: '2 after a usage error',
    M6: '4 without a token',
    M8: 'A cancelled job ends with 0',
    M12: 'In the original it changes what is printed and deletes nothing',
    M14: '2 after a usage error',
    M15: '3; the summary tells the truth',
  }

  const ROWS: Row[] = [
    row('D1', 'no datasets: four empty lists', 'no datasets, no leaderboard', async () => {
      for (const {id} of hub.state.datasets()) hub.state.remove(id)
      const {datasets, leaderboard: found} = await discoverSmoltraceDatasets(connection())
      expect([datasets, found]).to.deep.equal([[], undefined])
    }),
    row(
      'D2',
      'two results, one each of the others, and a stranger: the stranger is ignored',
      'the same',
      async () => {
        for (const {id} of hub.state.datasets()) hub.state.remove(id)
        const names = [...addRun(5 * DAY), ...addRun(4 * DAY, ['results'])]
        for (const name of [leaderboard, `${hub.user}/other-dataset`])
          hub.state.addDataset({name, createdAt: new Date()})
        const {datasets, leaderboard: found} = await discoverSmoltraceDatasets(connection())
        expect(datasets.map(({name}) => name)).to.have.members(names)
        expect(found?.name).to.equal(leaderboard)
      },
    ),
    row('D3', 'the listing fails: empty lists', 'an error', async () => {
      hub.intercept({match: isListing, respond: {status: 500, body: 'oops'}})
      expect(await rejectionOf(discoverSmoltraceDatasets(connection()))).to.be.instanceOf(HubError)
    }),
    row('G1', 'three names of one timestamp: one complete run', 'the same', async () => {
      const runs = groupDatasetsByRun((await discoverSmoltraceDatasets(connection())).datasets)
      const found = runs.find(({timestamp}) => old[0]?.endsWith(timestamp))
      expect(found).to.include({complete: true}).and.to.have.nested.property('datasets.length', 3)
    }),
    row('G2', 'metrics missing: an incomplete run', 'the same, and what is missing', async () => {
      addRun(5 * DAY, ['results', 'traces'])
      const runs = groupDatasetsByRun((await discoverSmoltraceDatasets(connection())).datasets)
      expect(runs.at(2)).to.deep.include({complete: false, missing: ['metrics']})
    }),
    row('G3', 'two timestamps: newest first', "the same, by the Hub's dates", async () => {
      const runs = groupDatasetsByRun((await discoverSmoltraceDatasets(connection())).datasets)
      const times = runs.map(({time}) => time.getTime())
      expect(times)
        .to.have.length(3)
        .and.to.deep.equal(times.toSorted((a, b) => b - a))
    }),
    row('F1', 'runs of 1, 4, 9 and 14 days, older than 7: two go, two stay', 'the same', async () => {
      expect(await filtered([1, 4, 9, 14], {olderThan: '7d'})).to.deep.equal([2, 2])
    }),
    row('F2', 'five runs, keep 3: two go', 'the same', async () => {
      expect(await filtered([1, 2, 3, 4, 5], {keepRecent: 3})).to.deep.equal([2, 3])
    }),
    row(
      'F3',
      'two complete and two incomplete runs, only incomplete: two go',
      'the same only where the leaderboard is not to be asked',
      async () => {
        const ages = [1, 2, 3, 4]
        const types: RunType[][] = [[...RUN_TYPES], ['results'], [...RUN_TYPES], ['results']]
        const unasked = {incompleteOnly: true, ignoreLeaderboard: true}
        expect(await filtered(ages, unasked, types)).to.deep.equal([2, 2])
        expect(await filtered(ages, {incompleteOnly: true}, types)).to.deep.equal([0, 4])
      },
    ),
    row('F4', 'no criteria: all kept', 'a usage error', () => {
      expect(errorOf(() => filterRuns([], {}))).to.be.instanceOf(UsageError)
    }),
    row('X1', 'delete one, dry run: nothing is sent', 'the same, and counted', async () => {
      const {wouldDelete, outcomes} = await deleteDatasets(old.slice(0, 1), connection())
      expect([wouldDelete, outcomes, deletionsAt(hub)]).to.deep.equal([1, [], []])
    }),
    row('X2', 'delete two: both deleted', 'the same', async () => {
      const result = await deleteDatasets(old.slice(0, 2), {...connection(), ...CARRIED})
      expect(statusOf(result)).to.deep.equal(['deleted', 'deleted'])
      expect(deletionsAt(hub)).to.deep.equal(old.slice(0, 2))
    }),
    row(
      'X3',
      'the second of two is not found: one deleted, one failed',
      'one deleted, one gone; failed only where the Hub refuses it',
      async () => {
        const isSecond: Fault['match'] = ({method, body}) =>
          method === 'DELETE' && body.includes(`"${old[1]?.split('/')[1]}"`)
        const putBack = hub.intercept({match: isSecond, before: () => hub.state.remove(old[1] ?? '')})
        const gone = await deleteDatasets(old.slice(0, 2), {...connection(), ...CARRIED})
        expect(statusOf(gone)).to.have.members(['deleted', 'gone'])
        putBack()
        const [first = '', second = ''] = addRun(50 * DAY)
        hub.intercept({
          match: ({method, body}) => method === 'DELETE' && body.includes(`"${second.split('/')[1]}"`),
          respond: {status: 403, body: '{"error":"no"}'},
        })
        const failed = await deleteDatasets([first, second], {...connection(), ...CARRIED})
        expect(statusOf(failed)).to.deep.equal(['deleted', 'failed'])
      },
    ),
    row('C1', 'no token: ValueError', 'NotAllowedError, and 4 from the command line', async () => {
      const nobody = {endpoint: hub.url, env: {HF_HOME: '/nowhere'}}
      const error = await rejectionOf(cleanupDatasets({...nobody, olderThan: '7d'}))
      expect(error).to.be.instanceOf(NotAllowedError)
      const {exitCode} = await runCli(['cleanup', '--older-than', '7d'], {
        HF_ENDPOINT: hub.url,
        HF_HOME: '/nowhere',
      })
      expect(exitCode).to.equal(4)
    }),
    row(
      'C2',
      'a dry run over an old run: nothing counted as deleted, one run scanned',
      'counts and names what it would delete',
      async () => {
        const {wouldDelete, counts} = await cleanupDatasets({...connection(), olderThan: '7d'})
        expect([wouldDelete, counts.deleted]).to.deep.equal([3, 0])
      },
    ),
    row('C3', 'confirmed with DELETE: three deleted', 'the same', async () => {
      const confirm = () => true
      const job = {...connection(), olderThan: '7d', dryRun: false, confirm}
      expect((await cleanupDatasets(job)).counts.deleted).to.equal(3)
      expect(deletionsAt(hub)).to.have.members(old)
    }),
    row(
      'C4',
      'answered NO: nothing deleted, no error, and 0 from the command line',
      'nothing deleted, no error, and 130 from the command line',
      async () => {
        const job = {...connection(), olderThan: '7d', dryRun: false, confirm: () => false}
        expect(await cleanupDatasets(job)).to.deep.include({declined: true, outcomes: []})
        expect(await answering('NO', '--older-than', '7d')).to.equal(130)
        expect(deletionsAt(hub)).to.deep.equal([])
      },
    ),
    row('C5', 'one of two deletions fails: one deleted, one failed', 'the same', async () => {
      const [alone = ''] = addRun(60 * DAY, ['results'])
      hub.intercept({
        match: ({method, body}) => method === 'DELETE' && body.includes(`"${alone.split('/')[1]}"`),
        respond: {status: 403, body: '{"error":"no"}'},
      })
      const [other = ''] = addRun(50 * DAY, ['results'])
      const result = await cleanupDatasets({...connection(), olderThan: '45d', ...CARRIED})
      expect(statusOf(result)).to.have.members(['deleted', 'failed'])
      expect(namesAt(hub)).to.include(alone).and.not.include(other)
    }),
    ages('P1', '7d', 7, '30d', 30, '1d', 1),
    ages('P2', '1w', 7, '2w', 14, '4w', 28),
    ages('P3', '1m', 30, '2m', 60, '6m', 180),
    ages('P4', '7', 7, '30', 30, '365', 365),
    ages('P5', '  7d  ', 7, '\t1w\n', 7),
    ages('P6', '7D', 7, '1W', 7, '1M', 30),
    row(
      'P7',
      'abc, 7x or nothing: ValueError, and 1 from the command line',
      'a usage error, and 2 from the command line',
      async () => {
        for (const age of ['abc', '7x', '']) {
          expect(errorOf(() => parseAge(age))).to.be.instanceOf(UsageError)
          expect((await cli('cleanup', '--older-than', age)).exitCode).to.equal(2)
        }

        expect(hub.requests).to.deep.equal([])
      },
    ),
    deletes('M1', ['--older-than', '7d'], 3),
    deletes('M2', ['--keep-recent', '5'], 0),
    deletes('M3', ['--incomplete-only'], 1),
    row('M4', 'without --no-dry-run: a dry run, 0', 'the same', async () => {
      expect((await cli('cleanup', '--older-than', '7d', '--yes')).exitCode).to.equal(0)
      expect(deletionsAt(hub)).to.deep.equal([])
    }),
    row('M5', 'no filter: 1', '2, before anything is sent', async () => {
      expect((await cli('cleanup', ...WET)).exitCode).to.equal(2)
      expect(hub.requests).to.deep.equal([])
    }),
    row('M6', 'no token, --no-dry-run: 1', '2 where nobody can be asked, 4 with --yes', async () => {
      const nobody = {HF_ENDPOINT: hub.url, HF_HOME: '/nowhere'}
      const wet = ['cleanup', '--older-than', '7d', '--no-dry-run']
      expect((await runCli(wet, nobody)).exitCode).to.equal(2)
      expect((await runCli([...wet, '--yes'], nobody)).exitCode).to.equal(4)
      expect(hub.requests).to.deep.equal([])
    }),
    row('M7', '--token, and nothing in the environment: used', 'the same', async () => {
      const argv = ['cleanup', '--older-than', '7d', ...WET, '--token', hub.token]
      expect((await runCli(argv, {HF_ENDPOINT: hub.url, HF_HOME: '/nowhere'})).exitCode).to.equal(0)
      expect(deletionsAt(hub)).to.have.length(3)
    }),
    row('M8', '--all, answered NO: 0, asked once', '130; 2 where nobody can be asked', async () => {
      expect((await cli('cleanup', '--all', '--no-dry-run')).exitCode).to.equal(2)
      expect(hub.requests).to.deep.equal([])
      expect(await answering('NO', '--all')).to.equal(130)
      expect(deletionsAt(hub)).to.deep.equal([])
    }),
    row('M9', '--all, and the phrase: deletes', 'the same; the leaderboard stays', async () => {
      expect(await answering('YES DELETE ALL', '--all')).to.equal(0)
      expect(namesAt(hub)).to.deep.equal([leaderboard])
    }),
    row('M10', '--all --yes: deletes without asking', 'the same; the leaderboard stays', async () => {
      expect((await cli('cleanup', '--all', ...WET)).exitCode).to.equal(0)
      expect(namesAt(hub)).to.deep.equal([leaderboard])
    }),
    deletes('M11', ['--older-than', '7d', '--only', 'results'], 1),
    row(
      'M12',
      '--delete-leaderboard: a flag that changes what is printed',
      'really deleted, last, and archived before',
      async () => {
        const {exitCode, stdout} = await cli(
          'cleanup',
          '--older-than',
          '7d',
          '--delete-leaderboard',
          ...WET,
          '--json',
        )
        expect(exitCode).to.equal(0)
        expect(deletionsAt(hub)).to.deep.equal([...old, leaderboard])
        expect((JSON.parse(stdout) as {archive: {datasets: number}}).archive.datasets).to.equal(1)
      },
    ),
    row('M13', 'the leaderboard is preserved by default', 'the same', async () => {
      expect((await cli('cleanup', '--older-than', '7d', ...WET)).exitCode).to.equal(0)
      expect(namesAt(hub)).to.include(leaderboard)
    }),
    row('M14', '--older-than invalid: 1, nothing is called', '2, nothing is sent', async () => {
      expect((await cli('cleanup', '--older-than', 'invalid', ...WET)).exitCode).to.equal(2)
      expect(hub.requests).to.deep.equal([])
    }),
    row('M15', 'deletions fail: 1', '3', async () => {
      hub.intercept({
        match: ({method}) => method === 'DELETE',
        respond: {status: 403, body: '{"error":"no"}'},
      })
      expect((await cli('cleanup', '--older-than', '7d', ...WET)).exitCode).to.equal(3)
      expect(namesAt(hub)).to.include.members(old)
    }),
    row('M16', 'an exception: 1', 'the same', async () => {
      hub.intercept({match: isListing, respond: {status: 500, body: 'oops'}})
      expect((await cli('cleanup', '--older-than', '7d', ...WET)).exitCode).to.equal(1)
    }),
    row(
      'S1',
      'benchmark and tasks are never discovered',
      'named as never touched, and never deleted',
      async () => {
        const standard = ['smoltrace-benchmark-v1', 'smoltrace-tasks'].map((name) => `${hub.user}/${name}`)
        for (const name of standard) hub.state.addDataset({name, createdAt: new Date(0)})
        const inventory = await discoverSmoltraceDatasets(connection())
        expect(inventory.standard).to.include.members(standard)
        await cleanupDatasets({...connection(), all: true, ...CARRIED})
        expect(namesAt(hub)).to.include.members(standard)
      },
    ),
  ]

  /** Ages and the days that both take them for, in the library and on the command line. */
  function ages(id: string, ...pairs: Array<number | string>): Row {
    const cases = pairs.flatMap((text, index) =>
      typeof text === 'string' ? [[text, Number(pairs[index + 1])] as const] : [],
    )
    const original = cases.map(([text, days]) => `${JSON.stringify(text)} is ${days} days`).join(', ')
    return row(id, original, 'the same', async () => {
      for (const [text, days] of cases) {
        const {plan} = await cleanupDatasets({...connection(), olderThan: text})
        expect((Number(plan.now) - Number(plan.cutoff)) / DAY, text).to.equal(days)
        // `runCli` writes a line's words anew, and cannot write these characters.
        if (!/[\t\n]/.test(text))
          expect((await cli('cleanup', '--older-than', text)).exitCode, text).to.equal(0)
      }
    })
  }

  /** Flags of a real deletion that ends well, and how many datasets go. */
  function deletes(id: string, flags: string[], count: number): Row {
    return row(id, `${flags.join(' ')}, wet and with --yes: 0`, `the same, ${count} deleted`, async () => {
      expect((await cli('cleanup', ...flags, ...WET)).exitCode).to.equal(0)
      expect(deletionsAt(hub)).to.have.length(count)
    })
  }

  for (const {id, original, ours, run} of ROWS) it(`${id}: ${original}. Ours: ${ours}`, run)

  it('are all here, each once', () => {
    const numbered = (letter: string, count: number) =>
      Array.from({length: count}, (_, index) => `${letter}${index + 1}`)
    expect(ROWS.map(({id}) => id)).to.deep.equal([
      ...numbered('D', 3),
      ...numbered('G', 3),
      ...numbered('F', 4),
      ...numbered('X', 3),
      ...numbered('C', 5),
      ...numbered('P', 7),
      ...numbered('M', 16),
      ...numbered('S', 1),
    ])
    expect(ROWS).to.have.length(42)
  })

  it('that are answered differently are told of in the guide for those who move', () => {
    const guide = readFileSync(join(root, 'docs', 'moving-from-smoltrace-cleanup.md'), 'utf8')
    for (const [id, words] of Object.entries(DIFFERENCES)) expect(guide, id).to.include(words)
  })
})
