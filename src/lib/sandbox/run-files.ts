import {GIT_ATTRIBUTES_FILE} from './git-attributes.js'
import {type StoredFile} from './objects.js'
import {type Column, toParquet} from './parquet.js'
import {Random, uuidFrom} from './random.js'
import {datasetId, type RunType, type SeededRun} from './seeded-run.js'

interface Row {
  index: number
  run: SeededRun
  passed: boolean
}

/** Where a dataset's card is. */
export const CARD_FILE = 'README.md'

/** Where the `datasets` library puts a small dataset. */
export const DATA_FILE = 'data/train-00000-of-00001.parquet'

const TITLES: Record<RunType, string> = {results: 'Results', traces: 'Traces', metrics: 'GPU Metrics'}
const TASKS = [
  'weather lookup',
  'unit conversion',
  'calendar arithmetic',
  'web search',
  'file summary',
] as const

const COLUMNS: Record<RunType, ReadonlyArray<Column<Row>>> = {
  results: [
    ['run_id', 'STRING', ({run}) => run.runId],
    ['test_id', 'STRING', ({index}) => `test_${index + 1}`],
    ['model', 'STRING', ({run}) => run.model.name],
    ['agent_type', 'STRING', (row) => agentOf(row)],
    ['prompt', 'STRING', ({index}) => `Solve the ${TASKS[index % TASKS.length]} task number ${index + 1}.`],
    ['success', 'BOOLEAN', ({passed}) => passed],
    ['steps', 'INT64', (row) => randomOf(row).whole(2, 9)],
    ['execution_time_ms', 'DOUBLE', (row) => randomOf(row).decimal(900, 24_000, 2)],
    ['trace_id', 'STRING', (row) => traceOf(row)],
  ],
  traces: [
    ['run_id', 'STRING', ({run}) => run.runId],
    ['trace_id', 'STRING', (row) => traceOf(row)],
    ['spans', 'STRING', (row) => JSON.stringify(spansOf(row))],
    ['total_tokens', 'INT64', (row) => randomOf(row).whole(600, 9000)],
    ['total_cost_usd', 'DOUBLE', (row) => (row.run.model.gpu ? 0 : randomOf(row).decimal(0.0002, 0.03, 6))],
  ],
  metrics: [
    ['run_id', 'STRING', ({run}) => run.runId],
    ['timestamp_unix_nano', 'STRING', ({run, index}) => `${run.pushedAt.getTime() + index * 10_000}000000`],
    ['gpu_id', 'STRING', ({run}) => (run.model.gpu ? '0' : null)],
    [
      'gpu_utilization_percent',
      'DOUBLE',
      (row) => (row.run.model.gpu ? randomOf(row).decimal(40, 99, 1) : null),
    ],
    [
      'gpu_memory_used_mib',
      'DOUBLE',
      (row) => (row.run.model.gpu ? randomOf(row).decimal(9000, 38_000, 0) : null),
    ],
  ],
}

/** The title of the commit that brings a run's data. */
export function dataCommitTitle(run: SeededRun, type: RunType): string {
  const what = {
    results: 'Eval results for',
    traces: 'Trace data for',
    metrics: run.model.gpu ? 'Metrics for' : 'Empty metrics for API model',
  }[type]
  return `${what} ${run.model.name} (run_id: ${run.runId})`
}

/** The files of one of a run's datasets, by path; each is made when it is read. */
export function runFiles(run: SeededRun, type: RunType): Map<string, StoredFile> {
  return new Map([
    ['.gitattributes', GIT_ATTRIBUTES_FILE],
    [CARD_FILE, {lfs: false, bytes: () => Buffer.from(cardText(run, type))}],
    [DATA_FILE, {lfs: true, bytes: () => toParquet(COLUMNS[type], rowsOf(run, type))}],
  ])
}

/** The front matter that SMOLTRACE gives all its cards. */
export const FRONT_MATTER = `---
license: apache-2.0
tags:
- smoltrace
- smolagents
- evaluation
- benchmark
- llm
- agents
---
`

/** A model in the cloud has no GPU to measure: its metrics are one empty row. */
function rowsOf(run: SeededRun, type: RunType): Row[] {
  const count = type === 'metrics' && !run.model.gpu ? 1 : run.tests
  return Array.from({length: count}, (_, index) => ({index, run, passed: index < run.successful}))
}

function cardText(run: SeededRun, type: RunType): string {
  const local = new Date(run.pushedAt.getTime() + run.zone * 60_000)
    .toISOString()
    .slice(0, 19)
    .replace('T', ' ')
  return `${FRONT_MATTER}
# SMOLTRACE ${TITLES[type]}

What one evaluation of ${run.model.name} left behind: ${TITLES[type].toLowerCase()}.

| Field | Value |
|---|---|
| Model | ${run.model.name} |
| Run ID | ${run.runId} |
| Agent Type | ${run.agentType} |
| Total Tests | ${run.tests} |
| Generated | ${local} UTC |
| Source Dataset | ${run.namespace}/smoltrace-tasks |

\`\`\`python
from datasets import load_dataset

load_dataset('${datasetId(run, type)}')
\`\`\`
`
}

function randomOf({run, index}: Row): Random {
  return new Random(`${run.runId} ${index}`)
}

function agentOf({run, index}: Row): string {
  if (run.agentType !== 'both') return run.agentType
  return index % 2 === 0 ? 'tool' : 'code'
}

function traceOf({run, index}: Row): string {
  return uuidFrom(`${run.runId} ${index}`).replaceAll('-', '')
}

function spansOf(row: Row): unknown[] {
  const random = randomOf(row)
  return ['agent.run', 'llm.call', 'tool.call'].map((name) => ({name, durationMs: random.whole(20, 6000)}))
}
