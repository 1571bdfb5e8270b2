import {discover} from '../account/datasets.js'
import {type OptionTable, readOptions} from '../base/options.js'
import {cutoffOf} from '../base/time.js'
import {CONNECTION, machineTime, otherNamespaces} from '../hub/session.js'
import {planBy, readRowsToShow} from '../plan/build.js'
import {applyPick, hasChoice} from '../plan/pick.js'
import {deepFreeze, type Plan} from '../plan/plan.js'
import {readRules, RETENTION} from '../retention/read-rules.js'
import {type RetentionOptions} from '../retention/rules.js'
import {carryOut, type JobOptions} from './carry-out.js'
import {EXECUTION, FACTS, type FactsOptions, isDryRun, type PlanFacts} from './options.js'
import {type CleanupResult} from './result.js'

/** Which runs to delete, how, and what a caller wants to see of it. */
export interface CleanupOptions extends FactsOptions, JobOptions, RetentionOptions {
  /**
   * Lets a person pick, where the plan that the rules make leaves any choice; no selector or keeper is needed then.
   * @returns timestamps of the runs to delete, none that a guard holds; undefined ends the job, and nothing is deleted or saved
   */
  choose?: ((plan: Plan, facts: PlanFacts) => Promise<string[] | undefined>) | undefined
  /** Called with the plan as soon as it is made, before `confirm`, and with what was asked for beside it; waited for. */
  onPlan?: ((plan: Plan, facts: PlanFacts) => Promise<void> | void) | undefined
}

const CLEANUP_OPTIONS: OptionTable<CleanupOptions> = {
  ...CONNECTION,
  ...EXECUTION,
  ...RETENTION,
  ...FACTS,
  choose: 'function',
  onPlan: 'function',
  savePlan: 'text',
}

/**
 * The whole job: list, group, decide, plan, confirm, delete. A dry run by default.
 * @returns the plan, and the outcome of each of its datasets
 * @throws UsageError where the options make no sense; nothing was sent to the Hub then
 * @throws NotAllowedError where the token cannot do it, RefusedError where a safety rule forbids it, HubError and its
 *   kin where the Hub's answers are not certain, CancelledError where the signal was aborted; nothing was deleted then
 */
export async function cleanupDatasets(options: CleanupOptions = {}): Promise<CleanupResult> {
  const own = readOptions(options, CLEANUP_OPTIONS)
  const rules = readRules(own, {byHand: own.choose !== undefined})
  if (rules.olderThan) cutoffOf(rules.olderThan, machineTime(own))
  const archives = own.archive !== undefined
  return carryOut({rules, archives}, own, async (session, sizes) => {
    const inventory = await discover(session)
    const {warnings} = session
    // A preview may say that something is unknown; a plan that is saved or applied rests on certainty.
    const mustBeCertain = !isDryRun(own) || own.savePlan !== undefined
    const made = await planBy(rules, inventory, session, {mustBeCertain})
    const shown = own.withRows ? (made.rows ?? (await readRowsToShow(session, inventory))) : 'unknown'
    const {writeLimit} = session.access
    const facts = {warnings, sizes, rows: shown, writeLimit, otherNamespaces: otherNamespaces(session)}
    let plan = deepFreeze({...made.plan, archives})
    if (own.choose && hasChoice(plan)) {
      const timestamps = await own.choose(plan, facts)
      if (!timestamps || own.signal?.aborted) return {plan, inventory, declined: true}
      plan = applyPick(plan, timestamps)
    }

    await own.onPlan?.(plan, facts)
    return {plan, inventory}
  })
}
