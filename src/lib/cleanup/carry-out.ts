import {resolve} from 'node:path'

import {allDatasets, type Inventory} from '../account/datasets.js'
import {readSizesIfAsked, type Sizes, type SizesOption} from '../account/sizes.js'
import {DEFAULT_CONCURRENCY} from '../base/concurrency.js'
import {CancelledError, OptionError} from '../base/errors.js'
import {messageOf} from '../base/text.js'
import {DAY} from '../base/time.js'
import {
  type ConnectionOptions,
  guardListener,
  openSession,
  requireDeletable,
  type Session,
  warnIfReadOnly,
} from '../hub/session.js'
import {refusalOfSize} from '../plan/limit.js'
import {type Plan, plannedDatasets} from '../plan/plan.js'
import {RecheckState} from '../plan/recheck.js'
import {checkPlanTarget, savePlan} from '../plan/saved/files.js'
import {type SavedPlan} from '../plan/saved/parse.js'
import {type Act, actOf} from './act.js'
import {archiveBeforeDeletion} from './archive-first.js'
import {trashedSince} from './journal/history.js'
import {openJournal} from './journal/write.js'
import {
  checkExecution,
  dataDirOf,
  type ExecutionOptions,
  isDryRun,
  type JobEvent,
  prepareExecution,
  requireConsent,
} from './options.js'
import {type Outcome} from './outcomes.js'
import {openSessionAt, type Place, requireSameHub} from './place.js'
import {type CleanupResult, PlanRefusedError, type Report, resultOf} from './result.js'
import {takePlanned} from './take.js'

export interface JobOptions extends ConnectionOptions, ExecutionOptions, SizesOption {
  /** File to write the plan to, for `applyPlan`; only with a dry run. */
  savePlan?: string | undefined
}

/** What is known of a plan before anything is sent; of one that was made before also where. */
type Terms = Pick<Plan, 'archives' | 'rules'> & (Place | {endpoint?: undefined})

/** A plan, and what is known when it is to be applied. */
interface PlannedJob {
  plan: Plan
  /** The newest listing. */
  inventory: Inventory
  /** What of a saved plan, or of the names given, is not part of `plan`. */
  stale?: Outcome[] | undefined
  /** The saved plan as it was made. */
  saved?: SavedPlan | undefined
  /** The plan was not chosen from, so nothing is applied. */
  declined?: boolean
}

/**
 * Opens the session, makes the plan, confirms it and carries it out. Every rule about that is held here, wherever the plan is from.
 * @param terms of the plan that `makePlan` makes; nothing where no terms apply to it
 * @param makePlan gets the sizes where they were asked for: they are read first, so that its listing does not become old
 * @throws UsageError where the plan was made elsewhere or asks for more than the options say; nothing was sent to the Hub then
 * @throws NotAllowedError where the token cannot delete, RefusedError where the plan contradicts itself or is larger than `maxDelete`, or
 *   the journal cannot be written, CancelledError where the signal was aborted; nothing was deleted then
 */
export async function carryOut(
  terms: Terms | undefined,
  options: JobOptions,
  makePlan: (session: Session, sizes: Sizes | undefined) => Promise<PlannedJob>,
): Promise<CleanupResult> {
  const dryRun = isDryRun(options)
  checkExecution(options)
  if (terms) requireConsent(terms, options)
  if (options.savePlan !== undefined) {
    const advice = 'omit `dryRun: false`, and apply the plan with `applyPlan`'
    if (!dryRun) throw new OptionError('savePlan', `saves the plan of a dry run: ${advice}`)
    await checkPlanTarget(options.savePlan)
  }

  const session = await openJob(terms, options)
  if (dryRun) warnIfReadOnly(session)
  else requireDeletable(session)
  const sizes = await readSizesIfAsked(session, options)
  const job = await makePlan(session, sizes)
  const {plan, inventory, stale = [], saved, declined} = job
  const report = {
    plan,
    inventory,
    dryRun,
    applied: saved !== undefined,
    stale,
    sizes,
    user: session.user,
    warnings: session.warnings,
  }
  if (declined) return resultOf({...report, declined})
  // A dry run deletes nothing, and what a caller gives was checked at the door.
  if (!dryRun) (await import('../plan/check.js')).checkPlan(plan)
  const size = plannedDatasets(plan).length
  const total = plan.source === 'trash' ? inventory.trash : allDatasets(inventory)
  const refusal = refusalOfSize(size, total.length, options.maxDelete, plan)
  // A plan that is refused is the one that somebody has to look at.
  if (options.savePlan !== undefined) await savePlan(plan, options.savePlan, session.user)
  if (refusal)
    throw new PlanRefusedError(refusal.message, refusal.suggestion, resultOf({...report, dryRun: true}))
  if (plan.rules.pruneLeaderboard && size > 0)
    await (await import('./prune-leaderboard.js')).requirePrunable(session, inventory, plan)
  if (dryRun) return resultOf(report)
  const yesterday = new Date(session.clock().getTime() - DAY)
  const act = await actOf(plan, session, () => trashedSince(dataDirOf(options), yesterday))
  if (size === 0) return resultOf({...report, outcomes: stale})
  const isConfirmed = options.yes === true || (await options.confirm?.(plan)) === true
  if (!isConfirmed) return resultOf({...report, declined: true})
  refuseInterrupted(options)
  return resultOf({...report, ...(await deleteConfirmed(job, act, session, options))})
}

/**
 * Makes sure that a job can write what it has to, and asks the Hub whose token it is and what it may do. A plan that was made before is
 * applied only where it was made: the endpoint is known before anything is sent, the spelling of the namespace afterwards.
 */
async function openJob(terms: Terms | undefined, options: JobOptions): Promise<Session> {
  const place = terms?.endpoint === undefined ? undefined : terms
  if (place) await requireSameHub(place, options)
  await prepareExecution(options)
  return place ? openSessionAt(place, options) : openSession(options)
}

function refuseInterrupted({signal}: JobOptions): void {
  if (signal?.aborted) throw new CancelledError('Interrupted.')
}

/** Archives what is to be archived, looks at the Hub again, however little time went by, and deletes. */
async function deleteConfirmed(
  {plan, saved, stale = []}: PlannedJob,
  act: Act,
  session: Session,
  options: JobOptions,
): Promise<Partial<Report>> {
  const {warnings} = session
  const {signal, concurrency = DEFAULT_CONCURRENCY} = options
  const onEvent = guardListener<JobEvent>('onEvent', (event) => options.onEvent?.(event, plan), warnings)
  const how = {session, concurrency, signal, onEvent}
  const {archive, excluded} = await archiveBeforeDeletion(plan, options, how)
  const state = new RecheckState(plan, session, excluded)
  await state.refresh('first')
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
    const outcomes = await takePlanned(plan, {...how, act, state, journal})
    interrupted = signal?.aborted === true && outcomes.some((outcome) => isOpen(outcome))
    const deletionMs = performance.now() - started
    const all = [...stale, ...outcomes]
    const prune = plan.rules.pruneLeaderboard
      ? await (await import('./prune-leaderboard.js')).pruneAfter(session, {plan, outcomes: all}, options)
      : undefined
    interrupted ||= signal?.aborted === true && prune?.status === 'unattempted'
    return {outcomes: all, interrupted, archive, prune, journal: journal?.path, job: journal?.id, deletionMs}
  } finally {
    // An unclosed file handle ends the process of a newer Node at some later moment.
    await journal?.end({interrupted}).catch((error: unknown) => warnings.push(messageOf(error)))
  }
}

/** Whether Ctrl-C may have kept it from being settled. */
function isOpen({status, uncertain}: Outcome): boolean {
  return status === 'unattempted' || uncertain === true
}
