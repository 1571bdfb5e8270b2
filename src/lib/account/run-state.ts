import {hasMetrics, type RowIndex} from './leaderboard/index.js'
import {type Protection} from './protection/pins.js'
import {DEFAULT_GRACE_MS, mayBeUploading, type Run} from './runs.js'
import {type Sizes} from './sizes.js'

/**
 * What a run's datasets and the leaderboard say together. `thinned`: finished, and lost its results or metrics since; `unknown`: no
 * evidence either way.
 */
export const RUN_STATES = [
  'complete',
  'finished-without-traces',
  'thinned',
  'incomplete',
  'uploading',
  'failed',
  'unknown',
] as const
export type RunState = (typeof RUN_STATES)[number]

/** What is known of runs apart from their datasets. */
export interface RunContext {
  now: Date
  /** What the leaderboard says; `unknown` without one, or if it could not be read. */
  rows: RowIndex | 'unknown'
  /** `unknown` where it could not be read. */
  protection: Protection | 'unknown'
  /** Undefined where they were not asked for. */
  sizes?: Sizes | undefined
}

/** Whether a run lacks a type, and its evaluation certainly did not finish. */
export function isUnfinished(run: Run, rows: RowIndex | 'unknown'): boolean {
  if (run.complete || rows === 'unknown') return false
  const standing = rows.get(run.timestamp)?.standing
  if (standing === undefined) return !hasMetrics(run)
  return standing === 'partial' || standing === 'failed'
}

/** Three datasets do not make an evaluation complete that failed, nor two one incomplete that finished without tracing. */
export function stateOf(run: Run, {now, rows}: Pick<RunContext, 'now' | 'rows'>): RunState {
  const standing = rows === 'unknown' ? undefined : rows.get(run.timestamp)?.standing
  if (standing === 'failed' || standing === 'partial') return 'failed'
  if (run.complete) return 'complete'
  if (standing === 'finished') return finishedState(run)
  if (mayBeUploading(run, now, DEFAULT_GRACE_MS)) return 'uploading'
  if (standing === 'unclear') return 'unknown'
  if (hasMetrics(run)) return finishedState(run)
  return rows === 'unknown' ? 'unknown' : 'incomplete'
}

function finishedState({missing}: Run): RunState {
  return missing.every((type) => type === 'traces') ? 'finished-without-traces' : 'thinned'
}
