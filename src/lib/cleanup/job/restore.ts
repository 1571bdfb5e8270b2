import {discover, type Inventory} from '../../account/datasets.js'
import {originalName, type TrashedRun, trashedRunsOf} from '../../account/trash.js'
import {
  type ArchiveEntry,
  findArchives,
  chooseRuns as groupEntries,
  requireArchived,
} from '../../archive/entries.js'
import {type Manifest} from '../../archive/manifest.js'
import {
  type RestoreEvent,
  type RestoreOutcome,
  type RestorePart,
  restoreRuns,
  type RestoreStatus,
} from '../../archive/restore-runs.js'
import {exitCodeOfRestore, findFolder, type RestoreResult} from '../../archive/restore.js'
import {checkConcurrency, DEFAULT_CONCURRENCY} from '../../base/concurrency.js'
import {CancelledError, RefusedError, SmoltraceError} from '../../base/errors.js'
import {EXIT, type ExitCode} from '../../base/exit-codes.js'
import {parseRunDatasetName, RUN_TYPES} from '../../base/names.js'
import {type OptionTable, readOptions, readText} from '../../base/options.js'
import {byText, printable} from '../../base/text.js'
import {CONNECTION, type ConnectionOptions, requireDeletable, type Session} from '../../hub/session.js'
import {readHistory, readJob} from '../journal/history.js'
import {type DatasetRecord, type DatasetState, type JobRecord} from '../journal/parse.js'
import {dataDirOf} from '../options.js'
import {type TakeEvent} from '../outcomes.js'
import {findJobAt, openSessionAt} from '../place.js'
import {
  exitCodeOfTrashRestore,
  exposedIn,
  narrowRuns,
  type RestoredRun,
  takeOutOfTrash,
  type TrashRestoreOutcome,
  type TrashRestoreResult,
  whyNot,
} from '../trash/restore.js'
import {locate, type Present} from './locate.js'

/** Which job is undone, and how. */
export interface JobRestoreOptions extends ConnectionOptions {
  /** The beginning of its id, or `latest`. */
  job: string
  /** Default false: only says what would be done. */
  dryRun?: boolean | undefined
  /** Runs that are moved, and archives that are checked, at a time, 1 to 32; default 4. */
  concurrency?: number | undefined
  /** Where journals are kept. */
  dataDir?: string | undefined
  /** What is moved out of the trash; names are those that datasets get back. */
  onMove?: ((event: TakeEvent, of: number) => void) | undefined
  /** What happens with archives. */
  onEvent?: ((event: RestoreEvent) => void) | undefined
}

const OPTIONS: OptionTable<JobRestoreOptions> = {
  ...CONNECTION,
  job: 'text',
  dryRun: 'boolean',
  concurrency: 'number',
  dataDir: 'text',
  onMove: 'function',
  onEvent: 'function',
}

/** What came of one dataset that the job took. */
export interface JobRestoreOutcome extends Omit<RestoreOutcome, 'bytes' | 'files'> {
  /** Where it comes from; undefined where it does not come back, or is there. */
  from?: 'archive' | 'trash'
  /** It is unknown whether the Hub moved it. */
  uncertain?: true
  /** The Hub's id of the request that failed. */
  requestId?: string
}

/** How the restoration of a job ended. */
export interface JobRestoreResult extends Pick<
  RestoreResult,
  'counts' | 'dryRun' | 'endpoint' | 'interrupted' | 'namespace' | 'warnings'
> {
  /** Its id. */
  job: string
  user: string
  /** The folder of its archive. */
  archive: string | null
  /** One for each dataset that the job took, or may have, newest run first. */
  outcomes: JobRestoreOutcome[]
  /** What was taken out of the trash, by runs. */
  moved: TrashRestoreResult | undefined
  /** Timestamps of its runs that lack what is in the trash by another job, newest first. */
  partly: string[]
}

/**
 * Brings back what a job deleted or moved to the trash: from the trash what is there, the rest from the job's archive. What exists
 * again is `present`; what has no copy, or whose name another dataset has, is `refused`.
 * @throws UsageError where the job ran elsewhere; RefusedError without one such job, or where its archive is gone;
 *   NotAllowedError where the token cannot write; nothing was changed then
 */
export async function restoreJob(options: JobRestoreOptions): Promise<JobRestoreResult> {
  const own = readOptions(options, OPTIONS)
  const {dryRun = false, signal} = own
  checkConcurrency(own.concurrency ?? DEFAULT_CONCURRENCY)
  const job = await readTaken(readText(own.job, '`job`'), own)
  const session = await openSessionAt(job, own, 'job')
  const {warnings, access, hub, user} = session
  if (!dryRun) requireDeletable(session)
  else if (access.writeLimit) warnings.push(`This token cannot restore anything: ${access.writeLimit}.`)
  const inventory = await discover(session)
  const found = await locate(job, inventory, session)
  const ways = sortByWay(job, found, inventory)
  const runs = narrowRuns(trashedRunsOf(inventory), ways.ids)
  const archives = await findIn(job, ways.wanted, runs.length > 0)
  if (signal?.aborted) throw new CancelledError('Interrupted.')
  const moved =
    dryRun || runs.length === 0
      ? undefined
      : await takeOutOfTrash({chosen: runs}, inventory, session, {...own, onEvent: own.onMove})
  const outcomes = new Map(
    [
      ...ways.settled,
      ...archives.refused,
      ...(moved
        ? moved.runs.flatMap((run) => fromTrash(run))
        : runs.flatMap((run) => rehearse(run, inventory))),
      ...(await create(archives.runs, session, own, moved)),
    ].map((outcome) => [outcome.name, outcome]),
  )
  const counts = {restored: 0, restorable: 0, present: 0, failed: 0, refused: 0, unattempted: 0}
  for (const {status} of outcomes.values()) counts[status]++
  return {
    endpoint: hub.endpoint,
    namespace: access.namespace,
    user,
    job: job.id,
    archive: job.archive,
    dryRun,
    interrupted: signal?.aborted === true && counts.failed + counts.unattempted > 0,
    outcomes: [...outcomes.values()].toSorted((a, b) => byRun(a, b, access.namespace)),
    counts,
    moved,
    partly: partlyBack([...outcomes.values()], inventory, ways.ids),
    warnings,
  }
}

const BACK: ReadonlySet<RestoreStatus> = new Set(['present', 'restorable', 'restored'])

/** @param own the ids of what the job itself put into the trash */
function partlyBack(
  outcomes: JobRestoreOutcome[],
  {namespace, datasets, trash}: Inventory,
  own: ReadonlySet<string>,
): string[] {
  const back = outcomes.filter(({status}) => BACK.has(status)).map(({name}) => name)
  const names = new Set([...back, ...datasets.map(({name}) => name)])
  const runs = new Set(back.map((name) => parseRunDatasetName(name, namespace)?.timestamp))
  const left = trash.filter((each) => !own.has(each.id) && !names.has(originalName(each)))
  const timestamps = new Set(left.map(({timestamp}) => timestamp).filter((timestamp) => runs.has(timestamp)))
  return [...timestamps].toSorted((a, b) => byText(b, a))
}

/** The leaderboard first, then the newest run, and of a run its results. */
function byRun(a: JobRestoreOutcome, b: JobRestoreOutcome, namespace: string): number {
  const [one, other] = [placeOf(a.name, namespace), placeOf(b.name, namespace)]
  return byText(other.timestamp, one.timestamp) || one.rank - other.rank
}

function placeOf(name: string, namespace: string): {timestamp: string; rank: number} {
  const parsed = parseRunDatasetName(name, namespace)
  return parsed
    ? {timestamp: parsed.timestamp, rank: RUN_TYPES.indexOf(parsed.type)}
    : {timestamp: '~', rank: 0}
}

/** A job, with what it took or may have. @throws RefusedError without one such job */
async function readTaken(id: string, options: JobRestoreOptions): Promise<JobRecord> {
  const dataDir = dataDirOf(options)
  const history = await readHistory(dataDir, {brief: true})
  const job = await readJob(dataDir, await findJobAt(history, id, options))
  const taken = new Set<DatasetState>(['deleted', 'trashed', 'uncertain'])
  return {...job, datasets: job.datasets.filter(({state}) => taken.has(state))}
}

interface Ways {
  /** Of what is in the trash. */
  ids: ReadonlySet<string>
  /** What only an archive can bring back. */
  wanted: Wanted[]
  settled: JobRestoreOutcome[]
}

interface Wanted {
  /** Outside the trash. */
  name: string
  id: string
  /** Another dataset has its name, which may be this one restored. */
  isTaken: boolean
}

function sortByWay({datasets}: JobRecord, found: Present[], inventory: Inventory): Ways {
  const inTrash = new Set(inventory.trash.map(({id}) => id))
  const ids = new Set<string>()
  const wanted: Wanted[] = []
  const settled: JobRestoreOutcome[] = []
  for (const [index, present] of found.entries()) {
    const {id, state: former} = datasets[index] as DatasetRecord
    const {state, original: name, reason = '', isOther = false} = present
    if (state === 'trash' && inTrash.has(id)) ids.add(id)
    else if (state === 'trash')
      settled.push({
        name,
        status: 'failed',
        reason: `the Hub does not list ${present.name} yet: try again later`,
      })
    // What is not certain to be deleted could exist twice then.
    else if (state === 'unknown' && former !== 'deleted') settled.push({name, status: 'failed', reason})
    else if (state === 'gone' || state === 'unknown' || isOther) wanted.push({name, id, isTaken: isOther})
    else settled.push({name, status: 'present'})
  }

  return {ids, wanted, settled}
}

/**
 * Looks for copies in the job's archive, which others may share. @returns those of these very datasets, in runs, and why the others
 * have none
 * @throws RefusedError where the archive is gone
 */
async function findIn(
  {archive, id, namespace}: JobRecord,
  wanted: Wanted[],
  isPartlyInTrash: boolean,
): Promise<{runs: RestorePart[][]; refused: JobRestoreOutcome[]}> {
  const entries = archive === null || wanted.length === 0 ? [] : await entriesIn(archive, id, isPartlyInTrash)
  const byName = new Map(entries.map((entry) => [entry.name, entry]))
  const copies: ArchiveEntry[] = []
  const refused: JobRestoreOutcome[] = []
  for (const {name, id: own, isTaken} of wanted) {
    const entry = byName.get(name)
    const reason = isTaken ? 'another dataset has its name, and it was not archived' : 'it was not archived'
    if (!entry) refused.push({name, status: 'refused', reason})
    else if (!entry.manifest || isOf(entry.manifest, own)) copies.push(entry)
    else copies.push({...entry, problem: 'the archive has another dataset of its name'})
  }

  const runs = groupEntries(copies, [], namespace)
  const partFor = (entry: ArchiveEntry): RestorePart => ({entry, name: entry.name, problem: entry.problem})
  return {runs: runs.map((run) => run.map((entry) => partFor(entry))), refused}
}

async function entriesIn(dir: string, job: string, isPartlyInTrash: boolean): Promise<ArchiveEntry[]> {
  try {
    const entries = await findArchives(await findFolder(dir))
    requireArchived(entries, [], dir)
    return entries
  } catch (error) {
    if (!(error instanceof SmoltraceError)) throw error
    throw new RefusedError(`The archive of job ${job} is no longer in ${printable(dir)}.`, {
      cause: error,
      suggestions: [
        'If you moved it, use `restore` with the folder where it is now.',
        ...(isPartlyInTrash ? [`To restore what is in the trash: smoltrace trash restore --job ${job}`] : []),
      ],
    })
  }
}

function isOf({id, previousIdentities}: Manifest, own: string): boolean {
  return id === own || previousIdentities.some((identity) => identity.id === own)
}

const STATUS: Record<TrashRestoreOutcome['status'], RestoreStatus> = {
  restored: 'restored',
  failed: 'failed',
  skipped: 'refused',
  gone: 'failed',
  unattempted: 'unattempted',
}

function fromTrash({outcomes, pin}: RestoredRun): JobRestoreOutcome[] {
  return outcomes.map(({from: _, status, ...outcome}) => ({
    ...outcome,
    from: 'trash',
    status: STATUS[status],
    ...(status === 'restored' && pin !== undefined && {pin}),
  }))
}

function rehearse(run: TrashedRun, inventory: Inventory): JobRestoreOutcome[] {
  const reason = whyNot(run, inventory)
  return run.datasets.map((dataset) => ({
    name: originalName(dataset),
    from: 'trash',
    ...(reason === undefined ? {status: 'restorable'} : {status: 'refused', reason}),
  }))
}

/** Restores these archives. What was moved before must not be lost to a signal that comes while they are checked. */
async function create(
  runs: RestorePart[][],
  session: Session,
  {dryRun, concurrency, signal, onEvent}: JobRestoreOptions,
  moved: TrashRestoreResult | undefined,
): Promise<JobRestoreOutcome[]> {
  if (runs.length === 0) return []
  const [alarm] = moved ? exposedIn(moved) : []
  const notCreated = (reason: string) =>
    runs.flat().map(({name}): JobRestoreOutcome => ({name, from: 'archive', status: 'unattempted', reason}))
  if (alarm) return notCreated(`stopped, since ${alarm.reason}`)
  try {
    const outcomes = await restoreRuns(session, {dryRun, concurrency, signal, onEvent}, runs)
    return outcomes.map(({files: _, bytes: __, ...outcome}) => ({
      ...outcome,
      ...(outcome.status !== 'present' && {from: 'archive' as const}),
    }))
  } catch (error) {
    if (!moved || !(error instanceof CancelledError)) throw error
    return notCreated('interrupted')
  }
}

/** As `exitCodeOfRestore`, and 3 where a move made something public. */
export function exitCodeOfJobRestore(result: JobRestoreResult): ExitCode {
  const code = exitCodeOfRestore(result)
  return code === EXIT.done && result.moved ? exitCodeOfTrashRestore(result.moved) : code
}
