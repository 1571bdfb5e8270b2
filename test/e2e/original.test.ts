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
  type Outcome,
  UsageError,
} from '../../src/index.js'
import {RUN_TYPES, type RunType} from '../../src/lib/base/names.js'
import {DAY, parseAge} from '../../src/lib/base/time.js'
import {Account} from '../support/account.js'
import {errorOf, rejectionOf} from '../support/builders.js'
import {root, runCli} from '../support/cli.js'
import {deletionsAt, envOf, namesAt} from '../support/hub.js'
import {cleanEnv} from '../support/process.js'
import {startInTerminal} from '../support/pty.js'
import {type Fault, isDelete, isListing, type Sandbox} from '../support/sandbox.js'

const CARRIED = {dryRun: false, yes: true} as const
const WET = '--no-dry-run --yes'
const isDeleteOf =
  (name: string): Fault['match'] =>
  (request) =>
    isDelete(request) && request.body.includes(name.replace(/.*\//, ''))
const BROKEN = {status: 500, body: 'oops'}
const REFUSED = {status: 403, body: '{"error":"no"}'}

describe("the original's own tests", () => {
  let account: Account
  let hub: Sandbox
  /** Full names of a complete run of 40 days ago, in the order of deletion. */
  let old: string[]
  let leaderboard: string

  const connection = () => account.connection
  const addRun = (days: number, types: readonly RunType[] = RUN_TYPES) => account.addRun(days * DAY, {types})
  const removeAll = () => {
    for (const {id} of hub.state.datasets()) hub.state.remove(id)
  }

  const tokenless = () => ({HF_ENDPOINT: hub.url, HF_HOME: '/nowhere'})
  const cli = async (words: string[] | string, env: Record<string, string> = envOf(hub)) =>
    (await runCli(typeof words === 'string' ? words.split(' ') : words, env)).exitCode
  const discover = () => discoverSmoltraceDatasets(connection())
  const runs = async () => groupDatasetsByRun((await discover()).datasets)
  const statusOf = ({outcomes}: {outcomes: Outcome[]}) => outcomes.map(({status}) => status)

  /** How many runs of these ages in days `filter_runs` would take, and how many it would keep. */
  async function filtered(ages: number[], options: FilterOptions, types: RunType[][] = []) {
    removeAll()
    for (const [index, age] of ages.entries()) addRun(age, types[index])
    const {datasets, now} = await discover()
    const {delete: taken, keep} = filterRuns(groupDatasetsByRun(datasets), {...options, now})
    return [taken.length, keep.length]
  }

  /** Asks the question of a deletion in a terminal, and types this. */
  async function answering(word: string, ...argv: string[]): Promise<number> {
    const terminal = startInTerminal(['cleanup', ...argv, '--no-dry-run'], cleanEnv(hub))
    await terminal.waitFor(/Type .+ to continue/)
    terminal.type(word)
    return terminal.finished
  }

  beforeEach(async () => {
    account = await Account.open()
    ;({hub, old} = account)
    for (const name of account.older) hub.state.remove(name)
    addRun(3, ['results'])
    const cited = [old, account.recent].map((names) => names.at(-1))
    leaderboard = account.addBoard({rows: cited.map((name) => ({results_dataset: name, success_rate: 50}))})
  })

  afterEach(() => account.close())

  it('D1: no datasets: four empty lists. Ours: no datasets, no leaderboard', async () => {
    removeAll()
    expect(await discover()).to.deep.include({datasets: [], leaderboard: undefined})
  })

  it('D2: two results, one each of the others, and a stranger: the stranger is ignored. Ours: the same', async () => {
    removeAll()
    const names = [...addRun(5), ...addRun(4, ['results'])]
    for (const name of [leaderboard, `${hub.user}/other-dataset`])
      hub.state.addDataset({name, createdAt: new Date()})
    const {datasets, leaderboard: found} = await discover()
    expect(datasets.map(({name}) => name)).to.have.members(names)
    expect(found?.name).to.equal(leaderboard)
  })

  it('D3: the listing fails: empty lists. Ours: an error', async () => {
    hub.intercept({match: isListing, respond: BROKEN})
    expect(await rejectionOf(discover())).to.be.instanceOf(HubError)
  })

  it('G1: three names of one timestamp: one complete run. Ours: the same', async () => {
    const found = (await runs()).find(({timestamp}) => old[0]?.endsWith(timestamp))
    expect(found).to.include({complete: true}).and.to.have.nested.property('datasets.length', 3)
  })

  it('G2: metrics missing: an incomplete run. Ours: the same, and what is missing', async () => {
    addRun(5, ['results', 'traces'])
    expect((await runs()).at(2)).to.deep.include({complete: false, missing: ['metrics']})
  })

  it("G3: two timestamps: newest first. Ours: the same, by the Hub's dates", async () => {
    const times = (await runs()).map(({time}) => time.getTime())
    expect(times)
      .to.have.length(3)
      .and.to.deep.equal(times.toSorted((a, b) => b - a))
  })

  it('F1: runs of 1, 4, 9 and 14 days, older than 7: two go, two stay. Ours: the same', async () => {
    expect(await filtered([1, 4, 9, 14], {olderThan: '7d'})).to.deep.equal([2, 2])
  })

  it('F2: five runs, keep 3: two go. Ours: the same', async () => {
    expect(await filtered([1, 2, 3, 4, 5], {keepRecent: 3})).to.deep.equal([2, 3])
  })

  it('F3: two complete and two incomplete runs, only incomplete: two go. Ours: only where the leaderboard is not to be asked', async () => {
    const types: RunType[][] = [[...RUN_TYPES], ['results'], [...RUN_TYPES], ['results']]
    const unasked = {incompleteOnly: true, ignoreLeaderboard: true}
    expect(await filtered([1, 2, 3, 4], unasked, types)).to.deep.equal([2, 2])
    expect(await filtered([1, 2, 3, 4], {incompleteOnly: true}, types)).to.deep.equal([0, 4])
  })

  it('F4: no criteria: all kept. Ours: a usage error', () => {
    expect(errorOf(() => filterRuns([], {}))).to.be.instanceOf(UsageError)
  })

  it('X1: delete one, dry run: nothing is sent. Ours: the same, and counted', async () => {
    const {wouldDelete, outcomes} = await deleteDatasets(old.slice(0, 1), connection())
    expect([wouldDelete, outcomes, deletionsAt(hub)]).to.deep.equal([1, [], []])
  })

  it('X2: delete two: both deleted. Ours: the same', async () => {
    const result = await deleteDatasets(old.slice(0, 2), {...connection(), ...CARRIED})
    expect(statusOf(result)).to.deep.equal(['deleted', 'deleted'])
    expect(deletionsAt(hub)).to.deep.equal(old.slice(0, 2))
  })

  it('X3: the second of two is not found: one deleted, one failed. Ours: gone; failed only where the Hub refuses it', async () => {
    const putBack = hub.intercept({
      match: isDeleteOf(old[1] ?? ''),
      before: () => hub.state.remove(old[1] ?? ''),
    })
    const gone = await deleteDatasets(old.slice(0, 2), {...connection(), ...CARRIED})
    expect(statusOf(gone)).to.have.members(['deleted', 'gone'])
    putBack()
    const [first = '', second = ''] = addRun(50)
    hub.intercept({match: isDeleteOf(second), respond: REFUSED})
    const failed = await deleteDatasets([first, second], {...connection(), ...CARRIED})
    expect(statusOf(failed)).to.deep.equal(['deleted', 'failed'])
  })

  it('C1: no token: ValueError. Ours: NotAllowedError, and 4 from the command line', async () => {
    const job = {endpoint: hub.url, env: {HF_HOME: '/nowhere'}, olderThan: '7d'}
    expect(await rejectionOf(cleanupDatasets(job))).to.be.instanceOf(NotAllowedError)
    expect(await cli('cleanup --older-than 7d', tokenless())).to.equal(4)
  })

  it('C2: a dry run over an old run: nothing counted as deleted, one run scanned. Ours: counts and names what it would delete', async () => {
    const {wouldDelete, counts} = await cleanupDatasets({...connection(), olderThan: '7d'})
    expect([wouldDelete, counts.deleted]).to.deep.equal([3, 0])
  })

  it('C3: confirmed with DELETE: three deleted. Ours: the same', async () => {
    const job = {...connection(), olderThan: '7d', dryRun: false, confirm: () => true}
    expect((await cleanupDatasets(job)).counts.deleted).to.equal(3)
    expect(deletionsAt(hub)).to.have.members(old)
  })

  it('C4: answered NO: nothing deleted, no error, and 0 from the command line. Ours: 130 from the command line', async () => {
    const job = {...connection(), olderThan: '7d', dryRun: false, confirm: () => false}
    expect(await cleanupDatasets(job)).to.deep.include({declined: true, outcomes: []})
    expect(await answering('NO', '--older-than', '7d')).to.equal(130)
    expect(deletionsAt(hub)).to.deep.equal([])
  })

  it('C5: one of two deletions fails: one deleted, one failed. Ours: the same', async () => {
    const [[alone = ''], [other = '']] = [addRun(60, ['results']), addRun(50, ['results'])]
    hub.intercept({match: isDeleteOf(alone), respond: REFUSED})
    const result = await cleanupDatasets({...connection(), olderThan: '45d', ...CARRIED})
    expect(statusOf(result)).to.have.members(['deleted', 'failed'])
    expect(namesAt(hub)).to.include(alone).and.not.include(other)
  })

  const AGES: Array<[id: string, days: Record<string, number>]> = [
    ['P1', {'7d': 7, '30d': 30, '1d': 1}],
    ['P2', {'1w': 7, '2w': 14, '4w': 28}],
    ['P3', {'1m': 30, '2m': 60, '6m': 180}],
    ['P4', {'7': 7, '30': 30, '365': 365}],
    ['P5', {'  7d  ': 7, '\t1w\n': 7}],
    ['P6', {'7D': 7, '1W': 7, '1M': 30}],
  ]
  for (const [id, days] of AGES)
    it(`${id}: ages in days: ${JSON.stringify(days)}. Ours: the same`, async () => {
      for (const [text, count] of Object.entries(days)) {
        const {plan} = await cleanupDatasets({...connection(), olderThan: text})
        expect((Number(plan.now) - Number(plan.cutoff)) / DAY, text).to.equal(count)
        // `runCli` writes a line's words anew, and cannot write these characters.
        if (!/[\t\n]/.test(text)) expect(await cli(['cleanup', '--older-than', text]), text).to.equal(0)
      }
    })

  it('P7: abc, 7x or nothing: ValueError, and 1 from the command line. Ours: a usage error, and 2', async () => {
    for (const age of ['abc', '7x', '']) {
      expect(errorOf(() => parseAge(age))).to.be.instanceOf(UsageError)
      expect(await cli(['cleanup', '--older-than', age])).to.equal(2)
    }

    expect(hub.requests).to.deep.equal([])
  })

  const LINES: Array<[title: string, flags: string, exitCode: number, deleted: number, fault?: Fault]> = [
    [
      'M1: --older-than 7d, wet and with --yes: 0. Ours: the same, three deleted',
      `--older-than 7d ${WET}`,
      0,
      3,
    ],
    ['M2: the same with --keep-recent. Ours: the same, none deleted', `--keep-recent 5 ${WET}`, 0, 0],
    ['M3: the same with --incomplete-only. Ours: the same, one deleted', `--incomplete-only ${WET}`, 0, 1],
    ['M4: without --no-dry-run: a dry run, 0. Ours: the same', '--older-than 7d --yes', 0, 0],
    ['M5: no filter: 1. Ours: 2, before anything is sent', WET, 2, 0],
    ['M10: --all --yes: deletes without asking. Ours: the same; the leaderboard stays', `--all ${WET}`, 0, 7],
    ['M11: with --only. Ours: the same, one deleted', `--older-than 7d --only results ${WET}`, 0, 1],
    ['M13: the leaderboard is preserved by default. Ours: the same', `--older-than 7d ${WET}`, 0, 3],
    [
      'M14: --older-than invalid: 1, nothing is called. Ours: 2, nothing is sent',
      `--older-than invalid ${WET}`,
      2,
      0,
    ],
    ['M15: deletions fail: 1. Ours: 3', `--older-than 7d ${WET}`, 3, 0, {match: isDelete, respond: REFUSED}],
    [
      'M16: an exception: 1. Ours: the same',
      `--older-than 7d ${WET}`,
      1,
      0,
      {match: isListing, respond: BROKEN},
    ],
  ]
  for (const [title, flags, exitCode, deleted, fault] of LINES)
    it(title, async () => {
      const before = namesAt(hub)
      if (fault) hub.intercept(fault)
      expect(await cli(`cleanup ${flags}`)).to.equal(exitCode)
      expect(namesAt(hub))
        .to.have.length(before.length - deleted)
        .and.to.include(leaderboard)
      if (exitCode === 2) expect(hub.requests).to.deep.equal([])
    })

  it('M6: no token, --no-dry-run: 1. Ours: 2 where nobody can be asked, 4 with --yes', async () => {
    expect(await cli('cleanup --older-than 7d --no-dry-run', tokenless())).to.equal(2)
    expect(await cli(`cleanup --older-than 7d ${WET}`, tokenless())).to.equal(4)
    expect(hub.requests).to.deep.equal([])
  })

  it('M7: --token, and nothing in the environment: used. Ours: the same', async () => {
    expect(await cli(`cleanup --older-than 7d ${WET} --token ${hub.token}`, tokenless())).to.equal(0)
    expect(deletionsAt(hub)).to.have.length(3)
  })

  it('M8: --all, answered NO: 0, asked once. Ours: 130; 2 where nobody can be asked', async () => {
    expect(await cli('cleanup --all --no-dry-run')).to.equal(2)
    expect(hub.requests).to.deep.equal([])
    expect(await answering('NO', '--all')).to.equal(130)
    expect(deletionsAt(hub)).to.deep.equal([])
  })

  it('M9: --all, and the phrase: deletes. Ours: the same; the leaderboard stays', async () => {
    expect(await answering('YES DELETE ALL', '--all')).to.equal(0)
    expect(namesAt(hub)).to.deep.equal([leaderboard])
  })

  it('M12: --delete-leaderboard: a flag that changes what is printed. Ours: really deleted, last, and archived before', async () => {
    const words = `cleanup --older-than 7d --delete-leaderboard ${WET} --json`.split(' ')
    const {exitCode, stdout} = await runCli(words, envOf(hub))
    expect(exitCode).to.equal(0)
    expect(deletionsAt(hub)).to.deep.equal([...old, leaderboard])
    expect(JSON.parse(stdout).archive.datasets).to.equal(1)
  })

  it('S1: benchmark and tasks are never discovered. Ours: named as never touched, and never deleted', async () => {
    const standard = ['smoltrace-benchmark-v1', 'smoltrace-tasks'].map((name) => `${hub.user}/${name}`)
    for (const name of standard) hub.state.addDataset({name, createdAt: new Date(0)})
    expect((await discover()).standard).to.include.members(standard)
    await cleanupDatasets({...connection(), all: true, ...CARRIED})
    expect(namesAt(hub)).to.include.members(standard)
  })

  it('are all here, each once', function () {
    const ids = this.test?.parent?.tests.map(({title}) => title.split(':', 1)[0] ?? '') ?? []
    const counts = {D: 3, G: 3, F: 4, X: 3, C: 5, P: 7, M: 16, S: 1}
    const all = Object.entries(counts).flatMap(([letter, count]) =>
      Array.from({length: count}, (_, index) => `${letter}${index + 1}`),
    )
    expect(all).to.have.length(42)
    expect(ids.filter((id) => /^[A-Z]\d+$/.test(id))).to.have.members(all)
  })

  /** Where ours differs on purpose, the words of the guide that tell so. */
  const DIFFERENCES: Record<string, string> = {
    D3: 'A listing that fails counts as an empty account.',
    F3: 'Asks the leaderboard.',
    F4: 'Without a filter nothing is deleted',
    X3: 'A dataset that is already gone is a failure',
    C2: 'A dry run returns that it deleted 0.',
    C4: 'A cancelled job ends with 0',
    P7: '2 for usage errors',
    M5: '2 for usage errors',
    M6: '4 without a token',
    M8: 'A cancelled job ends with 0',
    M12: 'In the original it only changes the output and deletes nothing',
    M14: '2 for usage errors',
    M15: '3, with a correct summary',
  }

  it('that are answered differently are in the guide for those who move', () => {
    const guide = readFileSync(join(root, 'docs', 'moving-from-smoltrace-cleanup.md'), 'utf8')
    for (const [id, words] of Object.entries(DIFFERENCES)) expect(guide, id).to.include(words)
  })
})
