import {HOUR, MINUTE} from '../../lib/base/time.js'
import {thousands} from '../../lib/views/format.js'

const SECOND = 1000
/** Before that, a rate says more about the start than about the rest, in ms. */
const WARM_UP = 2 * SECOND

/**
 * How fast a job goes, and how long it goes on at that rate: `41/s, 6 min left`. Waits count: they come again.
 * @param done how many of `total` have ended
 * @param elapsedMs since the first began
 * @returns nothing before it can be known, and at the end
 */
export function describeRate(done: number, total: number, elapsedMs: number): string {
  if (done === 0 || done >= total || elapsedMs < WARM_UP) return ''
  const perSecond = (done / elapsedMs) * SECOND
  return `${rateText(perSecond)}, ${durationText(((total - done) / perSecond) * SECOND)} left`
}

function rateText(perSecond: number): string {
  if (perSecond < 1) return `${Math.max(1, Math.round(perSecond * 60))}/min`
  return perSecond < 9.95 ? `${perSecond.toFixed(1)}/s` : `${thousands(Math.round(perSecond))}/s`
}

/** As roughly as it is known: `40 s`, `6 min`, `3 h 20 min`. */
function durationText(ms: number): string {
  if (ms < MINUTE) return `${Math.ceil(ms / SECOND)} s`
  const minutes = Math.round(ms / MINUTE)
  if (ms < HOUR || minutes < 60) return `${minutes} min`
  return `${thousands(Math.floor(minutes / 60))} h ${minutes % 60} min`
}
