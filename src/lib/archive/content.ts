import {type BigIntStats} from 'node:fs'
import {type FileHandle} from 'node:fs/promises'
import {Readable} from 'node:stream'
import {arrayBuffer, text} from 'node:stream/consumers'

import {CancelledError} from '../base/errors.js'
import {fingerprintOf, type LocalFile, openToRead, PIECE, reasonOf} from './disk.js'

/**
 * Runs a job with the contents of checked files, and with what makes sure that none has changed. They are read through the handles
 * that are hashed here: a file that is put at a path later is not sent.
 * @throws an error that names the file where one changed; CancelledError; what the job throws
 */
export async function withContents<T>(
  files: LocalFile[],
  signal: AbortSignal | undefined,
  job: (contents: Blob[], verify: () => Promise<void>) => Promise<T>,
): Promise<T> {
  const opened: Opened[] = []
  const verify = async () => {
    for (const each of opened) await requireSame(each, signal)
  }

  try {
    for (const file of files) {
      const handle = await openToRead(file.source).catch((error: unknown) => {
        throw changeError(file, error)
      })
      // Before hashing: a write during it is a change, too.
      opened.push({file, handle, seen: await handle.stat({bigint: true})})
    }

    await verify()
    const contents = opened.map((each) => new Content(each, 0, each.file.size))
    return await job(contents, verify).catch(async (error: unknown) => {
      // A file that changes while it is sent looks like a broken connection.
      await verify()
      throw error
    })
  } finally {
    await Promise.all(opened.map(({handle}) => handle.close().catch(() => {})))
  }
}

/** An open file, and how it was before it was hashed. */
interface Opened {
  file: LocalFile
  handle: FileHandle
  seen: BigIntStats
}

async function requireSame({file, handle}: Opened, signal: AbortSignal | undefined): Promise<void> {
  const now = await fingerprintOf(handle, file.source, {signal}).catch((error: unknown) => {
    throw error instanceof CancelledError ? error : changeError(file, error)
  })
  if (now.size !== file.size || now.oid !== file.oid || now.sha256 !== file.sha256) throw changeError(file)
}

function changeError({path}: LocalFile, cause?: unknown): Error {
  const why = cause === undefined ? '' : ` (${reasonOf(cause)})`
  return new Error(
    `${JSON.stringify(path)} changed after it was checked${why}. It was not committed, so the dataset on the Hub is incomplete`,
    {cause},
  )
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

  override arrayBuffer(): Promise<ArrayBuffer> {
    return arrayBuffer(this.pieces())
  }

  override text(): Promise<string> {
    return text(this.pieces())
  }

  override stream(): ReturnType<Blob['stream']> {
    // eslint-disable-next-line n/no-unsupported-features/node-builtins -- it works in Node 20, whatever that calls it
    return Readable.toWeb(Readable.from(this.pieces())) as ReturnType<Blob['stream']>
  }

  private async *pieces(): AsyncGenerator<Buffer> {
    const {file, handle, seen} = this.opened
    for (let done = 0; done < this.size;) {
      const piece = Buffer.alloc(Math.min(PIECE, this.size - done))
      const {bytesRead} = await handle.read(piece, 0, piece.length, this.start + done)
      const now = await handle.stat({bigint: true})
      const isUnchanged =
        now.size === seen.size && now.mtimeNs === seen.mtimeNs && now.ctimeNs === seen.ctimeNs
      if (bytesRead === 0 || !isUnchanged) throw changeError(file)
      yield piece.subarray(0, bytesRead)
      done += bytesRead
    }
  }
}
