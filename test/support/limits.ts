import {AsyncLocalStorage} from 'node:async_hooks'
import {subscribe, unsubscribe} from 'node:diagnostics_channel'
import {type ClientRequest} from 'node:http'

/** In ms: by then a body that was on its way is mostly there. */
const MOMENT = 5
/** In ms: a limit that has not begun anew by then did so before anybody looked. */
const LATE = 1000
/** In ms, the longest that a timer can be: a limit runs out where a test wants it to, and nowhere else. */
const FOREVER = 2 ** 31 - 1

/**
 * Lets the time limit of a request run out.
 * @param port the client's end of the connection that the request came over
 * @param starts how often the limit begins anew before that: not once while the answer is waited for, once for the first
 *   piece of its body, twice for the second. Default: not once
 */
export type RunOut = (port: number | undefined, starts?: number) => void

/** One limit, which may begin anew as often as it likes. */
interface Limit {
  end: () => void
  /** While it counts. */
  timer?: NodeJS.Timeout | undefined
  /** What is waited for. */
  request?: ClientRequest
  /** Told whenever it begins. */
  started?: (() => void) | undefined
}

/**
 * Runs a job whose time limits of a certain length run out where the test says so, at once, and never by themselves: nobody
 * waits for them, and a machine that is slow is not taken for a Hub that is silent.
 * @param ms how long these limits are, unlike any other timer
 */
export async function withLimits<T>(ms: number, job: (runOut: RunOut) => Promise<T>): Promise<T> {
  const {setTimeout: setReal, clearTimeout: clearReal} = globalThis
  const current = new AsyncLocalStorage<Limit>()
  const limits = new Map<() => void, Limit>()

  let isOver = false

  const set = (end: () => void, delay?: number): NodeJS.Timeout => {
    // Once it is to run out, it is the same limit also where the rest of a body has less time than that.
    if (delay !== ms && !limits.get(end)?.started) return setReal(end, delay)
    const limit = limits.get(end) ?? {end}
    limits.set(end, limit)
    limit.timer = setReal(end, FOREVER)
    // The request that is made from here on is the one that it is for.
    current.enterWith(limit)
    limit.started?.()
    return limit.timer
  }

  const clear: typeof clearTimeout = (timer) => {
    for (const limit of limits.values()) if (limit.timer === timer) limit.timer = undefined
    clearReal(timer)
  }

  const noteRequest = (message: unknown) => {
    const limit = current.getStore()
    if (limit) limit.request = (message as {request: ClientRequest}).request
  }

  const expire = (limit: Limit) => {
    if (!limit.timer) return
    clear(limit.timer)
    limit.started = undefined
    limit.end()
  }

  const runOut: RunOut = (port, starts = 0) => {
    if (isOver) return
    const limit = [...limits.values()].find(
      ({timer, request}) => timer !== undefined && request?.socket?.localPort === port,
    )
    // It is being set anew, or whoever sent the request has given it up already.
    if (!limit) {
      setReal(() => runOut(port, starts), MOMENT)
      return
    }

    const {request} = limit
    let left = starts
    const started = () => {
      // Where it led elsewhere, nobody waits for the rest of its own answer.
      if (limit.request === request && --left <= 0) setReal(() => expire(limit), MOMENT)
    }

    limit.started = started
    const endLate = () => {
      if (!isOver && limit.started === started && limit.request === request) expire(limit)
    }

    if (starts > 0) setReal(endLate, LATE)
    if (starts === 0) setReal(() => (limit.timer ? expire(limit) : runOut(port)), 0)
  }

  Object.assign(globalThis, {setTimeout: Object.assign(set, setReal), clearTimeout: clear})
  subscribe('http.client.request.start', noteRequest)
  try {
    return await job(runOut)
  } finally {
    isOver = true
    // Each that is left on makes every promise of all later tests slower.
    current.disable()
    unsubscribe('http.client.request.start', noteRequest)
    Object.assign(globalThis, {setTimeout: setReal, clearTimeout: clearReal})
    for (const {timer} of limits.values()) clearReal(timer)
  }
}
