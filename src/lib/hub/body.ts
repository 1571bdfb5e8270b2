import {CancelledError} from '../base/errors.js'
import {type Answer} from './answer.js'
import {HubFormatError, HubUnreachableError} from './errors.js'
import {type TimeLimit} from './time-limit.js'

/** How much of a body is read, and how. */
export interface BodyRules {
  /** Nothing that is asked for is larger, in bytes; without, anything may be. */
  most?: number | undefined
  /** The limit is for the whole of it, however often something comes. */
  isShort?: boolean | undefined
  /** Time in which the whole of it must be there, in ms; without, it may bring a little now and then for ever. */
  totalMs?: number | undefined
}

/**
 * The body of an answer that is watched while it is read: where it brings nothing for too long, or breaks off, the reader is
 * told so in the program's own errors. Time that the reader takes does not count.
 * @param body as it arrives
 * @param limit started for each piece; what it aborts ends the body
 * @param signal of the whole program
 * @yields each piece
 */
export async function* watchedBody(
  body: AsyncIterable<Uint8Array>,
  limit: TimeLimit,
  signal?: AbortSignal,
  {most = Number.POSITIVE_INFINITY, isShort = false, totalMs = Number.POSITIVE_INFINITY}: BodyRules = {},
): AsyncGenerator<Uint8Array> {
  const pieces = body[Symbol.asyncIterator]()
  let size = 0
  let waitedMs = 0
  let isLast = isShort
  if (isShort) limit.start()
  try {
    for (;;) {
      const before = performance.now()
      const leftMs = totalMs - waitedMs
      isLast ||= leftMs < limit.ms
      if (!isShort) limit.start(leftMs)
      const {done, value} = await pieces.next()
      if (!isShort) limit.stop()
      waitedMs += performance.now() - before
      if (done) return
      size += value.length
      if (size > most) throw new HubFormatError(`The answer of the Hub is longer than ${most} bytes.`)
      yield value
    }
  } catch (error) {
    throw error instanceof HubFormatError ? error : brokenOff(error, {limit, signal, isLast, isShort})
  } finally {
    limit.stop()
    await pieces.return?.()
  }
}

interface Circumstances {
  limit: TimeLimit
  signal: AbortSignal | undefined
  /** The limit was for the rest of the whole, not for the next piece. */
  isLast: boolean
  isShort: boolean
}

function brokenOff(error: unknown, {limit, signal, isLast, isShort}: Circumstances): Error {
  if (signal?.aborted) return new CancelledError('Interrupted.', {cause: error})
  const overdue = isLast ? 'took too long' : `brought nothing for ${limit.ms / 1000} s`
  const why = limit.isOver ? overdue : 'broke off'
  // A long answer that trickles would do so again, for as long.
  const isLasting = limit.isOver && isLast && !isShort
  return new HubUnreachableError(`The answer of the Hub ${why}.`, {
    cause: error,
    reason: `it ${why}`,
    isLasting,
  })
}

/** An answer that is in memory as a whole, so that it is certain that nothing of it is missing. */
export async function wholeAnswer(answer: Answer): Promise<Answer> {
  return answer.withBytes(await answer.bytes())
}
