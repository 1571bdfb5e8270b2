import {type Metric, METRICS} from '../../account/leaderboard/metrics.js'
import {type LeaderboardRow} from '../../account/leaderboard/row.js'
import {thousands} from '../format.js'

/** Stands where a row has no number. */
export const NO_NUMBER = '-'

/** From here on a number is written with an exponent: no evaluation comes so far, but a row may say anything. */
const LARGEST = 1e9

const FORMS: Record<(typeof METRICS)[Metric]['field'], (value: number) => string> = {
  successRate: (value) => `${fixed(value, 1)}%`,
  passAt1: (value) => fixed(value, 3),
  avgDurationMs: (value) => `${fixed(value / 1000, 1)} s`,
  totalTokens: (value) => grouped(value),
  totalCostUsd: (value) => `$${fixed(value, 4)}`,
  co2EmissionsG: (value) => `${fixed(value, 1)} g`,
}

/** The number that a row has for a metric, with its unit; all of a metric have as many decimals. */
export function formatScore(metric: Metric, row: LeaderboardRow): string {
  const {field} = METRICS[metric]
  const value = row[field]
  return value === undefined ? NO_NUMBER : FORMS[field](value)
}

function fixed(value: number, decimals: number): string {
  return Math.abs(value) < LARGEST ? value.toFixed(decimals) : value.toExponential(1)
}

function grouped(value: number): string {
  return Math.abs(value) < LARGEST * 1e3 ? thousands(Math.round(value)) : value.toExponential(1)
}
