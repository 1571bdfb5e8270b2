/* eslint-disable n/no-unsupported-features/node-builtins -- called experimental in Node 20, where `fetch` itself rests on it */
import {CancelledError} from '../errors.js'
import {HubUnreachableError} from './errors.js'
import {type TimeLimit} from './time-limit.js'

/** The bytes of an answer as they arrive. */
export type Body = ReadableStream<Uint8Array>

/**
 * The body of an answer that is watched while it is read: where it brings nothing for too long, or breaks off, the reader is
 * told so in the program's own errors. Time that the reader takes does not count.
 * @param body as it arrives
 * @param limit started for each piece; what it aborts ends the body
 * @param signal of the whole program
 */
export function watchedBody(body: Body, limit: TimeLimit, signal?: AbortSignal): Body {
  const reader = body.getReader()
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        limit.start()
        try {
          const {done, value} = await reader.read()
          if (done) controller.close()
          else controller.enqueue(value)
        } catch (error) {
          controller.error(brokenOff(error, limit, signal))
        } finally {
          limit.stop()
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    // What nobody has asked for yet is not read: it would take memory, and time that is not the Hub's.
    {highWaterMark: 0},
  )
}

function brokenOff(error: unknown, limit: TimeLimit, signal: AbortSignal | undefined): Error {
  if (signal?.aborted) return new CancelledError('Interrupted.', {cause: error})
  const why = limit.isOver ? `brought nothing for ${limit.seconds} s` : 'broke off'
  return new HubUnreachableError(`The answer of the Hub ${why}.`, {cause: error, reason: `it ${why}`})
}

/** An answer that is in memory as a whole, so that it is certain that nothing of it is missing. */
export async function wholeAnswer(response: Response): Promise<Response> {
  const bytes = await response.arrayBuffer()
  const {status, statusText, headers} = response
  return new Response(bytes.byteLength > 0 ? bytes : null, {status, statusText, headers})
}
