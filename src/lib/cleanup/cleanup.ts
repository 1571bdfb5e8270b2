import {discover, type Inventory} from '../account/datasets.js'
import {readProtection} from '../account/protection/file.js'
import {refuseProtected} from '../account/protection/pins.js'
import {readSizesIfAsked, SIZES, type Sizes, type SizesOption} from '../account/sizes.js'
import {OptionError, UsageError} from '../base/errors.js'
import {parseDatasetName} from '../base/names.js'
import {type OptionTable, readOptions, readTexts} from '../base/options.js'
import {cutoffOf} from '../base/time.js'
import {findCredentials} from '../hub/credentials.js'
import {
  CONNECTION,
  type ConnectionOptions,
  machineTime,
  openSession,
  requireDeletable,
  type Session,
  warnIfReadOnly,
} from '../hub/session.js'
import {planBy} from '../plan/build.js'
import {takePlan} from '../plan/check.js'
import {hasChoice, picked} from '../plan/pick.js'
import {frozen, makePlanOfNames, type Plan} from '../plan/plan.js'
import {checkPlanTarget, savePlan} from '../plan/saved/saved-plan.js'
import {readRules} from '../retention/read-rules.js'
import {RETENTION, type RetentionOptions} from '../retention/rules.js'
import {carryOutEarlier} from './earlier-plan.js'
import {
  checkExecution,
  execute,
  EXECUTION,
  type ExecutionOptions,
  isDryRun,
  prepareExecution,
  requireConsent,
  requireSamePlace,
} from './execute.js'
import {gone, type Outcome} from './outcomes.js'
import {type CleanupResult, resultOf} from './result.js'

/** Which runs shall go, how it is carried out, and what a caller wants to see of it. */
export interface CleanupOptions extends ConnectionOptions, ExecutionOptions, RetentionOptions, SizesOption {
  /**
   * Lets a person pick: called with the plan that the rules make, if that leaves any choice. Selectors and keepers are not
   * needed then.
   * @returns timestamps of the runs that shall go, whatever selectors and keepers say of them, but none that a guard holds;
   *   undefined ends the job, and nothing is deleted or saved
   */
  choose?: ((plan: Plan, warnings: string[]) => Promise<string[] | undefined>) | undefined
  /** Called with the plan as soon as it is made, before `confirm`, and with the sizes asked for; waited for. */
  onPlan?: ((plan: Plan, warnings: string[], sizes?: Sizes) => Promise<void> | void) | undefined
  /** File to write the plan to, for `applyPlan`; goes with a dry run only. */
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
 * The whole job: list, group, decide, plan, confirm, delete. A dry run unless told otherwise.
 * @returns the plan, and what became of each of its datasets
 * @throws UsageError where the options make no sense; nothing was sent to the Hub then
 * @throws NotAllowedError where the token cannot do it, RefusedError where a safety rule forbids it, HubError and its
 *   kin where the Hub's answers are not certain, CancelledError where the signal was aborted; nothing was deleted then
 */
export async function cleanupDatasets(options: CleanupOptions = {}): Promise<CleanupResult> {
  options = readOptions(options, CLEANUP_OPTIONS)
  const rules = readRules(options, {byHand: options.choose !== undefined})
  if (rules.olderThan) cutoffOf(rules.olderThan, machineTime(options))
  checkExecution(options)
  requireConsent({rules, archives: false}, options)
  await checkSaving(options)
  await prepareExecution(options)
  const session = await openSession(options)
  requirePower(session, options)
  const sizes = await readSizesIfAsked(session, options)
  const inventory = await discover(session)
  const made = await planBy(rules, inventory, session, {mustBeCertain: !isPreview(options)})
  const byRules = frozen({...made, archives: options.archive !== undefined})
  const plan = await choose(byRules, session, options)
  if (!plan)
    return resultOf({
      plan: byRules,
      inventory,
      dryRun: isDryRun(options),
      declined: true,
      warnings: session.warnings,
    })
  await options.onPlan?.(plan, session.warnings, sizes)
  const result = await execute({plan, inventory, session, signal: options.signal, sizes}, options)
  if (options.savePlan !== undefined) await savePlan(plan, options.savePlan, {user: session.user})
  return result
}

/** The plan after the choice; undefined where it was cancelled. Where nothing can be chosen, nobody is asked. */
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

function requirePower(session: Session, options: ExecutionOptions): void {
  if (isDryRun(options)) warnIfReadOnly(session)
  else requireDeletable(session)
}

/** How a deletion of named datasets, or of a plan in hand, is carried out. */
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
 * Deletes what a plan says, or single datasets by name, under the same rules as `cleanupDatasets`: exact names only,
 * nothing that changed since the plan, no protected leaderboard. A dry run unless told otherwise, which compares just so.
 * @param target a plan, or full names of one namespace; names of datasets that are not there are `gone`. Whoever names
 *   single datasets is not asked for selectors, and the grace period does not hold them back
 * @throws UsageError where a name is no SMOLTRACE dataset, the names are of several namespaces, or the plan is none;
 *   RefusedError where the plan contradicts itself or was made elsewhere; else as `cleanupDatasets`
 */
export async function deleteDatasets(
  target: Plan | string[],
  options: DeleteOptions = {},
): Promise<CleanupResult> {
  options = readOptions(options, DELETE_OPTIONS)
  checkExecution(options)
  return Array.isArray(target)
    ? deleteNamed([...new Set(readTexts(target, 'Names of datasets'))], options)
    : deletePlanned(await takePlan(target), options)
}

async function deletePlanned(plan: Plan, options: DeleteOptions): Promise<CleanupResult> {
  requireConsent(plan, options)
  const {endpoint} = await findCredentials(options)
  const {namespace = plan.namespace} = options
  requireSamePlace(plan, {endpoint, namespace})
  await prepareExecution(options)
  return carryOutEarlier({plan, session: await openSession({...options, namespace})}, options)
}

async function deleteNamed(names: string[], options: DeleteOptions): Promise<CleanupResult> {
  const wanted = namespaceOf(names, options)
  await prepareExecution(options)
  const session = await openSession({...options, namespace: wanted})
  if (wanted !== undefined && wanted !== session.access.namespace) {
    throw new UsageError(
      `The namespace is spelled ${session.access.namespace}, not ${wanted}: nothing is deleted.`,
    )
  }

  requirePower(session, options)
  const sizes = await readSizesIfAsked(session, options)
  const inventory = await discover(session)
  const protection = await readProtection(session.hub, inventory)
  const plan = makePlanOfNames(inventory, names, protection)
  if (plan.leaderboard?.goes) refuseProtected(inventory, protection)
  const stale = leftOut(names, inventory, plan)
  const job = {plan, stale, inventory, session, sizes, signal: options.signal}
  return execute(job, options)
}

/** What became of names that the plan has no place for. */
function leftOut(names: string[], {datasets, leaderboard}: Inventory, plan: Plan): Outcome[] {
  const listed = new Set([...datasets, leaderboard].map((dataset) => dataset?.name))
  const pins = new Map(
    plan.keep.flatMap(({run, reasons}) =>
      reasons.filter(({rule}) => rule === 'pinned').map(({text}) => [run.timestamp, text] as const),
    ),
  )
  const named = new Set(names)
  const skipped = datasets
    .filter(({name, timestamp}) => named.has(name) && pins.has(timestamp))
    .map(({name, timestamp}): Outcome => ({name, status: 'skipped', reason: pins.get(timestamp) ?? ''}))
  return [...names.filter((name) => !listed.has(name)).map((name) => gone(name)), ...skipped]
}

/** The one namespace that all names are of. */
function namespaceOf(
  names: string[],
  {deleteLeaderboard = false, namespace}: DeleteOptions,
): string | undefined {
  const wanted = namespace ?? names[0]?.split('/')[0]
  for (const name of names) {
    const type = parseDatasetName(name, wanted ?? '')?.type
    if (!type) throw new UsageError(`"${name}" is no SMOLTRACE dataset of ${wanted}: nothing is deleted.`)
    if (type === 'leaderboard' && !deleteLeaderboard) {
      throw new UsageError(`${name} is the leaderboard: it goes only with \`deleteLeaderboard: true\`.`)
    }
  }

  return names.length > 0 ? wanted : namespace
}
