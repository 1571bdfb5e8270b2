import {syncBuiltinESMExports} from 'node:module'
import timers from 'node:timers/promises'

/** In ms. What waits longer is a limit for somebody else's slowness, not a pause. */
const MAX_PAUSE = 10_000

/**
 * Runs a job in which every pause is over at once: what is waited for stays the same, but for the time.
 * @param job gets the pauses that were to be made so far, in ms
 */
export async function withoutPauses<T>(job: (pauses: readonly number[]) => Promise<T>): Promise<T> {
  const {setTimeout: real} = timers
  const pauses: number[] = []
  const hurried = <V>(ms?: number, value?: V, options?: Parameters<typeof real>[2]): Promise<V> => {
    const isPause = ms !== undefined && ms <= MAX_PAUSE
    if (isPause) pauses.push(ms)
    return real(isPause ? 0 : ms, value as V, options)
  }

  replace(hurried as typeof real)
  try {
    return await job(pauses)
  } finally {
    replace(real)
  }
}

/** The imports of a built-in module follow its exports only once they are told to. */
function replace(sleep: typeof timers.setTimeout): void {
  timers.setTimeout = sleep
  syncBuiltinESMExports()
}
