import {rm} from 'node:fs/promises'
import {setTimeout as sleep} from 'node:timers/promises'

import {CancelledError, RefusedError} from '../errors.js'
import {type Hub} from '../hub/client.js'
import {HubFormatError, HubUnreachableError} from '../hub/errors.js'
import {type RepoFile} from '../hub/files.js'
import {fingerprint, isContentOf, openToWrite, whatIs} from './disk.js'
import {PATIENCE, type Patience, persistently} from './patience.js'

/** What does not fit after it was completed is fetched once more from its beginning. */
const ROUNDS = 2

/** One file to fetch. */
export interface Download {
  hub: Pick<Hub, 'download'>
  /** `namespace/name`. */
  name: string
  sha: string
  file: RepoFile
  /** Where it is written; whatever is there of it already is gone on with. */
  target: string
  signal?: AbortSignal | undefined
  patience?: Patience | undefined
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
  for (let size = await sizeOf(job.target); ;) {
    try {
      return await persistently(() => fetchRest(job), job)
    } catch (error) {
      const grown = await sizeOf(job.target)
      if (!(error instanceof HubUnreachableError) || grown <= size) throw error
      size = grown
    }
  }
}

async function sizeOf(path: string): Promise<number> {
  return (await whatIs(path))?.size ?? 0
}

async function isWhole({file, target, signal}: Download): Promise<boolean> {
  const found = await whatIs(target)
  if (!found?.isFile() || found.size !== file.size) return false
  return isContentOf(file, await fingerprint(target, {signal, isKept: true}))
}

/** Goes on where the file ends; one that is too long, or of the right size and wrong, is written anew. */
async function fetchRest({hub, name, sha, file, target, ...watch}: Download): Promise<void> {
  const handle = await openToWrite(target)
  try {
    // The Hub has no answer to a range of nothing.
    if (file.size === 0) return await handle.truncate(0)
    const {size} = await handle.stat()
    const {from, body} = await hub.download(
      {name, revision: sha, path: file.path},
      size < file.size ? size : 0,
    )
    await handle.truncate(from)
    let at = from
    for await (const piece of arriving(body, watch)) {
      if (at + piece.length > file.size)
        throw new HubFormatError(`The Hub sent more of ${JSON.stringify(file.path)} than it lists.`)
      for (let done = 0; done < piece.length;) {
        const {bytesWritten} = await handle.write(piece, done, piece.length - done, at)
        done += bytesWritten
        at += bytesWritten
      }
    }

    if (at < file.size) throw new HubUnreachableError(`${JSON.stringify(file.path)} broke off at byte ${at}.`)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/**
 * Reads a body one piece at a time: what has not been written yet is not asked for.
 * @yields each piece
 */
async function* arriving(
  body: NonNullable<Response['body']>,
  {signal, patience = PATIENCE}: Pick<Download, 'patience' | 'signal'>,
): AsyncGenerator<Uint8Array> {
  const reader = body.getReader()
  try {
    for (;;) {
      const {done, value} = await inTime(reader.read(), patience.stallMs, signal)
      if (done) return
      yield value as Uint8Array
    }
  } finally {
    // Not waited for: what stalls may stall in this as well.
    reader.cancel().catch(() => {})
  }
}

async function inTime<T>(piece: Promise<T>, ms: number, signal: AbortSignal | undefined): Promise<T> {
  const over = new AbortController()
  const stop = () => over.abort()
  signal?.addEventListener('abort', stop, {once: true})
  if (signal?.aborted) stop()
  const limit = sleep(ms, undefined, {signal: over.signal}).then(
    () => {
      throw new HubUnreachableError(`The Hub sent nothing for ${ms / 1000} s.`)
    },
    () => {
      throw new CancelledError('Interrupted.')
    },
  )
  try {
    return await Promise.race([piece, limit])
  } catch (error) {
    if (signal?.aborted) throw new CancelledError('Interrupted.', {cause: error})
    if (error instanceof HubUnreachableError) throw error
    throw new HubUnreachableError('A download broke off.', {cause: error})
  } finally {
    stop()
    signal?.removeEventListener('abort', stop)
  }
}
