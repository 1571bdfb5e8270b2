import {allDatasets, discover, type Inventory} from '../account/datasets.js'
import {readProtection} from '../account/protection/file.js'
import {type Protection, requireUnprotected} from '../account/protection/pins.js'
import {SIZES, type SizesOption} from '../account/sizes.js'
import {UsageError} from '../base/errors.js'
import {parseDatasetName} from '../base/names.js'
import {type OptionTable, readOptions, readTexts} from '../base/options.js'
import {CONNECTION, CONNECTION_OF_PLAN, type ConnectionOptions} from '../hub/session.js'
import {readRowsToShow} from '../plan/build.js'
import {type Exclusion} from '../plan/compare.js'
import {deepFreeze, makePlanOfNames, type Plan} from '../plan/plan.js'
import {recheck} from '../plan/recheck.js'
import {loadPlan} from '../plan/saved/files.js'
import {type SavedPlan} from '../plan/saved/parse.js'
import {carryOut, type JobOptions} from './carry-out.js'
import {EXECUTION, type ExecutionOptions, FACTS, type FactsOptions, type PlanFacts} from './options.js'
import {goneOutcome, type Outcome} from './outcomes.js'
import {type CleanupResult} from './result.js'

/** How a saved plan is applied; the plan says which runs to delete. */
export interface ApplyOptions extends ExecutionOptions, FactsOptions, Omit<ConnectionOptions, 'namespace'> {
  /** Called with what is left of the plan, before `confirm`, and with what can no longer be deleted; awaited. */
  onPlan?: ((plan: Plan, facts: SavedPlanFacts) => Promise<void> | void) | undefined
}

/** What a caller that shows a saved plan gets beside what is left of it. */
export interface SavedPlanFacts extends PlanFacts {
  /** As it was made. */
  saved: SavedPlan
  /** What is no longer to be deleted, and why. */
  stale: Outcome[]
}

const APPLY_OPTIONS: OptionTable<ApplyOptions> = {
  ...CONNECTION_OF_PLAN,
  ...EXECUTION,
  ...FACTS,
  onPlan: 'function',
}

/**
 * Carries out a saved plan: lists again, and deletes only what is in the plan and has not changed since. A dry run by default.
 * @param file as `savePlan` wrote it
 * @returns the plan, what could no longer be deleted (`stale`), and the outcome of the rest
 * @throws UsageError where the file is not a plan, was changed, is of another version, or was made for another Hub or account; else as
 *   `cleanupDatasets`
 */
export async function applyPlan(file: string, options: ApplyOptions = {}): Promise<CleanupResult> {
  const own = readOptions(options, APPLY_OPTIONS)
  const saved = await loadPlan(file)
  return recheckAndCarryOut(saved.plan, own, saved)
}

/** Lists again, skips what is gone, changed or now kept, and applies the rest. A dry run compares likewise. */
function recheckAndCarryOut(
  plan: Plan,
  options: JobOptions & Pick<ApplyOptions, 'onPlan' | 'withRows'>,
  saved?: SavedPlan,
): Promise<CleanupResult> {
  return carryOut(plan, options, async (session, sizes) => {
    const {listing, protection, excluded} = await recheck(plan, session)
    const {rest, stale} = withoutExcluded({...plan, now: session.now}, excluded, protection)
    const {inventory} = listing
    if (saved && options.onPlan) {
      const rows = options.withRows ? await readRowsToShow(session, inventory) : 'unknown'
      const {warnings, access} = session
      await options.onPlan(rest, {saved, stale, warnings, sizes, rows, writeLimit: access.writeLimit})
    }

    return {plan: rest, stale, saved, inventory}
  })
}

/** Splits a plan into what is left of it and what is not. The leaderboard is deleted only if all before it can be. */
function withoutExcluded(
  plan: Plan,
  excluded: Map<string, Exclusion>,
  protection: Protection,
): {rest: Plan; stale: Outcome[]} {
  const stale = [...excluded].map(([name, exclusion]): Outcome => ({name, ...exclusion}))
  const {leaderboard} = plan
  const board = leaderboard?.planned ? leaderboard.dataset.name : undefined
  const isPlanned = board !== undefined && !excluded.has(board)
  const isHeld = isPlanned && stale.some(({status}) => status === 'skipped')
  if (isHeld)
    stale.push({name: board, status: 'skipped', reason: 'some datasets before it cannot be deleted'})
  const left = plan.delete
    .map((each) => ({...each, datasets: each.datasets.filter(({name}) => !excluded.has(name))}))
    .filter(({datasets}) => datasets.length > 0)
  const kept = leaderboard && {
    ...leaderboard,
    planned: isPlanned && !isHeld,
    protection: protection.leaderboard,
  }
  return {rest: deepFreeze({...plan, delete: left, leaderboard: kept}), stale}
}

/** How a deletion of named datasets, or of a plan in hand, is performed. */
export interface DeleteOptions extends ConnectionOptions, ExecutionOptions, SizesOption {
  /** The leaderboard may be among the names. */
  deleteLeaderboard?: boolean | undefined
}

const DELETE_OPTIONS: OptionTable<DeleteOptions> = {
  ...CONNECTION,
  ...EXECUTION,
  ...SIZES,
  deleteLeaderboard: 'boolean',
}

/**
 * Deletes what a plan says, or single datasets by name, under the same rules as `cleanupDatasets`. A dry run by default.
 * @param target a plan, or full names of one namespace; those that are not there are `gone`. Single datasets need no selectors, and
 *   the grace period does not hold them back
 * @throws UsageError where a name is not a SMOLTRACE dataset, the names are of several namespaces, or the plan is not one; RefusedError
 *   where the plan contradicts itself or was made elsewhere; else as `cleanupDatasets`
 */
export async function deleteDatasets(
  target: Plan | string[],
  options: DeleteOptions = {},
): Promise<CleanupResult> {
  const own = readOptions(options, DELETE_OPTIONS)
  if (Array.isArray(target)) return deleteNamed([...new Set(readTexts(target, 'Dataset names'))], own)
  const {takePlan} = await import('../plan/check.js')
  return recheckAndCarryOut(takePlan(target), own)
}

function deleteNamed(names: string[], options: DeleteOptions): Promise<CleanupResult> {
  const namespace = namespaceOf(names, options)
  return carryOut(undefined, {...options, namespace}, async (session) => {
    const spelled = session.access.namespace
    if (namespace !== undefined && namespace !== spelled)
      throw new UsageError(`The namespace is spelled ${spelled}, not ${namespace}. Nothing was deleted.`)
    const inventory = await discover(session)
    const protection = await readProtection(session.hub, inventory)
    const plan = makePlanOfNames(inventory, names, protection)
    if (plan.leaderboard?.planned) requireUnprotected(inventory, protection)
    return {plan, stale: leftOut(names, inventory, plan), inventory}
  })
}

/** The outcomes of names that the plan has no place for: those that are not there, and those of pinned runs. */
function leftOut(names: string[], inventory: Inventory, {keep}: Plan): Outcome[] {
  const listed = new Set(allDatasets(inventory).map(({name}) => name))
  const absent = names.filter((name) => !listed.has(name)).map((name) => goneOutcome(name))
  const named = new Set(names)
  const pinned = keep.flatMap(({run, reasons}) => {
    const pin = reasons.find(({rule}) => rule === 'pinned')
    if (!pin) return []
    const held = run.datasets.filter(({name}) => named.has(name))
    return held.map(({name}): Outcome => ({name, status: 'skipped', reason: pin.text}))
  })
  return [...absent, ...pinned]
}

/** The one namespace that all names are of. */
function namespaceOf(
  names: string[],
  {deleteLeaderboard = false, namespace}: DeleteOptions,
): string | undefined {
  const wanted = namespace ?? names[0]?.split('/')[0]
  for (const name of names) {
    const type = parseDatasetName(name, wanted ?? '')?.type
    if (!type) throw new UsageError(`"${name}" is not a SMOLTRACE dataset of ${wanted}. Nothing was deleted.`)
    if (type === 'leaderboard' && !deleteLeaderboard)
      throw new UsageError(`${name} is the leaderboard: to delete it, add \`deleteLeaderboard: true\`.`)
  }

  return names.length > 0 ? wanted : namespace
}
