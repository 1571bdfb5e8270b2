import {type Metric, METRICS} from '../account/leaderboard/metrics.js'
import {capitalized} from '../base/text.js'
import {thousands} from '../views/format.js'

/** What is written before and after a number, with no line break between them, and how many of the metric's own units one is. */
const UNITS: Partial<
  Record<(typeof METRICS)[Metric]['field'], [before: string, after: string, per?: number]>
> = {
  successRate: ['', '\u00A0%'],
  avgDurationMs: ['', '\u00A0s', 1000],
  totalCostUsd: ['$', ''],
  co2EmissionsG: ['', '\u00A0g'],
}

/** A value with its unit. */
export function formatMetric(metric: Metric, value: number, write = figure): string {
  const [before, after, per = 1] = UNITS[METRICS[metric].field] ?? ['', '']
  return `${before}${write(value / per)}${after}`
}

/** The name of a metric where a text begins. */
export function titleOf(metric: Metric): string {
  return capitalized(METRICS[metric].words)
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
