import {OptionError} from './errors.js'

/** Milliseconds in one of each unit. A month is 30 days and a year 365, as in the Python original. */
const SECOND = 1000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR
const UNITS = new Map([
  ['d', DAY],
  ['h', HOUR],
  ['m', 30 * DAY],
  ['min', MINUTE],
  ['mo', 30 * DAY],
  ['w', 7 * DAY],
  ['y', 365 * DAY],
])

/** Longer than any Hub has existed, and far inside what a date can hold. */
const MAX_DURATION = 1000 * 365 * DAY

/** How old a run must be: by its age, or by a date that it must precede. */
export type Age = {kind: 'duration'; text: string; ms: number} | {kind: 'date'; text: string; date: Date}

const UNITS_SHOWN = 'a number of days, 12h, 7d, 2w, 1m (30 days), 1y,'
export const SPAN_FORMS = `${UNITS_SHOWN} or a sum such as 1w3d`
export const AGE_FORMS = `${UNITS_SHOWN} a sum such as 1w3d, or a date such as 2026-01-31`
export const GRACE_FORMS = '30min, 6h, 1d, a sum such as 1h30min, or 0 to turn it off'

/**
 * Reads the value of `olderThan`: `7`, `7d`, `12h`, `2w`, `1m` or `1mo` (30 days), `1y` (365 days), a sum (`1w3d`),
 * or a date (`2026-01-31`, midnight UTC). Capitals mean the same (`7D`, `1M`), and white space around it is dropped.
 * @throws UsageError where it is none of these, zero or negative
 */
export function parseAge(given: string, option = 'olderThan'): Age {
  const text = normalize(given)
  if (isDay(text)) return {kind: 'date', text, date: new Date(`${text}T00:00:00Z`)}
  const ms = parseDuration(text)
  if (ms === undefined)
    throw new OptionError(option, `"${given}" is not a valid age: use ${shortForm(given) ?? AGE_FORMS}`)
  return {kind: 'duration', text, ms}
}

function normalize(given: string): string {
  return given.trim().toLowerCase()
}

/** A number of days or a sum without minutes, in ms; undefined where the text is neither, or not above zero. */
function parseDuration(text: string): number | undefined {
  const ms = parseSum(withUnit(text)) ?? 0
  return text.includes('min') || ms <= 0 || ms > MAX_DURATION ? undefined : ms
}

/** A bare number is one of days. */
function withUnit(text: string): string {
  return /^\d+$/.test(text) ? `${text}d` : text
}

/**
 * An age as a person reads it: "older than 30" would leave open of what. Its `text` is what was typed, which the digest of a saved plan
 * covers.
 */
export function formatAge({text}: Age): string {
  return withUnit(text)
}

/** Reads the value of `keepWithin`: as `olderThan` takes it, but not a date. @throws UsageError */
export function parseSpan(given: string): Age {
  const text = normalize(given)
  const ms = parseDuration(text)
  if (ms === undefined)
    throw new OptionError(
      'keepWithin',
      `"${given}" is not a valid age: use ${shortForm(given) ?? SPAN_FORMS}`,
    )
  return {kind: 'duration', text, ms}
}

/**
 * Reads the value of `grace`, in ms: minutes as `min`, hours, days, weeks, or `0`. A bare `m` is refused: it is a month in
 * `olderThan` and minutes in other tools.
 * @throws UsageError
 */
export function parseGrace(given: string): number {
  const ms = readGrace(normalize(given))
  if (ms === undefined)
    throw new OptionError(
      'grace',
      `"${given}" is not a valid duration: use ${shortForm(given, readGrace) ?? GRACE_FORMS}`,
    )
  return ms
}

function readGrace(text: string): number | undefined {
  const ms = /m(?!in)|y/.test(text) ? undefined : parseSum(text === '0' ? '0h' : text)
  return ms === undefined || ms > MAX_DURATION ? undefined : ms
}

const SPELLED = /(\d+)\s*(hour|day|week|month|year|min)[a-z]*(?:\s*(?:,|and\b))?\s*/g

/** How a duration in words is written here, `30 days` as `30d`; undefined where a text is none that `read` takes. */
export function shortForm(given: string, read = parseDuration): string | undefined {
  const text = normalize(given)
  const short = text.replaceAll(
    SPELLED,
    (_, number: string, unit: string) =>
      number + (unit === 'month' ? 'mo' : unit === 'min' ? 'min' : unit.charAt(0)),
  )
  return short !== text && read(short) ? short : undefined
}

/** The day that is this long after a moment, in UTC, as `YYYY-MM-DD`; undefined where the text is not a duration with its unit. */
export function dayAfter(given: string, now: Date): string | undefined {
  const text = normalize(given)
  const ms = /[a-z]/.test(text) ? parseDuration(text) : undefined
  return ms === undefined ? undefined : dayOf(new Date(now.getTime() + ms))
}

/** A sum of whole numbers with units, in milliseconds; undefined where the text is not one. */
function parseSum(text: string): number | undefined {
  if (!/^(\d+[a-z]+)+$/.test(text)) return undefined
  let sum = 0
  for (const [, number, unit = ''] of text.matchAll(/(\d+)([a-z]+)/g)) {
    const size = UNITS.get(unit)
    if (size === undefined) return undefined
    sum += Number(number) * size
  }

  return sum
}

/**
 * The moment before which a run counts as old enough; the comparison is strict.
 * @throws UsageError where the cutoff lies in the future, which would make every run old enough
 */
export function cutoffOf(age: Age, now: Date, option = 'olderThan'): Date {
  const cutoff = age.kind === 'date' ? age.date : new Date(now.getTime() - age.ms)
  if (cutoff > now) throw new OptionError(option, `"${age.text}" is in the future: use ${AGE_FORMS}`)
  return cutoff
}

/** Whether the text of an age uses a month or a year, whose length in days the output then says. */
export function usesCalendarUnits(age: Age): boolean {
  return /\d[my]/.test(age.text)
}

const SHOWN_UNITS = [
  ['d', DAY],
  ['h', HOUR],
  ['min', MINUTE],
] as const

/** A duration in its largest whole unit: `76d`, `5h`, `12min`; `0min` for less than a minute. */
export function formatDuration(ms: number): string {
  const size = Math.abs(ms)
  const [unit, length] = SHOWN_UNITS.find(([, each]) => size >= each) ?? (['min', MINUTE] as const)
  return `${ms < 0 ? '-' : ''}${Math.floor(size / length)}${unit}`
}

/** A duration to the minute, as a sum: `1d12h`, `90d`, `0min`. */
export function formatSum(ms: number): string {
  let rest = ms
  let sum = ''
  for (const [unit, size] of SHOWN_UNITS) {
    if (rest >= size) sum += `${Math.floor(rest / size)}${unit}`
    rest %= size
  }

  return sum || '0min'
}

/** Whether a text is a day that exists, as `YYYY-MM-DD`. */
export function isDay(text: string | undefined): text is string {
  // A year of six digits has the same ten characters in front.
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text ?? '')) return false
  const date = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && dayOf(date) === text
}

/** The day of a moment in UTC, as `YYYY-MM-DD`. */
export function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10)
}

/**
 * Starts counting; returns what gives the milliseconds since. A monotonic clock stops while the machine sleeps, and the wall clock
 * can be set back: the larger of the two differences counts.
 */
export function stopwatch(clock: () => Date): () => number {
  const monotonic = performance.now()
  const wall = clock().getTime()
  return () => {
    const byWall = clock().getTime() - wall
    return Math.max(performance.now() - monotonic, Number.isFinite(byWall) ? byWall : 0)
  }
}
