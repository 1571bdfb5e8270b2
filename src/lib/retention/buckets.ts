import {DAY} from '../base/time.js'

/** Lengths of calendar buckets, shortest first. */
export const PERIODS = ['hourly', 'daily', 'weekly', 'monthly', 'yearly'] as const
/** One of these lengths. */
export type Period = (typeof PERIODS)[number]

/** How much of `2026-10-05T12:00:00.000Z` names the bucket. */
const LENGTHS = {
  hourly: 'YYYY-MM-DDTHH'.length,
  daily: 'YYYY-MM-DD'.length,
  monthly: 'YYYY-MM'.length,
  yearly: 4,
}

/**
 * The calendar bucket that a moment falls into, in UTC: `2026-10-05T12`, `2026-10-05`, `2026-W41` (ISO 8601), `2026-10`, `2026`.
 * Two moments are in one bucket exactly if this is the same for both.
 */
export function bucketOf(time: Date, period: Period): string {
  return period === 'weekly' ? isoWeek(time) : time.toISOString().slice(0, LENGTHS[period])
}

/** A week belongs to the year that its Thursday lies in. */
function isoWeek(time: Date): string {
  const day = Math.floor(time.getTime() / DAY)
  const daysSinceMonday = (new Date(day * DAY).getUTCDay() + 6) % 7
  const thursday = new Date((day - daysSinceMonday + 3) * DAY)
  const year = thursday.getUTCFullYear()
  const week = 1 + Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / (7 * DAY))
  return `${year}-W${String(week).padStart(2, '0')}`
}
