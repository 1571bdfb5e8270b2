import {realpath} from 'node:fs/promises'

import {checkConcurrency, DEFAULT_CONCURRENCY} from '../base/concurrency.js'
import {RefusedError, UsageError} from '../base/errors.js'
import {EXIT, type ExitCode} from '../base/exit-codes.js'
import {readOptions, readText} from '../base/options.js'
import {formatWords} from '../base/shell.js'
import {formatCount, printable} from '../base/text.js'
import {requireWriteAccess, UnknownNamespaceError} from '../hub/access.js'
import {openSession, type Session} from '../hub/session.js'
import {statNoFollow} from './disk.js'
import {type ArchiveEntry, chooseRuns, findArchives, requireArchived} from './entries.js'
import {
  RESTORE_OPTIONS,
  type RestoreOptions,
  type RestoreOutcome,
  type RestorePart,
  restoreRuns,
  type RestoreStatus,
} from './restore-runs.js'

/** The outcome of a restoration. */
export interface RestoreResult {
  endpoint: string
  namespace: string
  /** The namespace that the archives are of, where `from` named one. */
  from?: string
  dir: string
  dryRun: boolean
  /** The signal was aborted before everything had been attempted. */
  interrupted: boolean
  /** One for each archive chosen, in the order in which they come back: run by run, the newest first. */
  outcomes: RestoreOutcome[]
  counts: Record<RestoreStatus, number>
  warnings: string[]
}

/**
 * Brings archived datasets back to the Hub, under their names, with their files and their visibility. Everything is checked on
 * the disk before anything is created, nothing on the Hub is overwritten, and afterwards it is compared file by file. What the
 * Hub creates stays new: the date of creation, the id, the history.
 * @throws UsageError where the folder does not exist, RefusedError where it holds no archive or not one that was named,
 *   NotAllowedError where the token cannot write, CancelledError where the signal was aborted before anything was created
 */
export async function restoreDatasets(options: RestoreOptions): Promise<RestoreResult> {
  options = readOptions(options, RESTORE_OPTIONS)
  checkConcurrency(options.concurrency ?? DEFAULT_CONCURRENCY)
  const {names = [], from, dryRun = false, signal} = options
  const dir = readText(options.dir, '`dir`')
  if (from !== undefined) readText(from, '`from`')
  const entries = await findArchives(await findFolder(dir))
  requireArchived(entries, names, dir)
  const session = await openSessionFor(entries, options)
  const {access, hub, warnings} = session
  if (!dryRun) requireWriteAccess(access)
  else if (access.writeLimit) warnings.push(`This token cannot restore anything: ${access.writeLimit}.`)
  const own = ownEntries(entries, options, session)
  if (own.length < entries.length)
    warnings.push(
      `${formatCount(entries.length - own.length, 'archive')} of other namespaces will not be restored.`,
    )
  requireArchived(own, names, dir)
  const runs = chooseRuns(own, names, from ?? access.namespace)
  const parts = runs.map((run) => run.map((entry) => partFor(entry, options, session)))
  const outcomes = await restoreRuns(session, options, parts)
  const counts = {restored: 0, restorable: 0, present: 0, failed: 0, refused: 0, unattempted: 0}
  for (const {status} of outcomes) counts[status]++
  return {
    endpoint: hub.endpoint,
    namespace: access.namespace,
    ...(from !== undefined && {from}),
    dir,
    dryRun,
    interrupted: signal?.aborted === true && counts.failed + counts.unattempted > 0,
    outcomes,
    counts,
    warnings,
  }
}

/** 0 everything restored, or there already; 3 anything failed, refused or unattempted; 130 interrupted. */
export function exitCodeOfRestore({
  interrupted,
  counts,
}: Pick<RestoreResult, 'counts' | 'interrupted'>): ExitCode {
  if (interrupted) return EXIT.cancelled
  return counts.failed + counts.refused + counts.unattempted > 0 ? EXIT.incomplete : EXIT.done
}

/** The real path of a folder of archives. @throws UsageError where it is not a folder */
export async function findFolder(dir: string): Promise<string> {
  const root = await realpath(dir).catch(() => '')
  if (root === '' || !(await statNoFollow(root))?.isDirectory())
    throw new UsageError(`${printable(dir)} is not a folder: use the one that holds the archive.`)
  return root
}

/**
 * Opens a session. A namespace that the token does not know may be the one that the archives are of: then the error says how they
 * come back under another one.
 */
async function openSessionFor(entries: ArchiveEntry[], options: RestoreOptions): Promise<Session> {
  try {
    return await openSession(options)
  } catch (error) {
    const {dir, names = [], namespace} = options
    const held = entries.find((entry) => entry.namespace === namespace)?.namespace
    if (!(error instanceof UnknownNamespaceError) || held === undefined) throw error
    const command = formatWords(['restore', dir, ...names, '--from', held])
    throw new RefusedError(error.message, {
      cause: error,
      suggestions: [`To restore its archives to this token's own account: smoltrace ${command}`],
    })
  }
}

/** Where the options name a namespace, its archives alone; else all of them, and those of others are refused one by one. */
function ownEntries(
  entries: ArchiveEntry[],
  {dir, names = [], from, namespace}: RestoreOptions,
  {access, namespaces, user}: Session,
): ArchiveEntry[] {
  const source = from ?? access.namespace
  if (from === undefined && namespace === undefined) return entries
  const own = entries.filter((entry) => entry.namespace === source)
  if (own.length > 0) return own
  const target = access.namespace === user ? [] : ['--namespace', access.namespace]
  const suggestions = [...new Set(entries.map((entry) => entry.namespace))].map((held) => {
    // One that the token does not know can only be a source.
    const isTarget = from === undefined && namespaces.includes(held)
    const flags = isTarget ? ['--namespace', held] : ['--from', held, ...target]
    return `It has archives of ${printable(held)}: smoltrace ${formatWords(['restore', dir, ...names, ...flags])}`
  })
  throw new RefusedError(`${printable(dir)} has no archive of ${printable(source)}.`, {suggestions})
}

/** An archive of another namespace is refused, and keeps its name. */
function partFor(entry: ArchiveEntry, {from}: RestoreOptions, {access, namespaces}: Session): RestorePart {
  const {name, namespace: held} = entry
  const source = from ?? access.namespace
  if (held === source)
    return {entry, name: `${access.namespace}${name.slice(held.length)}`, problem: entry.problem}
  const foreign = namespaces.includes(held)
    ? `it does not belong to ${source}: add --namespace ${held}`
    : `it belongs to ${held}, which this token cannot access: add --from ${held} to restore it to ${access.namespace}`
  return {entry, name, problem: entry.problem ?? foreign}
}
