import {SIZES, type Sizes, type SizesOption} from '../account/sizes.js'
import {RefusedError, UsageError} from '../base/errors.js'
import {type OptionTable, readOptions} from '../base/options.js'
import {findCredentials} from '../hub/credentials.js'
import {CONNECTION_OF_PLAN, type ConnectionOptions, openSession, type Session} from '../hub/session.js'
import {type Plan} from '../plan/plan.js'
import {loadPlan, type SavedPlan} from '../plan/saved/saved-plan.js'
import {carryOutEarlier} from './earlier-plan.js'
import {
  checkExecution,
  EXECUTION,
  type ExecutionOptions,
  isSameAddress,
  prepareExecution,
  requireConsent,
} from './execute.js'
import {type Outcome} from './outcomes.js'
import {type CleanupResult} from './result.js'

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
  const saved = await loadPlan(file)
  const {plan} = saved
  requireConsent(plan, options)
  await requireSameHub(plan, options)
  await prepareExecution(options)
  const session = await openFor(plan, options)
  const onRest = (rest: Plan, stale: Outcome[], sizes?: Sizes) =>
    options.onPlan?.({...saved, plan: rest}, stale, session.warnings, sizes)
  return carryOutEarlier({plan, saved, session, onRest}, options)
}

/** A plan goes only where it was made: the same names elsewhere are other datasets. */
async function requireSameHub({endpoint}: Plan, options: ApplyOptions): Promise<void> {
  const credentials = await findCredentials(options)
  if (isSameAddress(endpoint, credentials.endpoint)) return
  throw new UsageError(
    `\`applyPlan\`: the plan was made for ${endpoint}, not for ${credentials.endpoint}: see HF_ENDPOINT.`,
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
  return new UsageError(
    `\`applyPlan\`: the plan was made for ${namespace}, which is not this token's account.`,
    {
      cause,
      suggestions: [`Use a token of ${namespace}, or of a member of that organisation.`],
    },
  )
}
