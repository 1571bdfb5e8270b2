import {type DatasetSpec, toParquet} from '../../src/lib/sandbox/index.js'
import {type Sandbox} from '../support/sandbox.js'

/** With metrics, so only a row says that it did not finish. */
const FAILED = '20250105_101500'
const UNFINISHED = {
  [FAILED]: ['metrics', 'traces'],
  '20250106_101500': ['traces', 'results'],
}
const KEPT = {
  // The leaderboard says that it finished.
  '20250108_101500': ['metrics', 'results'],
  '20250109_101500': ['metrics', 'traces', 'results'],
}

/** Of which nothing is left but its row. */
export const GONE = '20250101_101500'

export const LEADERBOARD = 'mira/smoltrace-leaderboard'
/** What `--incomplete-only` takes. */
export const PLANNED = namesOf(UNFINISHED)
/** Whose cards take the pins of the runs that the leaderboard cites. */
export const PINNED = [
  ...Object.keys(KEPT).map((run) => `mira/smoltrace-results-${run}`),
  // It has no results.
  ...namesOf({[FAILED]: UNFINISHED[FAILED]}),
]
/** What `--all` takes. */
export const ALL_OF_RUNS = [...PLANNED, ...namesOf(KEPT)]
/** Each with what would make a careless pattern, or a careless namespace, take it. */
const STRANGERS = [
  'mira/smoltrace-results-20250105_101500-copy',
  'mira/smoltrace-results-20250231_101500',
  'mira/Smoltrace-traces-20250104_101500',
  'tinyagents/smoltrace-results-20250105_101500',
  'tinyagents/smoltrace-leaderboard',
]
const CREATED = '2025-01-10T12:00:00Z'
const PIN_THAT_RAN_OUT = {
  version: 1,
  runs: {'20250105_101500': {by: 'mira', at: '2025-01-10T00:00:00.000Z', until: '2025-01-31'}},
}

/** With pages of this size, both the listing of the datasets and that of the leaderboard's files have two. */
export const PAGE_SIZE = 7

/** Fills an empty Hub with an account that has something of everything, and little of each. */
export function fillAccount(hub: Sandbox): void {
  for (const name of [...ALL_OF_RUNS, ...STRANGERS]) hub.state.addDataset(datasetOf(name))
  hub.state.addDataset({
    ...datasetOf(LEADERBOARD),
    files: {
      'README.md': '# Leaderboard\n',
      'images/plot.svg': '<svg/>',
      'data/train-00000-of-00001.parquet': rows(),
      '.smoltrace/protection.json': JSON.stringify(PIN_THAT_RAN_OUT),
    },
  })
}

/** One of this account's datasets, as it always is. */
export function datasetOf(name: string): DatasetSpec {
  return {
    name,
    createdAt: CREATED,
    private: true,
    files: {'data/train-00000-of-00001.parquet': `PAR1 rows of ${name}`},
  }
}

function rows(): Uint8Array {
  return toParquet<string>(
    [
      ['run_id', 'STRING', (run) => run],
      ['results_dataset', 'STRING', (run) => `mira/smoltrace-results-${run}`],
      ['run_status', 'STRING', (run) => (run === FAILED ? 'failed' : 'completed')],
    ],
    [FAILED, ...Object.keys(KEPT), GONE],
  )
}

function namesOf(runs: Record<string, string[]>): string[] {
  return Object.entries(runs).flatMap(([run, types]) => types.map((type) => `mira/smoltrace-${type}-${run}`))
}
