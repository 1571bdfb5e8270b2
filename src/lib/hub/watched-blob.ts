import {Readable} from 'node:stream'

/** In bytes. A text comes from its `Blob` in one piece, however long it is. */
const LONGEST_PIECE = 65_536

/**
 * A body that tells of every piece of it that is sent: sending a large file may take any time, as long as it goes on. Unlike
 * a stream, a `Blob` has a size, without which the stores behind the Hub take no upload, and can be sent again.
 */
export function watchedBlob(source: Blob, onPiece: () => void): Blob {
  async function* pieces() {
    for await (const whole of source.stream() as unknown as AsyncIterable<Uint8Array>) {
      for (let at = 0; at < whole.length; at += LONGEST_PIECE) {
        onPiece()
        yield whole.subarray(at, at + LONGEST_PIECE)
      }
    }
  }

  // The more is read ahead, the sooner the last piece was taken, from which on the time limit counts.
  const stream = () => Readable.from(pieces(), {highWaterMark: 1})
  return Object.defineProperties(new Blob([], {type: source.type}), {
    size: {value: source.size},
    // Called experimental in Node 20, where the client library relies on it as well.
    // eslint-disable-next-line n/no-unsupported-features/node-builtins
    stream: {value: () => Readable.toWeb(stream())},
  })
}
