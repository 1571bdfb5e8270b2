import type pLimit from 'p-limit'

import {constants, copyFile, readdir, rename, rm} from 'node:fs/promises'
import {basename, join} from 'node:path'

import {settleAll} from '../base/concurrency.js'
import {CancelledError, RefusedError} from '../base/errors.js'
import {syncFolder} from '../base/files.js'
import {type Hub} from '../hub/client.js'
import {type RepoFile} from '../hub/files.js'
import {ensureFolder, filesBelow, fingerprint, isContentOf, isFolder, syncFolders} from './disk.js'
import {fetchFile} from './download.js'
import {type Lock} from './lock.js'
import {type Manifest} from './manifest.js'
import {foldersOf, isLeftByFileManager, quoted} from './paths.js'
import {type Place, stagedIn} from './place.js'

/** What bringing a dataset's files onto the disk needs. */
export interface Keeping {
  hub: Pick<Hub, 'download' | 'pause'>
  lock: Lock
  limitFiles: ReturnType<typeof pLimit>
  /** Whether a manifest says that what is there is this archive. */
  isRecorded: boolean
  signal?: AbortSignal | undefined
}

/**
 * Brings every file of a dataset into its folder, or checks those that are there and mends them.
 * @throws RefusedError where something is in the way; the Hub's and the system's errors; CancelledError
 */
export async function keepFiles(archive: Manifest, place: Place, job: Keeping): Promise<void> {
  if (!(await isFolder(place.home))) {
    await fetchAll(archive, archive.files, place, job)
    await job.lock.require()
    await rename(place.staging, place.home)
    await removeStaged(await stagedFolders(place))
    return syncFolder(place.folder)
  }

  const broken = await brokenFiles(archive, place, job)
  if (broken.length > 0) {
    if (!job.isRecorded)
      throw new RefusedError(`${place.home} is there and is no archive: choose another folder`)
    await fetchAll(archive, broken, place, job)
    await job.lock.require()
    for (const {path} of broken) await moveHome(path, place)
  }

  await removeStaged(await stagedFolders(place))
  await syncFolders(place.home, foldersIn(archive.files))
  await syncFolder(place.folder)
}

/** A file that the dataset has not may be somebody's own: it is not removed, and the folder is no archive while it is there. */
async function brokenFiles({files}: Manifest, place: Place, job: Keeping): Promise<RepoFile[]> {
  const found = await filesBelow(place.home)
  const known = new Set(files.map(({path}) => path))
  const extra = [...found.keys()].filter((path) => !known.has(path) && !isLeftByFileManager(path))
  if (extra.length > 0)
    throw new RefusedError(`${place.home} holds ${quoted(extra)}, which the dataset does not: remove it`)
  const checked = await settleAll(
    files.map((file) =>
      job.limitFiles(async () => {
        if (found.get(file.path) !== file.size) return [file]
        const content = await fingerprint(join(place.home, file.path), {signal: job.signal, isKept: true})
        return isContentOf(file, content) ? [] : [file]
      }),
    ),
  )
  return checked.flat()
}

/**
 * Fetches files into this holder's staging folder, all of it safe on the disk. What holders before left of them is copied there:
 * one of them may have been taken for dead, and write to what it has open.
 */
async function fetchAll({name, sha}: Manifest, files: RepoFile[], place: Place, job: Keeping): Promise<void> {
  const {folder, staging} = place
  const left = await leftOvers(place)
  await ensureFolder(folder, [basename(staging)])
  let isBroken = false
  await settleAll(
    files.map((file) =>
      job.limitFiles(async () => {
        if (job.signal?.aborted) throw new CancelledError('Interrupted.')
        if (isBroken) return
        try {
          const target = join(staging, file.path)
          await ensureFolder(staging, folderOf(file.path))
          await takeLeftOver(file, left, target)
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

/** Where a holder before fetched files of this dataset into, and what is there, by path with its size in bytes. */
interface LeftOver {
  folder: string
  files: ReadonlyMap<string, number>
}

async function leftOvers(place: Place): Promise<LeftOver[]> {
  const folders = (await stagedFolders(place)).filter((folder) => folder !== place.staging)
  return Promise.all(
    // A folder with a link in it is nobody's staging folder: nothing of it is used.
    folders.map(async (folder) => ({folder, files: await filesBelow(folder).catch(() => new Map())})),
  )
}

/** Moves a file by way of a copy, which is compared with the Hub's hash like every other file. */
async function takeLeftOver({path, size}: RepoFile, left: LeftOver[], target: string): Promise<void> {
  const found = left.find(({files}) => {
    const has = files.get(path) ?? 0
    return has > 0 && has <= size
  })
  if (!found) return
  const source = join(found.folder, path)
  await copyFile(source, target, constants.COPYFILE_EXCL + constants.COPYFILE_FICLONE)
  await rm(source, {force: true})
}

/** The staging folders of a dataset, of whatever holder. */
async function stagedFolders({folder, home}: Place): Promise<string[]> {
  const entries = await readdir(folder, {withFileTypes: true})
  return entries
    .filter((entry) => entry.isDirectory() && stagedIn(entry.name) === basename(home))
    .map(({name}) => join(folder, name))
}

async function removeStaged(folders: string[]): Promise<void> {
  for (const folder of folders) await rm(folder, {recursive: true, force: true})
}

async function moveHome(path: string, {home, staging}: Place): Promise<void> {
  await ensureFolder(home, folderOf(path))
  await rename(join(staging, path), join(home, path))
}

/** The parts of the folder that a file is in. */
function folderOf(path: string): string[] {
  return path.split('/').slice(0, -1)
}

function foldersIn(files: RepoFile[]): Set<string> {
  return new Set(files.flatMap(({path}) => foldersOf(path)))
}
