import {realpath} from 'node:fs/promises'

import {checkConcurrency, DEFAULT_CONCURRENCY} from '../base/concurrency.js'
import {UsageError} from '../base/errors.js'
import {EXIT, type ExitCode} from '../base/exit-codes.js'
import {readOptions, readText} from '../base/options.js'
import {printable} from '../base/text.js'
import {requireWriteAccess} from '../hub/access.js'
import {whatIs} from './disk.js'
import {findArchives} from './entries.js'
import {type Part, type RestoreOutcome, type RestoreStatus} from './outcome.js'
import {RESTORE_OPTIONS, type RestoreOptions} from './restore-options.js'
import {Restore} from './runs-back.js'
import {chooseArchives, intoRuns, requireArchived} from './selection.js'
import {nameOf, nothingOf, openSessionFor, sourceOf} from './source.js'

export {type RestoreOutcome, type RestoreStatus} from './outcome.js'
export {type RestoreEvent, type RestoreOptions} from './restore-options.js'

/** What became of all that was to be restored. */
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

/** What Ctrl-C may have kept from being restored. */
const OPEN: ReadonlySet<RestoreStatus> = new Set(['failed', 'unattempted'])

/**
 * Brings archived datasets back to the Hub, under their names, with their files and their visibility. Everything is checked on
 * the disk before anything is created, nothing on the Hub is overwritten, and afterwards it is compared file by file. What the
 * Hub gives anew stays new: the date of creation, the id, the history.
 * @throws UsageError where the folder does not exist, RefusedError where it holds no archive or not one that was named,
 *   NotAllowedError where the token cannot write, CancelledError where the signal was aborted before anything was created
 */
export async function restoreDatasets(options: RestoreOptions): Promise<RestoreResult> {
  options = readOptions(options, RESTORE_OPTIONS)
  checkConcurrency(options.concurrency ?? DEFAULT_CONCURRENCY)
  const {names = [], from, dryRun = false, signal} = options
  const dir = readText(options.dir, '`dir`')
  if (from !== undefined) readText(from, '`from`')
  const archives = await findArchives(await openFolder(dir))
  requireArchived(archives, names, dir)
  const session = await openSessionFor(archives, options)
  const {access, hub, warnings} = session
  if (!dryRun) requireWriteAccess(access)
  else if (access.writeLimit)
    warnings.push(`With this token nothing could be restored: ${access.writeLimit}.`)
  const source = sourceOf(session, options)
  const own = archives.filter(({namespace}) => !source.isExplicit || namespace === source.namespace)
  if (own.length === 0) throw nothingOf(source, archives, dir)
  if (own.length < archives.length)
    warnings.push(`${archives.length - own.length} archives of other namespaces are left alone.`)
  requireArchived(own, names, dir)
  const runs = intoRuns(chooseArchives(own, names, source.namespace), names).map((run) =>
    run.map((archive): Part => ({archive, name: nameOf(archive, source, access.namespace)})),
  )
  const outcomes = await new Restore(session, options, runs, source).run()
  return {
    endpoint: hub.endpoint,
    namespace: access.namespace,
    ...(from !== undefined && {from}),
    dir,
    dryRun,
    interrupted: signal?.aborted === true && outcomes.some(({status}) => OPEN.has(status)),
    outcomes,
    counts: countOutcomes(outcomes),
    warnings,
  }
}

/** 0 everything restored, or there already; 3 anything failed, refused or unattempted; 130 interrupted. */
export function exitCodeOfRestore({interrupted, counts}: RestoreResult): ExitCode {
  if (interrupted) return EXIT.cancelled
  return counts.failed + counts.refused + counts.unattempted > 0 ? EXIT.incomplete : EXIT.done
}

async function openFolder(dir: string): Promise<string> {
  const root = await realpath(dir).catch(() => '')
  if (root === '' || !(await whatIs(root))?.isDirectory())
    throw new UsageError(`${printable(dir)} is not a folder: name the one that holds the copies.`)
  return root
}

function countOutcomes(outcomes: RestoreOutcome[]): Record<RestoreStatus, number> {
  const counts = {restored: 0, restorable: 0, present: 0, failed: 0, refused: 0, unattempted: 0}
  for (const {status} of outcomes) counts[status]++
  return counts
}
