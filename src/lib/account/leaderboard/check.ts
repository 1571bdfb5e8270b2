import {readOptions} from '../../base/options.js'
import {CONNECTION, type ConnectionOptions} from '../../hub/session.js'
import {type Inventory, type LeaderboardDataset} from '../datasets.js'
import {groupDatasetsByRun} from '../runs.js'
import {
  danglingRows,
  duplicateRows,
  exposedRuns,
  inexactNames,
  notesOn,
  renamedNamespaces,
  runsWithoutRow,
} from './check-rules.js'
import {type Finding, type Remark} from './findings.js'
import {indexRows} from './index.js'
import {viewLeaderboard} from './read.js'
import {type DatasetIndex, indexDatasets, referencesOf} from './references.js'
import {type LeaderboardRow} from './row.js'

/** What a check found. */
interface Findings {
  /** How many rows the leaderboard has. */
  rows: number
  /** How many runs the namespace has. */
  runs: number
  /** In the order of `FINDING_KINDS`. */
  findings: Finding[]
  /** In the order of `REMARK_KINDS`. */
  remarks: Remark[]
}

/** What a check found, and where. */
export interface LeaderboardCheck extends Findings {
  inventory: Inventory
  leaderboard: LeaderboardDataset
  warnings: string[]
}

/**
 * Holds a namespace's leaderboard against its datasets. Changes nothing.
 * @throws RefusedError without a leaderboard, or where its rows cannot be read for certain; else as
 *   `discoverSmoltraceDatasets`
 */
export async function checkLeaderboard(options: ConnectionOptions = {}): Promise<LeaderboardCheck> {
  const {inventory, leaderboard, rows, known, warnings} = await viewLeaderboard(
    readOptions(options, CONNECTION),
  )
  const found = checkRows(rows, inventory, known)
  return {...found, inventory, leaderboard, warnings}
}

/**
 * The rules of `checkLeaderboard`, without the Hub.
 * @param rows as `readLeaderboardRows` returns them
 * @param inventory as `discoverSmoltraceDatasets` returns it
 * @param known its datasets; by default one that is not among them counts as gone
 */
export function checkRows(
  rows: readonly LeaderboardRow[],
  inventory: Inventory,
  known: DatasetIndex = indexDatasets(inventory, true),
): Findings {
  const runs = groupDatasetsByRun(inventory.datasets)
  const facts = {
    rows: rows.map((data, index) => ({row: index + 1, data, references: referencesOf(data, known)})),
    index: indexRows(rows, inventory.namespace),
    runs,
    inventory,
    known,
  }
  return {
    rows: rows.length,
    runs: runs.length,
    findings: [
      ...danglingRows(facts),
      ...runsWithoutRow(facts),
      ...duplicateRows(facts),
      ...inexactNames(facts),
      ...renamedNamespaces(facts),
      ...exposedRuns(facts),
    ],
    remarks: notesOn(facts),
  }
}
