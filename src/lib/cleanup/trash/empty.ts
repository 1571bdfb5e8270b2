import {discover} from '../../account/datasets.js'
import {readProtection, readProtectionIfPossible} from '../../account/protection/file.js'
import {trashedRunsOf} from '../../account/trash.js'
import {UsageError} from '../../base/errors.js'
import {type OptionTable, readOptions} from '../../base/options.js'
import {cutoffOf} from '../../base/time.js'
import {CONNECTION, machineTime, otherNamespaces} from '../../hub/session.js'
import {readRowsToShow} from '../../plan/build.js'
import {deepFreeze, makePlan, type Plan} from '../../plan/plan.js'
import {readRules, RETENTION} from '../../retention/read-rules.js'
import {type RetentionOptions} from '../../retention/rules.js'
import {decideTrash} from '../../retention/trash.js'
import {carryOut, type JobOptions} from '../carry-out.js'
import {EXECUTION, FACTS, type FactsOptions, isDryRun, type PlanFacts} from '../options.js'
import {type CleanupResult} from '../result.js'

/** What of the trash is deleted. */
export interface EmptyOptions
  extends FactsOptions, Omit<JobOptions, 'savePlan'>, Pick<RetentionOptions, 'all' | 'olderThan' | 'only'> {
  /** As that of `cleanupDatasets`. */
  onPlan?: ((plan: Plan, facts: PlanFacts) => Promise<void> | void) | undefined
}

const {all, olderThan, only} = RETENTION
const EMPTY_OPTIONS: OptionTable<EmptyOptions> = {
  ...CONNECTION,
  ...EXECUTION,
  ...FACTS,
  all,
  olderThan,
  only,
  onPlan: 'function',
}

/**
 * Deletes for good what is in the trash: runs that were put there before a cutoff, counted from the end of that day, or all. A dry
 * run by default. What is pinned is kept.
 * @throws as `cleanupDatasets`, and UsageError with neither `olderThan` nor `all`
 */
export async function emptyTrash(options: EmptyOptions = {}): Promise<CleanupResult> {
  const own = readOptions(options, EMPTY_OPTIONS)
  const rules = readRules({olderThan: own.olderThan, all: own.all, only: own.only}, {byHand: true})
  if (rules.selectors.length === 0)
    throw new UsageError('Nothing selected: add `olderThan`, or `all` to empty the whole trash.', {
      suggestions: ['For example: smoltrace trash empty --older-than 14d'],
    })
  if (rules.olderThan) cutoffOf(rules.olderThan, machineTime(own))
  const archives = own.archive !== undefined
  return carryOut({rules, archives}, own, async (session, sizes) => {
    const {hub, now, warnings, access} = session
    const inventory = await discover(session)
    const protection = isDryRun(own)
      ? await readProtectionIfPossible(hub, inventory, warnings)
      : await readProtection(hub, inventory)
    const decisions = decideTrash(trashedRunsOf(inventory), rules, now, {protection})
    const plan = deepFreeze({
      ...makePlan(inventory, decisions, rules, protection),
      source: 'trash' as const,
      archives,
      ...(protection === 'unknown' && {unknown: ['protection' as const]}),
    })
    const rows = own.withRows ? await readRowsToShow(session, inventory) : 'unknown'
    const {writeLimit} = access
    await own.onPlan?.(plan, {warnings, sizes, rows, writeLimit, otherNamespaces: otherNamespaces(session)})
    return {plan, inventory}
  })
}
