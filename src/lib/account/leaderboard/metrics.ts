import {OptionError} from '../../base/errors.js'
import {didYouMean} from '../../base/nearest.js'

/**
 * Columns that runs can be ranked by, best known first: the short name, the field of a row, which end is better, the most that it
 * can be, what 0 says (evaluators write 0 also where they did not measure a cost), and what it is called.
 */
const RANKINGS = [
  ['success_rate', 'success', 'successRate', 'higher', 100, 'measured', 'success rate'],
  ['pass_at_1', 'pass', 'passAt1', 'higher', 1, 'measured', 'pass@1'],
  ['avg_duration_ms', 'duration', 'avgDurationMs', 'lower', Infinity, 'measured', 'average duration'],
  ['total_tokens', 'tokens', 'totalTokens', 'lower', Infinity, 'measured', 'tokens'],
  ['total_cost_usd', 'cost', 'totalCostUsd', 'lower', Infinity, 'unmeasured', 'cost'],
  ['co2_emissions_g', 'co2', 'co2EmissionsG', 'lower', Infinity, 'unmeasured', 'CO2 emissions'],
] as const
type Ranking = (typeof RANKINGS)[number]

/** A column of the leaderboard that runs can be ranked by. */
export type Metric = Ranking[0]

export const METRICS = Object.fromEntries(
  RANKINGS.map(([column, short, field, better, most, zero, words]) => [
    column,
    {short, field, better, most, zero, words},
  ]),
) as Record<
  Metric,
  {short: Ranking[1]; field: Ranking[2]; better: Ranking[3]; most: number; zero: Ranking[5]; words: string}
>

/** What is wrong with a number in the column of a metric: `is out of range`; undefined where it can be true. */
export function faultOf(value: number, metric: Metric): string | undefined {
  const {most, zero} = METRICS[metric]
  if (Number.isNaN(value)) return 'is not a number'
  if (!Number.isFinite(value)) return 'is not finite'
  if (value < 0 || value > most) return `is out of range (${value})`
  return value === 0 && zero === 'unmeasured' ? 'is 0, so it was not measured' : undefined
}

export const METRIC_NAMES = RANKINGS.map(([column]) => column)

/** `success_rate (success)`, …: a column of the leaderboard and its short name. */
export const METRIC_LIST = RANKINGS.map(([column, short]) => `${column} (${short})`).join(', ')

/** Everything that `parseMetric` takes: short names first, since they are what one types. */
export const METRIC_WORDS = [...RANKINGS.map(([, short]) => short), ...METRIC_NAMES]

export const DEFAULT_METRIC: Metric = 'success_rate'

/** Reads a column's name, or its short one (`cost` for `total_cost_usd`). @throws UsageError where there is no such metric */
export function parseMetric(text: string): Metric {
  const found = RANKINGS.find(([column, short]) => text === column || text === short)
  if (found) return found[0]
  throw new OptionError('by', `"${text}" is not a valid metric: use ${METRIC_LIST}`, {
    suggestions: didYouMean('`by`', text, METRIC_WORDS),
  })
}
