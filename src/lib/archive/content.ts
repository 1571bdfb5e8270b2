import {type BigIntStats} from 'node:fs'
import {type FileHandle} from 'node:fs/promises'
import {Readable} from 'node:stream'

import {CancelledError, SmoltraceError} from '../base/errors.js'
import {EXIT} from '../base/exit-codes.js'
import {diskReason, fingerprintOf, openToRead} from './disk.js'
import {type LocalFile} from './entries.js'

/** A file changed after it was checked; nothing of it was committed. Exit code 1. */
export class ChangedOnDiskError extends SmoltraceError {
  override readonly name = 'ChangedOnDiskError'
  readonly exitCode = EXIT.error

  constructor(path: string, cause?: unknown) {
    const why = cause === undefined ? undefined : diskReason(cause)
    super(
      `${JSON.stringify(path)} changed after it was checked${why === undefined ? '' : ` (${why})`}. ` +
        'It was not committed, so the dataset on the Hub is incomplete',
      {cause},
      'Repair the archive, then restore again: it continues where it stopped.',
    )
  }
}

/** Files of an archive, opened to be sent. */
interface Contents {
  /** In the order of the files. */
  blobs: Blob[]
  /** @throws ChangedOnDiskError where one of them changed since */
  verify: () => Promise<void>
  close: () => Promise<void>
}

/**
 * Opens files that were checked. They are sent through the handles that are hashed here, so that a file put at a path later is not
 * sent.
 * @throws ChangedOnDiskError where one of them changed since; CancelledError
 */
export async function openContents(files: LocalFile[], signal?: AbortSignal): Promise<Contents> {
  const opened: Array<{file: LocalFile; handle: FileHandle}> = []
  const close = async () => {
    await Promise.all(opened.map(({handle}) => handle.close().catch(() => {})))
  }

  const verify = async () => {
    for (const {file, handle} of opened) await requireSame(file, handle, signal)
  }

  try {
    const blobs: Blob[] = []
    for (const file of files) {
      const handle = await openAgain(file)
      opened.push({file, handle})
      // Before hashing: a write during it is a change, too.
      const seen = await handle.stat({bigint: true})
      await requireSame(file, handle, signal)
      blobs.push(new Content({file, handle, seen}, 0, file.size))
    }

    return {blobs, verify, close}
  } catch (error) {
    await close()
    throw error
  }
}

async function openAgain({path, source}: LocalFile): Promise<FileHandle> {
  try {
    return await openToRead(source)
  } catch (error) {
    throw new ChangedOnDiskError(path, error)
  }
}

async function requireSame(
  file: LocalFile,
  handle: FileHandle,
  signal: AbortSignal | undefined,
): Promise<void> {
  const now = await fingerprintOf(handle, file.source, {signal}).catch((error: unknown) => {
    throw error instanceof CancelledError ? error : new ChangedOnDiskError(file.path, error)
  })
  if (now.size !== file.size || now.oid !== file.oid || now.sha256 !== file.sha256)
    throw new ChangedOnDiskError(file.path)
}

/** In bytes. */
const PIECE = 256 * 1024

/** An open file, and how it was when it was hashed. */
interface Opened {
  file: LocalFile
  handle: FileHandle
  seen: BigIntStats
}

/** The bytes of an open file, or a part of them; refuses to read once the file was written to. */
class Content extends Blob {
  override readonly size: number
  private readonly opened: Opened
  private readonly start: number

  constructor(opened: Opened, start: number, end: number) {
    super([])
    this.opened = opened
    this.start = start
    this.size = end - start
  }

  override slice(start = 0, end = this.size): Blob {
    return new Content(this.opened, this.start + start, this.start + Math.min(end, this.size))
  }

  override async arrayBuffer(): Promise<ArrayBuffer> {
    const bytes = new Uint8Array(this.size)
    let at = 0
    for await (const piece of this.pieces()) {
      bytes.set(piece, at)
      at += piece.length
    }

    return bytes.buffer
  }

  override async text(): Promise<string> {
    return Buffer.from(await this.arrayBuffer()).toString('utf8')
  }

  override stream(): ReturnType<Blob['stream']> {
    // eslint-disable-next-line n/no-unsupported-features/node-builtins -- it works in Node 20, whatever that calls it
    return Readable.toWeb(Readable.from(this.pieces())) as ReturnType<Blob['stream']>
  }

  private async *pieces(): AsyncGenerator<Uint8Array> {
    const {file, handle, seen} = this.opened
    for (let done = 0; done < this.size;) {
      const piece = Buffer.alloc(Math.min(PIECE, this.size - done))
      const {bytesRead} = await handle.read(piece, 0, piece.length, this.start + done)
      if (bytesRead === 0 || !isUnchanged(seen, await handle.stat({bigint: true})))
        throw new ChangedOnDiskError(file.path)
      yield piece.subarray(0, bytesRead)
      done += bytesRead
    }
  }
}

function isUnchanged(one: BigIntStats, other: BigIntStats): boolean {
  return one.size === other.size && one.mtimeNs === other.mtimeNs && one.ctimeNs === other.ctimeNs
}
