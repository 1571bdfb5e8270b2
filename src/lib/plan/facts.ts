import {type Inventory} from '../account/datasets.js'
import {indexRows, type RowIndex} from '../account/leaderboard/index.js'
import {type CitingRows, readCitingRows, readCitingRowsIfPossible} from '../account/leaderboard/read.js'
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
  if (rules.needLeaderboard.length === 0) return {protection, rows: new Map()}
  if (!leaderboard) requireAnyRow(rules)
  const read = mustBeCertain
    ? await readNeeded(hub, leaderboard)
    : await readCitingRowsIfPossible(hub, leaderboard, warnings)
  if (read === 'unknown') return {protection, rows: read}
  requireAnyRow(rules, read.count)
  return {protection, rows: indexRows(read.rows, access.namespace)}
}

/**
 * Reads the leaderboard again, for a plan that rests on it.
 * @throws RefusedError where rules rest on its rows and it has none, or is gone; else as `readLeaderboard`
 */
export async function findOutAgain(
  {hub, access}: Session,
  {leaderboard}: Inventory,
  rules: RetentionRules,
): Promise<RowIndex> {
  requireFullView(access, nameOptions(rules.restOnAbsence))
  if (rules.needLeaderboard.length === 0) return new Map()
  if (!leaderboard) requireAnyRow(rules)
  const read = await readNeeded(hub, leaderboard)
  requireAnyRow(rules, read.count)
  return indexRows(read.rows, access.namespace)
}

/** Says why the job cannot go on without it. */
async function readNeeded(hub: Hub, leaderboard: Inventory['leaderboard']): Promise<CitingRows> {
  try {
    return await readCitingRows(hub, leaderboard)
  } catch (error) {
    if (error instanceof SmoltraceError && !(error instanceof CancelledError))
      error.suggestions.unshift('Without the leaderboard it is not known which runs finished.')
    throw error
  }
}
