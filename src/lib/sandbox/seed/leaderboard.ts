import type {StoredFile} from '../objects.js'

import {USER} from '../accounts.js'
import {type Cell, type Column, Random, toParquet} from './data.js'
import {datasetId, type SeededRun} from './run.js'

/** One row: a run that finished, or only the news that one failed before it had any result. */
export interface LeaderboardRow {
  run: SeededRun
  failed: boolean
}

type RowColumn = Column<LeaderboardRow>

/** Known only for runs that had results: null in the row of a failed one. */
function scored(valueOf: (run: SeededRun, random: Random) => Cell): RowColumn[2] {
  return ({run, failed}) => (failed ? null : valueOf(run, new Random(`score ${run.runId}`)))
}

/** Only in the rows of the newer evaluator. */
function newer(valueOf: RowColumn[2]): RowColumn[2] {
  return (row) => (row.run.generation === 'newer' ? valueOf(row) : null)
}

function durationOf(run: SeededRun): number {
  return new Random(`duration ${run.runId}`).decimal(2500, 21_000, 2)
}

/** By a clock without a zone, when the run ends. */
function localTime(run: SeededRun): string {
  return new Date(run.pushedAt.getTime() + run.zone * 60_000).toISOString().replace('Z', '412')
}

/** The columns of both generations that say which run it was, what it is grouped by, and how it did. */
const COLUMNS: readonly RowColumn[] = [
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
  ['avg_duration_ms', 'DOUBLE', scored((run) => durationOf(run))],
  ['total_duration_ms', 'DOUBLE', scored((run) => Number((durationOf(run) * run.tests).toFixed(2)))],
  ['total_tokens', 'INT64', scored((run) => run.tests * new Random(`tokens ${run.runId}`).whole(900, 6000))],
  [
    'total_cost_usd',
    'DOUBLE',
    scored((run) => (run.model.gpu ? 0 : new Random(`cost ${run.runId}`).decimal(0.01, 0.9, 4))),
  ],
  ['co2_emissions_g', 'DOUBLE', scored((run, random) => (run.model.gpu ? random.decimal(4, 160, 2) : 0))],
  [
    'power_cost_total_usd',
    'DOUBLE',
    scored((run, random) => (run.model.gpu ? random.decimal(0.002, 0.09, 4) : 0)),
  ],
  [
    'gpu_utilization_avg',
    'DOUBLE',
    scored((run, random) => (run.model.gpu ? random.decimal(48, 80, 1) : null)),
  ],
  ['notes', 'STRING', ({run}) => `Evaluation of ${run.model.name}`],
  ['pass_at_1', 'DOUBLE', newer(scored((run) => Number((run.successful / run.tests).toFixed(4))))],
  ['run_status', 'STRING', newer(({failed}) => (failed ? 'failed' : 'completed'))],
  [
    'run_stop_reason',
    'STRING',
    newer(({failed}) => (failed ? 'The model endpoint refused every request' : '')),
  ],
  ['planned_tests', 'INT64', newer(({run}) => run.tests)],
  ['completed_tests', 'INT64', newer(({run, failed}) => (failed ? 0 : run.tests))],
  ['generation_settings', 'STRING', newer(() => JSON.stringify({temperature: 0.2}))],
]

/** The leaderboard's rows as the file that the evaluator keeps them in, written when it is first read. */
export function leaderboardFile(rows: readonly LeaderboardRow[]): StoredFile {
  let written: Buffer | undefined
  return {
    lfs: true,
    bytes() {
      written ??= toParquet(COLUMNS, rows)
      return written
    },
  }
}
