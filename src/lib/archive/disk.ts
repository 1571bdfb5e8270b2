import {createHash} from 'node:crypto'
import {type Stats} from 'node:fs'
import {constants, type FileHandle, lstat, mkdir, open, readdir} from 'node:fs/promises'
import {join} from 'node:path'

import {CancelledError, RefusedError} from '../base/errors.js'
import {createBlobHash, isErrno} from '../base/files.js'
import {messageOf, safe} from '../base/text.js'
import {type Fingerprint, isContentOf, type RepoFile} from '../hub/files.js'
import {isLeftByFileManager, joinFew} from './paths.js'

/*
 * The disk. Below the folder that a person named no link is followed: a planted one would lead writing, or reading for an upload,
 * out of the folder.
 */

/** Windows has neither of these. */
export const NO_FOLLOW = constants.O_NOFOLLOW ?? 0
/** Without it, opening a pipe would wait for its other end. */
const NO_WAIT = constants.O_NONBLOCK ?? 0

/** In bytes, how much of a file is read at a time. */
export const PIECE = 256 * 1024

/** What is at a path itself, not what a link leads to; undefined where nothing is. */
export async function statNoFollow(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path)
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined
    throw error
  }
}

/** @throws RefusedError where something else is there */
export async function folderExists(path: string): Promise<boolean> {
  const found = await statNoFollow(path)
  if (found && !found.isDirectory()) throw new RefusedError(`${path} is not a folder`)
  return found !== undefined
}

/** Makes a folder below another, one part of its path after the other, where it is not there yet. */
export async function ensureFolder(root: string, path: string): Promise<string> {
  let folder = root
  for (const part of path.split('/')) {
    folder = join(folder, part)
    if (await folderExists(folder)) continue
    // What is archived may be private on the Hub: only this user may read it here.
    await mkdir(folder, {mode: 0o700}).catch((error: unknown) => {
      if (!isErrno(error, 'EEXIST')) throw error
    })
    await folderExists(folder)
  }

  return folder
}

/** Opens a plain file. @throws RefusedError where it is something else; the system's error where it is a link */
export async function openToRead(path: string): Promise<FileHandle> {
  const handle = await open(path, constants.O_RDONLY + NO_FOLLOW + NO_WAIT)
  if ((await handle.stat()).isFile()) return handle
  await handle.close()
  throw new RefusedError(`${path} is not a regular file`)
}

/** Reads a text file of bounded size; undefined if it does not exist. */
export async function readSmall(path: string, most: number): Promise<string | undefined> {
  const found = await statNoFollow(path)
  if (!found) return undefined
  if (!found.isFile()) throw new RefusedError(`${path} is not a regular file`)
  if (found.size > most) throw new RefusedError(`${path} is too large`)
  const handle = await openToRead(path).catch((error: unknown) => {
    if (!isErrno(error, 'ENOENT')) throw error
  })
  try {
    return await handle?.readFile('utf8')
  } finally {
    await handle?.close()
  }
}

/** The files below a folder: sizes in bytes by path. @throws RefusedError that names all that is neither file nor folder */
export async function filesBelow(folder: string): Promise<Map<string, number>> {
  const files = new Map<string, number>()
  const odd: string[] = []
  const visit = async (prefix: string) => {
    for (const name of await readdir(join(folder, prefix))) {
      const path = `${prefix}${name}`
      const found = await statNoFollow(join(folder, path))
      if (found?.isDirectory()) await visit(`${path}/`)
      else if (found?.isFile()) files.set(path, found.size)
      else if (!isLeftByFileManager(path)) odd.push(path)
    }
  }

  await visit('')
  if (odd.length > 0)
    throw new RefusedError(`${joinFew(odd)} ${odd.length > 1 ? 'are' : 'is'} not a regular file`)
  return files
}

interface HashOptions {
  signal?: AbortSignal | undefined
  /** Whether the file is flushed to the disk as well. */
  isKept?: boolean | undefined
}

/** Hashes a file. @throws RefusedError where it is not a regular file or changes while it is read; CancelledError */
export async function fingerprint(path: string, how: HashOptions = {}): Promise<Fingerprint> {
  const handle = await openToRead(path)
  try {
    return await fingerprintOf(handle, path, how)
  } finally {
    await handle.close()
  }
}

export async function fingerprintOf(
  handle: FileHandle,
  path: string,
  {signal, isKept = false}: HashOptions = {},
): Promise<Fingerprint> {
  const {size} = await handle.stat()
  const blob = createBlobHash(size)
  const content = createHash('sha256')
  let read = 0
  for await (const piece of handle.createReadStream({autoClose: false, highWaterMark: PIECE, start: 0})) {
    if (signal?.aborted) throw new CancelledError('Interrupted.')
    const bytes = piece as Buffer
    read += bytes.length
    blob.update(bytes)
    content.update(bytes)
  }

  if (read !== size) throw new RefusedError(`${path} changed while it was read`)
  if (isKept) {
    await handle.sync().catch((error: unknown) => {
      // It flushes only files that are open for writing.
      if (process.platform !== 'win32') throw error
    })
  }

  return {size, oid: blob.digest('hex'), sha256: content.digest('hex')}
}

/** A file of an archive. */
export interface LocalFile extends Fingerprint {
  /** In the dataset. */
  path: string
  /** On this machine. */
  source: string
  /** Whether it was kept in LFS, and so will probably be again. */
  inLfs: boolean
}

/**
 * Compares what is in a folder with the files that a manifest names.
 * @returns the files that are as named; the paths of the missing, of those with another content, and of what is not named
 * @throws RefusedError, CancelledError, or the system's errors
 */
export async function compareFolder(
  folder: string,
  files: readonly RepoFile[],
  how: HashOptions,
): Promise<{same: LocalFile[]; missing: string[]; changed: string[]; extra: string[]}> {
  const found = await filesBelow(folder)
  const same: LocalFile[] = []
  const missing: string[] = []
  const changed: string[] = []
  for (const file of files) {
    const {path} = file
    const source = join(folder, path)
    const size = found.get(path)
    const content = size === file.size ? await fingerprint(source, how) : undefined
    if (size === undefined) missing.push(path)
    else if (content && isContentOf(file, content))
      same.push({...content, path, source, inLfs: file.sha256 !== undefined})
    else changed.push(path)
    found.delete(path)
  }

  return {same, missing, changed, extra: [...found.keys()].filter((path) => !isLeftByFileManager(path))}
}

const REASONS: Record<string, string> = {
  EACCES: 'no permission',
  EDQUOT: 'the disk quota is exceeded',
  EEXIST: 'a file already exists there',
  EFBIG: 'the file is too large for this disk, or for the limits of this process',
  ELOOP: 'a symbolic link is in its place',
  EMFILE: 'too many files are open',
  ENAMETOOLONG: 'the path is too long',
  ENOENT: 'it cannot be created or found',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a file is in place of a folder',
  EPERM: 'not permitted',
  EROFS: 'the disk is read-only',
}

/** Whether the disk accepts no more writes at all. */
export function isDiskUnusable(error: unknown): boolean {
  return ['EDQUOT', 'ENOSPC', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')
}

/** An error in words, as a reason that is kept or shown. */
export function reasonOf(error: unknown): string {
  const {code, path} = error as NodeJS.ErrnoException
  const words = code === undefined ? undefined : REASONS[code]
  return safe(words === undefined ? messageOf(error) : path ? `${words}: ${path}` : words)
}
