import {type Protection} from '../account/protection/pins.js'
import {SIZES, type Sizes, type SizesOption} from '../account/sizes.js'
import {type OptionTable, readOptions} from '../base/options.js'
import {CONNECTION_OF_PLAN, type ConnectionOptions} from '../hub/session.js'
import {type Exclusion} from '../plan/compare.js'
import {frozen, type Plan, type PlannedRun} from '../plan/plan.js'
import {lookAt} from '../plan/recheck.js'
import {loadPlan} from '../plan/saved/files.js'
import {type SavedPlan} from '../plan/saved/parse.js'
import {execute, type JobOptions, openJob} from './execute.js'
import {checkExecution, EXECUTION, type ExecutionOptions, requireConsent} from './options.js'
import {type Outcome} from './outcomes.js'
import {type CleanupResult} from './result.js'

/** How a saved plan is carried out; the plan says which runs to delete. */
export interface ApplyOptions extends ExecutionOptions, Omit<ConnectionOptions, 'namespace'>, SizesOption {
  /**
   * Called with what is left of the plan and what has fallen out of it, before `confirm`, and with the sizes asked for; waited
   * for.
   */
  onPlan?:
    | ((saved: SavedPlan, stale: Outcome[], warnings: string[], sizes?: Sizes) => Promise<void> | void)
    | undefined
}

const APPLY_OPTIONS: OptionTable<ApplyOptions> = {
  ...CONNECTION_OF_PLAN,
  ...EXECUTION,
  ...SIZES,
  onPlan: 'function',
}

/**
 * Carries out a saved plan: lists again, and deletes only what is in the plan and has not changed since. A dry run
 * by default, which shows what is left of it.
 * @param file as `savePlan` wrote it
 * @returns the plan, what had fallen out of it (`stale`), and the outcome of the rest
 * @throws UsageError where the file is none, was changed, is of another version, or was made for another Hub or
 *   account; nothing is touched then. Else as `cleanupDatasets`
 */
export async function applyPlan(file: string, options: ApplyOptions = {}): Promise<CleanupResult> {
  const own = readOptions(options, APPLY_OPTIONS)
  checkExecution(own)
  const saved = await loadPlan(file)
  return carryOutEarlier(saved.plan, own, saved)
}

/**
 * Lists again, leaves out what is gone, changed or kept by now, and carries out the rest. A dry run compares likewise.
 * @param saved the file that the plan is from
 */
export async function carryOutEarlier(
  plan: Plan,
  options: JobOptions & Pick<ApplyOptions, 'onPlan'>,
  saved?: SavedPlan,
): Promise<CleanupResult> {
  requireConsent(plan, options)
  const opened = await openJob(options, plan)
  const {session, sizes} = opened
  const {listing, protection, excluded} = await lookAt(plan, session)
  const {rest, stale} = withoutExcluded({...plan, now: session.now}, excluded, protection)
  if (saved) await options.onPlan?.({...saved, plan: rest}, stale, session.warnings, sizes)
  return execute({...opened, plan: rest, stale, saved, inventory: listing.inventory}, options)
}

/** Splits a plan into what is left of it and what is not. The leaderboard is deleted only if all before it can be. */
function withoutExcluded(
  plan: Plan,
  excluded: Map<string, Exclusion>,
  protection: Protection,
): {rest: Plan; stale: Outcome[]} {
  const stale = [...excluded].map(([name, exclusion]): Outcome => ({name, ...exclusion}))
  const {leaderboard} = plan
  const board = leaderboard?.goes ? leaderboard.dataset.name : undefined
  const goes = board !== undefined && !excluded.has(board)
  const isHeld = goes && stale.some(({status}) => status === 'skipped')
  if (isHeld) stale.push({name: board, status: 'skipped', reason: 'not everything before it can be deleted'})
  const left = plan.delete
    .map((each) => withoutThese(each, excluded))
    .filter(({datasets}) => datasets.length > 0)
  const kept = leaderboard && {...leaderboard, goes: goes && !isHeld, protection: protection.leaderboard}
  return {rest: frozen({...plan, delete: left, leaderboard: kept}), stale}
}

function withoutThese(planned: PlannedRun, excluded: Map<string, Exclusion>): PlannedRun {
  const datasets = planned.datasets.filter(({name}) => !excluded.has(name))
  return datasets.length === planned.datasets.length ? planned : {...planned, datasets}
}
