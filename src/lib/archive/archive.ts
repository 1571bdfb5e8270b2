import {realpath} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import pLimit, {type LimitFunction} from 'p-limit'

import {type Dataset} from '../account/datasets.js'
import {DEFAULT_CONCURRENCY, mapLimited} from '../base/concurrency.js'
import {CancelledError, RefusedError} from '../base/errors.js'
import {makeFolder, syncFolder} from '../base/files.js'
import {parseDatasetName} from '../base/names.js'
import {safeName} from '../base/text.js'
import {type RepoFile} from '../hub/files.js'
import {type Session} from '../hub/session.js'
import {ensureFolder, isDiskUnusable, reasonOf} from './disk.js'
import {type Lock, takeLock} from './lock.js'
import {describeArchive, readManifest, requireSameContent, writeManifest} from './manifest.js'
import {archivePaths, pathProblem, pathsProblem} from './paths.js'
import {storeFiles} from './store.js'

/**
 * The outcome of one dataset. `archived`: every file is on the disk, checked against the Hub's hashes, and survives a power
 * failure.
 */
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
}

export interface ArchiveOptions {
  session: Pick<Session, 'access' | 'hub' | 'now'>
  /** Folder of archives; created where it does not exist. */
  dir: string
  /** Datasets, and files, in progress at a time; default 4. */
  concurrency?: number | undefined
  signal?: AbortSignal | undefined
  onEvent?: ((event: ArchiveEvent) => void) | undefined
}

/**
 * Archives datasets at the commit in which they were listed: the plain files in `DIR/<namespace>/<dataset>/`, and next to them
 * the manifest. Idempotent: called again, it continues where it stopped.
 * @returns the outcome of each dataset, by full name; what is not `archived` must not be deleted
 * @throws RefusedError where the folder cannot be used, or the disk is full: no dataset could be archived then, or no more
 * @throws CancelledError where the signal was aborted; what was fetched stays for the next time
 */
export async function archiveDatasets(
  datasets: Dataset[],
  options: ArchiveOptions,
): Promise<Map<string, ArchiveResult>> {
  const {concurrency = DEFAULT_CONCURRENCY, signal, onEvent} = options
  if (signal?.aborted) throw new CancelledError('Interrupted.')
  const folder = await openFolder(options).catch((error: unknown) => {
    throw unusable(options.dir, error)
  })
  const lock = await takeLock(join(folder, '.archiving.lock')).catch((error: unknown) => {
    // Another holder is not a fault of the folder.
    throw unusable(options.dir, error, error instanceof RefusedError ? error.suggestions : undefined)
  })
  const job = {...options, folder, lock, limitFiles: pLimit(concurrency)}
  const results = new Map<string, ArchiveResult>()
  let bytes = 0
  const report = (name: string) => {
    onEvent?.({kind: 'archiving', name, done: results.size, of: datasets.length, bytes})
  }

  try {
    await mapLimited(datasets, pLimit(concurrency), async (dataset) => {
      const {name} = dataset
      if (signal?.aborted) throw new CancelledError('Interrupted.')
      report(name)
      const result = await archiveOne(dataset, job)
      results.set(name, result)
      if (result.status === 'archived') bytes += result.bytes
      report(name)
    })
  } finally {
    await lock.release().catch(() => {})
  }

  return results
}

const OTHER_FOLDER = 'Name another folder, or make room; what is archived already stays there.'

function unusable(dir: string, cause: unknown, suggestions: string[] = [OTHER_FOLDER]): RefusedError {
  return new RefusedError(`Nothing can be archived to ${safeName(dir)}: ${reasonOf(cause)}.`, {
    cause,
    suggestions,
  })
}

/** The folder that a person named may be a link; below it none is followed. */
async function openFolder({dir, session}: ArchiveOptions): Promise<string> {
  const {namespace} = session.access
  if (pathProblem(namespace) || namespace.includes('/'))
    throw new RefusedError(`${namespace} cannot be a folder`)
  const first = await makeFolder(dir)
  const root = await realpath(dir)
  const folder = await ensureFolder(root, namespace)
  const above = first === undefined ? root : dirname(await realpath(first))
  for (let each = root; each !== above; each = dirname(each)) await syncFolder(each)
  await syncFolder(above)
  return folder
}

type Job = ArchiveOptions & {folder: string; lock: Lock; limitFiles: LimitFunction}

async function archiveOne(dataset: Dataset, job: Job): Promise<ArchiveResult> {
  try {
    return {status: 'archived', bytes: await archiveDataset(dataset, job)}
  } catch (error) {
    if (job.signal?.aborted) throw new CancelledError('Interrupted.', {cause: error})
    // A full or read-only disk would fail for every other dataset as well.
    if (isDiskUnusable(error)) throw unusable(job.dir, error)
    return {status: 'failed', reason: reasonOf(error)}
  }
}

/** Nothing counts as archived before its manifest is on the disk, and that comes last. @returns its size in bytes */
async function archiveDataset({name, id, sha}: Dataset, job: Job): Promise<number> {
  const {session, folder, lock, limitFiles, signal} = job
  const {hub, access, now} = session
  if (!parseDatasetName(name, access.namespace))
    throw new RefusedError(`${name} is not a dataset of ${access.namespace}`)
  const facts = await hub.describe(name, sha)
  if (!facts) throw new RefusedError('it is not there any more')
  if (facts.id !== id || facts.name !== name || facts.sha !== sha)
    throw new RefusedError('another dataset has its name now')
  const files = await hub.listFiles(name, sha)
  const problem = pathsProblem(files.map(({path}) => path))
  if (problem)
    throw new RefusedError(`its file ${problem}: rename it on the Hub, or delete the run without --archive`)
  requireSamePaths(files, facts.paths)
  const paths = archivePaths(folder, name, lock.token)
  const fresh = describeArchive(facts, files, {endpoint: hub.endpoint, namespace: access.namespace, now})
  const former = await readManifest(paths.manifest)
  if (former) await requireSameContent(former, fresh, paths)
  await storeFiles(fresh, paths, {hub, lock, limitFiles, signal, isRecorded: former !== undefined})
  await lock.require()
  await writeManifest(paths.manifest, fresh, former)
  return files.reduce((sum, {size}) => sum + size, 0)
}

/**
 * A proxy that removes `Link` from the answers would end a listing early, without an error. The Hub may name more files than it
 * lists, or fewer: only where both are the same is nothing missing for certain.
 */
function requireSamePaths(files: RepoFile[], paths: string[] | undefined): void {
  const listed = new Set(files.map(({path}) => path))
  if (paths?.length === listed.size && paths.every((path) => listed.has(path))) return
  throw new RefusedError(
    `it may have more files than the Hub lists (${listed.size} listed, ${paths?.length ?? 'an unknown number'} in its info). ` +
      "Does a proxy remove `Link` from the Hub's answers?",
  )
}
