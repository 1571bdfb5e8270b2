import {type Config} from '@oclif/core'
import {appendFileSync, mkdtempSync, readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {SHELLS} from '../../src/cli/completion.js'
import {METRIC_NAMES, METRICS} from '../../src/lib/account/leaderboard/metrics.js'
import {GROUP_COLUMNS, STATUSES} from '../../src/lib/account/leaderboard/row.js'
import {runDatasetName} from '../../src/lib/base/names.js'
import {DAY} from '../../src/lib/base/time.js'
import {cleanupDatasets} from '../../src/lib/cleanup/cleanup.js'
import {type Journal, journalFolder, openJournal} from '../../src/lib/cleanup/journal/write.js'
import {plannedDatasets} from '../../src/lib/plan/plan.js'
import {flagOf, RULE_NAMES, ruleOf} from '../../src/lib/retention/rules.js'
import {type Fault, type Sandbox, storedFile} from '../../src/lib/sandbox/index.js'
import {archiveAt, ofFormerNamespace} from '../lib/archive/support.js'
import {ago, inventoryOf, NOW, planOf, runDatasets} from './builders.js'
import {findCommands, runCli} from './cli.js'
import {type JsonDocument} from './documents.js'
import {at, deletionsAt, envOf, until, withHub} from './hub.js'
import {policyOf} from './policies.js'
import {BOARD, fillAccount, RUNS} from './rich-account.js'

/** What programs write: documents of `--json`, saved plans, and the lines of journals. */
export interface Written {
  documents: JsonDocument[]
  plans: JsonDocument[]
  lines: JsonDocument[]
}

/** Runs a command, and keeps what it prints. */
type Run = (...argv: string[]) => Promise<JsonDocument>
type Account = (hub: Sandbox, run: Run, dataDir: string) => Promise<unknown>

const folder = () => mkdtempSync(join(tmpdir(), 'smoltrace-documents-'))
const isDelete: Fault['match'] = ({method}) => method === 'DELETE'
const REAL = ['--no-dry-run', '--yes', '--concurrency', '1']
const refused = (status: number, headers = {}) => ({status, headers, body: '{"error":"no"}'})

const COUNTING = RULE_NAMES.filter((name) => ruleOf(name).value === 'count')

/** Dry runs in which every rule speaks, and every rule is left out. */
const rules: Account = async (hub, run) => {
  await run('leaderboard', 'protect')
  await run('runs', 'protect', RUNS.best, '--reason', 'cited', '--until', '2030-01-01')
  const dry: string[][] = [
    ['--all', '--sizes'],
    ['--older-than', '7d', '--only', 'results', '--only', 'traces', '--only', 'metrics'],
    ['--incomplete-only'],
    ['--incomplete-only', '--ignore-leaderboard'],
    ['--run', RUNS.killed, '--max-delete', '100%'],
    ['--model', 'openai/*', '--team', 'tiny', '--purpose', 'selection'],
    STATUSES.flatMap((status) => ['--status', status]),
    ['--unreferenced'],
    ['--only', 'traces', '--keep-recent', '3'],
    ['--keep-within', '30d', ...COUNTING.flatMap((name) => [`--${flagOf(name)}`, '1'])],
    ['--keep-recent', '1', ...GROUP_COLUMNS.flatMap((column) => ['--group-by', column])],
    ['--policy', policyOf('keep: {recent: 2}'), '--archive', folder()],
    ['--score-below', '50'],
    ...METRIC_NAMES.map((by) => ['--keep-best', '1', '--by', by]),
  ]
  for (const flags of dry) await run('cleanup', ...flags)
  const unreadable = hub.intercept({match: ({path}) => path.includes('.parquet'), respond: refused(404)})
  await run('cleanup', '--incomplete-only')
  unreadable()
}

const looks: Account = async (hub, run) => {
  await run('datasets', 'list', '--sizes')
  await run('datasets', 'list', '--older-than', '30d')
  await run('runs', 'group', '--sizes')
  await run('runs', 'group', '--older-than', '30d')
  await run('leaderboard', 'show', '--limit', '3', '--model', '*')
  await run('leaderboard', 'show', ...GROUP_COLUMNS.flatMap((column) => ['--group-by', column]))
  for (const by of METRIC_NAMES) {
    await run('leaderboard', 'show', '--by', by)
    await run('leaderboard', 'report', join(folder(), 'report.html'), '--by', by)
  }

  const policy = policyOf('keep: {recent: 2}')
  await run('leaderboard', 'report', join(folder(), 'report.html'), '--policy', policy)
  await run('leaderboard', 'check')
  hub.intercept({match: ({path}) => path.includes('/settings/'), respond: refused(403)})
  await run('datasets', 'list', '--sizes')
  await run('runs', 'group', '--sizes')
  await run('cleanup', '--run', RUNS.partial, '--sizes', ...REAL)
  await run('leaderboard', 'report', join(folder(), 'report.html'), '--policy', policy)
  hub.intercept({match: ({path}) => path.includes('.parquet'), respond: refused(404)})
  await run('runs', 'group')
  hub.intercept({match: ({path}) => path.includes('protection.json'), respond: refused(500)})
  for (const words of ['runs group', 'datasets list', 'cleanup --all']) await run(...words.split(' '))
  await run('policy', 'explain', policyOf('keep: {best: 1}'), '--run', RUNS.best)
}

/** Pins a run as a person does on the Hub's own pages. */
function tagCard(hub: Sandbox, name: string): void {
  const card = storedFile('---\ntags:\n- smoltrace-pinned\n---\n', false)
  const repo = hub.state.get(name)
  if (repo) hub.state.commit(repo, 'Pin', new Map([['README.md', card]]))
}

const pins: Account = async (hub, run) => {
  await run('datasets', 'list')
  await run('leaderboard', 'protect', '--top', '1', '--reason', 'cited')
  await run('leaderboard', 'protect')
  await run('leaderboard', 'protect', '--runs')
  await run('datasets', 'list')
  tagCard(hub, runDatasetName('mira', 'results', RUNS.untraced))
  tagCard(hub, runDatasetName('mira', 'traces', RUNS.future))
  await run('runs', 'protect', RUNS.killed)
  await run('runs', 'protect', RUNS.killed)
  await run('runs', 'protect', RUNS.partial, '--until', '2030-01-01', '--reason', 'cited')
  await run('runs', 'unprotect', RUNS.twice)
  const stop = hub.intercept({
    match: ({path}) => path.includes(`/commit/`) && path.includes('-results-'),
    respond: refused(403),
  })
  await run('runs', 'protect', RUNS.twice)
  await run('runs', 'unprotect', RUNS.partial)
  stop()
  const isCommit: Fault['match'] = ({path}) => path.includes('/commit/') && path.includes('-results-')
  const stopHere = {match: isCommit, times: 1, before: () => process.emit('SIGINT'), hold: 'before'} as const
  for (const argv of [
    ['runs', 'protect', RUNS.twice],
    ['leaderboard', 'protect', '--runs'],
    ['runs', 'unprotect', RUNS.best],
  ]) {
    hub.intercept(stopHere)
    await run(...argv)
  }

  await run('runs', 'group')
  await run('runs', 'unprotect', RUNS.killed)
  await run('runs', 'unprotect', RUNS.killed, RUNS.partial)
  await run('leaderboard', 'unprotect')
  await run('leaderboard', 'unprotect')
  hub.state.remove(BOARD)
  await run('runs', 'protect', RUNS.copied)
  await run('runs', 'unprotect', RUNS.copied)
}

const policies: Account = async (_, run) => {
  const full = [
    'select:',
    '  older-than: 7d',
    '  incomplete-only: true',
    '  ignore-leaderboard: true',
    '  model: "*"',
    '  team: tiny',
    '  purpose: selection',
    '  status: [completed, partial, failed]',
    '  unreferenced: true',
    '  score-below: 50',
    'keep:',
    '  within: 30d',
    ...COUNTING.map((name) => `  ${ruleOf(name).policy?.split('.')[1]}: 1`),
    `  group-by: [${GROUP_COLUMNS.join(', ')}]`,
    'only: [results, traces, metrics]',
    'grace: 1h',
  ]
  await run('policy', 'explain', policyOf(...full))
  await run('policy', 'explain', policyOf(...full), '--run', RUNS.killed)
  for (const by of METRIC_NAMES.flatMap((name) => [name, METRICS[name].short]))
    await run('policy', 'explain', policyOf(`keep: {best: 1, by: ${by}}`))
  await run('runs', 'protect', RUNS.best)
  const one = policyOf('select: {older-than: 7d}', 'only: traces')
  for (const name of ['best', 'partial', 'killed', 'uploading', 'future', 'copied'] as const)
    await run('policy', 'explain', one, '--run', RUNS[name])
}

/** A deletion in which everything happens at once, a plan that is late, and what the journals say of both. */
const deletions: Account = async (hub, run, dataDir) => {
  const file = join(folder(), 'plan.json')
  await run('cleanup', '--all', '--plan', file)
  hub.state.touch(`mira/smoltrace-metrics-${RUNS.twice}`)
  hub.state.remove(`mira/smoltrace-results-${RUNS.copied}`)
  const once = (part: string, more: Partial<Fault>) =>
    hub.intercept({match: (request) => isDelete(request) && request.body.includes(part), times: 1, ...more})
  once(RUNS.failed, {respond: refused(403, {'X-Request-Id': 'Root=1'})})
  once(RUNS.partial, {before: () => hub.state.remove(deletionsAt(hub).at(-1) ?? '')})
  hub.intercept({
    match: (request) => isDelete(request) && request.body.includes(RUNS.unclear),
    reset: 'before',
  })
  // Nor does the Hub say whether it is there.
  hub.intercept({
    match: ({path}) => path.includes(`${RUNS.unclear}?`),
    respond: refused(403),
  })
  const unreadable = `smoltrace-results-${RUNS.killed}`
  hub.intercept({
    match: ({path}) => path.includes(unreadable) && path.includes('/tree/'),
    respond: refused(404),
  })
  await run('cleanup', '--apply', file, '--archive', folder(), '--sizes', ...REAL)
  await run('cleanup', '--apply', file, ...REAL)
  await run('history')
  await run('cleanup', '--all', '--delete-leaderboard', '--sizes')
  once(RUNS.twice, {before: () => process.emit('SIGINT')})
  await run('cleanup', '--all', ...REAL)
  await run('history', '--since', '30d')
  const {jobs} = await run('history')
  await run('history', String((jobs as Array<{id: string}>)[0]?.id))
  await journals(dataDir)
  await run('history')
}

/** Jobs of programs, one that broke off, one whose journal is damaged, and a file that is no journal. */
async function journals(dataDir: string): Promise<void> {
  const plan = planOf(inventoryOf(runDatasets(ago(60 * DAY))), {all: true})
  const [first] = plannedDatasets(plan)
  const begin = (confirmedBy: 'callback' | 'phrase'): Promise<Journal> =>
    openJournal(dataDir, {plan, user: 'kim', confirmedBy, now: NOW})
  const torn = await begin('callback')
  if (first) await torn.intent(first)
  await torn.end({interrupted: true})
  appendFileSync(torn.path, '{"kind":')
  await (await begin('phrase')).end({interrupted: false})
  await (await begin('phrase')).abandon()
  writeFileSync(join(journalFolder(dataDir), 'nothing.jsonl'), 'nothing')
}

/** A plan that somebody picked by hand: that needs a terminal, or the library. */
const picked: Account = async (hub, run, dataDir) => {
  const file = join(folder(), 'plan.json')
  await cleanupDatasets({
    token: hub.token,
    endpoint: hub.url,
    dataDir,
    olderThan: '7d',
    savePlan: file,
    choose: () => Promise.resolve([RUNS.killed, RUNS.best]),
  })
  await run('cleanup', '--apply', file)
  const board = join(folder(), 'plan.json')
  await run('cleanup', '--delete-leaderboard', '--plan', board)
  await run('cleanup', '--keep-recent', '3', '--plan', join(folder(), 'plan.json'))
}

const restored: Account = async (hub, run) => {
  const former = folder()
  const pinned = 'mira/smoltrace-results-20260101_000000'
  const files = {'README.md': '---\ntags: [smoltrace-pinned]\n---\n'}
  hub.state.addDataset({name: pinned, createdAt: ago(DAY), files})
  await archiveAt(hub, former)
  hub.state.remove(pinned)
  await ofFormerNamespace(former, 'mira-old')
  await run('restore', former, '20260101_000000', '--from', 'mira-old', '--dry-run')
  const dir = folder()
  const names = ['best', 'failed', 'killed', 'partial', 'unclear'] as const
  const runs = names.map((name) => RUNS[name])
  await run('cleanup', ...runs.flatMap((each) => ['--run', each]), '--archive', dir, ...REAL)
  await run('restore', dir, '--dry-run')
  hub.state.addDataset({
    name: `mira/smoltrace-results-${RUNS.failed}`,
    createdAt: ago(DAY),
    files: {'other.txt': 'other'},
  })
  hub.intercept({
    match: ({method, body}) => method === 'POST' && body.includes(`smoltrace-results-${RUNS.killed}`),
    respond: refused(400),
  })
  await run('restore', dir, RUNS.best, RUNS.failed, RUNS.killed)
  await run('restore', dir, RUNS.best)
  hub.intercept({match: ({path}) => path.includes('/repos/create'), before: () => process.emit('SIGINT')})
  await run('restore', dir, RUNS.partial, RUNS.unclear, '--concurrency', '1')
}

const failures: Account = async (hub, run) => {
  await run('cleanup')
  await run('cleanup', '--run', '20200101_000000')
  await run('leaderboard', 'show', '--by', 'nonsense')
  await run('datasets', 'list', '--token', 'hf_nobody_has_this_token')
  await run('cleanup', '--all', '--token', hub.tokens.read, ...REAL)
  const faults: Array<Partial<Fault>> = [
    {respond: refused(404)},
    {reset: 'before'},
    {respond: {status: 200, body: '<html>'}},
    {before: () => process.emit('SIGINT'), respond: refused(503)},
  ]
  for (const fault of faults) {
    const over = hub.intercept({match: ({path}) => path.startsWith('/api/datasets?'), ...fault})
    await run('datasets', 'list')
    over()
  }

  const other = hub.intercept({match: ({path}) => path.startsWith('/api/datasets?'), respond: refused(404)})
  for (const words of ['runs group', 'leaderboard show', 'leaderboard check']) await run(...words.split(' '))
  await run('leaderboard', 'report', join(folder(), 'report.html'))
  await run('leaderboard', 'protect')
  await run('leaderboard', 'unprotect')
  await run('runs', 'protect', RUNS.best)
  await run('runs', 'unprotect', RUNS.best)
  other()
  await run('policy', 'explain', 'nothing.yaml')
  await run('restore', 'nothing')
  await run('history', 'nothing')
  await run('sandbox', '--runs', 'x')
  await run('autocomplete', 'csh')
  await run('clenup')
}

/** An account without anything, and one that a token sees a part of. */
const little: Account = async (_, run) => {
  await run('datasets', 'list')
  await run('cleanup', '--all')
  await run('cleanup', '--all', '--sizes', ...REAL)
  await run('cleanup', '--all', '--archive', folder(), '--plan', join(folder(), 'plan.json'))
  await serving(run)
  for (const shell of SHELLS) await run('autocomplete', shell)
}

/** Serves until it is told to stop, which it listens for before it prints. */
async function serving(run: Run): Promise<void> {
  const listeners = process.listenerCount('SIGINT')
  const served = run('sandbox')
  await until('the sandbox', () => process.listenerCount('SIGINT') > listeners)
  process.emit('SIGINT')
  await served
}

const narrow: Account = async (hub, run) => {
  const board = hub.state.get(BOARD)
  if (board) board.private = true
  for (const words of ['leaderboard show', 'leaderboard check'])
    await run(...words.split(' '), '--token', hub.tokens.fineGrainedNarrow)
}

const FULL = [rules, looks, pins, policies, deletions, picked, restored, failures, narrow]

/** Everything that there is to be written, by what really happens on the embedded Hub. */
export async function writeEverything(): Promise<Written> {
  const commands = await findCommands()
  const written: Written = {documents: [], plans: [], lines: []}
  for (const account of [...FULL, little]) {
    await at(NOW, () =>
      withHub({seed: 'empty', clock: () => NOW}, async (hub) => {
        if (account !== little) fillAccount(hub)
        await play(account, hub, written, commands)
      }),
    )
  }

  return written
}

async function play(account: Account, hub: Sandbox, written: Written, commands: Config): Promise<void> {
  const dataDir = folder()
  const env = {...envOf(hub), SMOLTRACE_DATA_DIR: dataDir}
  const run: Run = async (...argv) => {
    const {stdout} = await runCli([...argv, '--json'], env, commands)
    const document = JSON.parse(stdout) as JsonDocument
    written.documents.push(document)
    const plan = argv[argv.indexOf('--plan') + 1]
    if (argv.includes('--plan') && plan)
      written.plans.push(JSON.parse(readFileSync(plan, 'utf8')) as JsonDocument)
    return document
  }

  await account(hub, run, dataDir)
  for (const file of filesIn(journalFolder(dataDir))) {
    const lines = readFileSync(file, 'utf8').split('\n')
    written.lines.push(
      ...lines.filter((line) => line.endsWith('}')).map((line) => JSON.parse(line) as JsonDocument),
    )
  }
}

function filesIn(place: string): string[] {
  try {
    return readdirSync(place).map((name) => join(place, name))
  } catch {
    return []
  }
}
