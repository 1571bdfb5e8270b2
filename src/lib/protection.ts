import {type LeaderboardDataset} from './datasets.js'
import {RefusedError} from './errors.js'
import {safe} from './text.js'

/** Who protected the leaderboard, when and why. */
export interface LeaderboardProtection {
  by: string
  at: Date
  reason?: string
}

/** A run that is kept by every rule: who pinned it, when, why and for how long. */
export interface Pin extends LeaderboardProtection {
  /** The last day on which it holds, `YYYY-MM-DD` in UTC; without, it holds until it is lifted. */
  until?: string
}

/** What is protected in a namespace. */
export interface Protection {
  leaderboard?: LeaderboardProtection
  /** Pins by the run's timestamp, those that have run out among them. */
  runs?: Record<string, Pin>
}

/** A run's pin, one that has run out too; undefined where it has none. */
export function pinOf({runs}: Protection, timestamp: string): Pin | undefined {
  return runs && Object.hasOwn(runs, timestamp) ? runs[timestamp] : undefined
}

/**
 * The pin that holds for a run now; undefined where it has none, or one that has run out.
 * @param now the last day of a pin, in UTC, is over when the next one begins
 */
export function livePin(protection: Protection, timestamp: string, now: Date): Pin | undefined {
  const pin = pinOf(protection, timestamp)
  return pin && (pin.until === undefined || now.toISOString().slice(0, 10) <= pin.until) ? pin : undefined
}

/** Timestamps of all runs that are pinned now, whether they still exist or not. */
export function pinnedRuns(protection: Protection, now: Date): string[] {
  return Object.keys(protection.runs ?? {}).filter((timestamp) => livePin(protection, timestamp, now))
}

/** Why a pinned run stays, in words. */
export function describePin(pin: Pin | undefined): string {
  if (!pin) return 'not pinned'
  const {by, reason, until} = pin
  const end = until ? ` until ${until}` : ''
  return safe(`pinned by ${by}${end}${reason ? `: ${reason}` : ''}`)
}

/** Of many pins only some are told one by one. */
const PINS_SHOWN = 3

/**
 * Refuses to delete the leaderboard where it is protected, or where pins live in it.
 * @throws RefusedError that names the command which lifts the protection
 */
export function refuseProtected(
  leaderboard: LeaderboardDataset | undefined,
  protection: Protection,
  now: Date,
): void {
  if (!leaderboard) return
  const hold = holdOn(protection, now)
  if (!hold) return
  throw new RefusedError(`--delete-leaderboard refused: ${leaderboard.name} ${hold.why}.`, {
    suggestions: [
      `Lift it first: {bin} ${hold.lift} --namespace ${leaderboard.namespace}`,
      'Or leave out --delete-leaderboard.',
    ],
  })
}

/** What holds the leaderboard, in words, and the command that lifts it; undefined where nothing does. */
export function holdOn(protection: Protection, now: Date): {why: string; lift: string} | undefined {
  const {leaderboard} = protection
  if (leaderboard) {
    const {by, at, reason} = leaderboard
    const since = `${by} protected it on ${at.toISOString().slice(0, 10)}${reason ? `: ${reason}` : ''}`
    return {why: safe(`is protected. ${since}`), lift: 'leaderboard unprotect'}
  }

  const pinned = pinnedRuns(protection, now)
  if (pinned.length === 0) return undefined
  const shown = pinned.slice(0, PINS_SHOWN).map((run) => `${run} (${describePin(pinOf(protection, run))})`)
  const rest = pinned.length > PINS_SHOWN ? ` and ${pinned.length - PINS_SHOWN} more` : ''
  return {why: `holds the pins of ${shown.join(', ')}${rest}`, lift: `runs unprotect ${pinned.join(' ')}`}
}
