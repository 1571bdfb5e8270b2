import {resolve} from 'node:path'

import {allDatasets, type Inventory} from '../account/datasets.js'
import {readSizesIfAsked, type Sizes, type SizesOption} from '../account/sizes.js'
import {DEFAULT_CONCURRENCY} from '../base/concurrency.js'
import {CancelledError, UsageError} from '../base/errors.js'
import {messageOf} from '../base/text.js'
import {UnknownNamespaceError} from '../hub/access.js'
import {findCredentials} from '../hub/credentials.js'
import {
  type ConnectionOptions,
  guarded,
  openSession,
  requireDeletable,
  type Session,
  warnIfReadOnly,
} from '../hub/session.js'
import {refuseLargePlan} from '../plan/limit.js'
import {type Plan, plannedDatasets} from '../plan/plan.js'
import {LastLook} from '../plan/recheck.js'
import {type SavedPlan} from '../plan/saved/parse.js'
import {archiveBeforeDeletion} from './archive-first.js'
import {carryOut} from './delete.js'
import {openJournal} from './journal/write.js'
import {
  dataDirOf,
  type ExecutionOptions,
  isDryRun,
  type JobEvent,
  prepareExecution,
  requireConsent,
  requireSamePlace,
} from './options.js'
import {type Outcome} from './outcomes.js'
import {type CleanupResult, type Report, resultOf} from './result.js'

export type JobOptions = ConnectionOptions & ExecutionOptions & SizesOption

/**
 * What every job does before it lists: makes sure that it can write what it has to, and asks the Hub whose token it is and what it may
 * do. Sizes are read here: a listing must not become old while it waits.
 * @param made where the job's plan was made, if that was before
 * @throws UsageError where that is elsewhere; NotAllowedError and RefusedError where a deletion is not allowed
 */
export async function openJob(
  options: JobOptions,
  made?: Pick<Plan, 'endpoint' | 'namespace'>,
): Promise<Pick<Job, 'session' | 'sizes'>> {
  const {namespace = made?.namespace} = options
  if (made && namespace !== undefined)
    requireSamePlace(made, {endpoint: (await findCredentials(options)).endpoint, namespace})
  await prepareExecution(options)
  const session = await openSession({...options, namespace}).catch((error: unknown) => {
    throw made && error instanceof UnknownNamespaceError ? notTheAccount(made, error) : error
  })
  if (made) requireSamePlace(made, placeOf(session))
  if (isDryRun(options)) warnIfReadOnly(session)
  else requireDeletable(session)
  return {session, sizes: await readSizesIfAsked(session, options)}
}

function notTheAccount({namespace}: Pick<Plan, 'namespace'>, cause: Error): UsageError {
  return new UsageError(`The plan was made for ${namespace}, which is not this token's account.`, {
    cause,
    suggestions: [`Use a token of ${namespace}, or of a member of that organisation.`],
  })
}

function placeOf({hub, access}: Session): Pick<Plan, 'endpoint' | 'namespace'> {
  return {endpoint: hub.endpoint, namespace: access.namespace}
}

/** A plan, and what is known when it is to be carried out. */
export interface Job {
  plan: Plan
  /** The newest listing. */
  inventory: Inventory
  session: Session
  /** What of a saved plan, or of the names given, is not part of `plan`. */
  stale?: Outcome[] | undefined
  /** The saved plan as it was made. */
  saved?: SavedPlan | undefined
  /** For the report alone. */
  sizes?: Sizes | undefined
}

/**
 * Confirms a plan and carries it out. Every rule about that is held here, wherever the plan is from.
 * @throws UsageError where the plan was made elsewhere or asks for more than the options say, NotAllowedError where the token cannot
 *   delete, RefusedError where the plan contradicts itself or is larger than `maxDelete`, or the journal cannot be written,
 *   CancelledError where the signal was aborted; nothing was deleted then
 */
export async function execute(job: Job, options: JobOptions): Promise<CleanupResult> {
  const {plan, inventory, session, sizes, saved, stale = []} = job
  const {warnings} = session
  const dryRun = isDryRun(options)
  // A dry run deletes nothing, and what a caller gives was checked at the door.
  if (!dryRun) (await import('../plan/check.js')).checkPlan(plan)
  requireSamePlace(plan, placeOf(session))
  requireConsent(plan, options)
  if (!dryRun) requireDeletable(session)
  const report = {plan, inventory, dryRun, applied: saved !== undefined, stale, sizes, warnings}
  const size = plannedDatasets(plan).length
  if (size > 0) refuseLargePlan(size, allDatasets(inventory).length, options.maxDelete)
  if (dryRun) return resultOf(report)
  if (size === 0) return resultOf({...report, outcomes: stale})
  const declined = options.yes !== true && (await options.confirm?.(plan)) !== true
  if (declined) return resultOf({...report, declined})
  refuseInterrupted(options)
  return resultOf({...report, ...(await carryOutConfirmed(job, options))})
}

function refuseInterrupted({signal}: JobOptions): void {
  if (signal?.aborted) throw new CancelledError('Interrupted.')
}

/** Archives what is to be archived, looks at the Hub again, however little time went by, and deletes. */
async function carryOutConfirmed(job: Job, options: JobOptions): Promise<Partial<Report>> {
  const {plan, session, saved, stale = []} = job
  const {warnings} = session
  const {signal, concurrency = DEFAULT_CONCURRENCY} = options
  const onEvent = guarded<JobEvent>('onEvent', (event) => options.onEvent?.(event, plan), warnings)
  const how = {session, concurrency, signal, onEvent}
  const {archive, excluded} = await archiveBeforeDeletion(plan, options, how)
  const look = new LastLook(plan, session, excluded)
  await look.again('first')
  refuseInterrupted(options)
  const journaled = saved?.plan ?? plan
  const journal =
    options.journal === false
      ? undefined
      : await openJournal(dataDirOf(options), {
          plan: journaled,
          saved,
          user: session.user,
          confirmedBy: options.yes === true ? 'yes' : (options.confirmedBy ?? 'callback'),
          // A journal is read from anywhere.
          archive: archive && resolve(archive.dir),
        })
  let interrupted = false
  try {
    // A reader of the journal would take lines about names that were never in the plan for damage.
    const known = new Set(plannedDatasets(journaled).map(({name}) => name))
    await Promise.all(stale.filter(({name}) => known.has(name)).map((outcome) => journal?.outcome(outcome)))
    const started = performance.now()
    const outcomes = await carryOut(plan, {...how, look, journal})
    interrupted = signal?.aborted === true && outcomes.some((outcome) => isOpen(outcome))
    const deletionMs = performance.now() - started
    return {outcomes: [...stale, ...outcomes], interrupted, archive, journal: journal?.path, deletionMs}
  } finally {
    // An unclosed file handle ends the process of a newer Node at some later moment.
    await journal?.end({interrupted}).catch((error: unknown) => warnings.push(messageOf(error)))
  }
}

/** Whether Ctrl-C may have kept it from being settled. */
function isOpen({status, uncertain}: Outcome): boolean {
  return status === 'unattempted' || uncertain === true
}
