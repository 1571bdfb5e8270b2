import {constants, copyFile, readdir, rename, rm} from 'node:fs/promises'
import {basename, dirname, join} from 'node:path'
import {type LimitFunction} from 'p-limit'

import {type Dataset} from '../account/datasets.js'
import {mapLimited} from '../base/concurrency.js'
import {CancelledError, RefusedError} from '../base/errors.js'
import {foldersOf, syncFolder} from '../base/files.js'
import {nameOutsideTrash, parseDatasetName} from '../base/names.js'
import {type RepoFile} from '../hub/files.js'
import {type Session} from '../hub/session.js'
import {compareFolder, ensureFolder, filesBelow, folderExists} from './disk.js'
import {fetchFile} from './download.js'
import {type Lock} from './lock.js'
import {describeArchive, type Manifest, readManifest, requireSameContent, writeManifest} from './manifest.js'
import {type ArchivePaths, archivePaths, pathsProblem, quotePaths, stagedDataset} from './paths.js'

/** What archiving one dataset needs. */
export interface ArchiveJob {
  session: Pick<Session, 'access' | 'hub' | 'now'>
  /** Of the namespace, in the folder of archives. */
  folder: string
  lock: Lock
  /** Of all datasets in progress. */
  limitFiles: LimitFunction
  signal?: AbortSignal | undefined
}

/**
 * Archives one dataset at the commit in which it was listed. Its manifest comes last: nothing counts as archived before that is on
 * the disk.
 * @returns its size in bytes
 * @throws RefusedError where something is in the way, or it is not what was listed; the Hub's and the system's errors; CancelledError
 */
export async function archiveDataset({name, id, sha}: Dataset, job: ArchiveJob): Promise<number> {
  const {session, folder, lock} = job
  const {hub, access, now} = session
  const own = nameOfArchive(name, access.namespace)
  const facts = await hub.describe(name, sha)
  if (!facts) throw new RefusedError('it is no longer there')
  if (facts.id !== id || facts.name !== name || facts.sha !== sha)
    throw new RefusedError('another dataset now has its name')
  const files = await hub.listFiles(name, sha)
  const problem = pathsProblem(files.map(({path}) => path))
  if (problem)
    throw new RefusedError(`its file ${problem}: rename it on the Hub, or delete the run without an archive`)
  requireSamePaths(files, facts.paths)
  const paths = archivePaths(folder, own, lock.token)
  const fresh = describeArchive({...facts, name: own}, files, {
    endpoint: hub.endpoint,
    namespace: access.namespace,
    now,
  })
  const former = await readManifest(paths.manifest)
  await storeFiles(fresh, former, {...paths, source: name}, job)
  await lock.require()
  await writeManifest(paths.manifest, fresh, former)
  return files.reduce((sum, {size}) => sum + size, 0)
}

/** What comes from the trash is archived under the name that it had, and is restored by. */
function nameOfArchive(name: string, namespace: string): string {
  const own = nameOutsideTrash(name, namespace)
  if (!parseDatasetName(own, namespace)) throw new RefusedError(`${name} is not a dataset of ${namespace}`)
  return own
}

/** Where a dataset is archived, and the name that its files are fetched by. */
type Places = ArchivePaths & {source: string}

/**
 * A proxy that removes `Link` from the answers would end a listing early, without an error. The Hub may name more files than it
 * lists, or fewer: only where both are the same is nothing missing for certain.
 */
function requireSamePaths(files: RepoFile[], paths: string[] | undefined): void {
  const listed = new Set(files.map(({path}) => path))
  if (paths?.length === listed.size && paths.every((path) => listed.has(path))) return
  throw new RefusedError(
    `it may have more files than the Hub lists (${listed.size} listed, ${paths?.length ?? 'an unknown number'} in its info). ` +
      "A proxy may be removing the `Link` header from the Hub's responses",
  )
}

/** Stores every file in the dataset's folder; where that is there, checks its files and replaces the damaged ones. */
async function storeFiles(
  fresh: Manifest,
  former: Manifest | undefined,
  paths: Places,
  job: ArchiveJob,
): Promise<void> {
  const {folder, final, staging} = paths
  const {files} = fresh
  const isNew = !(await folderExists(final))
  const {same, extra} = isNew
    ? {same: [], extra: []}
    : await compareFolder(final, files, {signal: job.signal, isKept: true})
  const intact = new Map(same.map((file) => [file.path, file]))
  if (former) requireSameContent(former, fresh, final, intact)
  // A file that the dataset does not have is never removed.
  if (extra.length > 0)
    throw new RefusedError(`${final} contains ${quotePaths(extra)}, which is not in the dataset: remove it`)
  const wanted = files.filter(({path}) => !intact.has(path))
  if (wanted.length > 0 || isNew) {
    if (!isNew && !former) throw new RefusedError(`${final} exists and is not an archive: use another folder`)
    await fetchAll(fresh, wanted, paths, job)
    await job.lock.require()
    if (isNew) await rename(staging, final)
    else
      for (const {path} of wanted) {
        await ensureFolder(final, dirname(path))
        await rename(join(staging, path), join(final, path))
      }
  }

  for (const each of await stagingFolders(paths)) await rm(each, {recursive: true, force: true})
  if (!isNew) await syncFolders(final, files)
  await syncFolder(folder)
}

/**
 * Fetches files into this holder's staging folder, and flushes it. What earlier holders left of them is copied there: one of them
 * may have been taken for dead, and still write to what it has open.
 */
async function fetchAll(
  {sha}: Manifest,
  files: RepoFile[],
  paths: Places,
  {session, limitFiles, signal}: ArchiveJob,
): Promise<void> {
  const {folder, staging, source: name} = paths
  const left = await leftovers(files, paths)
  await ensureFolder(folder, basename(staging))
  await mapLimited(files, limitFiles, async (file) => {
    if (signal?.aborted) throw new CancelledError('Interrupted.')
    const target = join(staging, file.path)
    await ensureFolder(staging, dirname(file.path))
    const source = left.get(file.path)?.source
    if (source !== undefined) {
      await copyFile(source, target, constants.COPYFILE_EXCL + constants.COPYFILE_FICLONE)
      await rm(source, {force: true})
    }

    await fetchFile({hub: session.hub, name, sha, file, target, signal})
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
