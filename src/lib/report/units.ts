import {type Metric} from '../account/leaderboard/metrics.js'
import {thousands} from '../views/format.js'

/** The title of a metric, and the text of its values. */
interface MetricWords {
  title: string
  /** A value with its unit, with no line break between them; its digits are by default those of `figure`. */
  format: (value: number, write?: (value: number) => string) => string
}

/** The metrics in words. */
const WORDS: ReadonlyArray<[metric: Metric, title: string, format: MetricWords['format']]> = [
  ['success_rate', 'Success rate', (value, write = figure) => `${write(value)}\u00A0%`],
  ['pass_at_1', 'pass@1', (value, write = figure) => write(value)],
  ['avg_duration_ms', 'Mean duration of a test', (value, write = figure) => `${write(value / 1000)}\u00A0s`],
  ['total_tokens', 'Tokens', (value, write = figure) => write(value)],
  ['total_cost_usd', 'Cost', (value, write = figure) => `$${write(value)}`],
  ['co2_emissions_g', 'CO₂ emissions', (value, write = figure) => `${write(value)}\u00A0g`],
]

/** The same by the leaderboard's columns. */
export const METRIC_WORDS = Object.fromEntries(
  WORDS.map(([metric, title, format]) => [metric, {title, format}]),
) as Readonly<Record<Metric, MetricWords>>

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

/** `23 Nov`, in UTC. */
export function shortDay(date: Date): string {
  return `${date.getUTCDate()} ${monthName(date)}`
}

/** `Nov 2026`, in UTC. */
export function month(date: Date): string {
  return `${monthName(date)} ${date.getUTCFullYear()}`
}

function monthName(date: Date): string {
  return date.toLocaleString('en-US', {month: 'short', timeZone: 'UTC'})
}
