import {access, constants, stat} from 'node:fs/promises'
import {dirname, resolve} from 'node:path'

import {type Dataset, discover, type Inventory} from '../account/datasets.js'
import {type Sizes} from '../account/sizes.js'
import {type ArchiveEvent} from '../archive/archive.js'
import {checkConcurrency, DEFAULT_CONCURRENCY} from '../base/concurrency.js'
import {CancelledError, OptionError, RefusedError, UsageError} from '../base/errors.js'
import {type OptionTable} from '../base/options.js'
import {messageOf} from '../base/text.js'
import {requireDeletable, requireSameAccess, type Session} from '../hub/session.js'
import {checkPlan} from '../plan/check.js'
import {parseDeletionLimit, refuseLargePlan} from '../plan/limit.js'
import {type Plan, plannedDatasets} from '../plan/plan.js'
import {LastLook, type LookReason} from '../plan/recheck.js'
import {type SavedPlan} from '../plan/saved/saved-plan.js'
import {isEveryRunByScope} from '../retention/rule-names.js'
import {archiveBeforeDeletion} from './archive-first.js'
import {carryOut, type DeletionEvent} from './delete.js'
import {type Confirmation, dataDirectory, type Journal, openJournal, prepareJournal} from './journal/write.js'
import {type Outcome} from './outcomes.js'
import {type CleanupResult, resultOf} from './result.js'

/** How a plan is confirmed and carried out. */
export interface ExecutionOptions {
  /** Default true: nothing is deleted. */
  dryRun?: boolean | undefined
  /** Deletes without asking `confirm`. */
  yes?: boolean | undefined
  /** Asked with the whole plan before anything is deleted; only `true` goes on. */
  confirm?: ((plan: Plan) => boolean | Promise<boolean>) | undefined
  /** How `confirm` asks, for the journal; default `callback`. */
  confirmedBy?: Exclude<Confirmation, 'yes'> | undefined
  /** Runs that are worked on at a time, 1 to 32; default 4. */
  concurrency?: number | undefined
  /** The most that the plan may delete: a number of datasets, or `10%` of all. */
  maxDelete?: number | string | undefined
  /** Folder into which every dataset is archived before it is deleted. The leaderboard is always archived. */
  archive?: string | undefined
  /** Default true: every deletion is written down, and without a journal nothing is deleted. */
  journal?: boolean | undefined
  /** Where journals and archives of leaderboards are kept; default: where the command line keeps them. */
  dataDir?: string | undefined
  /** Called with everything that happens while the plan is carried out. What it throws becomes a warning. */
  onEvent?: ((event: JobEvent, plan: Plan) => void) | undefined
}

export const EXECUTION: OptionTable<ExecutionOptions> = {
  dryRun: 'false or else',
  yes: 'boolean',
  confirm: 'function',
  confirmedBy: 'text',
  concurrency: 'number',
  maxDelete: 'number or text',
  archive: 'text',
  journal: 'boolean',
  dataDir: 'text',
  onEvent: 'function',
}

/** What happens while a plan is carried out. */
export type JobEvent = ArchiveEvent | DeletionEvent

/**
 * Checks how a plan is to be carried out.
 * @throws UsageError
 */
export function checkExecution({
  dryRun,
  yes,
  confirm,
  maxDelete,
  archive,
  concurrency = DEFAULT_CONCURRENCY,
}: ExecutionOptions): void {
  checkConcurrency(concurrency)
  if (archive === '') throw new OptionError('archive', 'names no folder')
  if (maxDelete !== undefined) parseDeletionLimit(maxDelete)
  if (!isDryRun({dryRun}) && yes !== true && !confirm)
    throw new UsageError('Deleting needs a confirmation: give `confirm`, or `yes: true`.')
}

/**
 * Makes sure that what a deletion writes can be written, before anything is sent. A dry run looks at the archive's folder too: its
 * command would be refused.
 * @throws UsageError where the archive is to go into what is no folder
 * @throws RefusedError where the journal cannot be written
 */
export async function prepareExecution(options: ExecutionOptions): Promise<void> {
  if (options.archive !== undefined) await requireWritable(options.archive)
  if (isDryRun(options)) return
  if (options.journal !== false) await prepareJournal(dataDirOf(options))
}

/** The folder, or the nearest one above it that is there, in which it would be made. */
async function requireWritable(dir: string): Promise<void> {
  for (let folder = resolve(dir); ; folder = dirname(folder)) {
    const found = await stat(folder).catch(() => {})
    if (found && !found.isDirectory()) throw new OptionError('archive', `${dir}: ${folder} is not a folder`)
    if (!found) continue
    await access(folder, constants.W_OK).catch((error: unknown) => {
      throw new OptionError('archive', `${dir}: ${folder} cannot be written to (${messageOf(error)})`)
    })
    return
  }
}

/**
 * Consent to a plan that archives is not consent to one that does not; and without a prompt, nothing else shows that `--only`
 * alone takes in every run.
 * @throws UsageError
 */
export function requireConsent(
  {rules, archives}: Pick<Plan, 'archives' | 'rules'>,
  {dryRun, yes, archive}: ExecutionOptions,
): void {
  if (isDryRun({dryRun})) return
  if (archives && archive === undefined)
    throw new UsageError('The plan was made with `archive`, and is not carried out without: add `archive`.')
  if (yes === true && isEveryRunByScope(rules))
    throw new OptionError('only', 'alone takes in every run: with `yes`, say so by adding `all`', {
      suggestions: ['Make a saved plan again with `all`, or confirm without `yes`.'],
    })
}

/**
 * A plan goes only where it was made: the same names elsewhere are other datasets.
 * @throws RefusedError
 */
export function requireSamePlace(
  plan: Plan,
  {endpoint, namespace}: Pick<Plan, 'endpoint' | 'namespace'>,
): void {
  if (isSameAddress(plan.endpoint, endpoint) && plan.namespace === namespace) return
  throw new RefusedError(
    `The plan was made for ${plan.namespace} at ${plan.endpoint}, not for ${namespace} at ${endpoint}.`,
    {suggestions: ['Use the token and the HF_ENDPOINT that it was made with, or make a new plan.']},
  )
}

/** Whether two endpoints are the same Hub. */
export function isSameAddress(a: string, b: string): boolean {
  return URL.canParse(a) && URL.canParse(b) && new URL(a).href === new URL(b).href
}

/** Only the word `false` deletes; whatever else stands there is a dry run. */
export function isDryRun({dryRun}: Pick<ExecutionOptions, 'dryRun'>): boolean {
  return dryRun !== false
}

/** Where journals and archives of leaderboards are kept. */
function dataDirOf({dataDir}: ExecutionOptions): string {
  return dataDir ?? dataDirectory()
}

/** A plan, and what is known when it is to be carried out. */
export interface Job {
  plan: Plan
  /** The newest listing. */
  inventory: Inventory
  session: Session
  signal?: AbortSignal | undefined
  /** What of a saved plan, or of the names given, is not part of `plan`. */
  stale?: Outcome[] | undefined
  /** The saved plan as it was made. */
  saved?: SavedPlan | undefined
  /** For the report alone. */
  sizes?: Sizes | undefined
}

/**
 * Confirms a plan and carries it out: what was confirmed is what goes. Every rule about that is held here, wherever the plan
 * is from.
 * @throws UsageError where the plan asks for more than the options say, NotAllowedError where the token cannot delete,
 *   RefusedError where the plan contradicts itself, or was made elsewhere; nothing was sent to the Hub by then
 * @throws RefusedError where the plan is larger than `maxDelete`, or the journal cannot be written; nothing was deleted
 * @throws CancelledError where the signal was aborted; nothing was deleted
 */
export async function execute(job: Job, options: ExecutionOptions): Promise<CleanupResult> {
  const {plan, inventory, session, signal, sizes, saved, stale = []} = job
  const dryRun = isDryRun(options)
  checkPlan(plan)
  requireSamePlace(plan, {endpoint: session.hub.endpoint, namespace: session.access.namespace})
  requireConsent(plan, options)
  if (!dryRun) requireDeletable(session)
  const applied = saved !== undefined
  const report = {plan, inventory, dryRun, applied, stale, sizes, warnings: session.warnings}
  const size = plannedDatasets(plan).length
  if (size > 0) refuseOversized(size, inventory, options)
  if (dryRun) return resultOf(report)
  if (size === 0) return resultOf({...report, outcomes: stale})
  const declined = options.yes !== true && (await options.confirm?.(plan)) !== true
  if (declined) return resultOf({...report, declined})
  if (signal?.aborted) throw new CancelledError('Interrupted.')
  return carryOutConfirmed(job, options)
}

function refuseOversized(
  size: number,
  {datasets, leaderboard}: Inventory,
  {maxDelete}: ExecutionOptions,
): void {
  if (maxDelete === undefined) return
  refuseLargePlan(size, datasets.length + (leaderboard ? 1 : 0), parseDeletionLimit(maxDelete))
}

/** Archives what is to be archived, looks at the Hub again, however little time went by, and deletes. */
async function carryOutConfirmed(job: Job, options: ExecutionOptions): Promise<CleanupResult> {
  const {plan, inventory, session, signal, sizes, saved, stale = []} = job
  const {hub, access, warnings} = session
  const concurrency = options.concurrency ?? DEFAULT_CONCURRENCY
  const onEvent = guarded((event) => options.onEvent?.(event, plan), warnings)
  const archived = await archiveBeforeDeletion(plan, {
    session,
    signal,
    archive: options.archive,
    dataDir: dataDirOf(options),
    concurrency,
    onEvent,
  })
  const lastLook = new LastLook(plan, session)
  const lookAgain = async (why: LookReason) => new Map([...archived.excluded, ...(await lastLook.again(why))])
  const excluded = await lookAgain('first')
  if (signal?.aborted) throw new CancelledError('Interrupted.')
  const journal = await openJournalFor(job, options, archived.summary?.dir)
  const started = performance.now()
  const outcomes = await orEnd(
    journal,
    carryOut(plan, {
      hub,
      namespace: access.namespace,
      concurrency,
      signal,
      excluded,
      lookAgain,
      isOld: (isFirst) => lastLook.isOld(isFirst),
      listAtEnd: () => listAtEnd(session),
      warn: (text) => warnings.push(text),
      onEvent,
      journal,
    }),
  )
  const interrupted = signal?.aborted === true && outcomes.some((outcome) => isOpen(outcome))
  await journal?.end({interrupted}).catch((error: unknown) => warnings.push(String((error as Error).message)))
  return resultOf({
    plan,
    inventory,
    dryRun: false,
    applied: saved !== undefined,
    warnings,
    stale,
    sizes,
    outcomes: [...stale, ...outcomes],
    interrupted,
    archive: archived.summary,
    journal: journal?.path,
    deletionMs: performance.now() - started,
  })
}

/** A listing for a token that may not see everything any more says nothing about what is gone. */
async function listAtEnd(session: Session): Promise<Dataset[]> {
  const {datasets, leaderboard} = await discover(session)
  await requireSameAccess(session)
  return leaderboard ? [...datasets, leaderboard] : datasets
}

async function openJournalFor(
  {plan, session, saved, stale = []}: Job,
  options: ExecutionOptions,
  archive: string | undefined,
): Promise<Journal | undefined> {
  if (options.journal === false) return undefined
  const told = saved?.plan ?? plan
  const journal = await openJournal(dataDirOf(options), {
    plan: told,
    saved,
    user: session.user,
    confirmedBy: options.yes === true ? 'yes' : (options.confirmedBy ?? 'callback'),
    // A journal is read from anywhere.
    archive: archive === undefined ? undefined : resolve(archive),
    now: new Date(),
  })
  // Of names that were never in the plan its reader knows nothing, and would take their lines for damage.
  const known = new Set(plannedDatasets(told).map(({name}) => name))
  const lines = stale.filter(({name}) => known.has(name)).map((outcome) => journal.outcome(outcome))
  await orEnd(journal, Promise.all(lines))
  return journal
}

/** A file that nobody closes ends the process of a newer Node, at some later moment. */
async function orEnd<T>(journal: Journal | undefined, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    await journal?.end({interrupted: false}).catch(() => {})
    throw error
  }
}

/** Whether Ctrl-C may have kept it from being settled. */
function isOpen({status, uncertain}: Outcome): boolean {
  return status === 'unattempted' || uncertain === true
}

/** A fault in the listener must not leave a deletion half-done and unreported. */
function guarded(listener: (event: JobEvent) => void, warnings: string[]): (event: JobEvent) => void {
  let isBroken = false
  return (event) => {
    if (isBroken) return
    const giveUp = (error: unknown) => {
      if (isBroken) return
      isBroken = true
      warnings.push(`onEvent failed and was not called again: ${String(error)}`)
    }

    try {
      Promise.resolve(listener(event)).catch(giveUp)
    } catch (error) {
      giveUp(error)
    }
  }
}
