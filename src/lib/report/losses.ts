import {type Sizes} from '../account/sizes.js'
import {byText} from '../base/text.js'
import {type Plan, plannedDatasets} from '../plan/plan.js'
import {type Pair} from '../views/columns.js'
import {rulePairs} from '../views/plan.js'
import {type Evaluation} from './evaluations.js'
import {type Amount, amountOf} from './storage.js'

/** A run that the plan deletes, or some datasets of. */
export interface LostRun {
  run: string
  time: Date
  /** As the leaderboard has them; undefined where it has none. */
  model: string | undefined
  score: number | undefined
  types: string[]
  amount: Amount
  reasons: string
}

/** What a plan by a policy would delete. The leaderboard is never part of it. */
export interface Losses {
  /** The rules in words, as `cleanup` shows them. */
  rules: Pair[]
  /** Newest first, at most `MOST_RUNS` of them. */
  runs: LostRun[]
  /** Of how many. */
  total: number
  kept: number
  amount: Amount
  /** How many runs each rule keeps. */
  keepers: Array<[rule: string, runs: number]>
}

/** Runs that a page names; `cleanup` lists all of them. */
const MOST_RUNS = 500

/** What a plan would delete, with the model and the score of each run. */
export function lossesOf(plan: Plan, evaluations: readonly Evaluation[], sizes: Sizes): Losses {
  const evaluationOf = new Map(evaluations.map((each) => [each.run, each]))
  const keepers = new Map<string, number>()
  for (const {reasons} of plan.keep) {
    for (const rule of new Set(reasons.map((reason) => reason.rule)))
      keepers.set(rule, (keepers.get(rule) ?? 0) + 1)
  }

  return {
    rules: rulePairs(plan),
    runs: plan.delete.slice(0, MOST_RUNS).map(({run, datasets, reasons}) => ({
      run: run.timestamp,
      time: run.time,
      model: evaluationOf.get(run.timestamp)?.model,
      score: evaluationOf.get(run.timestamp)?.score,
      types: run.datasets.filter((dataset) => datasets.includes(dataset)).map(({type}) => type),
      amount: amountOf(datasets, sizes),
      reasons: reasons.map(({text}) => text).join('; '),
    })),
    total: plan.delete.length,
    kept: plan.keep.length,
    amount: amountOf(plannedDatasets(plan), sizes),
    keepers: [...keepers].sort(([a, many], [b, few]) => few - many || byText(a, b)),
  }
}
