import {discover, type Inventory, type TrashedDataset} from '../../account/datasets.js'
import {readProtectionIfPossible} from '../../account/protection/file.js'
import {describeLivePin, pinOn} from '../../account/protection/pins.js'
import {originalName, type TrashedRun, trashedRunsOf} from '../../account/trash.js'
import {checkConcurrency, DEFAULT_CONCURRENCY} from '../../base/concurrency.js'
import {CancelledError, RefusedError, UsageError} from '../../base/errors.js'
import {EXIT, type ExitCode} from '../../base/exit-codes.js'
import {
  checkTimestamps,
  parseRunDatasetName,
  RUN_TYPES,
  type RunType,
  trashDayOf,
  trashNameOf,
} from '../../base/names.js'
import {type OptionTable, readOptions, readTexts} from '../../base/options.js'
import {byText, formatCount} from '../../base/text.js'
import {DAY} from '../../base/time.js'
import {
  CONNECTION,
  type ConnectionOptions,
  guardListener,
  openSession,
  requireDeletable,
  type Session,
} from '../../hub/session.js'
import {moving} from '../act.js'
import {readHistory, readJob} from '../journal/history.js'
import {isMove, type JobRecord, movedBy} from '../journal/parse.js'
import {dataDirOf} from '../options.js'
import {isExposed, type Outcome, type OutcomeStatus, type TakeEvent, unattemptedOutcome} from '../outcomes.js'
import {findJobAt, openSessionAt} from '../place.js'
import {takeRuns} from '../take.js'
import {type Reselection, reselectionOf} from './reselect.js'

/** Which runs come back. */
export interface TrashRestoreOptions extends ConnectionOptions {
  /** Timestamps of runs in the trash. */
  timestamps?: string[] | undefined
  /** Everything in the trash. */
  all?: boolean | undefined
  /** What this job moved there: the beginning of its id, or `latest`. */
  job?: string | undefined
  /** Runs that are worked on at a time, 1 to 32; default 4. */
  concurrency?: number | undefined
  /** Where journals are kept: they say by which rules a run was trashed. */
  dataDir?: string | undefined
  /** Called with everything that happens, and how many datasets it is about; names are those that they get back. */
  onEvent?: ((event: TakeEvent, of: number) => void) | undefined
}

/** How runs that were chosen come back. */
type MoveOptions = Pick<TrashRestoreOptions, 'concurrency' | 'dataDir' | 'onEvent' | 'signal'>

const RESTORE_OPTIONS: OptionTable<TrashRestoreOptions> = {
  ...CONNECTION,
  timestamps: 'texts',
  all: 'boolean',
  job: 'text',
  concurrency: 'number',
  dataDir: 'text',
  onEvent: 'function',
}

export const TRASH_RESTORE_STATUSES = ['restored', 'failed', 'skipped', 'gone', 'unattempted'] as const
type TrashRestoreStatus = (typeof TRASH_RESTORE_STATUSES)[number]

/** What came of one dataset. */
export interface TrashRestoreOutcome extends Omit<Outcome, 'status'> {
  /** Its name in the trash; `name` is the one that it had, and has again. */
  from: string
  status: TrashRestoreStatus
}

/** One run of a restoration. */
export interface RestoredRun {
  timestamp: string
  /** Of what there is neither in the trash nor outside. */
  missing: RunType[]
  outcomes: TrashRestoreOutcome[]
  /** What pins it now: every cleanup keeps it. */
  pin?: string | undefined
}

/** How a restoration from the trash ended. */
export interface TrashRestoreResult {
  endpoint: string
  namespace: string
  user: string
  /** The job that moved them there, where one was named. */
  job?: string | undefined
  /** In the order in which they come back, the newest first. */
  runs: RestoredRun[]
  /** Timestamps that were named, of runs that are not in the trash but exist: an earlier call brought them back. */
  present: string[]
  counts: Record<TrashRestoreStatus, number>
  /** The rules that trashed them, where these would take some of them again. */
  reselected: Reselection[]
  /** The signal was aborted before everything had been attempted. */
  interrupted: boolean
  warnings: string[]
}

/**
 * Gives runs in the trash their names again, at once: nothing can be lost by it. A run of which a name is taken is left as it is.
 * Called again it finishes what an interruption left.
 * @throws UsageError where the options make no sense; RefusedError where a run is not in the trash; NotAllowedError where the token
 *   cannot write; nothing was changed then
 */
export async function restoreTrash(options: TrashRestoreOptions = {}): Promise<TrashRestoreResult> {
  const own = readOptions(options, RESTORE_OPTIONS)
  const timestamps = readChoice(own)
  checkConcurrency(own.concurrency ?? DEFAULT_CONCURRENCY)
  const job = own.job === undefined ? undefined : await findMove(own.job, own)
  const session = job ? await openSessionAt(job, own, 'job') : await openSession(own)
  requireDeletable(session)
  const {signal} = own
  const inventory = await discover(session)
  const there = trashedRunsOf(inventory)
  await requireListed(there, timestamps, job, session)
  const choice = chooseRuns(there, timestamps, job, inventory)
  if (signal?.aborted) throw new CancelledError('Interrupted.')
  return {...(await takeOutOfTrash(choice, inventory, session, own)), job: job?.id}
}

/** A job that moved datasets to the trash; the `latest` is the latest of these. @throws RefusedError where there is none */
async function findMove(id: string, options: TrashRestoreOptions): Promise<JobRecord> {
  const dataDir = dataDirOf(options)
  const history = await readHistory(dataDir, {brief: true})
  const jobs = history.jobs.filter((each) => isMove(each))
  if (id.toLowerCase() === 'latest' && jobs.length === 0)
    throw new RefusedError(`No job that moved anything to the trash is recorded in ${history.dataDir}.`, {
      suggestions: ['To see what is in the trash: smoltrace trash list'],
    })
  const job = await findJobAt(id.toLowerCase() === 'latest' ? {...history, jobs} : history, id, options)
  if (isMove(job)) return readJob(dataDir, job)
  throw new RefusedError(`Job ${job.id} moved nothing to the trash.`, {
    suggestions: [`To restore what it deleted from its archive: smoltrace restore --job ${job.id}`],
  })
}

/** Gives the chosen runs, as `narrowRuns` returns them, their names again. @param choice `present`: as in the result */
export async function takeOutOfTrash(
  {chosen, present = []}: {chosen: TrashedRun[]; present?: string[]},
  inventory: Inventory,
  session: Session,
  options: MoveOptions,
): Promise<TrashRestoreResult> {
  const refused = new Map(chosen.map((run) => [run, whyNot(run, inventory)]))
  const outcomes = await move(
    chosen.filter((run) => refused.get(run) === undefined),
    session,
    options,
  )
  const runs = chosen.map((run): RestoredRun => {
    const {timestamp, missing, datasets} = run
    return {
      timestamp,
      missing,
      outcomes: datasets.map((dataset) => outcomeOf(dataset, outcomes, refused.get(run))),
    }
  })
  return finish({runs, present}, inventory, session, options)
}

/** What to bring back: these runs, or all where undefined. @throws UsageError */
function readChoice({timestamps, all, job}: TrashRestoreOptions): string[] | undefined {
  if (all && job !== undefined)
    throw new UsageError('`all` restores everything in the trash: omit `job`, or `all`.')
  if (timestamps !== undefined && timestamps.length > 0) {
    if (all) throw new UsageError('`all` restores everything in the trash: omit the timestamps, or `all`.')
    checkTimestamps(readTexts(timestamps, 'Timestamps'), undefined, 'trash list')
    return [...new Set(timestamps)]
  }

  if (all || job !== undefined) return undefined
  throw new UsageError('Nothing selected: add run timestamps, `job`, or `all` to restore the whole trash.', {
    suggestions: ['To see what is in the trash: smoltrace trash list'],
  })
}

/** So many datasets that are not listed are asked for by name. */
const MAX_ASKED = 9

/** Right after a move the listing may lag, and "nothing to restore" would be a lie. @throws RefusedError where it does */
async function requireListed(
  runs: TrashedRun[],
  timestamps: string[] | undefined,
  job: JobRecord | undefined,
  {hub, access: {namespace}, hubTime}: Session,
): Promise<void> {
  const listed = new Set(runs.flatMap(({datasets}) => datasets.map(({id}) => id)))
  const known = new Set(runs.map(({timestamp}) => timestamp))
  const moved =
    job &&
    movedBy(job).flatMap(({name, id}) => (listed.has(id) ? [] : (parseRunDatasetName(name, namespace) ?? [])))
  const absent = timestamps
    ?.filter((timestamp) => !known.has(timestamp))
    .flatMap((timestamp) => RUN_TYPES.map((type) => ({type, timestamp})))
  const dates = [...(job ? [job.at] : []), hubTime, new Date(hubTime.getTime() - DAY)]
  const days = [...new Set(dates.map((date) => trashDayOf(date)))]
  const names = (moved ?? absent ?? [])
    .slice(0, MAX_ASKED)
    .flatMap(({type, timestamp}) => days.map((day) => trashNameOf(namespace, day, type, timestamp)))
  for (const name of names) {
    if (runs.some(({datasets}) => datasets.some((each) => each.name === name))) continue
    if ((await hub.whereabouts(name)).state !== 'there') continue
    throw new RefusedError(
      `${name} is in the trash, but the Hub does not list it yet. Nothing was changed.`,
      {suggestions: ['Wait a minute, then run the same command again.']},
    )
  }
}

/**
 * The runs that come back, the newest first, each with its datasets in the order in which they do; and those named that are back.
 * @param job of which only what it moved to the trash, or may have, comes back
 * @throws RefusedError where a timestamp is of neither
 */
function chooseRuns(
  runs: TrashedRun[],
  timestamps: string[] | undefined,
  job: JobRecord | undefined,
  {datasets}: Inventory,
): {chosen: TrashedRun[]; present: string[]} {
  const there = narrowRuns(runs, job && new Set(movedBy(job).map(({id}) => id)))
  const known = new Set(there.map(({timestamp}) => timestamp))
  const exists = new Set(datasets.map(({timestamp}) => timestamp))
  const missing = timestamps?.filter((timestamp) => !known.has(timestamp)) ?? []
  const absent = missing.filter((timestamp) => !exists.has(timestamp))
  if (absent.length > 0)
    throw new RefusedError(`${absent.join(', ')}: not in the trash${job ? ` from job ${job.id}` : ''}.`, {
      suggestions: [whatIsThere(runs)],
    })
  return {
    chosen: there.filter(({timestamp}) => timestamps === undefined || timestamps.includes(timestamp)),
    present: missing,
  }
}

/** What of these runs has one of these ids, if there are any; the newest first. */
export function narrowRuns(runs: TrashedRun[], ids: ReadonlySet<string> | undefined): TrashedRun[] {
  return runs
    .map((run) => ({...run, datasets: run.datasets.filter(({id}) => !ids || ids.has(id))}))
    .filter(({datasets}) => datasets.length > 0)
    .toSorted((a, b) => byText(b.timestamp, a.timestamp))
}

const MAX_NAMED = 5

function whatIsThere(runs: TrashedRun[]): string {
  if (runs.length === 0) return 'The trash is empty.'
  const more = runs.length > MAX_NAMED ? ` and ${formatCount(runs.length - MAX_NAMED, 'other run')}` : ''
  const named = runs.slice(0, MAX_NAMED).map(({timestamp}) => timestamp)
  return `In the trash: ${named.join(', ')}${more}. To list it: smoltrace trash list --namespace ${runs[0]?.namespace}`
}

/** An event by the names that people know. */
function renamed(event: TakeEvent, names: ReadonlyMap<string, string>): TakeEvent {
  const nameOf = (name: string) => names.get(name) ?? name
  if (event.kind === 'finished')
    return {...event, outcome: {...event.outcome, name: nameOf(event.outcome.name)}}
  return 'name' in event ? {...event, name: nameOf(event.name)} : event
}

/** Why a run stays in the trash; undefined where all its names are free. */
export function whyNot({datasets}: TrashedRun, inventory: Inventory): string | undefined {
  const names = new Set(inventory.datasets.map(({name}) => name))
  const taken = datasets.map((dataset) => originalName(dataset)).find((name) => names.has(name))
  if (taken !== undefined)
    return `another dataset is named ${taken} now: rename or delete it on the Hub first`
  const twice = RUN_TYPES.find((type) => datasets.filter((each) => each.type === type).length > 1)
  return twice && `the trash has its ${twice} twice`
}

/** Moves runs out of the trash. @returns the outcome of each dataset, by its name there */
async function move(
  runs: TrashedRun[],
  session: Session,
  {concurrency = DEFAULT_CONCURRENCY, signal, onEvent: listener}: MoveOptions,
): Promise<Map<string, Outcome>> {
  const of = runs.reduce((sum, {datasets}) => sum + datasets.length, 0)
  const names = new Map(runs.flatMap(({datasets}) => datasets.map((each) => [each.name, originalName(each)])))
  const tell = (event: TakeEvent) => listener?.(renamed(event, names), of)
  const onEvent = guardListener<TakeEvent>('onEvent', tell, session.warnings)
  const outcomes = await takeRuns(
    runs.map(({datasets}) => datasets),
    {
      session,
      concurrency,
      signal,
      onEvent,
      act: moving(session, originalName),
      // A name that was taken since is refused by the Hub: nothing has to be looked at again.
      state: {excluded: new Map(), isOld: () => false, async refresh() {}},
    },
  )
  return new Map(outcomes.map((outcome) => [outcome.name, outcome]))
}

function outcomeOf(
  dataset: TrashedDataset,
  outcomes: ReadonlyMap<string, Outcome>,
  why: string | undefined,
): TrashRestoreOutcome {
  const from = dataset.name
  const name = originalName(dataset)
  if (why !== undefined) return {name, from, status: 'skipped', reason: why}
  const {status, ...outcome} = outcomes.get(from) ?? unattemptedOutcome(dataset, 'nothing was sent')
  return {...outcome, name, from, status: STATUS[status]}
}

const STATUS: Record<OutcomeStatus, TrashRestoreStatus> = {
  trashed: 'restored',
  deleted: 'restored',
  failed: 'failed',
  skipped: 'skipped',
  gone: 'gone',
  unattempted: 'unattempted',
}

/** Adds what keeps these runs from now on, and what would take them again. */
async function finish(
  {runs, present}: Pick<TrashRestoreResult, 'present' | 'runs'>,
  inventory: Inventory,
  session: Session,
  options: MoveOptions,
): Promise<TrashRestoreResult> {
  const {hub, user, access, warnings, now} = session
  const counts = {restored: 0, failed: 0, skipped: 0, gone: 0, unattempted: 0}
  for (const {outcomes} of runs) for (const {status} of outcomes) counts[status]++
  const back = new Set(
    runs.flatMap(({outcomes}) => outcomes.flatMap(({status, from}) => (status === 'restored' ? [from] : []))),
  )
  const after = withRestored(inventory, back)
  const result = {
    endpoint: hub.endpoint,
    namespace: access.namespace,
    user,
    runs,
    present,
    counts,
    reselected: [],
    interrupted: options.signal?.aborted === true && counts.failed + counts.unattempted > 0,
    warnings,
  }
  if (back.size + present.length === 0 || options.signal?.aborted) return result
  const protection = await readProtectionIfPossible(hub, after, warnings)
  const pinned = runs.map((run) => {
    const datasets = after.datasets.filter(({timestamp}) => timestamp === run.timestamp)
    const pin = protection === 'unknown' ? undefined : pinOn({...run, datasets}, protection, now)
    return pin ? {...run, pin: describeLivePin(pin)} : run
  })
  const isBack = new Set([...present, ...runs.map(({timestamp}) => timestamp)])
  const again = after.datasets.filter(({timestamp}) => isBack.has(timestamp))
  const reselected = await reselectionOf(again, after, session, dataDirOf(options))
  return {...result, runs: pinned, reselected}
}

/** The namespace as it is once these have their names again. */
function withRestored(inventory: Inventory, back: ReadonlySet<string>): Inventory {
  const restored = inventory.trash
    .filter(({name}) => back.has(name))
    .map(({trashedOn: _, ...dataset}) => ({...dataset, name: originalName(dataset)}))
  return {
    ...inventory,
    datasets: [...inventory.datasets, ...restored],
    trash: inventory.trash.filter(({name}) => !back.has(name)),
  }
}

/** What came back, and was shown to others by that. */
export function exposedIn({runs}: Pick<TrashRestoreResult, 'runs'>): TrashRestoreOutcome[] {
  return runs.flatMap(({outcomes}) => outcomes.filter((outcome) => isExposed(outcome)))
}

/** 0 everything came back as it was; 3 anything did not; 130 interrupted. */
export function exitCodeOfTrashRestore(result: TrashRestoreResult): ExitCode {
  if (result.interrupted) return EXIT.cancelled
  const isBack = result.runs.every(({outcomes}) => outcomes.every(({status}) => status === 'restored'))
  return isBack && exposedIn(result).length === 0 ? EXIT.done : EXIT.incomplete
}
