import {discover} from '../account/datasets.js'
import {SIZES, type Sizes, type SizesOption} from '../account/sizes.js'
import {OptionError} from '../base/errors.js'
import {type OptionTable, readOptions} from '../base/options.js'
import {cutoffOf} from '../base/time.js'
import {CONNECTION, type ConnectionOptions, machineTime} from '../hub/session.js'
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
   * Lets a person pick, where the plan that the rules make leaves any choice; no selector or keeper is needed then.
   * @returns timestamps of the runs to delete, none that a guard holds; undefined ends the job, and nothing is deleted or saved
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
  const {choose, savePlan: file} = own
  const dryRun = isDryRun(own)
  if (file !== undefined) {
    const advice = 'leave out `dryRun: false`, and apply it with `applyPlan`'
    if (!dryRun) throw new OptionError('savePlan', `saves the plan of a dry run: ${advice}`)
    await checkPlanTarget(file)
  }

  const opened = await openJob(own)
  const {session} = opened
  const inventory = await discover(session)
  const {warnings, user} = session
  // What only looks may say that it does not know; what is saved or deleted rests on what is certain.
  const made = await planBy(rules, inventory, session, {mustBeCertain: !dryRun || file !== undefined})
  let plan = frozen({...made, archives: own.archive !== undefined})
  if (choose && hasChoice(plan)) {
    const timestamps = await choose(plan, warnings)
    if (!timestamps || own.signal?.aborted)
      return resultOf({plan, inventory, dryRun, declined: true, warnings})
    plan = picked(plan, timestamps)
  }

  await own.onPlan?.(plan, warnings, opened.sizes)
  const result = await execute({...opened, plan, inventory}, own)
  if (file !== undefined) await savePlan(plan, file, user)
  return result
}
