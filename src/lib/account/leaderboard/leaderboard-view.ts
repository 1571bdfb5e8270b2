import {RefusedError} from '../../base/errors.js'
import {leaderboardName} from '../../base/names.js'
import {type ConnectionOptions, openSession, type Session} from '../../hub/session.js'
import {discover, type Inventory, type LeaderboardDataset} from '../datasets.js'
import {readLeaderboard} from './read.js'
import {type DatasetIndex, indexDatasets} from './references.js'
import {type LeaderboardRow} from './row.js'

/** A leaderboard and what stands beside it, for commands that look at its rows. */
export interface LeaderboardView {
  inventory: Inventory
  leaderboard: LeaderboardDataset
  /** All of them, in their order. */
  rows: LeaderboardRow[]
  known: DatasetIndex
  warnings: string[]
}

/**
 * Reads a namespace's leaderboard and lists its datasets.
 * @throws RefusedError where there is no leaderboard, or its rows cannot be read for certain; else as
 *   `discoverSmoltraceDatasets`
 */
export async function viewLeaderboard(options: ConnectionOptions): Promise<LeaderboardView> {
  const session = await openSession(options)
  const inventory = await discover(session, {isLook: true})
  const leaderboard = requireLeaderboard(inventory, session)
  const {readLimit, partial} = session.access
  const seesAll = readLimit === undefined && partial === undefined
  const rows = await readLeaderboard(session.hub, leaderboard)
  if (!seesAll) session.warnings.push('So a dataset that is not listed is not reported as gone.')
  const known = indexDatasets(inventory, seesAll)
  return {inventory, leaderboard, rows, known, warnings: session.warnings}
}

/**
 * The leaderboard of a listing, for what cannot do without its rows.
 * @throws RefusedError where there is none
 */
export function requireLeaderboard(
  {leaderboard, namespace}: Inventory,
  {access: {readLimit}}: Session,
): LeaderboardDataset {
  if (leaderboard) return leaderboard
  const why = readLimit ? [`Or it is not visible: ${readLimit}.`] : []
  throw new RefusedError(`${leaderboardName(namespace)} does not exist: there are no rows to look at.`, {
    suggestions: ['The first evaluation of this namespace makes it.', ...why],
  })
}
