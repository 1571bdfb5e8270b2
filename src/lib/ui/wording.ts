import {formatDuration} from '../duration.js'
import {RUN_TYPES} from '../naming.js'
import {type LeaderboardProtection} from '../protection.js'
import {mayBeUploading, type Run} from '../runs.js'
import {printable} from '../text.js'

/** `1 dataset`, `3 datasets`, `1,024 datasets`. */
export function count(number: number, noun: string): string {
  return `${thousands(number)} ${noun}${number === 1 ? '' : 's'}`
}

/** `12,345`, whatever the machine's language. */
export function thousands(number: number): string {
  return String(number).replaceAll(/\B(?=(\d{3})+$)/g, ',')
}

/** `a`, `a and b`, `a, b and c`. */
export function listing(items: string[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`
}

/** `2026-11-23 02:44 UTC`. */
export function moment(date: Date): string {
  return `${minute(date)} UTC`
}

/** `2026-11-23 02:44`, for columns whose title says UTC. */
export function minute(date: Date): string {
  return date.toISOString().slice(0, 16).replace('T', ' ')
}

/** How old a run is: `76d`, `5h`, `12min`; `future` for one dated after now. */
export function ageOf(run: Run, now: Date): string {
  return run.time > now ? 'future' : formatDuration(now.getTime() - run.time.getTime())
}

/** The types that a run has. */
export function typesOf({datasets}: Run): string {
  return datasets.map(({type}) => type).join(', ')
}

/** Whether a run is complete, and what else its state is. */
export function stateOf(run: Run, now: Date, graceMs: number): string {
  if (run.missing.length === 0) return run.datesDisagree ? 'complete, its dates disagree' : 'complete'
  const parts = [`no ${RUN_TYPES.filter((type) => run.missing.includes(type)).join(', no ')}`]
  if (mayBeUploading(run, now, graceMs)) parts.push('may still be uploading')
  if (run.datesDisagree) parts.push('its dates disagree')
  return parts.join(', ')
}

/** Who protected the leaderboard, when and why; all of it comes from the Hub. */
export function protectionOf(protection: LeaderboardProtection | 'unknown' | undefined): string {
  if (protection === undefined) return 'not protected'
  if (protection === 'unknown') return 'protection unknown'
  const {by, at, reason} = protection
  return `protected by ${printable(by)} on ${moment(at)}${reason ? `: ${printable(reason)}` : ''}`
}

/** What a pause says that the Hub asked for. */
export function describeWait(ms: number): string {
  return `rate limit reached, going on in ${Math.ceil(ms / 1000)} s`
}
