import type {Cell, Column} from './parquet.js'

import {USER} from './accounts.js'
import {Random} from './random.js'
import {datasetId, type SeededRun} from './seeded-run.js'

/** One row: a run that finished, or only the news that one failed before it had any result. */
export interface LeaderboardRow {
  run: SeededRun
  failed: boolean
}

type Valued = (run: SeededRun, random: Random) => Cell

/** Known only for runs that had results: null in the row of a failed one. */
function scored(valueOf: Valued): (row: LeaderboardRow) => Cell {
  return ({run, failed}) => (failed ? null : valueOf(run, new Random(`score ${run.runId}`)))
}

/** Only in the rows of the newer evaluator. */
function newer(valueOf: (row: LeaderboardRow) => Cell): (row: LeaderboardRow) => Cell {
  return (row) => (row.run.generation === 'newer' ? valueOf(row) : null)
}

/** Measured only where the model ran on a GPU of one's own. */
function onGpu(valueOf: Valued): (row: LeaderboardRow) => Cell {
  return scored((run, random) => (run.model.gpu ? valueOf(run, random) : null))
}

function costOf(run: SeededRun): number {
  return run.model.gpu ? 0 : new Random(`cost ${run.runId}`).decimal(0.01, 0.9, 4)
}

function tokensOf(run: SeededRun): number {
  return run.tests * new Random(`tokens ${run.runId}`).whole(900, 6000)
}

function stepsOf(run: SeededRun): number {
  return new Random(`steps ${run.runId}`).decimal(2.4, 6.8, 2)
}

function durationOf(run: SeededRun): number {
  return new Random(`duration ${run.runId}`).decimal(2500, 21_000, 2)
}

/** The evaluator's clock has no zone, and it is read when the run ends. */
function localTime(run: SeededRun): string {
  return new Date(run.pushedAt.getTime() + run.zone * 60_000).toISOString().replace('Z', '412')
}

/** Every column that the rows of both generations have between them, in the order they came to be. */
export const LEADERBOARD_COLUMNS: ReadonlyArray<Column<LeaderboardRow>> = [
  ['run_id', 'STRING', ({run, failed}) => (failed ? null : run.runId)],
  ['model', 'STRING', ({run}) => run.model.name],
  ['agent_type', 'STRING', ({run}) => run.agentType],
  ['provider', 'STRING', ({run}) => run.model.provider],
  ['timestamp', 'STRING', ({run}) => localTime(run)],
  ['submitted_by', 'STRING', () => USER],
  ['use_case', 'STRING', ({run}) => (run.agentType === 'code' ? 'code-assistant' : null)],
  ['team', 'STRING', ({run}) => (run.namespace === USER ? null : 'tiny-agents')],
  ['suite_version', 'STRING', ({run}) => (run.generation === 'newer' ? 'suite-2' : null)],
  ['purpose', 'STRING', ({run}) => (run.model.gpu ? 'regression' : 'selection')],
  ['results_dataset', 'STRING', scored((run) => datasetId(run, 'results'))],
  // The evaluator names a traces dataset also where tracing was off and none was ever created.
  ['traces_dataset', 'STRING', scored((run) => datasetId(run, 'traces'))],
  ['metrics_dataset', 'STRING', scored((run) => datasetId(run, 'metrics'))],
  ['dataset_used', 'STRING', ({run}) => `${run.namespace}/smoltrace-tasks`],
  ['total_tests', 'INT64', ({run, failed}) => (failed ? null : run.tests)],
  ['successful_tests', 'INT64', scored((run) => run.successful)],
  ['failed_tests', 'INT64', scored((run) => run.tests - run.successful)],
  ['success_rate', 'DOUBLE', scored((run) => Number(((100 * run.successful) / run.tests).toFixed(2)))],
  ['avg_steps', 'DOUBLE', scored((run) => stepsOf(run))],
  ['avg_duration_ms', 'DOUBLE', scored((run) => durationOf(run))],
  ['total_duration_ms', 'DOUBLE', scored((run) => Number((durationOf(run) * run.tests).toFixed(2)))],
  ['total_tokens', 'INT64', scored((run) => tokensOf(run))],
  ['avg_tokens_per_test', 'INT64', scored((run) => Math.floor(tokensOf(run) / run.tests))],
  ['total_cost_usd', 'DOUBLE', scored((run) => costOf(run))],
  ['avg_cost_per_test_usd', 'DOUBLE', scored((run) => Number((costOf(run) / run.tests).toFixed(6)))],
  ['co2_emissions_g', 'DOUBLE', scored((run, random) => (run.model.gpu ? random.decimal(4, 160, 2) : 0))],
  [
    'power_cost_total_usd',
    'DOUBLE',
    scored((run, random) => (run.model.gpu ? random.decimal(0.002, 0.09, 4) : 0)),
  ],
  ['gpu_utilization_avg', 'DOUBLE', onGpu((_, random) => random.decimal(48, 80, 1))],
  ['gpu_utilization_max', 'DOUBLE', onGpu((_, random) => random.decimal(88, 100, 1))],
  ['gpu_memory_avg_mib', 'DOUBLE', onGpu((_, random) => random.decimal(9000, 20_000, 0))],
  ['gpu_memory_max_mib', 'DOUBLE', onGpu((_, random) => random.decimal(21_000, 39_000, 0))],
  ['gpu_temperature_avg', 'DOUBLE', onGpu((_, random) => random.decimal(52, 66, 1))],
  ['gpu_temperature_max', 'DOUBLE', onGpu((_, random) => random.decimal(67, 81, 1))],
  ['gpu_power_avg_w', 'DOUBLE', onGpu((_, random) => random.decimal(120, 290, 1))],
  ['notes', 'STRING', ({run}) => `Evaluation of ${run.model.name}`],
  ['pass_at_1', 'DOUBLE', newer(scored((run) => Number((run.successful / run.tests).toFixed(4))))],
  ['pass_rule', 'STRING', newer(scored(() => 'any'))],
  ['pass_attempts', 'INT64', newer(scored(() => 1))],
  ['evaluated_prompts', 'INT64', newer(scored((run) => run.tests))],
  ['passed_prompts', 'INT64', newer(scored((run) => run.successful))],
  ['total_prompt_tokens', 'INT64', newer(scored((run) => Math.floor(tokensOf(run) * 0.8)))],
  [
    'total_completion_tokens',
    'INT64',
    newer(scored((run) => tokensOf(run) - Math.floor(tokensOf(run) * 0.8))),
  ],
  ['run_status', 'STRING', newer(({failed}) => (failed ? 'failed' : 'completed'))],
  [
    'run_stop_reason',
    'STRING',
    newer(({failed}) => (failed ? 'The model endpoint refused every request' : '')),
  ],
  ['planned_tests', 'INT64', newer(({run}) => run.tests)],
  ['completed_tests', 'INT64', newer(({run, failed}) => (failed ? 0 : run.tests))],
  ['interrupted_tests', 'INT64', newer(() => 0)],
  ['timed_out_tests', 'INT64', newer(() => 0)],
  ['max_steps_tests', 'INT64', newer(() => 0)],
  ['errored_tests', 'INT64', newer(scored(() => 0))],
  ['task_timeout_s', 'DOUBLE', newer(() => 600)],
  ['request_timeout_s', 'DOUBLE', newer(() => 120)],
  ['tool_timeout_s', 'DOUBLE', newer(() => null)],
  ['generation_settings', 'STRING', newer(() => JSON.stringify({temperature: 0.2}))],
]
