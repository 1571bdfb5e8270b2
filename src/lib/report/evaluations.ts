import {type Metric} from '../account/leaderboard/metrics.js'
import {type IndexedRows} from '../account/leaderboard/read.js'
import {type LeaderboardRow, timeOfRow} from '../account/leaderboard/row.js'
import {scoreOf, standingOf} from '../account/leaderboard/values.js'
import {type Run} from '../account/runs.js'
import {byText} from '../base/text.js'
import {DAY} from '../base/time.js'

export interface Evaluation {
  /** The run's timestamp; undefined where the row names no run of this namespace. */
  run: string | undefined
  model: string
  time: Date
  /** In the metric's own unit. */
  score: number
  /** In US dollars. */
  cost: number | undefined
}

export interface LeftOut {
  unfinished: number
  unscored: number
  undated: number
}

export const NO_MODEL = '(no model)'

/** No evaluation is older, and one wrong date must not squeeze all others into a corner. */
const FIRST = new Date('2020-01-01T00:00:00Z')
/** More than any evaluation has used of anything, and less than anything is measured in. */
export const MAX_VALUE = 1e15
const MIN_VALUE = 1e-9

/**
 * The scored evaluations, oldest first, and why others are missing: one for each run, by the rule of `--keep-best`, and one for
 * each row that names no run of the namespace exactly.
 */
export function evaluate(
  {rows, index}: IndexedRows,
  runs: readonly Run[],
  {by, now}: {by: Metric; now: Date},
): {scored: Evaluation[]; leftOut: LeftOut} {
  const indexed = [...index].filter(([, {exact}]) => exact.length > 0)
  const named = new Set(indexed.flatMap(([, {exact}]) => exact))
  const groups = [
    ...indexed.map(([run, {all}]) => ({run, own: all})),
    ...rows.filter((row) => !named.has(row)).map((row) => ({run: undefined, own: [row]})),
  ]
  const runsByTimestamp = new Map(runs.map((run) => [run.timestamp, run]))
  // Rows say local time, which may be a day ahead.
  const isPossible = (date: Date) => date >= FIRST && date.getTime() <= now.getTime() + DAY
  const leftOut: LeftOut = {unfinished: 0, unscored: 0, undated: 0}
  const scored: Evaluation[] = []
  for (const {run, own} of groups) {
    const score = valueOf(own, by)
    const timestamp = own.find((row) => row.timestamp !== undefined)?.timestamp
    const time = timeOfRow(timestamp, run, runsByTimestamp, isPossible)?.date
    if (own.every((row) => standingOf(row) !== 'finished')) leftOut.unfinished++
    else if (score === undefined) leftOut.unscored++
    else if (time === undefined) leftOut.undated++
    else {
      const model = own.find((row) => row.model !== undefined)?.model ?? NO_MODEL
      scored.push({run, model, time, score, cost: valueOf(own, 'total_cost_usd')})
    }
  }

  // By name at the same moment: the order of rows changes nothing.
  scored.sort((a, b) => a.time.getTime() - b.time.getTime() || byText(a.model, b.model) || a.score - b.score)
  return {scored, leftOut}
}

/** Undefined if it is missing, or impossibly large. */
function valueOf(rows: readonly LeaderboardRow[], metric: Metric): number | undefined {
  const score = scoreOf(rows, metric)
  if (score.is !== 'yes' || score.value > MAX_VALUE) return undefined
  return score.value < MIN_VALUE ? 0 : score.value
}
