import {readdir, rename, rm} from 'node:fs/promises'
import {basename, join} from 'node:path'

import {CancelledError, RefusedError} from '../errors.js'
import {type Hub} from '../hub/client.js'
import {type RepoFile} from '../hub/files.js'
import {syncFolder} from '../sync-folder.js'
import {all, type Bounded} from './bounded.js'
import {ensureFolder, filesBelow, fingerprint, isContentOf, isFolder, syncFolders, whatIs} from './disk.js'
import {fetchFile} from './download.js'
import {type Lock} from './lock.js'
import {type Manifest} from './manifest.js'
import {foldersOf} from './paths.js'
import {type Place} from './place.js'

/** What bringing a dataset's files onto the disk needs. */
export interface Keeping {
  hub: Pick<Hub, 'download' | 'pause'>
  lock: Lock
  oneOfFiles: Bounded
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

  if (await isFolder(place.staging)) await rm(place.staging, {recursive: true})
  await syncFolders(place.home, foldersIn(archive.files))
  await syncFolder(place.folder)
}

/** A file that the dataset has not may be somebody's own: it is not removed, and the folder is no archive while it is there. */
async function brokenFiles({files}: Manifest, place: Place, job: Keeping): Promise<RepoFile[]> {
  const found = await filesBelow(place.home)
  const known = new Set(files.map(({path}) => path))
  const extra = [...found.keys()].find((path) => !known.has(path))
  if (extra !== undefined)
    throw new RefusedError(
      `${place.home} holds ${JSON.stringify(extra)}, which the dataset does not: remove it`,
    )
  const checked = await all(
    files.map((file) =>
      job.oneOfFiles(async () => {
        if (found.get(file.path) !== file.size) return [file]
        const content = await fingerprint(join(place.home, file.path), {signal: job.signal, isKept: true})
        return isContentOf(file, content) ? [] : [file]
      }),
    ),
  )
  return checked.flat()
}

/** Fetches files into the staging folder, which holds these and nothing else afterwards, all of it safe on the disk. */
async function fetchAll({name, sha}: Manifest, files: RepoFile[], place: Place, job: Keeping): Promise<void> {
  const {folder, staging} = place
  await ensureFolder(folder, [basename(staging)])
  await prune(staging, new Set(files.map(({path}) => path)), foldersIn(files))
  let isBroken = false
  await all(
    files.map((file) =>
      job.oneOfFiles(async () => {
        if (job.signal?.aborted) throw new CancelledError('Interrupted.')
        if (isBroken) return
        try {
          await ensureFolder(staging, folderOf(file.path))
          await fetchFile({...job, name, sha, file, target: join(staging, file.path)})
        } catch (error) {
          isBroken = true
          throw error
        }
      }),
    ),
  )
  await syncFolders(staging, foldersIn(files))
}

/** Removes what another version of the dataset left behind. */
async function prune(
  root: string,
  files: ReadonlySet<string>,
  folders: ReadonlySet<string>,
  prefix = '',
): Promise<void> {
  for (const name of await readdir(join(root, prefix))) {
    const path = `${prefix}${name}`
    const isDirectory = (await whatIs(join(root, path)))?.isDirectory() === true
    const isWanted = (isDirectory ? folders : files).has(path)
    if (!isWanted) await rm(join(root, path), {recursive: true})
    else if (isDirectory) await prune(root, files, folders, `${path}/`)
  }
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
