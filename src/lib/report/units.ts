import {type Metric, METRICS} from '../account/leaderboard/metrics.js'
import {capitalized, thousands} from '../base/text.js'
import {formatMetric} from '../views/format.js'

/** The name of a metric where a text begins. */
export function titleOf(metric: Metric): string {
  return capitalized(METRICS[metric].words)
}

/** A value with its unit, to three digits. */
export function figureOf(metric: Metric, value: number): string {
  return formatMetric(metric, value, figure)
}

/** A number to three digits, or in whole thousands: `0.0125`, `82.5`, `12,345`. */
function figure(value: number): string {
  return Math.abs(value) >= 999.5 ? thousands(Math.round(value)) : String(Number(value.toPrecision(3)))
}

const THOUSANDS = ['', 'k', 'M', 'G', 'T', 'P']

/** A number in few letters, for the ticks of a chart: `1e-9`, `0.02`, `850`, `1.2M`. */
export function compact(value: number): string {
  const power = Math.abs(value) < 10_000 ? 0 : Math.min(5, Math.floor(Math.log10(Math.abs(value)) / 3))
  if (value > 0 && value < 1e-6) return Number(value.toPrecision(2)).toExponential()
  return power === 0 ? figure(value) : `${Number((value / 1000 ** power).toPrecision(3))}${THOUSANDS[power]}`
}
