import {DAY, HOUR} from '../base/time.js'
import {month, shortDay} from './units.js'

/** Where the values of a chart are along one of its sides. */
export interface Scale {
  /** From 0, the scale's begin, to 1, its end. */
  place: (value: number) => number
  ticks: Array<{value: number; text: string}>
}

const STEPS = [1, 2, 5, 10]

/**
 * A scale of numbers whose ends and ticks are round.
 * @param values finite, at least one
 * @param write a tick in words
 */
export function numberScale(
  values: readonly number[],
  write: (value: number) => string,
  options: {ticks?: number; most?: number} = {},
): Scale {
  const {ticks: wanted = 5, most = Infinity} = options
  const [low, high] = ends(values)
  // Ticks that differ in the tenth digit would all read the same.
  const pad = high - low <= high * 0.01 ? high * 0.1 || 1 : 0
  const step = roundStep((high - low + 2 * pad) / wanted)
  const begin = Math.max(0, Math.floor((low - pad) / step) * step)
  const end = Math.max(begin + step, Math.min(most, Math.ceil((high + pad) / step) * step))
  const count = Math.round((end - begin) / step)
  return {
    place: (value) => clamped((value - begin) / (end - begin)),
    ticks: Array.from({length: count + 1}, (_, index) => begin + index * step)
      .filter((value) => value <= end * (1 + 1e-9))
      .map((value) => ({value, text: write(value)})),
  }
}

/** Values that lie further apart than this, the smallest from the largest, are shown by their powers of ten. */
const WIDE = 100
/** What the values that are 0 take of a scale of powers. */
const ZERO_SHARE = 0.18

/** What a telephone has room for. */
const AMOUNT_TICKS = 3

/** A scale of amounts: of round numbers, or of powers of ten with a place of its own for nothing. */
export function amountScale(values: readonly number[], write: (value: number) => string): Scale {
  const positive = values.filter((value) => value > 0)
  const [low, high] = ends(positive)
  if (positive.length === 0 || high / low <= WIDE)
    return numberScale([0, ...values], write, {ticks: AMOUNT_TICKS})
  const first = Math.floor(Math.log10(low))
  const last = Math.ceil(Math.log10(high))
  const zero = positive.length < values.length ? ZERO_SHARE : 0
  const place = (value: number) =>
    value > 0 ? zero + (1 - zero) * clamped((Math.log10(value) - first) / (last - first)) : 0
  const step = Math.ceil((last - first) / AMOUNT_TICKS)
  const powers = Array.from(
    {length: Math.floor((last - first) / step) + 1},
    (_, index) => 10 ** (first + index * step),
  )
  return {
    place,
    ticks: [...(zero > 0 ? [0] : []), ...powers].map((value) => ({value, text: write(value)})),
  }
}

/** Distances between the ticks of a scale of time that are not whole months. */
const SPANS = [HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 4 * DAY, 7 * DAY, 14 * DAY]
const MONTHS = [1, 2, 3, 4, 6, 12, 24, 60]
const MONTH = 30 * DAY

/** A scale of time in UTC, from the first moment to the last. */
export function timeScale(values: readonly number[], wanted: number): Scale {
  const [low, high] = ends(values)
  const pad = high - low < HOUR ? DAY : (high - low) * 0.03
  const [begin, end] = [low - pad, high + pad]
  const span = SPANS.find((each) => (end - begin) / each <= wanted)
  const ticks = span === undefined ? monthsIn(begin, end, wanted) : spansIn(begin, end, span)
  const write = span === undefined ? month : span < DAY ? hour : shortDay
  return {
    place: (value) => clamped((value - begin) / (end - begin)),
    ticks: ticks.map((value) => ({value, text: write(new Date(value))})),
  }
}

function spansIn(begin: number, end: number, span: number): number[] {
  const first = Math.ceil(begin / span) * span
  return Array.from(
    {length: Math.max(0, Math.floor((end - first) / span) + 1)},
    (_, index) => first + index * span,
  )
}

function monthsIn(begin: number, end: number, wanted: number): number[] {
  const step = MONTHS.find((each) => (end - begin) / (each * MONTH) <= wanted) ?? 120
  const from = new Date(begin)
  const first = Math.ceil((from.getUTCFullYear() * 12 + from.getUTCMonth()) / step) * step
  const months: number[] = []
  for (let index = first; ; index += step) {
    const moment = Date.UTC(Math.floor(index / 12), index % 12)
    if (moment > end) return months
    if (moment >= begin) months.push(moment)
  }
}

function hour(date: Date): string {
  return date.getUTCHours() === 0 ? shortDay(date) : date.toISOString().slice(11, 16)
}

/** The round number next above: 1, 2 or 5 times a power of ten. */
function roundStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough))
  return (STEPS.find((step) => step * power >= rough * (1 - 1e-9)) ?? 10) * power
}

function ends(values: readonly number[]): [low: number, high: number] {
  let [low, high] = [Infinity, -Infinity]
  for (const value of values) {
    low = Math.min(low, value)
    high = Math.max(high, value)
  }

  return [low, high]
}

function clamped(share: number): number {
  return Math.min(1, Math.max(0, share))
}
