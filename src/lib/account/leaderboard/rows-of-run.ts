import {doubt, no, type Verdict, yes} from '../../base/verdict.js'
import {isNew, type Run} from '../runs.js'
import {type Citations, rowsAbout} from './citations.js'
import {hasMetrics} from './evidence.js'
import {type LeaderboardRow} from './row.js'

/**
 * The rows of a run, newest first; those that only seem to mean it are among them once one names it exactly. A run with metrics
 * had a row: where it is not there, nobody knows what it said.
 */
export function rowsOf(run: Run, citations: Citations | 'unknown'): Verdict<readonly LeaderboardRow[]> {
  if (citations === 'unknown') return doubt('what the leaderboard says is unknown')
  const {timestamp} = run
  if (citations.rows.has(timestamp)) return yes(rowsAbout(timestamp, citations))
  if (citations.loose.has(timestamp)) return doubt('a row only seems to mean it')
  return hasMetrics(run)
    ? doubt('no row on the leaderboard, though it has metrics')
    : no('no row on the leaderboard')
}

/** Whether any row is about a run, in whatever form it is named. */
export function isCited(timestamp: string, {rows, loose}: Citations): boolean {
  return rows.has(timestamp) || loose.has(timestamp)
}
/**
 * Says that a leaderboard has lost rows: every run that has metrics had one, and most of them have none.
 * @param graceMs younger runs may still get their row
 * @returns undefined where it has not
 */

export function lostRows(
  runs: readonly Run[],
  citations: Citations,
  now: Date,
  graceMs: number,
): string | undefined {
  const settled = runs.filter((run) => hasMetrics(run) && !isNew(run, now, graceMs))
  const missing = settled.filter(({timestamp}) => !isCited(timestamp, citations)).length
  if (settled.length < 2 || missing * 2 <= settled.length) return undefined
  return `the leaderboard seems to have lost rows: ${missing} of ${settled.length} runs with metrics have none`
}
