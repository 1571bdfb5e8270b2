import {discover, type Inventory} from '../account/datasets.js'
import {DEFAULT_METRIC, type Metric, METRICS} from '../account/leaderboard/metrics.js'
import {type RankedRow, rankRows, readRankingRules} from '../account/leaderboard/ranking.js'
import {type IndexedRows, readRowIndex} from '../account/leaderboard/read.js'
import {requireLeaderboard, viewRows} from '../account/leaderboard/view.js'
import {type Run} from '../account/runs.js'
import {readSizesIfAsked, type Sizes} from '../account/sizes.js'
import {capitalize} from '../base/text.js'
import {type ConnectionOptions, openSession, warnIfReadOnly} from '../hub/session.js'
import {planBy} from '../plan/build.js'
import {type Plan, plannedDatasets} from '../plan/plan.js'
import {readRules} from '../retention/read-rules.js'
import {type RetentionOptions} from '../retention/rules.js'
import {evaluate, type Evaluation, type LeftOut} from './evaluations.js'
import {type Point, type Series, seriesOf, shownModels} from './series.js'
import {type AgeBand, type Amount, amountOf, storageByAge} from './storage.js'

/** What a report is made of; it has a plan where a policy was given. */
export interface ReportSources extends IndexedRows {
  inventory: Inventory
  sizes: Sizes
  plan: Plan | undefined
  by: Metric
  warnings: readonly string[]
}

export interface ScoreChart {
  by: Metric
  title: string
  series: Series[]
  /** Of all series. */
  points: Point[]
  evaluations: number
  /** Whether a mark may show several evaluations; if not, the ranking has the same numbers. */
  isThinned: boolean
  leftOut: LeftOut
}

/** Everything that a page says, in its order. */
export interface Report extends ReportSources {
  isPrivate: boolean
  /** Newest first. */
  runs: Run[]
  /** All rows, best first. */
  ranked: RankedRow[]
  counts: {rows: number; evaluations: number; models: number; runs: number; datasets: number}
  scores: ScoreChart
  /** By cost; those without a known cost are omitted. */
  costs: ScoreChart & {uncosted: number}
  /** What all runs take up, and those of each age. */
  storage: Amount
  bands: AgeBand[]
  /** By run. */
  evaluations: ReadonlyMap<string | undefined, Evaluation>
}

/**
 * Reads from the Hub all that a report is made of: evaluations compared by a metric, and what a policy would delete.
 * @throws RefusedError without a leaderboard, or where it cannot be read; else as a dry run of `cleanupDatasets`
 */
export async function gatherReport(
  by: Metric,
  policy: RetentionOptions | undefined,
  connection: ConnectionOptions,
): Promise<Report> {
  const session = await openSession(connection)
  if (policy) warnIfReadOnly(session)
  const sizes = (await readSizesIfAsked(session, {sizes: true})) ?? 'unknown'
  const inventory = await discover(session, {isReadOnly: true})
  const read = await readRowIndex(session.hub, requireLeaderboard(inventory, session))
  // As in a dry run of `cleanup`, and of the very listing that the rest of the page shows.
  const planned =
    policy && (await planBy(readRules(policy), inventory, session, {mustBeCertain: false, read}))
  return makeReport({...read, inventory, sizes, plan: planned?.plan, by, warnings: session.warnings})
}

/** Makes a report: pure, whatever the rows hold, and in at most n log n steps. */
export function makeReport(sources: ReportSources): Report {
  const {inventory, rows, sizes, plan, by} = sources
  const {now, datasets, leaderboard} = inventory
  // Nothing is called gone: a token that may not see a dataset proves nothing.
  const view = viewRows(sources, inventory, false)
  const {runs} = view
  const evaluated = evaluate(sources, runs, {by, now})
  const {scored} = evaluated
  const models = shownModels(scored, by)
  const chartOf = (metric: Metric, shown: Evaluation[], leftOut: LeftOut): ScoreChart => {
    const series = seriesOf(shown, models, metric)
    const points = series.flatMap((each) => each.points)
    const title = capitalize(METRICS[metric].words)
    const isThinned = points.some(({count}) => count > 1)
    return {by: metric, title, series, points, evaluations: shown.length, isThinned, leftOut}
  }

  const deleted = new Set(plan ? plannedDatasets(plan).map(({name}) => name) : [])
  // Cost against itself would be a diagonal.
  const against = by === 'total_cost_usd' ? DEFAULT_METRIC : by
  const compared = against === by ? evaluated : evaluate(sources, runs, {by: against, now})
  const costed = compared.scored
    .filter(({cost, model}) => cost !== undefined && models.has(model))
    .sort((a, b) => (a.cost ?? 0) - (b.cost ?? 0))
  return {
    ...sources,
    runs,
    ranked: rankRows(view, readRankingRules({by})).groups.flatMap((group) => group.rows),
    isPrivate: [...datasets, leaderboard].some((dataset) => dataset?.private),
    counts: {
      rows: rows.length,
      evaluations: scored.length,
      models: new Set(scored.map(({model}) => model)).size,
      runs: runs.length,
      datasets: datasets.length,
    },
    scores: chartOf(by, scored, evaluated.leftOut),
    costs: {...chartOf(against, costed, compared.leftOut), uncosted: compared.scored.length - costed.length},
    storage: amountOf(datasets, sizes),
    bands: storageByAge(runs, {sizes, deleted, now}),
    evaluations: new Map(scored.map((each) => [each.run, each])),
  }
}
