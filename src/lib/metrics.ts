import {UsageError} from './errors.js'
import {didYouMean} from './nearest.js'

/**
 * Columns of the leaderboard that runs can be ranked by: the short name, the field of a row, which end is better, and the
 * most that it can be.
 */
const RANKINGS = [
  ['success_rate', 'success', 'successRate', 'higher', 100],
  ['pass_at_1', 'pass', 'passAt1', 'higher', 1],
  ['avg_duration_ms', 'duration', 'avgDurationMs', 'lower', Infinity],
  ['total_tokens', 'tokens', 'totalTokens', 'lower', Infinity],
  ['total_cost_usd', 'cost', 'totalCostUsd', 'lower', Infinity],
  ['co2_emissions_g', 'co2', 'co2EmissionsG', 'lower', Infinity],
] as const
type Ranking = (typeof RANKINGS)[number]
/**
 * A column of the leaderboard that runs can be ranked by.
 * @useDeclaredType
 */
export type Metric = Ranking[0]

/** What runs can be ranked by, named after the leaderboard's columns: the field of a row, and which is better. */
export const METRICS = Object.fromEntries(
  RANKINGS.map(([column, short, field, better, most]) => [column, {short, field, better, most}]),
) as Record<Metric, {short: Ranking[1]; field: Ranking[2]; better: Ranking[3]; most: number}>

/** The columns, best known first. */
export const METRIC_NAMES = RANKINGS.map(([column]) => column)

/** Everything that `parseMetric` takes: short names first, since they are what one types. */
export const METRIC_WORDS = [...RANKINGS.map(([, short]) => short), ...METRIC_NAMES]

/** What counts where nobody says otherwise. */
export const DEFAULT_METRIC: Metric = 'success_rate'

/**
 * Reads the name of a metric: a column's, or its short one (`cost` for `total_cost_usd`).
 * @param flag what the person wrote before it
 * @throws UsageError where there is no such metric
 */
export function parseMetric(text: string, flag = '--by'): Metric {
  const found = RANKINGS.find(([column, short]) => text === column || text === short)
  if (found) return found[0]
  const names = RANKINGS.map(([column, short]) => `${column} (${short})`)
  throw new UsageError(`${flag} "${text}" is no metric: give ${names.join(', ')}.`, {
    suggestions: didYouMean(flag, text, METRIC_WORDS),
  })
}
