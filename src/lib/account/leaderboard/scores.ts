import {doubt, no, type Verdict, yes} from '../../base/verdict.js'
import {newestFirst, type Run} from '../runs.js'
import {type RowIndex, rowsOf, standingOfAll, whyUnclear} from './index.js'
import {faultOf, type Metric, METRICS} from './metrics.js'
import {type LeaderboardRow} from './row.js'

/**
 * What the rows of one run say of its score, in the metric's own unit. There certainly is none where the evaluation did not
 * finish.
 * @param rows of the run, at least one
 */
export function scoreOf(rows: readonly LeaderboardRow[], by: Metric): Verdict<number> {
  const {field} = METRICS[by]
  for (const {[field]: score, damaged} of rows) {
    const fault = damaged?.[field] ?? (score === undefined ? undefined : faultOf(score, by))
    if (fault !== undefined) return doubt(`its ${by} ${fault}`)
  }

  const standing = standingOfAll(rows)
  if (standing === 'unclear') return doubt(whyUnclear(rows))
  const [score, ...others] = new Set(rows.map((row) => row[field]))
  if (others.length > 0) return doubt(`its rows disagree about ${by}`)
  if (standing !== 'finished') return no(`status ${standing}`)
  return score === undefined ? doubt(`its row has no ${by}`) : yes(score)
}

/** The same of a run, whether it has rows or not. */
export function scoreOfRun(run: Run, index: RowIndex | 'unknown', by: Metric): Verdict<number> {
  const rows = rowsOf(run, index)
  return rows.is === 'yes' ? scoreOf(rows.value, by) : rows
}

/**
 * A score as short as it can be without looking like nothing, or like one on the other side of a limit.
 * @param limit what it was held against
 */
export function scoreText(score: number, limit = Infinity): string {
  const rounded = Math.round(score * 10_000) / 10_000
  const looksRight = rounded < limit === score < limit && (rounded === 0) === (score === 0)
  return String(looksRight ? rounded : score)
}

/** Orders scores, the better one first. */
export function bestFirst(by: Metric): (a: number, b: number) => number {
  return METRICS[by].better === 'higher' ? (a, b) => b - a : (a, b) => a - b
}

/** A run, and the score that gives it its place. */
interface Scored {
  run: Run
  score: number
}

/**
 * Ranks the runs that have a score which is certain, best first. Of equals the newer run is the better one.
 * @param runs in any order
 */
export function rankRuns(runs: readonly Run[], index: RowIndex | 'unknown', by: Metric): Scored[] {
  const scored: Scored[] = []
  for (const run of runs) {
    const score = scoreOfRun(run, index, by)
    if (score.is === 'yes') scored.push({run, score: score.value})
  }

  const order = bestFirst(by)
  return scored.sort((a, b) => order(a.score, b.score) || newestFirst(a.run, b.run))
}
