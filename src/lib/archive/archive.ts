import {realpath} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import pLimit from 'p-limit'

import {type Dataset} from '../account/datasets.js'
import {pushTo} from '../base/collections.js'
import {mapLimited} from '../base/concurrency.js'
import {CancelledError, RefusedError} from '../base/errors.js'
import {makeFolder, syncFolder} from '../base/files.js'
import {nameOutsideTrash} from '../base/names.js'
import {formatCount, formatNumber, safeName} from '../base/text.js'
import {type Session} from '../hub/session.js'
import {archiveDataset, type ArchiveJob} from './archive-dataset.js'
import {ensureFolder, isDiskUnusable, reasonOf} from './disk.js'
import {takeLock} from './lock.js'
import {pathProblem} from './paths.js'

/** Of one dataset. `archived`: every file is on the disk, with the Hub's hash, and survives a power failure. */
export type ArchiveResult = {status: 'archived'; bytes: number} | {status: 'failed'; reason: string}

/** Progress: one event when a dataset begins, and one when it ends. */
export interface ArchiveEvent {
  kind: 'archiving'
  /** Full name of the dataset. */
  name: string
  /** Datasets that have ended, and how many there are. */
  done: number
  of: number
  /** Bytes archived so far. */
  bytes: number
  /** Why it could not be archived, once it has ended. */
  problem?: string
}

export interface ArchiveOptions {
  session: Pick<Session, 'access' | 'hub' | 'now'>
  /** Folder of archives; created where it does not exist. */
  dir: string
  /** Datasets, and files, in progress at a time. */
  concurrency: number
  signal?: AbortSignal | undefined
  onEvent?: ((event: ArchiveEvent) => void) | undefined
}

/**
 * Archives datasets at the commit in which they were listed: the plain files in `DIR/<namespace>/<dataset>/`, and next to them
 * the manifest. Idempotent: called again, it continues where it stopped.
 * @returns the outcome of each dataset, by full name; what is not `archived` must not be deleted
 * @throws RefusedError where the folder cannot be used, or the disk is full: no dataset could be archived then, or no more
 * @throws CancelledError where the signal was aborted, with how far it came; what was fetched is kept for the next time
 */
export async function archiveDatasets(
  datasets: Dataset[],
  options: ArchiveOptions,
): Promise<Map<string, ArchiveResult>> {
  const {session, dir, concurrency, signal, onEvent} = options
  if (signal?.aborted) throw new CancelledError('Interrupted.')
  const folder = await prepareFolder(dir, session.access.namespace).catch((error: unknown) => {
    throw unusableFolder(dir, error)
  })
  const lock = await takeLock(join(folder, '.archiving.lock')).catch((error: unknown) => {
    // Another holder is not a fault of the folder.
    throw unusableFolder(dir, error, error instanceof RefusedError ? error.suggestions : undefined)
  })
  const job = {session, folder, lock, limitFiles: pLimit(concurrency), signal}
  const results = new Map<string, ArchiveResult>()
  let bytes = 0
  const report = (name: string, problem?: string) => {
    const how = problem === undefined ? {} : {problem}
    onEvent?.({kind: 'archiving', name, done: results.size, of: datasets.length, bytes, ...how})
  }

  const take = async (dataset: Dataset) => {
    const {name} = dataset
    if (signal?.aborted) throw new CancelledError('Interrupted.')
    report(name)
    const result = await archiveOne(dataset, dir, job)
    results.set(name, result)
    if (result.status === 'archived') bytes += result.bytes
    report(name, result.status === 'failed' ? result.reason : undefined)
  }

  // The trash may have two datasets that had one name: they would be written into one folder.
  const byFolder = new Map<string, Dataset[]>()
  for (const dataset of datasets)
    pushTo(byFolder, nameOutsideTrash(dataset.name, session.access.namespace), dataset)
  try {
    await mapLimited([...byFolder.values()], pLimit(concurrency), async (group) => {
      for (const dataset of group) await take(dataset)
    })
  } catch (error) {
    throw error instanceof CancelledError ? interruptedAfter(results.size, {of: datasets.length, dir}) : error
  } finally {
    await lock.release().catch(() => {})
  }

  return results
}

function interruptedAfter(done: number, {of, dir}: {of: number; dir: string}): CancelledError {
  const far = `${formatNumber(done)} of ${formatCount(of, 'dataset')} archived to ${safeName(dir)}`
  return new CancelledError(`Interrupted: ${far}.`, {
    suggestions: ['What was archived is kept: the same command continues.'],
  })
}

/** The folder that a person named may be a link; below it none is followed. */
async function prepareFolder(dir: string, namespace: string): Promise<string> {
  if (pathProblem(namespace) || namespace.includes('/'))
    throw new RefusedError(`${namespace} cannot be used as a folder name`)
  const first = await makeFolder(dir)
  const root = await realpath(dir)
  const folder = await ensureFolder(root, namespace)
  const above = first === undefined ? root : dirname(await realpath(first))
  for (let each = root; each !== above; each = dirname(each)) await syncFolder(each)
  await syncFolder(above)
  return folder
}

async function archiveOne(dataset: Dataset, dir: string, job: ArchiveJob): Promise<ArchiveResult> {
  try {
    return {status: 'archived', bytes: await archiveDataset(dataset, job)}
  } catch (error) {
    if (job.signal?.aborted) throw new CancelledError('Interrupted.', {cause: error})
    // A full or read-only disk would fail for every other dataset as well.
    if (isDiskUnusable(error)) throw unusableFolder(dir, error)
    return {status: 'failed', reason: reasonOf(error)}
  }
}

const OTHER_FOLDER = 'Use another folder, or free some space. Archives already made are kept.'

function unusableFolder(dir: string, cause: unknown, suggestions: string[] = [OTHER_FOLDER]): RefusedError {
  return new RefusedError(`Cannot archive to ${safeName(dir)}: ${reasonOf(cause)}.`, {
    cause,
    suggestions,
  })
}
