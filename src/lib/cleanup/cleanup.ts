import {discover} from '../account/datasets.js'
import {SIZES, type Sizes, type SizesOption} from '../account/sizes.js'
import {OptionError} from '../base/errors.js'
import {type OptionTable, readOptions} from '../base/options.js'
import {cutoffOf} from '../base/time.js'
import {CONNECTION, type ConnectionOptions, machineTime, type Session} from '../hub/session.js'
import {planBy} from '../plan/build.js'
import {hasChoice, picked} from '../plan/pick.js'
import {frozen, type Plan} from '../plan/plan.js'
import {checkPlanTarget, savePlan} from '../plan/saved/files.js'
import {readRules, RETENTION} from '../retention/read-rules.js'
import {type RetentionOptions} from '../retention/rules.js'
import {execute, openJob} from './execute.js'
import {checkExecution, EXECUTION, type ExecutionOptions, isDryRun, requireConsent} from './options.js'
import {type CleanupResult, resultOf} from './result.js'

/** Which runs to delete, how, and what a caller wants to see of it. */
export interface CleanupOptions extends ConnectionOptions, ExecutionOptions, RetentionOptions, SizesOption {
  /**
   * Lets a person pick: called with the plan that the rules make, if that leaves any choice. Selectors and keepers are not
   * needed then.
   * @returns timestamps of the runs to delete, whatever selectors and keepers say of them, but none that a guard holds;
   *   undefined ends the job, and nothing is deleted or saved
   */
  choose?: ((plan: Plan, warnings: string[]) => Promise<string[] | undefined>) | undefined
  /** Called with the plan as soon as it is made, before `confirm`, and with the sizes asked for; waited for. */
  onPlan?: ((plan: Plan, warnings: string[], sizes?: Sizes) => Promise<void> | void) | undefined
  /** File to write the plan to, for `applyPlan`; only with a dry run. */
  savePlan?: string | undefined
}

const CLEANUP_OPTIONS: OptionTable<CleanupOptions> = {
  ...CONNECTION,
  ...EXECUTION,
  ...RETENTION,
  ...SIZES,
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
  checkExecution(own)
  requireConsent({rules, archives: false}, own)
  await checkSaving(own)
  const opened = await openJob(own)
  const {session} = opened
  const inventory = await discover(session)
  const made = await planBy(rules, inventory, session, {mustBeCertain: !isPreview(own)})
  const byRules = frozen({...made, archives: own.archive !== undefined})
  const plan = await choose(byRules, session, own)
  if (!plan)
    return resultOf({
      plan: byRules,
      inventory,
      dryRun: isDryRun(own),
      declined: true,
      warnings: session.warnings,
    })
  await own.onPlan?.(plan, session.warnings, opened.sizes)
  const result = await execute({...opened, plan, inventory}, own)
  if (own.savePlan !== undefined) await savePlan(plan, own.savePlan, {user: session.user})
  return result
}

/** The plan after the choice; undefined where it was cancelled. Where nothing can be chosen, the callback is not called. */
async function choose(
  plan: Plan,
  {warnings}: Session,
  {choose: ask, signal}: CleanupOptions,
): Promise<Plan | undefined> {
  if (!ask || !hasChoice(plan)) return plan
  const timestamps = await ask(plan, warnings)
  return timestamps === undefined || signal?.aborted ? undefined : picked(plan, timestamps)
}

/** What only looks may say that it does not know; what is saved or deleted rests on what is certain. */
function isPreview(options: CleanupOptions): boolean {
  return isDryRun(options) && options.savePlan === undefined
}

async function checkSaving(options: CleanupOptions): Promise<void> {
  if (options.savePlan === undefined) return
  if (!isDryRun(options))
    throw new OptionError(
      'savePlan',
      'saves the plan of a dry run: leave out `dryRun: false`, and apply it with `applyPlan`',
    )
  await checkPlanTarget(options.savePlan)
}
