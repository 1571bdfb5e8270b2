import type {Files} from '../state.js'

import {formatTimestamp, runDatasetName, type RunType} from '../../base/names.js'
import {MINUTE} from '../../base/time.js'
import {GIT_ATTRIBUTES} from '../objects.js'
import {type Column, Random, toParquet, uuidFrom} from './data.js'

/** How one run of the seed ended. */
export type Fate = 'complete' | 'killed' | 'untraced' | 'uploading'

const TYPES: Record<Fate, readonly RunType[]> = {
  complete: ['results', 'traces', 'metrics'],
  untraced: ['results', 'metrics'],
  killed: ['results'],
  uploading: ['results'],
}
/** Models on one's own GPU report what it did, others cost money; `skill` is the share of the tests that it usually passes. */
const MODELS = [
  {name: 'openai/gpt-4.1-mini', provider: 'litellm', gpu: false, skill: 0.82},
  {name: 'anthropic/claude-sonnet-4', provider: 'litellm', gpu: false, skill: 0.9},
  {name: 'google/gemini-2.5-flash', provider: 'litellm', gpu: false, skill: 0.8},
  {name: 'meta-llama/Llama-3.1-8B-Instruct', provider: 'transformers', gpu: true, skill: 0.55},
  {name: 'Qwen/Qwen2.5-Coder-32B-Instruct', provider: 'transformers', gpu: true, skill: 0.74},
  {name: 'mistralai/Mistral-Small-3.1-24B-Instruct-2503', provider: 'inference', gpu: false, skill: 0.68},
  {name: 'HuggingFaceTB/SmolLM3-3B', provider: 'transformers', gpu: true, skill: 0.41},
] as const

/**
 * Makes up one evaluation, and what it left on the Hub. `pushedAt` is when its first dataset was created, after the evaluation;
 * `zone` the minutes that its machine's clock is ahead of UTC; a newer evaluator writes more columns; `taken` are the
 * timestamps of the namespace, to which its own is added.
 */
export function seededRun(
  namespace: string,
  pushedAt: Date,
  {fate, zone, generation}: {fate: Fate; zone: number; generation: 'newer' | 'older'},
  taken: Set<string>,
) {
  const random = new Random(`${namespace} ${pushedAt.toISOString()}`)
  const model = random.pick(MODELS)
  const tests = random.pick([13, 24, 24, 40])
  const minutes = random.whole(6, 55) + (model.gpu ? random.whole(20, 150) : 0)
  const startedAt = pushedAt.getTime() - minutes * MINUTE - random.whole(0, 59) * 1000
  const timestamp = freeTimestamp(startedAt + zone * MINUTE, taken)
  return {
    namespace,
    timestamp,
    pushedAt,
    zone,
    runId: uuidFrom(`${namespace} ${timestamp}`),
    model,
    agentType: random.pick(['tool', 'code', 'both']),
    generation,
    tests,
    successful: Math.min(tests, Math.round(tests * random.decimal(model.skill - 0.1, model.skill + 0.1, 3))),
    datasets: pushed(TYPES[fate], pushedAt, random),
    /** Whether it got as far as adding its row to the leaderboard. */
    finished: fate === 'complete' || fate === 'untraced',
  }
}

export type SeededRun = ReturnType<typeof seededRun>

/** The full name of one of a run's datasets, also of one that was never created. */
export function datasetId(run: SeededRun, type: RunType): string {
  return runDatasetName(run.namespace, type, run.timestamp)
}

/** One dataset is pushed after the other, the traces being the largest. */
function pushed(types: readonly RunType[], first: Date, random: Random) {
  let clock = first.getTime()
  return types.map((type) => {
    const createdAt = new Date(clock)
    const lastModified = new Date(clock + random.whole(4, 9) * 1000)
    clock = lastModified.getTime() + random.whole(1, type === 'traces' ? 150 : 20) * 1000
    return {type, createdAt, lastModified}
  })
}

function freeTimestamp(milliseconds: number, taken: Set<string>): string {
  const timestamp = formatTimestamp(new Date(milliseconds))
  if (taken.has(timestamp)) return freeTimestamp(milliseconds - 1000, taken)
  taken.add(timestamp)
  return timestamp
}

type Row = {index: number; run: SeededRun; passed: boolean}

export const CARD_FILE = 'README.md'

/** Where the `datasets` library puts a small dataset. */
export const DATA_FILE = 'data/train-00000-of-00001.parquet'

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

const TITLES: Record<RunType, string> = {results: 'Results', traces: 'Traces', metrics: 'GPU Metrics'}

const COLUMNS: Record<RunType, ReadonlyArray<Column<Row>>> = {
  results: [
    ['run_id', 'STRING', ({run}) => run.runId],
    ['test_id', 'STRING', ({index}) => `test_${index + 1}`],
    ['model', 'STRING', ({run}) => run.model.name],
    ['success', 'BOOLEAN', ({passed}) => passed],
    ['steps', 'INT64', (row) => randomOf(row).whole(2, 9)],
    ['execution_time_ms', 'DOUBLE', (row) => randomOf(row).decimal(900, 24_000, 2)],
  ],
  traces: [
    ['run_id', 'STRING', ({run}) => run.runId],
    ['trace_id', 'STRING', ({run, index}) => uuidFrom(`${run.runId} ${index}`).replaceAll('-', '')],
    ['total_tokens', 'INT64', (row) => randomOf(row).whole(600, 9000)],
  ],
  metrics: [
    ['run_id', 'STRING', ({run}) => run.runId],
    ['gpu_id', 'STRING', ({run}) => (run.model.gpu ? '0' : null)],
    [
      'gpu_utilization_percent',
      'DOUBLE',
      (row) => (row.run.model.gpu ? randomOf(row).decimal(40, 99, 1) : null),
    ],
  ],
}

/** The files of one of a run's datasets, by path; each is made when it is read. */
export function runFiles(run: SeededRun, type: RunType): Files {
  return new Map([
    ['.gitattributes', GIT_ATTRIBUTES],
    [CARD_FILE, {lfs: false, bytes: () => Buffer.from(cardText(run, type))}],
    [DATA_FILE, {lfs: true, bytes: () => toParquet(COLUMNS[type], rowsOf(run, type))}],
  ])
}

/** A model in the cloud has no GPU to measure: its metrics are one empty row. */
function rowsOf(run: SeededRun, type: RunType): Row[] {
  const count = type === 'metrics' && !run.model.gpu ? 1 : run.tests
  return Array.from({length: count}, (_, index) => ({index, run, passed: index < run.successful}))
}

function randomOf({run, index}: Row): Random {
  return new Random(`${run.runId} ${index}`)
}

function cardText(run: SeededRun, type: RunType): string {
  return `${FRONT_MATTER}
# SMOLTRACE ${TITLES[type]}

What one evaluation of ${run.model.name} left behind: ${TITLES[type].toLowerCase()}.

| Field | Value |
|---|---|
| Model | ${run.model.name} |
| Run ID | ${run.runId} |
| Agent Type | ${run.agentType} |
| Total Tests | ${run.tests} |
| Source Dataset | ${run.namespace}/smoltrace-tasks |
`
}
