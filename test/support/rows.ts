import * as fc from 'fast-check'

import {type LeaderboardRow, toRows} from '../../src/lib/account/leaderboard/row.js'
import {groupDatasetsByRun} from '../../src/lib/account/runs.js'
import {RUN_TYPES, runDatasetName, type RunType} from '../../src/lib/base/names.js'
import {NAMESPACE, someInventory} from './builders.js'

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

/** What a row of the file holds, by column; nothing in the others. */
export type Cells = Readonly<Record<string, unknown>>

/** Rows as they are read from a file, whatever its cells hold. */
export function rowsIn(cells: readonly Cells[]): LeaderboardRow[] {
  const columns = new Set(cells.flatMap((row) => Object.keys(row)))
  const byColumn = [...columns].map((column) => [column, cells.map((row) => row[column] ?? null)] as const)
  return toRows(new Map(byColumn), cells.length)
}

const STATUSES = ['completed', 'failed', 'partial', 'aborted', 'Completed', undefined]

/** Rows about these runs, or about none of them. */
function someRow(timestamps: string[]): fc.Arbitrary<LeaderboardRow> {
  const timestamp = fc.constantFrom(...timestamps, A)
  const name = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.tuple(fc.constantFrom(...RUN_TYPES), timestamp).map((parts) => named(...parts)),
    },
    {
      weight: 3,
      arbitrary: fc.constantFrom(undefined, 'local:out/x', 'other/smoltrace-results-20260901_120000'),
    },
  )
  return fc.record({
    resultsDataset: name,
    tracesDataset: name,
    metricsDataset: name,
    runStatus: fc.constantFrom(...STATUSES),
    timestamp: fc.constantFrom('2026-09-01T10:00:00', '2026-09-02T10:00:00'),
    successRate: fc.option(fc.double({min: 0, max: 100, noNaN: true}), {nil: undefined}),
  }) as fc.Arbitrary<LeaderboardRow>
}

/** Any runs, and rows about them. */
export const someCase = someInventory.chain(({datasets}) => {
  const runs = groupDatasetsByRun(datasets)
  const row = someRow(runs.map(({timestamp}) => timestamp))
  return fc.record({runs: fc.constant(runs), rows: fc.array(row, {maxLength: 8}), row})
})
