import {type FileHandle, rm} from 'node:fs/promises'

import {RefusedError} from '../base/errors.js'
import {type Hub} from '../hub/client.js'
import {HubFormatError, HubUnreachableError} from '../hub/errors.js'
import {type RepoFile} from '../hub/files.js'
import {retryDelay} from '../hub/retry.js'
import {fingerprint, isContentOf, openToWrite, statNoFollow} from './disk.js'

/** What does not fit after it was completed is fetched once more from its beginning. */
const ROUNDS = 2

/** One file to fetch. */
export interface Download {
  hub: Pick<Hub, 'download' | 'pause'>
  /** `namespace/name`. */
  name: string
  sha: string
  file: RepoFile
  /** Where it is written; whatever is there of it already is gone on with. */
  target: string
  signal?: AbortSignal | undefined
}

/**
 * Fetches a file so that it is whole on the disk: of the size and with the hash that the Hub lists. What is there already is
 * hashed and not fetched again, a part of it is completed. What does not fit then is fetched once more from its beginning.
 * @throws HubError and its kin where it cannot be fetched, RefusedError where it does not fit, CancelledError, and the
 *   system's errors where it cannot be written
 */
export async function fetchFile(job: Download): Promise<void> {
  if (await isWhole(job)) return
  for (let round = 0; round < ROUNDS; round++) {
    await fetchInParts(job)
    if (await isWhole(job)) return
    await rm(job.target)
  }

  throw new RefusedError(`${JSON.stringify(job.file.path)} came with another content than the Hub lists`)
}

/** A line that breaks again and again brings a large file too, as long as each time some of it arrives. */
async function fetchInParts(job: Download): Promise<void> {
  let repeats = 0
  for (let size = await sizeOf(job.target); ;) {
    const broken = await fetchRest(job)
    if (!broken) return
    const grown = await sizeOf(job.target)
    if (grown > size) repeats = 0
    size = grown
    const wait = retryDelay(broken, repeats++)
    if (!wait) throw broken
    await job.hub.pause(wait)
  }
}

async function sizeOf(path: string): Promise<number> {
  return (await statNoFollow(path))?.size ?? 0
}

async function isWhole({file, target, signal}: Download): Promise<boolean> {
  const found = await statNoFollow(target)
  if (!found?.isFile() || found.size !== file.size) return false
  return isContentOf(file, await fingerprint(target, {signal, isKept: true}))
}

/**
 * Goes on where the file ends; one that is too long, or of the right size and wrong, is written anew.
 * @returns why the answer brought something else than the rest of the file; undefined where it is complete
 */
async function fetchRest({hub, name, sha, file, target}: Download): Promise<Error | undefined> {
  const handle = await openToWrite(target)
  try {
    // The Hub has no answer to a range of nothing.
    if (file.size === 0) {
      await handle.truncate(0)
      return undefined
    }

    const {size} = await handle.stat()
    const {from, body} = await hub.download(
      {name, revision: sha, path: file.path},
      size < file.size ? size : 0,
    )
    await handle.truncate(from)
    const problem = await write(body, handle, {at: from, end: file.size})
    await handle.sync()
    return problem
  } finally {
    await handle.close()
  }
}

/** Writes a body as it arrives: what has not been written yet is not asked for. */
async function write(
  body: AsyncIterable<Uint8Array>,
  handle: FileHandle,
  {at, end}: {at: number; end: number},
): Promise<Error | undefined> {
  try {
    for await (const piece of body) {
      if (at + piece.length > end) return new HubFormatError('The Hub sent more of a file than it lists.')
      at = await writeAll(handle, piece, at)
    }

    return at < end ? new HubUnreachableError(`A download broke off at byte ${at}.`) : undefined
  } catch (error) {
    if (error instanceof HubUnreachableError) return error
    throw error
  }
}

/** @returns the place after what was written */
async function writeAll(handle: FileHandle, piece: Uint8Array, at: number): Promise<number> {
  for (let done = 0; done < piece.length;) {
    const {bytesWritten} = await handle.write(piece, done, piece.length - done, at + done)
    done += bytesWritten
  }

  return at + piece.length
}
