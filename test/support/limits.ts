/** In ms: whatever is going to be answered on this machine mostly is by then. */
const MOMENT = 5

/** Lets time limits run out that are counting now. */
export type RunOut = () => void

/**
 * Runs a job whose time limits of a certain length can be made to run out at once, so that nobody waits for them.
 * @param ms how long these limits are, unlike any other timer
 * @param job gets what makes at least one of them run out: all that have been counting for a moment by then. What is hit
 *   beside the one that was meant has had bad luck, as it might anywhere
 */
export async function withLimits<T>(ms: number, job: (runOut: RunOut) => Promise<T>): Promise<T> {
  const {setTimeout: setReal, clearTimeout: clearReal} = globalThis
  const counting = new Map<unknown, {since: number; end: () => void}>()
  let isOver = false

  const set = (end: () => void, delay?: number): NodeJS.Timeout => {
    const timer = setReal(end, delay)
    if (delay === ms) counting.set(timer, {since: performance.now(), end})
    return timer
  }

  const clear: typeof clearTimeout = (timer) => {
    counting.delete(timer)
    clearReal(timer)
  }

  const runOut = () => {
    const moment = performance.now() - MOMENT
    const ripe = [...counting].filter(([, {since}]) => since <= moment)
    for (const [timer, {end}] of ripe) {
      clear(timer as NodeJS.Timeout)
      end()
    }

    if (ripe.length === 0 && !isOver) setReal(runOut, MOMENT)
  }

  Object.assign(globalThis, {setTimeout: Object.assign(set, setReal), clearTimeout: clear})
  try {
    return await job(runOut)
  } finally {
    isOver = true
    Object.assign(globalThis, {setTimeout: setReal, clearTimeout: clearReal})
  }
}
