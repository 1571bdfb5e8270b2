import {constants, copyFile, readdir, rename, rm} from 'node:fs/promises'
import {basename, dirname, join} from 'node:path'
import {type LimitFunction} from 'p-limit'

import {mapLimited} from '../base/concurrency.js'
import {CancelledError, RefusedError} from '../base/errors.js'
import {foldersOf, syncFolder} from '../base/files.js'
import {type Hub} from '../hub/client.js'
import {type RepoFile} from '../hub/files.js'
import {compareFolder, ensureFolder, filesBelow, isFolder} from './disk.js'
import {fetchFile} from './download.js'
import {type Lock} from './lock.js'
import {type Manifest} from './manifest.js'
import {type ArchivePaths, quoted, stagedDataset} from './paths.js'

/** What storing a dataset's files needs. */
interface StoreJob {
  hub: Pick<Hub, 'download' | 'pause'>
  lock: Lock
  limitFiles: LimitFunction
  /** Whether a manifest says that the files which are there are this archive. */
  isRecorded: boolean
  signal: AbortSignal | undefined
}

/**
 * Stores every file of a dataset in its folder; where that is there, checks its files and replaces the damaged ones.
 * @throws RefusedError where something is in the way; the Hub's and the system's errors; CancelledError
 */
export async function storeFiles(manifest: Manifest, paths: ArchivePaths, job: StoreJob): Promise<void> {
  const {folder, final, staging} = paths
  const isNew = !(await isFolder(final))
  const wanted = isNew ? manifest.files : await damagedFiles(manifest, final, job.signal)
  if (wanted.length > 0 || isNew) {
    if (!isNew && !job.isRecorded)
      throw new RefusedError(`${final} is there and is not an archive: choose another folder`)
    await fetchAll(manifest, wanted, paths, job)
    await job.lock.require()
    if (isNew) await rename(staging, final)
    else
      for (const {path} of wanted) {
        await ensureFolder(final, dirname(path))
        await rename(join(staging, path), join(final, path))
      }
  }

  for (const each of await stagingFolders(paths)) await rm(each, {recursive: true, force: true})
  if (!isNew) await syncFolders(final, manifest.files)
  await syncFolder(folder)
}

/** A file that the dataset does not have is never removed: the folder is refused while it is there. */
async function damagedFiles(
  {files}: Manifest,
  final: string,
  signal: AbortSignal | undefined,
): Promise<RepoFile[]> {
  const {same, extra} = await compareFolder(final, files, {signal, isKept: true})
  if (extra.length > 0)
    throw new RefusedError(`${final} holds ${quoted(extra)}, which the dataset does not: remove it`)
  const intact = new Set(same.map(({path}) => path))
  return files.filter(({path}) => !intact.has(path))
}

/**
 * Fetches files into this holder's staging folder, and flushes it. What earlier holders left of them is copied there: one of them
 * may have been taken for dead, and still write to what it has open.
 */
async function fetchAll(
  {name, sha}: Manifest,
  files: RepoFile[],
  paths: ArchivePaths,
  {limitFiles, ...job}: StoreJob,
): Promise<void> {
  const {folder, staging} = paths
  const left = await leftovers(files, paths)
  await ensureFolder(folder, basename(staging))
  await mapLimited(files, limitFiles, async (file) => {
    if (job.signal?.aborted) throw new CancelledError('Interrupted.')
    const target = join(staging, file.path)
    await ensureFolder(staging, dirname(file.path))
    const source = left.get(file.path)?.source
    if (source !== undefined) {
      await copyFile(source, target, constants.COPYFILE_EXCL + constants.COPYFILE_FICLONE)
      await rm(source, {force: true})
    }

    await fetchFile({...job, name, sha, file, target})
  })
  await syncFolders(staging, files)
}

/** The longest part of each file that earlier holders fetched: where it is on this machine, and its size in bytes. */
async function leftovers(
  files: RepoFile[],
  paths: ArchivePaths,
): Promise<Map<string, {source: string; size: number}>> {
  const left = new Map<string, {source: string; size: number}>()
  for (const folder of await stagingFolders(paths)) {
    // A folder with a link in it was not made by this program: nothing of it is used.
    const found = await filesBelow(folder).catch(() => new Map<string, number>())
    for (const file of files) {
      const size = found.get(file.path) ?? 0
      const longest = left.get(file.path)?.size ?? 0
      if (size > longest && size <= file.size) left.set(file.path, {source: join(folder, file.path), size})
    }
  }

  return left
}

/** The staging folders of a dataset, of all holders. */
async function stagingFolders({folder, final}: ArchivePaths): Promise<string[]> {
  const entries = await readdir(folder, {withFileTypes: true})
  return entries
    .filter((entry) => entry.isDirectory() && stagedDataset(entry.name) === basename(final))
    .map(({name}) => join(folder, name))
}

/** Flushes a folder, and the folders below it that hold these files. */
async function syncFolders(root: string, files: RepoFile[]): Promise<void> {
  for (const folder of new Set(files.flatMap(({path}) => foldersOf(path))))
    await syncFolder(join(root, folder))
  await syncFolder(root)
}
