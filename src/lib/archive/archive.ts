import {realpath} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import pLimit from 'p-limit'

import {type Dataset} from '../account/datasets.js'
import {DEFAULT_CONCURRENCY, settleAll} from '../base/concurrency.js'
import {CancelledError, RefusedError} from '../base/errors.js'
import {makeFolder, syncFolder} from '../base/files.js'
import {parseDatasetName} from '../base/names.js'
import {messageOf, safe, safeName} from '../base/text.js'
import {type Hub} from '../hub/client.js'
import {type RepoFile} from '../hub/files.js'
import {diskReason, ensureFolder, isDiskUnusable} from './disk.js'
import {type Lock, takeLock} from './lock.js'
import {describeArchive, readManifest, requireSameContent, writeManifest} from './manifest.js'
import {pathProblem, pathsProblem} from './paths.js'
import {placeOf} from './place.js'
import {keepFiles} from './store.js'

/** What became of one dataset. */
export type ArchiveResult =
  | {
      /** Every file is on the disk, checked against the Hub's hashes, and survives a power failure. */
      status: 'archived'
      /** Where the files are. */
      folder: string
      bytes: number
      files: number
    }
  | {status: 'failed'; reason: string}

/** How far archiving has come; once for each dataset that begins, and once for each that ends. */
export interface ArchiveEvent {
  kind: 'archiving'
  /** Full name of the dataset. */
  name: string
  /** Datasets that have ended, and how many there are. */
  done: number
  of: number
  /** Size of what was archived so far. */
  bytes: number
}

export interface ArchiveOptions {
  hub: Hub
  endpoint: string
  namespace: string
  /** Folder that holds archives, or is to hold them; made where it is not there. */
  dir: string
  now: Date
  /** Datasets, and files, that are worked on at a time; default 4. */
  concurrency?: number | undefined
  signal?: AbortSignal | undefined
  /** What it throws is ignored. */
  onEvent?: ((event: ArchiveEvent) => void) | undefined
}

/**
 * Archives datasets at the commit in which they were listed: the plain files in `DIR/<namespace>/<dataset>/`, and beside them
 * the manifest. Called again, it goes on where it stopped.
 * @returns what became of each dataset, by full name; whatever is not `archived` must not be deleted
 * @throws RefusedError where the folder cannot be used, or the disk is full: no dataset could be archived then, or no more
 * @throws CancelledError where the signal was aborted; what was fetched stays for the next time
 */
export async function archiveDatasets(
  datasets: Dataset[],
  options: ArchiveOptions,
): Promise<Map<string, ArchiveResult>> {
  if (options.signal?.aborted) throw new CancelledError('Interrupted.')
  const {folder, lock} = await takeFolder(options)
  try {
    return await archiveAll(datasets, {...options, folder, lock})
  } finally {
    await lock.release().catch(() => {})
  }
}

async function takeFolder(options: ArchiveOptions): Promise<{folder: string; lock: Lock}> {
  const folder = await openFolder(options).catch((error: unknown) => {
    throw unusable(options.dir, error)
  })
  const lock = await takeLock(join(folder, '.archiving.lock')).catch((error: unknown) => {
    // Another holder is no fault of the folder.
    throw unusable(options.dir, error, error instanceof RefusedError ? error.suggestions : undefined)
  })
  return {folder, lock}
}

const OTHER_FOLDER = 'Name another folder, or make room; what is archived already stays there.'

function unusable(dir: string, error: unknown, suggestions: string[] = [OTHER_FOLDER]): RefusedError {
  const reason = diskReason(error) ?? messageOf(error)
  return new RefusedError(`Nothing can be archived to ${safeName(dir)}: ${safe(reason)}.`, {
    cause: error,
    suggestions,
  })
}

/** The folder that a person named may be a link; below it none is followed. */
async function openFolder({dir, namespace}: ArchiveOptions): Promise<string> {
  const problem = pathProblem(namespace)
  if (problem || namespace.includes('/')) throw new RefusedError(`${namespace} cannot be a folder`)
  const first = await makeFolder(dir)
  const root = await realpath(dir)
  const folder = await ensureFolder(root, [namespace])
  const above = first === undefined ? root : dirname(await realpath(first))
  for (let each = root; each !== above; each = dirname(each)) await syncFolder(each)
  await syncFolder(above)
  return folder
}

type Job = ArchiveOptions & {folder: string; lock: Lock}

async function archiveAll(datasets: Dataset[], job: Job): Promise<Map<string, ArchiveResult>> {
  const concurrency = job.concurrency ?? DEFAULT_CONCURRENCY
  const limitDatasets = pLimit(concurrency)
  const limitFiles = pLimit(concurrency)
  const results = new Map<string, ArchiveResult>()
  let bytes = 0
  let isStopped = false
  const tell = (name: string) => {
    try {
      job.onEvent?.({kind: 'archiving', name, done: results.size, of: datasets.length, bytes})
    } catch {
      // Whoever only looks on must not decide what is archived.
    }
  }

  await settleAll(
    datasets.map((dataset) =>
      limitDatasets(async () => {
        const {name} = dataset
        if (job.signal?.aborted) throw new CancelledError('Interrupted.')
        if (isStopped) return
        tell(name)
        const result = await archiveOne(dataset, job, limitFiles).catch((error: unknown) => {
          isStopped = true
          throw error
        })
        results.set(name, result)
        if (result.status === 'archived') bytes += result.bytes
        tell(name)
      }),
    ),
  )
  return results
}

async function archiveOne(
  dataset: Dataset,
  job: Job,
  limitFiles: ReturnType<typeof pLimit>,
): Promise<ArchiveResult> {
  try {
    return await keep(dataset, job, limitFiles)
  } catch (error) {
    if (job.signal?.aborted) throw new CancelledError('Interrupted.', {cause: error})
    // What has no room, or may not be written, would fail for every other dataset as well.
    if (isDiskUnusable(error)) throw unusable(job.dir, error)
    return failed(error)
  }
}

/** Nothing is passed off as archived before its manifest is on the disk, and that comes last. */
async function keep(
  dataset: Dataset,
  job: Job,
  limitFiles: ReturnType<typeof pLimit>,
): Promise<ArchiveResult> {
  const {name, id, sha} = dataset
  const {hub, namespace, folder, lock} = job
  if (!parseDatasetName(name, namespace)) throw new RefusedError(`${name} is no dataset of ${namespace}`)
  const facts = await hub.describe(name, sha)
  if (!facts) throw new RefusedError('it is not there any more')
  if (facts.id !== id || facts.name !== name || facts.sha !== sha)
    throw new RefusedError('another dataset has its name now')
  const files = await hub.listFiles(name, sha)
  const problem = pathsProblem(files.map(({path}) => path))
  if (problem)
    throw new RefusedError(`its file ${problem}: rename it on the Hub, or delete the run without --archive`)
  requireAll(files, facts.paths)
  const place = placeOf(folder, name, lock.token)
  const fresh = describeArchive({facts, files, endpoint: job.endpoint, namespace, now: job.now})
  const former = await readManifest(place.manifest)
  if (former) await requireSameContent(former, fresh, place)
  await keepFiles(fresh, place, {...job, limitFiles, isRecorded: former !== undefined})
  await lock.require()
  await writeManifest(place.manifest, fresh, former)
  const bytes = files.reduce((sum, {size}) => sum + size, 0)
  return {status: 'archived', folder: place.home, bytes, files: files.length}
}

/** A proxy that takes `Link` out of the answers would end a listing early, without a word. */
function requireAll(files: RepoFile[], paths: string[] | undefined): void {
  const listed = new Set(files.map(({path}) => path))
  const isSame = paths?.length === listed.size && paths.every((path) => listed.has(path))
  if (!isSame)
    throw new RefusedError(
      `it may have more files than the Hub lists (${listed.size} listed, ${paths?.length ?? 'an unknown number'} in its info). Does a proxy remove \`Link\` from the Hub's answers?`,
    )
}

function failed(error: unknown): ArchiveResult {
  const reason = diskReason(error) ?? (error instanceof Error ? error.message : String(error))
  return {status: 'failed', reason: safe(reason)}
}
