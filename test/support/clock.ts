import {type Fault, type Quota} from '../../src/lib/sandbox/index.js'

/**
 * A clock of the Hub that stands still while there is something left of the quota, or on a slow machine a window would be
 * over before it is used up; then it goes twice as fast as that of whoever waits for the next one.
 */
export function patientClock({requests, windowSeconds}: Quota): {clock: () => Date; match: Fault['match']} {
  let from = Date.now()
  let used = 0
  let usedUpAt: number | undefined
  const now = () => from + (usedUpAt === undefined ? 0 : 2 * (performance.now() - usedUpAt))
  return {
    clock: () => new Date(now()),
    match({path}) {
      if (!path.startsWith('/api/') || path.includes('/resolve/')) return false
      if (now() - from >= windowSeconds * 1000) {
        from = now()
        usedUpAt = undefined
        used = 0
      }

      used++
      if (used === requests) usedUpAt = performance.now()
      return false
    },
  }
}
