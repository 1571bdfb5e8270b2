import {type Inventory} from '../account/datasets.js'
import {type RowIndex} from '../account/leaderboard/index.js'
import {type IndexedRows, readRowIndex, readRowIndexIfPossible} from '../account/leaderboard/read.js'
import {readProtection, readProtectionIfPossible} from '../account/protection/file.js'
import {type Protection, refuseProtected} from '../account/protection/pins.js'
import {CancelledError, SmoltraceError} from '../base/errors.js'
import {requireFullView} from '../hub/access.js'
import {type Hub} from '../hub/client.js'
import {type Session} from '../hub/session.js'
import {requireAnyRow} from '../retention/context.js'
import {nameOptions, type RetentionRules} from '../retention/rules.js'

/**
 * Reads what the rules rest on in addition to the datasets: what is protected, and what the leaderboard says of runs. What cannot be
 * read is `unknown`, with a warning, unless it must be certain: then it is an error.
 * @throws RefusedError where the leaderboard would be deleted and is protected, where rules rest on rows and there is none, or on
 *   what is not there and it may be hidden
 */
export async function findOut(
  session: Session,
  inventory: Inventory,
  rules: RetentionRules,
  {mustBeCertain}: {mustBeCertain: boolean},
): Promise<{rows: RowIndex | 'unknown'; protection: Protection | 'unknown'}> {
  const {hub, warnings, access} = session
  const {leaderboard} = inventory
  requireFullView(access, nameOptions(rules.restOnAbsence))
  const protection =
    mustBeCertain || rules.deleteLeaderboard
      ? await readProtection(hub, inventory)
      : await readProtectionIfPossible(hub, inventory, warnings)
  if (rules.deleteLeaderboard && protection !== 'unknown') refuseProtected(inventory, protection)
  const read = mustBeCertain
    ? () => readNeeded(hub, leaderboard)
    : () => readRowIndexIfPossible(hub, leaderboard, warnings)
  return {protection, rows: await rowsFor(rules, inventory, read)}
}

/**
 * Reads the leaderboard again, for a plan that rests on it.
 * @throws RefusedError where rules rest on its rows and it has none, or is gone; else as `readLeaderboard`
 */
export async function findOutAgain(
  {hub, access}: Session,
  inventory: Inventory,
  rules: RetentionRules,
): Promise<RowIndex> {
  requireFullView(access, nameOptions(rules.restOnAbsence))
  return rowsFor<never>(rules, inventory, () => readNeeded(hub, inventory.leaderboard))
}

/** The rows that the rules rest on; none where they rest on none. */
async function rowsFor<U extends 'unknown'>(
  rules: RetentionRules,
  {leaderboard}: Inventory,
  read: () => Promise<IndexedRows | U>,
): Promise<RowIndex | U> {
  if (rules.needLeaderboard.length === 0) return new Map()
  if (!leaderboard) requireAnyRow(rules)
  const found = await read()
  if (typeof found === 'string') return found
  requireAnyRow(rules, found.count)
  return found.index
}

/** Says why the job cannot go on without it. */
async function readNeeded(hub: Hub, leaderboard: Inventory['leaderboard']): Promise<IndexedRows> {
  try {
    return await readRowIndex(hub, leaderboard)
  } catch (error) {
    if (error instanceof SmoltraceError && !(error instanceof CancelledError))
      error.suggestions.unshift('Without the leaderboard it is not known which runs finished.')
    throw error
  }
}
