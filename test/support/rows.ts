import {type Inventory} from '../../src/lib/account/datasets.js'
import {indexRows} from '../../src/lib/account/leaderboard/index.js'
import {type LeaderboardRow, toRows} from '../../src/lib/account/leaderboard/row.js'
import {type LeaderboardView, viewRows} from '../../src/lib/account/leaderboard/view.js'
import {type Run} from '../../src/lib/account/runs.js'
import {runDatasetName, type RunType} from '../../src/lib/base/names.js'
import {type RetentionContext} from '../../src/lib/retention/context.js'
import {decide, type Decision, type Judgement} from '../../src/lib/retention/decide.js'
import {readRules} from '../../src/lib/retention/read-rules.js'
import {type RetentionOptions} from '../../src/lib/retention/rules.js'
import {NAMESPACE, NOTHING_KNOWN, NOW} from './builders.js'

/** Runs that rows speak of, one a day. */
export const A = '20260901_120000'
export const B = '20260902_120000'
export const C = '20260903_120000'

/** A row of which nothing else is known. */
export const rowOf = (facts: Partial<LeaderboardRow>) => facts as LeaderboardRow
/** The full name of a run's dataset. */
export const named = (type: RunType, timestamp: string) => runDatasetName(NAMESPACE, type, timestamp)
/** A row about a run whose evaluation finished, as newer evaluators write it. */
export const finished = (timestamp: string, facts: Partial<LeaderboardRow> = {}) =>
  rowOf({resultsDataset: named('results', timestamp), runStatus: 'completed', ...facts})

/** Rows next to the datasets of an inventory; those that are not in it are gone. */
export function viewOf(
  rows: readonly LeaderboardRow[],
  inventory: Inventory,
  seesAll = true,
): LeaderboardView {
  return viewRows({rows, index: indexRows(rows, inventory.namespace)}, inventory, seesAll)
}

/** A leaderboard of these rows, and nothing protected. */
export function knowing(...rows: readonly LeaderboardRow[]): RetentionContext {
  return {protection: {}, rows: indexRows(rows, NAMESPACE)}
}

/** The decisions by these options, at a moment that is always the same. */
export function decisionsOf(
  runs: Run[],
  options: RetentionOptions,
  known: RetentionContext = NOTHING_KNOWN,
  now = NOW,
): Judgement[] {
  return decide(runs, readRules(options), now, known)
}

/** The timestamps of the runs that these decisions delete. */
export function deletedBy(decisions: readonly Decision[]): string[] {
  return decisions.filter(({action}) => action === 'delete').map(({run}) => run.timestamp)
}

/** Each decision with its reasons: `delete: older than 1d`. */
export function saidOf(decisions: readonly Decision[]): string[] {
  return decisions.map(({action, reasons}) => `${action}: ${reasons.map(({text}) => text).join('; ')}`)
}

/** What a row of the file holds, by column; nothing in the others. */
export type Cells = Readonly<Record<string, unknown>>

/** Rows as they are read from a file, whatever its cells hold. */
export function rowsIn(cells: readonly Cells[]): LeaderboardRow[] {
  const columns = new Set(cells.flatMap((row) => Object.keys(row)))
  const byColumn = [...columns].map((column) => [column, cells.map((row) => row[column] ?? null)] as const)
  return toRows(new Map(byColumn), cells.length)
}
