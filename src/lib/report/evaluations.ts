import {indexRows, standingOf} from '../account/leaderboard/index.js'
import {type Metric} from '../account/leaderboard/metrics.js'
import {timeOfRow} from '../account/leaderboard/row.js'
import {type LeaderboardRow} from '../account/leaderboard/row.js'
import {scoreOf} from '../account/leaderboard/scores.js'
import {type Run} from '../account/runs.js'
import {byText} from '../base/text.js'
import {DAY} from '../base/time.js'
import {type Verdict} from '../base/verdict.js'

/** One evaluation that finished and has a score. */
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

/** Why evaluations are missing from a chart. */
export interface LeftOut {
  unfinished: number
  unscored: number
  undated: number
}

/** What a chart is drawn from. */
export interface Evaluations {
  /** Oldest first. */
  scored: Evaluation[]
  leftOut: LeftOut
}

interface EvaluationOptions {
  by: Metric
  namespace: string
  now: Date
}

/** What is shown where a row names none. */
export const NO_MODEL = '(no model named)'

/** No evaluation is older, and one date that is wrong must not squeeze all others into a corner. */
const FIRST = new Date('2020-01-01T00:00:00Z')
/** Rows say local time, which may be a day ahead. */
const AHEAD = DAY
/** More than any evaluation has used of anything. */
const LARGEST = 1e15
/** Less than anything is measured in. */
const SMALLEST = 1e-9

/**
 * The evaluations that the leaderboard has a score of: one for each run, by the rule that `--keep-best` goes by, and one for
 * each row that names no run of the namespace exactly.
 * @param runs that the Hub has
 */
export function evaluate(
  rows: readonly LeaderboardRow[],
  runs: readonly Run[],
  {by, namespace, now}: EvaluationOptions,
): Evaluations {
  const leftOut: LeftOut = {unfinished: 0, unscored: 0, undated: 0}
  const scored: Evaluation[] = []
  const there = new Map(runs.map((run) => [run.timestamp, run]))
  const isPossible = (date: Date) => date >= FIRST && date.getTime() <= now.getTime() + AHEAD
  const add = (own: readonly LeaderboardRow[], run?: string) => {
    const score = plausible(valueOf(scoreOf(own, by)))
    const timestamp = own.find((row) => row.timestamp !== undefined)?.timestamp
    const time = timeOfRow(
      {timestamp, run, found: run === undefined ? undefined : there.get(run)},
      isPossible,
    )
    if (own.every((row) => standingOf(row) !== 'finished')) leftOut.unfinished++
    else if (score === undefined) leftOut.unscored++
    else if (time === undefined) leftOut.undated++
    else {
      const model = own.find((row) => row.model !== undefined)?.model ?? NO_MODEL
      scored.push({
        run,
        model,
        time: time.date,
        score,
        cost: plausible(valueOf(scoreOf(own, 'total_cost_usd'))),
      })
    }
  }

  const named = new Set<LeaderboardRow>()
  for (const [run, {exact, all}] of indexRows(rows, namespace)) {
    if (exact.length === 0) continue
    for (const row of exact) named.add(row)
    add(all, run)
  }

  for (const row of rows) {
    if (!named.has(row)) add([row])
  }

  return {scored: scored.sort(oldestFirst), leftOut}
}

function valueOf(score: Verdict<number>): number | undefined {
  return score.is === 'yes' ? score.value : undefined
}

function plausible(value: number | undefined): number | undefined {
  if (value === undefined || value > LARGEST) return undefined
  return value < SMALLEST ? 0 : value
}

/** Of one moment, the order is that of the names: the order of rows changes nothing. */
function oldestFirst(a: Evaluation, b: Evaluation): number {
  return a.time.getTime() - b.time.getTime() || byText(a.model, b.model) || a.score - b.score
}
