import {constants, type FileHandle, open, rm} from 'node:fs/promises'

import {RefusedError} from '../base/errors.js'
import {type Hub} from '../hub/client.js'
import {HubFormatError, HubUnreachableError} from '../hub/errors.js'
import {isContentOf, type RepoFile} from '../hub/files.js'
import {retryDelay} from '../hub/retry.js'
import {fingerprint, NO_FOLLOW, statNoFollow} from './disk.js'

/** How often a file is fetched whose hash is wrong. */
const ROUNDS = 2

export interface Download {
  hub: Pick<Hub, 'download' | 'pause'>
  /** `namespace/name`. */
  name: string
  sha: string
  file: RepoFile
  /** Where it is written; a partial file there is resumed. */
  target: string
  signal?: AbortSignal | undefined
}

/**
 * Fetches a file with the size and hash that the Hub lists; one that is there is verified, or resumed.
 * @throws the Hub's errors, RefusedError where its hash is still wrong, CancelledError, and the system's errors
 */
export async function fetchFile(job: Download): Promise<void> {
  if (await isComplete(job)) return
  for (let round = 0; round < ROUNDS; round++) {
    await fetchInParts(job)
    if (await isComplete(job)) return
    await rm(job.target)
  }

  throw new RefusedError(`${JSON.stringify(job.file.path)} does not match what the Hub lists`)
}

async function isComplete({file, target, signal}: Download): Promise<boolean> {
  const found = await statNoFollow(target)
  if (!found?.isFile() || found.size !== file.size) return false
  return isContentOf(file, await fingerprint(target, {signal, isKept: true}))
}

/** Retries, and resets the count whenever bytes arrived: a bad connection brings a large file, too. */
async function fetchInParts(job: Download): Promise<void> {
  for (let retries = 0; ;) {
    const before = await sizeOf(job.target)
    const broken = await fetchRest(job)
    if (!broken) return
    if ((await sizeOf(job.target)) > before) retries = 0
    const wait = retryDelay(broken, retries++)
    if (!wait) throw broken
    await job.hub.pause(wait)
  }
}

async function sizeOf(path: string): Promise<number> {
  return (await statNoFollow(path))?.size ?? 0
}

/** Resumes where the file ends, or restarts a corrupt one. @returns why the answer was not the rest; undefined where it was */
async function fetchRest({hub, name, sha, file, target}: Download): Promise<Error | undefined> {
  const handle = await openToWrite(target)
  try {
    // The Hub does not serve an empty range.
    if (file.size === 0) {
      await handle.truncate(0)
      return undefined
    }

    const {size} = await handle.stat()
    const {from, body} = await hub.download(name, sha, {path: file.path, start: size < file.size ? size : 0})
    await handle.truncate(from)
    const problem = await writeBody(body, handle, {at: from, end: file.size})
    await handle.sync()
    return problem
  } finally {
    await handle.close()
  }
}

/** Opens a new or partial file; refuses links, hard links included. */
async function openToWrite(path: string): Promise<FileHandle> {
  const found = await statNoFollow(path)
  if (found && (!found.isFile() || found.nlink > 1)) throw new RefusedError(`${path} is not a regular file`)
  const how = found ? 0 : constants.O_CREAT + constants.O_EXCL
  return open(path, constants.O_RDWR + NO_FOLLOW + how, 0o666)
}

/** Writes a body as it arrives, with back pressure. */
async function writeBody(
  body: AsyncIterable<Uint8Array>,
  handle: FileHandle,
  {at, end}: {at: number; end: number},
): Promise<Error | undefined> {
  try {
    for await (const piece of body) {
      if (at + piece.length > end)
        return new HubFormatError('The Hub sent more of a file than its listed size.')
      // The system may take less at a time than it is given.
      for (let left = piece; left.length > 0;) {
        const {bytesWritten} = await handle.write(left, 0, left.length, at)
        left = left.subarray(bytesWritten)
        at += bytesWritten
      }
    }

    return at < end ? new HubUnreachableError(`A download broke off at byte ${at}.`) : undefined
  } catch (error) {
    if (error instanceof HubUnreachableError) return error
    throw error
  }
}
