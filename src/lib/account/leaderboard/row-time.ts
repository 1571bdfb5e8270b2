import {parseTimestamp} from '../../base/names.js'
import {type Run} from '../runs.js'

/** When the evaluation of a row took place, as well as that can be known. */
export interface RowTime {
  date: Date
  /** It is the evaluating machine's local time, in a zone that nobody knows, read as UTC: its datasets are not there. */
  isLocal: boolean
}

/** What tells when an evaluation took place. */
export interface TimeSources {
  /** What the row says. */
  timestamp: string | undefined
  /** The timestamp of the run that the row is about. */
  run?: string | undefined
  /** The run itself, where it is there. */
  found?: Run | undefined
}

/**
 * The time of the run where it is there; else what the row says, and else what the run's name says: the evaluation ended
 * later than its name says, and a run on the Hub is dated by its end too.
 * @param isPossible where a source says what cannot be, the next one counts
 */
export function timeOfRow(
  sources: TimeSources,
  isPossible: (date: Date) => boolean = () => true,
): RowTime | undefined {
  const {timestamp, run, found} = sources
  const named = run === undefined ? undefined : parseTimestamp(run)
  const times = [
    found && {date: found.time, isLocal: false},
    parseIso(timestamp ?? ''),
    named && {date: named, isLocal: true},
  ]
  return times.find((time) => time && isPossible(time.date))
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
