import {type Exclusion} from './comparison.js'
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
import {findCredentials} from './hub/credentials.js'
import {type OptionTable, readOptions, readText} from './options.js'
import {type Outcome} from './outcomes.js'
import {frozen, type Plan, type PlannedRun} from './plan.js'
import {type Protection} from './protection.js'
import {lookAt} from './refresh.js'
import {type CleanupResult} from './result.js'
import {isEveryRunByScope} from './rule-names.js'
import {loadPlan, type SavedPlan} from './saved-plan.js'
import {
  CONNECTION_OF_PLAN,
  type ConnectionOptions,
  openSession,
  requireDeletable,
  type Session,
} from './session.js'
import {readSizesIfAsked, SIZES, type Sizes, type SizesOption} from './sizes.js'

/** How a saved plan is carried out; which runs go is what the plan says. */
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
 * unless told otherwise, which shows what is left of it.
 * @param file as `savePlan` wrote it
 * @returns the plan, what had fallen out of it (`stale`), and what became of the rest
 * @throws UsageError where the file is none, was changed, is of another version, or was made for another Hub or
 *   account; nothing is touched then. Else as `cleanupDatasets`
 */
export async function applyPlan(file: string, options: ApplyOptions = {}): Promise<CleanupResult> {
  options = readOptions(options, APPLY_OPTIONS)
  checkExecution(options)
  const saved = await loadPlan(readText(file, 'The file of the plan'))
  const {plan} = saved
  checkWhatThePlanAsks(plan, options)
  await requireSameHub(plan, options)
  await prepareExecution(options)
  const session = await openFor(plan, options)
  if (!isDryRun(options)) requireDeletable(session)
  const sizes = await readSizesIfAsked(session, options)
  const {
    listing: {inventory},
    protection,
    excluded,
  } = await lookAt(plan, session)
  const {rest, stale} = withoutExcluded({...plan, now: session.now}, excluded, protection)
  await options.onPlan?.({...saved, plan: rest}, stale, session.warnings, sizes)
  return execute({plan: rest, stale, saved, inventory, session, sizes, signal: options.signal}, options)
}

/** Splits a plan into what is left of it and what is not. The leaderboard goes only if all before it can. */
function withoutExcluded(
  plan: Plan,
  excluded: Map<string, Exclusion>,
  protection: Protection,
): {rest: Plan; stale: Outcome[]} {
  const stale = [...excluded].map(([name, exclusion]): Outcome => ({name, ...exclusion}))
  const {leaderboard} = plan
  const isHeld = stale.some(({status}) => status === 'skipped')
  if (leaderboard?.goes && isHeld && !excluded.has(leaderboard.dataset.name))
    stale.push({
      name: leaderboard.dataset.name,
      status: 'skipped',
      reason: 'not everything before it can be deleted',
    })
  const left = plan.delete
    .map((each) => withoutThese(each, excluded))
    .filter(({datasets}) => datasets.length > 0)
  const goes = leaderboard?.goes === true && !stale.some(({name}) => name === leaderboard.dataset.name)
  return {
    rest: frozen({
      ...plan,
      delete: left,
      leaderboard: leaderboard && {...leaderboard, goes, protection: protection.leaderboard},
    }),
    stale,
  }
}

function withoutThese(planned: PlannedRun, excluded: Map<string, Exclusion>): PlannedRun {
  const datasets = planned.datasets.filter(({name}) => !excluded.has(name))
  return datasets.length === planned.datasets.length ? planned : {...planned, datasets}
}

function checkWhatThePlanAsks(plan: Plan, options: ApplyOptions): void {
  if (isDryRun(options)) return
  requireArchive(plan, options)
  if (options.yes && isEveryRunByScope(plan.rules))
    throw new UsageError(
      '--apply: the plan takes in every run by --only alone: it cannot go with --yes. Make it again with --all.',
    )
}

/** A plan goes only where it was made: the same names elsewhere are other datasets. */
async function requireSameHub({endpoint}: Plan, options: ApplyOptions): Promise<void> {
  const credentials = await findCredentials(options)
  if (URL.canParse(endpoint) && new URL(endpoint).href === new URL(credentials.endpoint).href) return
  throw new UsageError(
    `--apply: the plan was made for ${endpoint}, not for ${credentials.endpoint}: see HF_ENDPOINT.`,
  )
}

async function openFor({namespace}: Plan, options: ApplyOptions): Promise<Session> {
  const session = await openSession({...options, namespace}).catch((error: unknown) => {
    throw error instanceof RefusedError ? notTheAccount(namespace, error) : error
  })
  if (session.access.namespace !== namespace) throw notTheAccount(namespace)
  return session
}

function notTheAccount(namespace: string, cause?: Error): UsageError {
  return new UsageError(`--apply: the plan was made for ${namespace}, which is not this token's account.`, {
    cause,
    suggestions: [`Use a token of ${namespace}, or of a member of that organisation.`],
  })
}
