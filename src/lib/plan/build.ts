import {type Inventory} from '../account/datasets.js'
import {type RowIndex} from '../account/leaderboard/index.js'
import {type IndexedRows, readRowIndex, readRowIndexIfPossible} from '../account/leaderboard/read.js'
import {readProtection, readProtectionIfPossible} from '../account/protection/file.js'
import {requireUnprotected} from '../account/protection/pins.js'
import {requireRuns, type Run, runsOf} from '../account/runs.js'
import {CancelledError, orUnknown, SmoltraceError} from '../base/errors.js'
import {requireFullView} from '../hub/access.js'
import {type Hub} from '../hub/client.js'
import {type Session} from '../hub/session.js'
import {requireAnyRow, requireUsableRows, type RetentionContext} from '../retention/context.js'
import {decide} from '../retention/decide.js'
import {nameOptions, type RetentionRules} from '../retention/rules.js'
import {deepFreeze, makePlan, type Plan} from './plan.js'

interface FactOptions {
  /** Else what cannot be read is only `unknown`, with a warning. */
  mustBeCertain: boolean
  /** The leaderboard of the listing, where it was read already; that it could not be read, only where nothing must be certain. */
  read?: IndexedRows | 'unknown' | undefined
}

/**
 * The plan that rules make of what a listing shows.
 * @returns also the rows that the rules rest on, undefined where they rest on none
 * @throws as `readContext`
 */
export async function planBy(
  rules: RetentionRules,
  inventory: Inventory,
  session: Session,
  options: FactOptions,
): Promise<{plan: Plan; rows: RowIndex | 'unknown' | undefined}> {
  const {runs, known} = await readContext(rules, inventory, session, options)
  const plan = makePlan(inventory, decide(runs, rules, session.now, known), rules, known.protection)
  const unknown = (['protection', 'rows'] as const).filter((name) => known[name] === 'unknown')
  const rows = rules.needLeaderboard.length > 0 ? known.rows : undefined
  return {plan: unknown.length > 0 ? deepFreeze({...plan, unknown}) : plan, rows}
}

/** How long a plan waits for what decides nothing about it, in ms. */
const MAX_WAIT_TO_SHOW = 15_000

/**
 * What the leaderboard says of runs, for a screen alone: nothing is decided by it, so where it cannot be read, or not in time, a
 * warning is enough.
 */
export async function readRowsToShow(
  {hub, warnings}: Session,
  {leaderboard}: Inventory,
  maxMs = MAX_WAIT_TO_SHOW,
): Promise<RowIndex | 'unknown'> {
  const reading = hub.within(maxMs, 'the leaderboard', (own) => readRowIndex(own, leaderboard))
  const read = await orUnknown(reading, 'Models and scores are unknown.', warnings)
  return read === 'unknown' ? read : read.index
}

/**
 * Reads what the rules rest on in addition to the datasets: what is protected, and what the leaderboard says of runs.
 * @throws RefusedError where a run that is named is not there, a leaderboard to be deleted is protected, or rules rest on rows that are
 *   missing, lost or of no use, or on absence that may be hidden; SmoltraceError where what must be certain cannot be read
 */
export async function readContext(
  rules: RetentionRules,
  inventory: Inventory,
  {hub, warnings, access, now}: Session,
  {mustBeCertain, read}: FactOptions,
): Promise<{runs: Run[]; known: RetentionContext}> {
  const {leaderboard} = inventory
  requireFullView(access, nameOptions(rules.restOnAbsence))
  const protection =
    mustBeCertain || rules.deleteLeaderboard
      ? await readProtection(hub, inventory)
      : await readProtectionIfPossible(hub, inventory, warnings)
  if (rules.deleteLeaderboard && protection !== 'unknown') requireUnprotected(inventory, protection)
  const rows = await readRowsFor(rules, inventory, async () => {
    if (read) return read
    return mustBeCertain
      ? readRequiredRows(hub, leaderboard)
      : readRowIndexIfPossible(hub, leaderboard, warnings)
  })
  const runs = runsOf(inventory)
  requireRuns(rules.run, runs, 'run', inventory.trash)
  requireUsableRows(rules, runs, rows, now)
  return {runs, known: {protection, rows}}
}

/** Reads the rows that a plan rests on again. @throws RefusedError where there are none; else as `readLeaderboard` */
export async function rereadRows(
  {hub, access}: Session,
  inventory: Inventory,
  rules: RetentionRules,
): Promise<RowIndex> {
  requireFullView(access, nameOptions(rules.restOnAbsence))
  return readRowsFor<never>(rules, inventory, () => readRequiredRows(hub, inventory.leaderboard))
}

/** The rows that the rules rest on; none where they rest on none. */
async function readRowsFor<U extends 'unknown'>(
  rules: RetentionRules,
  {leaderboard}: Inventory,
  read: () => Promise<IndexedRows | U>,
): Promise<RowIndex | U> {
  if (rules.needLeaderboard.length === 0) return new Map()
  if (!leaderboard) requireAnyRow(rules)
  const found = await read()
  if (typeof found === 'string') return found
  requireAnyRow(rules, found.rows.length)
  return found.index
}

/** Says why the job cannot go on without it. */
async function readRequiredRows(hub: Hub, leaderboard: Inventory['leaderboard']): Promise<IndexedRows> {
  try {
    return await readRowIndex(hub, leaderboard)
  } catch (error) {
    if (error instanceof SmoltraceError && !(error instanceof CancelledError))
      error.suggestions.unshift('Only the leaderboard shows which runs finished.')
    throw error
  }
}
