import type {Files} from '../state.js'

import {type RunType} from '../../base/names.js'
import {USER} from '../accounts.js'
import {GIT_ATTRIBUTES} from '../objects.js'
import {type Cell, type Column, Random, toParquet, uuidFrom} from './data.js'
import {datasetId, type SeededRun} from './run.js'

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

/** The files of one of a run's datasets, by path. A model in the cloud has no GPU to measure: its metrics are one empty row. */
export function runFiles(run: SeededRun, type: RunType): Files {
  const {model, runId, agentType, tests, namespace} = run
  const count = type === 'metrics' && !model.gpu ? 1 : tests
  const rows = () => Array.from({length: count}, (_, index) => ({index, run}))
  const card = () => `${FRONT_MATTER}
# SMOLTRACE ${TITLES[type]}

What one evaluation of ${model.name} left behind: ${TITLES[type].toLowerCase()}.

| Field | Value |
|---|---|
| Model | ${model.name} |
| Run ID | ${runId} |
| Agent Type | ${agentType} |
| Total Tests | ${tests} |
| Source Dataset | ${namespace}/smoltrace-tasks |
`
  return filesOf(card, () => toParquet(TEST_COLUMNS[type], rows()))
}

/** The files of a leaderboard with these rows, by path. */
export function leaderboardFiles(namespace: string, rows: readonly SeededRun[]): Files {
  const card = `${FRONT_MATTER}\n# SMOLTRACE Leaderboard\n\nAll ${rows.length} evaluations of ${namespace}, one row each.\n`
  let written: Buffer | undefined
  const data = () => {
    written ??= toParquet(LEADERBOARD_COLUMNS, rows)
    return written
  }

  return filesOf(() => card, data)
}

/** Each file is made when it is read: of thousands of datasets only the names are listed. */
function filesOf(card: () => string, data: () => Buffer): Files {
  return new Map([
    ['.gitattributes', GIT_ATTRIBUTES],
    ['README.md', {lfs: false, bytes: () => Buffer.from(card())}],
    [DATA_FILE, {lfs: true, bytes: data}],
  ])
}

/** One test of a run. */
interface Test {
  run: SeededRun
  index: number
}

const TEST_COLUMNS: Record<RunType, ReadonlyArray<Column<Test>>> = {
  results: [
    ['run_id', 'STRING', ({run}) => run.runId],
    ['test_id', 'STRING', ({index}) => `test_${index + 1}`],
    ['model', 'STRING', ({run}) => run.model.name],
    ['success', 'BOOLEAN', ({run, index}) => index < run.successful],
    ['steps', 'INT64', (test) => randomOf(test).whole(2, 9)],
    ['execution_time_ms', 'DOUBLE', (test) => randomOf(test).decimal(900, 24_000, 2)],
  ],
  traces: [
    ['run_id', 'STRING', ({run}) => run.runId],
    ['trace_id', 'STRING', ({run, index}) => uuidFrom(`${run.runId} ${index}`).replaceAll('-', '')],
    ['total_tokens', 'INT64', (test) => randomOf(test).whole(600, 9000)],
  ],
  metrics: [
    ['run_id', 'STRING', ({run}) => run.runId],
    ['gpu_id', 'STRING', ({run}) => onGpu(run, '0')],
    ['gpu_utilization_percent', 'DOUBLE', (test) => onGpu(test.run, randomOf(test).decimal(40, 99, 1))],
  ],
}

function randomOf({run, index}: Test): Random {
  return new Random(`${run.runId} ${index}`)
}

function onGpu({model}: SeededRun, measured: Cell, otherwise: Cell = null): Cell {
  return model.gpu ? measured : otherwise
}

/** The columns of the leaderboard, as the evaluators of both generations write them. */
const LEADERBOARD_COLUMNS: ReadonlyArray<Column<SeededRun>> = [
  ...scored(['run_id', 'STRING', ({runId}) => runId]),
  ['model', 'STRING', ({model}) => model.name],
  ['agent_type', 'STRING', ({agentType}) => agentType],
  ['provider', 'STRING', ({model}) => model.provider],
  ['timestamp', 'STRING', (run) => localTime(run)],
  ['submitted_by', 'STRING', () => USER],
  ['use_case', 'STRING', ({agentType}) => (agentType === 'code' ? 'code-assistant' : null)],
  ['team', 'STRING', ({namespace}) => (namespace === USER ? null : 'tiny-agents')],
  ...newer(['suite_version', 'STRING', () => 'suite-2']),
  ['purpose', 'STRING', (run) => onGpu(run, 'regression', 'selection')],
  ...scored(
    ['results_dataset', 'STRING', (run) => datasetId(run, 'results')],
    // The evaluator names a traces dataset also where tracing was off and none was ever created.
    ['traces_dataset', 'STRING', (run) => datasetId(run, 'traces')],
    ['metrics_dataset', 'STRING', (run) => datasetId(run, 'metrics')],
  ),
  ['dataset_used', 'STRING', ({namespace}) => `${namespace}/smoltrace-tasks`],
  ...scored(
    ['total_tests', 'INT64', ({tests}) => tests],
    ['successful_tests', 'INT64', ({successful}) => successful],
    ['failed_tests', 'INT64', ({tests, successful}) => tests - successful],
    ['success_rate', 'DOUBLE', ({tests, successful}) => Number(((100 * successful) / tests).toFixed(2))],
    ['avg_duration_ms', 'DOUBLE', (run) => durationOf(run)],
    ['total_duration_ms', 'DOUBLE', (run) => Number((durationOf(run) * run.tests).toFixed(2))],
    ['total_tokens', 'INT64', (run) => run.tests * random('tokens', run).whole(900, 6000)],
    ['total_cost_usd', 'DOUBLE', (run) => onGpu(run, 0, random('cost', run).decimal(0.01, 0.9, 4))],
    ['co2_emissions_g', 'DOUBLE', (run) => onGpu(run, random('score', run).decimal(4, 160, 2), 0)],
    ['power_cost_total_usd', 'DOUBLE', (run) => onGpu(run, random('score', run).decimal(0.002, 0.09, 4), 0)],
    ['gpu_utilization_avg', 'DOUBLE', (run) => onGpu(run, random('score', run).decimal(48, 80, 1))],
  ),
  ['notes', 'STRING', ({model}) => `Evaluation of ${model.name}`],
  ...newer(
    ...scored(['pass_at_1', 'DOUBLE', ({tests, successful}) => Number((successful / tests).toFixed(4))]),
    ['run_status', 'STRING', ({fate}) => (fate === 'failed' ? 'failed' : 'completed')],
    ['run_stop_reason', 'STRING', ({fate}) => (fate === 'failed' ? STOP_REASON : '')],
    ['planned_tests', 'INT64', ({tests}) => tests],
    ['completed_tests', 'INT64', ({fate, tests}) => (fate === 'failed' ? 0 : tests)],
    ['generation_settings', 'STRING', () => JSON.stringify({temperature: 0.2})],
  ),
]
const STOP_REASON = 'The model endpoint refused every request'

/** Known only for runs that had results: null in the row of a failed one. */
function scored(...columns: Array<Column<SeededRun>>): Array<Column<SeededRun>> {
  return nullUnless(({fate}) => fate !== 'failed', columns)
}

/** Only in the rows of the newer evaluator. */
function newer(...columns: Array<Column<SeededRun>>): Array<Column<SeededRun>> {
  return nullUnless(({generation}) => generation === 'newer', columns)
}

function nullUnless(isKnown: (run: SeededRun) => boolean, columns: Array<Column<SeededRun>>) {
  return columns.map(([name, type, valueOf]): Column<SeededRun> => [
    name,
    type,
    (run) => (isKnown(run) ? valueOf(run) : null),
  ])
}

function random(what: string, {runId}: SeededRun): Random {
  return new Random(`${what} ${runId}`)
}

function durationOf(run: SeededRun): number {
  return random('duration', run).decimal(2500, 21_000, 2)
}

/** By a clock without a zone, when the run ends. */
function localTime(run: SeededRun): string {
  return new Date(run.pushedAt.getTime() + run.zone * 60_000).toISOString().replace('Z', '412')
}
