import {type Metric} from '../account/leaderboard/metrics.js'
import {formatNumber} from '../base/text.js'
import {DAY, dayOf, HOUR} from '../base/time.js'
import {formatMetric} from '../views/format.js'

/** Where the values of a chart are along one of its sides. */
export interface Scale {
  /** From 0, the begin of the scale, to 1, its end. */
  place: (value: number) => number
  ticks: Array<{value: number; text: string}>
}

type Write = (value: number) => string

/** A scale of numbers, at least one and all finite, whose ends and ticks are round. */
export function numberScale(
  values: readonly number[],
  write: Write,
  {ticks = 5, most = Infinity}: {ticks?: number | undefined; most?: number} = {},
): Scale {
  const [low, high] = extent(values)
  // Ticks that differ in the tenth digit would all read the same.
  const pad = high - low <= high * 0.01 ? high * 0.1 || 1 : 0
  const step = roundStep((high - low + 2 * pad) / ticks)
  const begin = Math.max(0, Math.floor((low - pad) / step) * step)
  const end = Math.max(begin + step, Math.min(most, Math.ceil((high + pad) / step) * step))
  return linear(begin, end, step, write)
}

/** Amounts of which the largest is more than this many times the smallest are shown by their powers of ten. */
const WIDE = 100
/** The part of a scale of powers that the amounts of 0 take. */
const ZERO_SHARE = 0.18
/** As many as fit on a telephone. */
const AMOUNT_TICKS = 3

/** A scale of amounts: of round numbers from 0, or of powers of ten with a place of its own for 0. */
export function amountScale(values: readonly number[], write: Write): Scale {
  const positive = values.filter((value) => value > 0)
  const [low, high] = extent(positive)
  if (positive.length === 0 || high / low <= WIDE)
    return numberScale([0, ...values], write, {ticks: AMOUNT_TICKS})
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))]
  const zero = positive.length < values.length ? ZERO_SHARE : 0
  const step = Math.ceil((last - first) / AMOUNT_TICKS)
  const powers = range(0, last - first, step).map((power) => 10 ** (first + power))
  return {
    place: (value) => (value > 0 ? zero + (1 - zero) * share(Math.log10(value), first, last) : 0),
    ticks: (zero > 0 ? [0, ...powers] : powers).map((value) => ({value, text: write(value)})),
  }
}

const SPANS = [
  ...[1, 3, 6, 12].map((hours) => hours * HOUR),
  ...Array.from({length: 13}, (_, power) => 2 ** power * DAY),
]
/** As many distances as fit on a telephone. */
const TIME_TICKS = 2.9

/** A scale of time in UTC, from the first moment to the last; a tick at the beginning of a day names it, others the hour. */
export function timeScale(values: readonly number[]): Scale {
  const [low, high] = extent(values)
  const pad = high - low < HOUR ? DAY : (high - low) * 0.03
  const [begin, end] = [low - pad, high + pad]
  const step = SPANS.find((span) => (end - begin) / span <= TIME_TICKS) ?? 8192 * DAY
  return linear(begin, end, step, (value) => {
    const date = new Date(value)
    return date.getUTCHours() === 0 ? dayOf(date) : date.toISOString().slice(11, 16)
  })
}

function linear(begin: number, end: number, step: number, write: Write): Scale {
  const ticks = range(begin, end, step).map((value) => ({value, text: write(value)}))
  return {place: (value) => share(value, begin, end), ticks}
}

/** The multiples of a step from one number to another. */
function range(begin: number, end: number, step: number): number[] {
  const first = Math.ceil(begin / step - 1e-9)
  const length = Math.max(0, Math.floor(end / step + 1e-9) - first + 1)
  return Array.from({length}, (_, index) => (first + index) * step)
}

/** The next round number: 1, 2 or 5 times a power of ten. */
function roundStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough))
  return ([1, 2, 5].find((step) => step * power >= rough * (1 - 1e-9)) ?? 10) * power
}

function extent(values: readonly number[]): [low: number, high: number] {
  return [Math.min(...values), Math.max(...values)]
}

function share(value: number, begin: number, end: number): number {
  return Math.min(1, Math.max(0, (value - begin) / (end - begin)))
}

export function figureOf(metric: Metric, value: number, write: Write = figure): string {
  return formatMetric(metric, value, metric === 'total_cost_usd' ? (cost) => priceOf(cost, write) : write)
}

/** As prices are written: `0.50`, not `0.5`, and `12.34`, not `12.3`. */
function priceOf(cost: number, write: Write): string {
  return cost >= 1 && cost < 999.5 ? cost.toFixed(2) : write(cost).replace(/\.\d$/, '$&0')
}

/** A number to three digits, or in whole thousands: `0.0125`, `82.5`, `12,345`. */
function figure(value: number): string {
  return Math.abs(value) >= 999.5 ? formatNumber(Math.round(value)) : String(Number(value.toPrecision(3)))
}

const THOUSANDS = ['', 'k', 'M', 'G', 'T', 'P']

/** A number in few letters, for the ticks of a chart: `1e-9`, `0.02`, `850`, `1.2M`. */
export function compact(value: number): string {
  const power = Math.abs(value) < 10_000 ? 0 : Math.min(5, Math.floor(Math.log10(Math.abs(value)) / 3))
  if (value > 0 && value < 1e-6) return Number(value.toPrecision(2)).toExponential()
  return power === 0 ? figure(value) : `${Number((value / 1000 ** power).toPrecision(3))}${THOUSANDS[power]}`
}
