import {CancelledError} from '../errors.js'
import {type Answer} from './answer.js'
import {HubUnreachableError} from './errors.js'
import {type TimeLimit} from './time-limit.js'

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
): AsyncGenerator<Uint8Array> {
  const pieces = body[Symbol.asyncIterator]()
  try {
    for (;;) {
      limit.start()
      const {done, value} = await pieces.next().finally(() => limit.stop())
      if (done) return
      yield value
    }
  } catch (error) {
    throw brokenOff(error, limit, signal)
  } finally {
    await pieces.return?.()
  }
}

function brokenOff(error: unknown, limit: TimeLimit, signal: AbortSignal | undefined): Error {
  if (signal?.aborted) return new CancelledError('Interrupted.', {cause: error})
  const why = limit.isOver ? `brought nothing for ${limit.seconds} s` : 'broke off'
  return new HubUnreachableError(`The answer of the Hub ${why}.`, {cause: error, reason: `it ${why}`})
}

/** An answer that is in memory as a whole, so that it is certain that nothing of it is missing. */
export async function wholeAnswer(answer: Answer): Promise<Answer> {
  const bytes = await answer.bytes()
  return answer.with(
    (async function* () {
      yield bytes
    })(),
  )
}
