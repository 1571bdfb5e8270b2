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

/** What is wrong with a number in the column of a metric: `its pass_at_1 is out of range (7)`; undefined where it can be true. */
export function faultOf(value: number, metric: Metric): string | undefined {
  const {most, zero, words} = METRICS[metric]
  if (value === 0 && zero === 'unmeasured') return `${words} not measured`
  if (value >= 0 && value <= most && Number.isFinite(value)) return undefined
  if (Number.isNaN(value)) return `its ${metric} is not a number`
  return `its ${metric} is ${Number.isFinite(value) ? `out of range (${value})` : 'not finite'}`
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
