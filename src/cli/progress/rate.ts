import {HOUR, MINUTE} from '../../lib/base/time.js'
import {thousands} from '../../lib/views/format.js'

const SECOND = 1000
/** Before that, a rate says more about the start than about the rest, in ms. */
const TELLING = 2 * SECOND

/**
 * How fast a job goes, and how long it will go on if it does not change: `41/s, 6 min left`. Waits count, since they come
 * again.
 * @param done what has ended so far, of `total`
 * @param elapsedMs since the first began
 * @returns nothing where that cannot be told yet, or not any more
 */
export function describePace(done: number, total: number, elapsedMs: number): string {
  if (done === 0 || done >= total || elapsedMs < TELLING) return ''
  const perSecond = (done / elapsedMs) * SECOND
  return `${describeRate(perSecond)}, ${describeRest(((total - done) / perSecond) * SECOND)} left`
}

/** For each second, or where that is less than one for each minute. */
function describeRate(perSecond: number): string {
  if (perSecond < 1) return `${Math.max(1, Math.round(perSecond * 60))}/min`
  return perSecond < 9.95 ? `${perSecond.toFixed(1)}/s` : `${thousands(Math.round(perSecond))}/s`
}

/** A time to come, as roughly as it is known: `40 s`, `6 min`, `3 h 20 min`. */
function describeRest(ms: number): string {
  if (ms < MINUTE) return `${Math.ceil(ms / SECOND)} s`
  const minutes = Math.round(ms / MINUTE)
  if (ms < HOUR || minutes < 60) return `${minutes} min`
  return `${thousands(Math.floor(minutes / 60))} h ${minutes % 60} min`
}
