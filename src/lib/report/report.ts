import {type Inventory} from '../account/datasets.js'
import {DEFAULT_METRIC, type Metric} from '../account/leaderboard/metrics.js'
import {type LeaderboardRow} from '../account/leaderboard/row.js'
import {type Run} from '../account/runs.js'
import {type Sizes} from '../account/sizes.js'
import {type Plan, plannedDatasets} from '../plan/plan.js'
import {evaluate, type Evaluations, type LeftOut} from './evaluations.js'
import {type Losses, lossesOf} from './losses.js'
import {type Series, seriesOf, shownModels} from './series.js'
import {type AgeBand, type Amount, amountOf, storageByAge} from './storage.js'

/** What a report is made of. */
export interface ReportSources {
  inventory: Inventory
  rows: readonly LeaderboardRow[]
  runs: readonly Run[]
  sizes: Sizes
  /** Undefined where no policy was given. */
  plan: Plan | undefined
  by: Metric
  /** What the reader should know before trusting it. */
  warnings: readonly string[]
}

/** One chart of scores. */
export interface ScoreChart {
  by: Metric
  series: Series[]
  evaluations: number
  leftOut: LeftOut
}

/** Everything that a page says, in the order in which it says it. */
export interface Report {
  endpoint: string
  namespace: string
  now: Date
  /** Whether it speaks of datasets that not everybody may see. */
  isPrivate: boolean
  warnings: readonly string[]
  counts: {rows: number; evaluations: number; models: number; runs: number; datasets: number}
  /** By time. */
  scores: ScoreChart
  /** By cost; those without a known cost are left out. */
  costs: ScoreChart & {uncosted: number}
  storage: {bands: AgeBand[]; all: Amount}
  losses: Losses | undefined
}

/** Makes a report: pure, whatever the rows hold, and in no more than n log n steps. */
export function makeReport(sources: ReportSources): Report {
  const {inventory, rows, runs, sizes, plan, by, warnings} = sources
  const {endpoint, namespace, now} = inventory
  const evaluations = evaluate(rows, runs, {by, namespace, now})
  // Cost against itself would be a diagonal.
  const against = by === 'total_cost_usd' ? DEFAULT_METRIC : by
  const compared = against === by ? evaluations : evaluate(rows, runs, {by: against, namespace, now})
  const {scored} = evaluations
  const models = shownModels(scored, by)
  const going = new Set(plan ? plannedDatasets(plan).map(({name}) => name) : [])
  const bands = storageByAge(runs, {sizes, going, now})
  const series = seriesOf(scored, models, by)
  const costs = costChart(compared, models, against)
  const {datasets, leaderboard} = inventory
  return {
    endpoint,
    namespace,
    now,
    isPrivate: [...datasets, leaderboard].some((dataset) => dataset?.private),
    warnings,
    counts: {
      rows: rows.length,
      evaluations: scored.length,
      models: new Set(scored.map(({model}) => model)).size,
      runs: runs.length,
      datasets: datasets.length,
    },
    scores: {by, series, evaluations: scored.length, leftOut: evaluations.leftOut},
    costs,
    storage: {bands, all: amountOf(datasets, sizes)},
    losses: plan && lossesOf(plan, scored, sizes),
  }
}

function costChart(
  {scored, leftOut}: Evaluations,
  models: ReturnType<typeof shownModels>,
  by: Metric,
): Report['costs'] {
  const costed = scored
    .filter(({cost, model}) => cost !== undefined && models.has(model))
    .sort((a, b) => (a.cost ?? 0) - (b.cost ?? 0))
  return {
    by,
    series: seriesOf(costed, models, by),
    evaluations: costed.length,
    leftOut,
    uncosted: scored.length - costed.length,
  }
}
