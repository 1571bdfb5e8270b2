import {type Citations, citationsIn} from './citations.js'
import {standingOf} from './evidence.js'
import {type LeaderboardRow} from './leaderboard-rows.js'
import {type Metric, METRICS} from './metrics.js'
import {byText} from './text.js'

/**
 * The score of a run: that of its newest row which says that it finished and has one.
 * @param rows of the run, newest first
 * @returns in the metric's own unit; undefined where the run did not finish or has no score
 */
export function scoreOf(rows: readonly LeaderboardRow[], by: Metric): number | undefined {
  const {field} = METRICS[by]
  const scored = rows.find((row) => row[field] !== undefined && standingOf(row) === 'finished')
  return scored?.[field]
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

/**
 * Ranks the runs that finished by their scores; a run without any is not ranked. Of equals the newer run is the better one.
 * @returns timestamps, best first, at most `limit` of them
 */
export function rankedRuns(
  rows: readonly LeaderboardRow[],
  {by, namespace, limit}: {by: Metric; namespace: string; limit?: number | undefined},
): string[] {
  const order = bestFirst(by)
  return scoresIn(citationsIn(rows, namespace), by)
    .sort(([runA, a], [runB, b]) => order(a, b) || byText(runB, runA))
    .map(([run]) => run)
    .slice(0, limit)
}

function scoresIn({rows}: Citations, by: Metric): Array<[run: string, score: number]> {
  return [...rows].flatMap(([run, own]) => {
    const score = scoreOf(own, by)
    return score === undefined ? [] : [[run, score] as [string, number]]
  })
}
