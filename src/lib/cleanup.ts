import {discover, type Inventory} from './datasets.js'
import {cutoffOf} from './duration.js'
import {RefusedError, UsageError} from './errors.js'
import {
  checkExecution,
  execute,
  EXECUTION,
  type ExecutionOptions,
  isDryRun,
  prepareExecution,
  requireArchive,
} from './execution.js'
import {parseDatasetName} from './naming.js'
import {type OptionTable, readOptions, readTexts} from './options.js'
import {gone, type Outcome} from './outcomes.js'
import {hasChoice, picking} from './picking.js'
import {frozen, makePlanOfNames, type Plan} from './plan.js'
import {planBy} from './planning.js'
import {readProtection} from './protection-file.js'
import {refuseProtected} from './protection.js'
import {type CleanupResult, resultOf} from './result.js'
import {isEveryRunByScope} from './rule-names.js'
import {RETENTION, type RetentionOptions, type RetentionRules} from './rule-types.js'
import {readRules} from './rules.js'
import {checkPlanTarget, savePlan} from './saved-plan.js'
import {
  CONNECTION,
  type ConnectionOptions,
  machineTime,
  openSession,
  requireDeletable,
  type Session,
  warnIfPowerless,
} from './session.js'
import {readSizesIfAsked, SIZES, type Sizes, type SizesOption} from './sizes.js'
import {inSlices} from './slices.js'

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
  checkYes(options, rules)
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
  return timestamps === undefined || signal?.aborted ? undefined : inSlices(picking(plan, timestamps))
}

/** What only looks may say that it does not know; what is saved or deleted rests on what is certain. */
function isPreview(options: CleanupOptions): boolean {
  return isDryRun(options) && options.savePlan === undefined
}

async function checkSaving(options: CleanupOptions): Promise<void> {
  if (options.savePlan === undefined) return
  if (!isDryRun(options))
    throw new UsageError(
      '--plan saves the plan of a dry run: leave out --no-dry-run, and apply it with --apply.',
    )
  await checkPlanTarget(options.savePlan)
}

function requirePower(session: Session, options: ExecutionOptions): void {
  if (isDryRun(options)) warnIfPowerless(session)
  else requireDeletable(session)
}

/** Without a prompt, nothing else shows that `--only` alone takes in every run. */
function checkYes({dryRun, yes}: ExecutionOptions, rules: RetentionRules): void {
  if (isDryRun({dryRun}) || !yes || !isEveryRunByScope(rules)) return
  throw new UsageError(
    `--only ${rules.only.join(' --only ')} alone takes in every run: with --yes, say so by adding --all.`,
  )
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
 * nothing that changed since the plan, no protected leaderboard. A dry run unless told otherwise.
 * @param target a plan, or full names of one namespace; names of datasets that are not there are `gone`. Whoever names
 *   single datasets is not asked for selectors, and the grace period does not hold them back
 * @throws UsageError where a name is no SMOLTRACE dataset or the names are of several namespaces; else as
 *   `cleanupDatasets`
 */
export async function deleteDatasets(
  target: Plan | string[],
  options: DeleteOptions = {},
): Promise<CleanupResult> {
  options = readOptions(options, DELETE_OPTIONS)
  const names = Array.isArray(target) ? [...new Set(readTexts(target, 'Names of datasets'))] : undefined
  if (!names && !Array.isArray((target as Plan | null)?.delete))
    throw new UsageError('Give a plan, or an array of names.')
  checkExecution(options)
  if (!names && !isDryRun(options)) requireArchive(target as Plan, options)
  await prepareExecution(options)
  const wanted = names ? namespaceOf(names, options) : (options.namespace ?? (target as Plan).namespace)
  const session = await openSession({...options, namespace: wanted})
  if (names && wanted !== undefined && wanted !== session.access.namespace) {
    throw new UsageError(
      `The namespace is spelled ${session.access.namespace}, not ${wanted}: nothing is deleted.`,
    )
  }

  if (!isDryRun(options)) requireDeletable(session)
  const sizes = await readSizesIfAsked(session, options)
  const inventory = await discover(session)
  const protection = await readProtection(session.hub, inventory.leaderboard)
  const plan = names ? makePlanOfNames(inventory, names, protection) : requireSameHub(target as Plan, session)
  if (plan.leaderboard?.goes) refuseProtected(inventory.leaderboard, protection, session.now)
  const stale = names ? leftOut(names, inventory, plan) : []
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

/** A plan goes only where it was made: the same names elsewhere are other datasets. */
function requireSameHub(plan: Plan, {hub, access}: Session): Plan {
  if (plan.endpoint === hub.endpoint && plan.namespace === access.namespace)
    return frozen(structuredClone(plan))
  throw new RefusedError(
    `The plan was made for ${plan.namespace} at ${plan.endpoint}, not for ${access.namespace} at ${hub.endpoint}.`,
    {suggestions: ['Use the token and the HF_ENDPOINT that it was made with, or make a new plan.']},
  )
}
