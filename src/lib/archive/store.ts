import type pLimit from 'p-limit'

import {constants, copyFile, readdir, rename, rm} from 'node:fs/promises'
import {basename, join} from 'node:path'

import {settleAll} from '../base/concurrency.js'
import {CancelledError, RefusedError} from '../base/errors.js'
import {syncFolder} from '../base/files.js'
import {type Hub} from '../hub/client.js'
import {type RepoFile} from '../hub/files.js'
import {
  ensureFolder,
  extraFiles,
  filesBelow,
  fingerprint,
  isContentOf,
  isFolder,
  syncFolders,
} from './disk.js'
import {fetchFile} from './download.js'
import {type Lock} from './lock.js'
import {type Manifest} from './manifest.js'
import {type ArchivePaths, foldersOf, quoted, stagedDataset} from './paths.js'

/** What storing a dataset's files needs. */
interface StoreJob {
  hub: Pick<Hub, 'download' | 'pause'>
  lock: Lock
  limitFiles: ReturnType<typeof pLimit>
  /** Whether a manifest says that the files which are there are this archive. */
  isRecorded: boolean
  signal?: AbortSignal | undefined
}

/**
 * Stores every file of a dataset in its folder; where that is there, checks its files and replaces the damaged ones.
 * @throws RefusedError where something is in the way; the Hub's and the system's errors; CancelledError
 */
export async function storeFiles(manifest: Manifest, paths: ArchivePaths, job: StoreJob): Promise<void> {
  const {folder, final, staging} = paths
  const isNew = !(await isFolder(final))
  const wanted = isNew ? manifest.files : await damagedFiles(manifest, final, job)
  if (wanted.length > 0 || isNew) {
    if (!isNew && !job.isRecorded)
      throw new RefusedError(`${final} is there and is not an archive: choose another folder`)
    await fetchAll(manifest, wanted, paths, job)
    await job.lock.require()
    if (isNew) await rename(staging, final)
    else for (const {path} of wanted) await moveFile(path, paths)
  }

  for (const each of await stagingFolders(paths)) await rm(each, {recursive: true, force: true})
  if (!isNew) await syncFolders(final, foldersIn(manifest.files))
  await syncFolder(folder)
}

/** A file that the dataset does not have is never removed: the folder is refused while it is there. */
async function damagedFiles({files}: Manifest, final: string, job: StoreJob): Promise<RepoFile[]> {
  const found = await filesBelow(final)
  const extra = extraFiles(found, files)
  if (extra.length > 0)
    throw new RefusedError(`${final} holds ${quoted(extra)}, which the dataset does not: remove it`)
  const damaged = await settleAll(
    files.map((file) =>
      job.limitFiles(async () => {
        if (found.get(file.path) !== file.size) return [file]
        const content = await fingerprint(join(final, file.path), {signal: job.signal, isKept: true})
        return isContentOf(file, content) ? [] : [file]
      }),
    ),
  )
  return damaged.flat()
}

/**
 * Fetches files into this holder's staging folder, and flushes it. What earlier holders left of them is copied there: one of them
 * may have been taken for dead, and still write to what it has open.
 */
async function fetchAll(
  {name, sha}: Manifest,
  files: RepoFile[],
  paths: ArchivePaths,
  job: StoreJob,
): Promise<void> {
  const {folder, staging} = paths
  const left = await leftovers(paths)
  await ensureFolder(folder, [basename(staging)])
  let isBroken = false
  await settleAll(
    files.map((file) =>
      job.limitFiles(async () => {
        if (job.signal?.aborted) throw new CancelledError('Interrupted.')
        if (isBroken) return
        try {
          const target = join(staging, file.path)
          await ensureFolder(staging, partsOf(file.path))
          await takeLeftover(file, left, target)
          await fetchFile({...job, name, sha, file, target})
        } catch (error) {
          isBroken = true
          throw error
        }
      }),
    ),
  )
  await syncFolders(staging, foldersIn(files))
}

/** A folder into which an earlier holder fetched files of this dataset, and their sizes in bytes by path. */
interface Leftover {
  folder: string
  files: ReadonlyMap<string, number>
}

async function leftovers(paths: ArchivePaths): Promise<Leftover[]> {
  const folders = (await stagingFolders(paths)).filter((folder) => folder !== paths.staging)
  return Promise.all(
    // A folder with a link in it was not made by this program: nothing of it is used.
    folders.map(async (folder) => ({folder, files: await filesBelow(folder).catch(() => new Map())})),
  )
}

/** Moves a file by way of a copy, which is compared with the Hub's hash like every other file. */
async function takeLeftover({path, size}: RepoFile, left: Leftover[], target: string): Promise<void> {
  const found = left.find(({files}) => {
    const has = files.get(path) ?? 0
    return has > 0 && has <= size
  })
  if (!found) return
  const source = join(found.folder, path)
  await copyFile(source, target, constants.COPYFILE_EXCL + constants.COPYFILE_FICLONE)
  await rm(source, {force: true})
}

/** The staging folders of a dataset, of all holders. */
async function stagingFolders({folder, final}: ArchivePaths): Promise<string[]> {
  const entries = await readdir(folder, {withFileTypes: true})
  return entries
    .filter((entry) => entry.isDirectory() && stagedDataset(entry.name) === basename(final))
    .map(({name}) => join(folder, name))
}

async function moveFile(path: string, {final, staging}: ArchivePaths): Promise<void> {
  await ensureFolder(final, partsOf(path))
  await rename(join(staging, path), join(final, path))
}

/** The parts of the folder that a file is in. */
function partsOf(path: string): string[] {
  return path.split('/').slice(0, -1)
}

function foldersIn(files: RepoFile[]): Set<string> {
  return new Set(files.flatMap(({path}) => foldersOf(path)))
}
