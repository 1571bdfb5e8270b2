import {modelOfRun, type RowIndex, scoreOfRun} from '../account/leaderboard/index.js'
import {DEFAULT_METRIC, type Metric, METRICS} from '../account/leaderboard/metrics.js'
import {type LeaderboardProtection, pinOn} from '../account/protection/pins.js'
import {type RunContext, type RunState, stateOf} from '../account/run-state.js'
import {isPartlyInTrash, restoredText, type Run} from '../account/runs.js'
import {type StorageSum} from '../account/sizes.js'
import {RUN_TYPES, type RunType} from '../base/names.js'
import {brief, briefReason, formatCount, formatNumber, printable} from '../base/text.js'
import {formatDuration} from '../base/time.js'
import {type Wait} from '../hub/retry.js'
import {type Step} from '../hub/transport.js'

export function formatMoment(date: Date): string {
  return `${formatMinute(date)} UTC`
}

/** `2026-11-23 02:44`, for columns whose title says UTC. */
export function formatMinute(date: Date): string {
  return date.toISOString().slice(0, 16).replace('T', ' ')
}

/** What a page is about, and when it was asked for. */
export function placeAndTime(name: string, {endpoint, now}: {endpoint: string; now: Date}): string {
  return `${name} at ${endpoint}, ${formatMoment(now)}`
}

/** How old a run is: `76d`, `5h`, `12min`; `future` for one dated after now. */
export function ageOf(run: Run, now: Date): string {
  return run.time > now ? 'future' : formatDuration(now.getTime() - run.time.getTime())
}

/** The same in a column, with a mark, which `ageNote` explains, where the run was restored or copied. */
export function ageCell(run: Run, now: Date): string {
  return `${ageOf(run, now)}${run.datesDisagree ? '*' : ''}`
}

/** What the mark in a column of ages means; empty where no run has one. */
export function ageNote(runs: readonly Run[]): string {
  return runs.some(({datesDisagree}) => datesDisagree)
    ? '* restored or copied: --older-than counts from that day, not from the evaluation'
    : ''
}

/** What a command says that found nothing at all: the datasets may be in another namespace. @param noun what there is none of */
export function nothingIn(namespace: string, otherNamespaces: readonly string[], noun: string): string {
  const others = `You also belong to ${otherNamespaces.join(', ')}: --namespace NAME`
  return `No ${noun} in ${namespace}.${otherNamespaces.length > 0 ? ` ${others}` : ''}`
}

export function typesOf({datasets}: {datasets: ReadonlyArray<{type: RunType}>}): string {
  return RUN_TYPES.filter((type) => datasets.some((dataset) => dataset.type === type)).join(', ')
}

/** What a cell shows where there is nothing, and where what there is is unclear. */
export const NOTHING = '-'
const DOUBTFUL = '?'

/** The model that a run evaluated, safe to print and not longer than a line. */
export function modelOf(run: Run, rows: RowIndex | 'unknown'): string {
  const model = modelOfRun(run, rows)
  if (model.is === 'doubt') return DOUBTFUL
  return model.is === 'yes' && model.value !== undefined ? brief(model.value) : NOTHING
}

/** What a run scored, in the metric's own unit. */
export function scoreOfRunText(run: Run, rows: RowIndex | 'unknown', by: Metric = DEFAULT_METRIC): string {
  const score = scoreOfRun(run, rows, by)
  if (score.is === 'doubt') return DOUBTFUL
  return score.is === 'yes' ? formatMetric(by, score.value) : NOTHING
}

/** The state of a run, what it lacks, and all that is odd about it. */
export function describeState(run: Run, context: RunContext): string {
  const {now, rows, protection} = context
  const state = stateOf(run, context)
  const isPartial = rows !== 'unknown' && rows.get(run.timestamp)?.standing === 'partial'
  const lacks = state === 'finished-without-traces' ? [] : run.missing.map((type) => `no ${type}`)
  const words = state === 'failed' && isPartial ? 'failed (partial)' : STATES[state]
  const pin = pinOn(run, protection, now)
  return [
    lacks.length > 0 ? `${words}: ${lacks.join(', ')}` : words,
    ...(run.datesDisagree ? [restoredText(run)] : []),
    ...(isPartlyInTrash(run) ? ['partly in the trash'] : []),
    ...(pin ? [pin.isHalf ? 'half pinned' : 'pinned'] : []),
  ].join(', ')
}

export const STATES: Readonly<Record<RunState, string>> = {
  complete: 'complete',
  'finished-without-traces': 'finished without traces',
  thinned: 'thinned',
  incomplete: 'incomplete',
  uploading: 'may still be uploading',
  failed: 'failed',
  unknown: 'unclear whether finished',
}

/** Who protected the leaderboard, when and why; all of it comes from the Hub. */
export function protectionOf(protection: LeaderboardProtection | 'unknown' | undefined): string {
  if (protection === undefined) return 'not protected'
  if (protection === 'unknown') return 'protection unknown'
  const {by, at, reason} = protection
  return `protected by ${printable(by)} on ${formatMoment(at)}${reason ? `: ${briefReason(reason)}` : ''}`
}

export function describeWait(wait: Wait): string {
  const seconds = `${Math.ceil(wait.ms / 1000)} s`
  if (wait.why === 'quota') return `rate limit reached, resuming in ${seconds}`
  return `${wait.cause}, trying again in ${seconds} (${wait.retry} of ${wait.of})`
}

/** What is asked for, without a stop at the end: `listing mira: 6,500 datasets`. */
export function describeStep(step: Step): string {
  if (step.kind === 'listing') {
    const {namespace, done, of} = step
    if (of !== undefined)
      return `checking that nothing changed${done > 0 ? `: ${formatNumber(done)} of ${formatNumber(of)}` : ''}`
    return `listing ${namespace}${done > 0 ? `: ${formatCount(done, 'dataset')}` : ''}`
  }

  if (step.kind === 'sizes')
    return `reading sizes${step.done > 0 ? `: ${formatCount(step.done, 'dataset')}` : ''}`
  if (step.kind === 'addresses')
    return `looking for datasets: ${formatNumber(step.done)} of ${formatNumber(step.of)}`
  return step.kind === 'change' ? `changing ${step.name}` : STEPS[step.kind]
}

const STEPS = {
  account: 'checking the token',
  leaderboard: 'reading the leaderboard',
  pins: 'reading the pins',
}

/** `812 B`, `1.4 kB`, `12 MB`: decimal units, as the Hub counts them. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let size = bytes
  let unit = 0
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000
    unit++
  }

  return `${unit > 0 && size < 9.95 ? size.toFixed(1) : Math.round(size)} ${units[unit]}`
}

/** `1.2 GB`; `at least 1.2 GB` and `unknown` where not every size is known. */
export function formatStorage({bytes, unknown}: StorageSum): string {
  if (unknown === 0) return formatBytes(bytes)
  return bytes === 0 ? 'unknown' : `at least ${formatBytes(bytes)}`
}

/** The same for totals, which say what is missing: `at least 1.2 GB, 2 datasets of unknown size`. */
export function formatStorageTotal(sum: StorageSum): string {
  const {bytes, unknown} = sum
  if (unknown > 0 && bytes === 0) return 'size unknown'
  return unknown === 0
    ? formatBytes(bytes)
    : `${formatStorage(sum)}, ${formatCount(unknown, 'dataset')} of unknown size`
}

/** What is written before and after a number, how many of the metric's own units one is, and the decimals in a column. */
const UNITS: Readonly<
  Record<(typeof METRICS)[Metric]['field'], [before: string, after: string, per: number, decimals: number]>
> = {
  successRate: ['', '%', 1, 1],
  passAt1: ['', '', 1, 3],
  avgDurationMs: ['', ' s', 1000, 1],
  totalTokens: ['', '', 1, 0],
  totalCostUsd: ['$', '', 1, 4],
  co2EmissionsG: ['', ' g', 1, 1],
}

/** A value with its unit; unless it is written in another way, all of a metric have as many decimals. */
export function formatMetric(metric: Metric, value: number, write = fixed): string {
  const [before, after, per, decimals] = UNITS[METRICS[metric].field]
  return `${before}${write(value / per, decimals)}${after}`
}

/** From here on a number has an exponent: no evaluation comes so far, but a row may say anything. */
const MAX_FIXED = 1e9
/** Tokens come further. */
const MAX_WHOLE = 1e12

function fixed(value: number, decimals: number): string {
  if (Math.abs(value) >= (decimals === 0 ? MAX_WHOLE : MAX_FIXED)) return value.toExponential(1)
  return decimals === 0 ? formatNumber(Math.round(value)) : value.toFixed(decimals)
}
