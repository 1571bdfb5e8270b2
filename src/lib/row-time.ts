import {type LeaderboardRow} from './leaderboard-rows.js'
import {parseTimestamp} from './naming.js'
import {type Run} from './runs.js'

/** When the evaluation of a row took place, as well as that can be known. */
export interface RowTime {
  date: Date
  /** It is the evaluating machine's local time, in a zone that nobody knows, read as UTC: its datasets are not there. */
  isLocal: boolean
}

/**
 * The time of the run where it is there; else what the row says, and else what the run's name says.
 * @param row of the leaderboard
 * @param run the timestamp of the run that the row is about
 * @param found the run itself, where it is there
 */
export function timeOfRow(
  row: LeaderboardRow,
  run?: string | undefined,
  found?: Run | undefined,
): RowTime | undefined {
  if (found) return {date: found.time, isLocal: false}
  const said = parseIso(row.timestamp ?? '')
  if (said) return said
  const named = run === undefined ? undefined : parseTimestamp(run)
  return named && {date: named, isLocal: true}
}

const ISO = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+-]\d\d:\d\d)?$/

/** A time with a zone is a moment, whoever wrote it; one without is local. */
function parseIso(text: string): RowTime | undefined {
  const [, year, month, day, time, zone] = ISO.exec(text) ?? []
  const midnight = new Date(`${year}-${month}-${day}T00:00Z`)
  const date = new Date(`${year}-${month}-${day}T${time}${zone ?? 'Z'}`)
  if (Number.isNaN(date.getTime()) || midnight.getUTCDate() !== Number(day)) return undefined
  return {date, isLocal: zone === undefined}
}
