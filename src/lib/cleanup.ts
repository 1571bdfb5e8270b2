import {discover} from './datasets.js'
import {gone} from './deletion.js'
import {cutoffOf} from './duration.js'
import {RefusedError, UsageError} from './errors.js'
import {checkExecution, type CleanupResult, execute, type ExecutionOptions, isDryRun} from './execution.js'
import {parseDatasetName} from './naming.js'
import {frozen, makePlan, makePlanOfNames, type Plan} from './plan.js'
import {readProtection, readProtectionIfPossible, refuseProtected} from './protection.js'
import {
  decide,
  isEveryRunByScope,
  readRules,
  requireKnownRuns,
  type RetentionOptions,
  type RetentionRules,
} from './retention.js'
import {groupDatasetsByRun} from './runs.js'
import {type ConnectionOptions, machineTime, openSession, requireDeletable, type Session} from './session.js'

export interface CleanupOptions extends ConnectionOptions, ExecutionOptions, RetentionOptions {
  /** Called with the plan as soon as it is made, before `confirm`; waited for. */
  onPlan?: ((plan: Plan, warnings: string[]) => Promise<void> | void) | undefined
}

/**
 * The whole job: list, group, decide, plan, confirm, delete. A dry run unless told otherwise.
 * @returns the plan, and what became of each of its datasets
 * @throws UsageError where the options make no sense; nothing was sent to the Hub then
 * @throws NotAllowedError where the token cannot do it, RefusedError where a safety rule forbids it, HubError and its
 *   kin where the Hub's answers are not certain, CancelledError where the signal was aborted; nothing was deleted then
 */
export async function cleanupDatasets(options: CleanupOptions = {}): Promise<CleanupResult> {
  const rules = readRules(options)
  if (rules.olderThan) cutoffOf(rules.olderThan, machineTime(options))
  checkExecution(options)
  checkYes(options, rules)
  const dryRun = isDryRun(options)
  const session = await openSession(options)
  const {hub} = session
  const {powerless} = session.access
  if (!dryRun) requireDeletable(session)
  else if (powerless) session.warnings.push(`With this token nothing could be deleted: ${powerless}.`)
  const waitsBefore = hub.waits
  const inventory = await discover(session)
  const protection =
    dryRun && !rules.deleteLeaderboard
      ? await readProtectionIfPossible(hub, inventory.leaderboard, session.warnings)
      : await readProtection(hub, inventory.leaderboard)
  if (rules.deleteLeaderboard && protection !== 'unknown') refuseProtected(inventory.leaderboard, protection)
  const runs = groupDatasetsByRun(inventory.datasets)
  requireKnownRuns(runs, rules)
  const plan = makePlan(inventory, decide(runs, rules, session.now), rules, protection)
  await options.onPlan?.(plan, session.warnings)
  return execute(
    {plan, inventory, session, signal: options.signal, isStale: () => hub.waits !== waitsBefore},
    options,
  )
}

/** Without a prompt, nothing else shows that `--only` alone takes in every run. */
function checkYes({dryRun, yes}: ExecutionOptions, rules: RetentionRules): void {
  if (isDryRun({dryRun}) || !yes || !isEveryRunByScope(rules)) return
  throw new UsageError(
    `--only ${rules.only.join(' --only ')} alone takes in every run: with --yes, say so by adding --all.`,
  )
}

export interface DeleteOptions extends ConnectionOptions, ExecutionOptions {
  /** The leaderboard may be among the names. */
  deleteLeaderboard?: boolean | undefined
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
  checkExecution(options)
  const names = Array.isArray(target) ? [...new Set(target)] : undefined
  const wanted = names ? namespaceOf(names, options) : (options.namespace ?? (target as Plan).namespace)
  const session = await openSession({...options, namespace: wanted})
  if (names && wanted !== undefined && wanted !== session.access.namespace) {
    throw new UsageError(
      `The namespace is spelled ${session.access.namespace}, not ${wanted}: nothing is deleted.`,
    )
  }

  if (!isDryRun(options)) requireDeletable(session)
  const inventory = await discover(session)
  const protection = await readProtection(session.hub, inventory.leaderboard)
  const plan = names ? makePlanOfNames(inventory, names, protection) : requireSameHub(target as Plan, session)
  if (plan.leaderboard?.goes) refuseProtected(inventory.leaderboard, protection)
  const result = await execute(
    {plan, inventory, session, signal: options.signal, isStale: () => true},
    options,
  )
  const listed = new Set([...inventory.datasets, inventory.leaderboard].map((dataset) => dataset?.name))
  const missing = !result.dryRun && !result.declined ? (names ?? []).filter((name) => !listed.has(name)) : []
  return {
    ...result,
    outcomes: [...missing.map((name) => gone(name)), ...result.outcomes],
    counts: {...result.counts, gone: result.counts.gone + missing.length},
  }
}

/** The one namespace that all names are of. */
function namespaceOf(
  names: string[],
  {deleteLeaderboard = false, namespace}: DeleteOptions,
): string | undefined {
  const wanted = namespace ?? String(names[0] ?? '').split('/')[0]
  for (const name of names) {
    const type = parseDatasetName(String(name), wanted ?? '')?.type
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
  )
}
