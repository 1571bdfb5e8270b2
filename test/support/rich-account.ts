import {formatTimestamp, RUN_TYPES, runDatasetName, type RunType} from '../../src/lib/base/names.js'
import {DAY, HOUR, MINUTE} from '../../src/lib/base/time.js'
import {writeBoard} from './boards.js'
import {ago, later, NOW} from './builders.js'
import {type Cells} from './rows.js'
import {type Sandbox} from './sandbox.js'

/** The leaderboard of the account. */
export const BOARD = 'mira/smoltrace-leaderboard'

/** Runs of every kind, by what is special about them. */
export const RUNS = {
  best: formatTimestamp(ago(5 * DAY)),
  failed: formatTimestamp(ago(10 * DAY)),
  untraced: formatTimestamp(ago(15 * DAY)),
  thinned: formatTimestamp(ago(20 * DAY)),
  killed: formatTimestamp(ago(30 * DAY)),
  uploading: formatTimestamp(ago(HOUR)),
  partial: formatTimestamp(ago(40 * DAY)),
  unclear: formatTimestamp(ago(50 * DAY)),
  future: formatTimestamp(later(NOW, 3 * DAY)),
  twice: formatTimestamp(ago(60 * DAY)),
  copied: formatTimestamp(ago(70 * DAY)),
  inexact: formatTimestamp(ago(80 * DAY)),
  renamed: formatTimestamp(ago(90 * DAY)),
} as const
const LONG_AGO = '20200101_000000'

type RunName = keyof typeof RUNS
const TYPES: Partial<Record<RunName, RunType[]>> = {
  untraced: ['results', 'metrics'],
  thinned: ['traces'],
  killed: ['results'],
  uploading: ['results'],
}

/** A row about a run, with something in every column. */
function full(run: string, more: Cells = {}): Cells {
  return {
    run_id: `id-${run}`,
    model: 'openai/gpt-4.1',
    agent_type: 'tool',
    provider: 'litellm',
    timestamp: '2026-09-01T10:00:00',
    submitted_by: 'mira',
    use_case: 'code',
    team: 'tiny',
    purpose: 'selection',
    suite_version: 'suite-2',
    dataset_used: 'mira/smoltrace-tasks',
    results_dataset: runDatasetName('mira', 'results', run),
    traces_dataset: runDatasetName('mira', 'traces', run),
    metrics_dataset: runDatasetName('mira', 'metrics', run),
    run_status: 'completed',
    success_rate: 75,
    pass_at_1: 0.75,
    avg_duration_ms: 1500,
    total_tokens: 9000,
    total_cost_usd: 0.2,
    co2_emissions_g: 4,
    ...more,
  }
}

const names = (results_dataset: string): Cells => ({
  results_dataset,
  traces_dataset: null,
  metrics_dataset: null,
})

const ROWS: Cells[] = [
  full(RUNS.best, {success_rate: 90}),
  full(RUNS.failed, {run_status: 'failed'}),
  full(RUNS.untraced),
  full(RUNS.thinned),
  full(RUNS.partial, {run_status: 'partial'}),
  full(RUNS.unclear, {run_status: 'aborted'}),
  full(RUNS.twice, {success_rate: 20}),
  full(RUNS.twice, {success_rate: 20}),
  full(RUNS.copied, {success_rate: 10, run_id: 'other'}),
  full(RUNS.inexact, names(runDatasetName('Mira', 'results', RUNS.inexact))),
  full(RUNS.renamed, names(runDatasetName('before', 'results', RUNS.renamed))),
  full('x', names(runDatasetName('others', 'results', LONG_AGO))),
  full('x', names('local:out/results')),
  full('x', names('mira/anything')),
  full(LONG_AGO),
  // As of an evaluation that failed early, in the form of an old evaluator.
  Object.fromEntries(Object.keys(full('x')).map((column) => [column, null])),
]

/** Fills an empty Hub with runs of every kind, and rows that say everything a leaderboard can say. */
export function fillAccount(hub: Sandbox): void {
  for (const [name, run] of Object.entries(RUNS) as Array<[RunName, string]>) {
    const {[name]: types = RUN_TYPES} = TYPES
    for (const type of types) addDataset(hub, name, run, type)
  }

  hub.state.addDataset({name: BOARD, createdAt: ago(100 * DAY), files: {'README.md': '# Board\n'}})
  hub.state.addDataset({name: 'mira/smoltrace-tasks', createdAt: ago(100 * DAY)})
  hub.state.addDataset({name: 'mira/smoltrace-results-copy', createdAt: ago(100 * DAY)})
  writeBoard(hub, [ROWS])
}

function addDataset(hub: Sandbox, name: RunName, run: string, type: RunType): void {
  const named = new Date(run.replace(/^(....)(..)(..)_(..)(..)(..)$/, '$1-$2-$3T$4:$5:$6Z'))
  hub.state.addDataset({
    name: runDatasetName('mira', type, run),
    createdAt: name === 'copied' ? ago(2 * DAY) : later(named, 5 * MINUTE),
    private: name !== 'best',
    files: {'README.md': `# ${type}\n`},
  })
}
