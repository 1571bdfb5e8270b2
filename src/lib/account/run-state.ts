import {hasMetrics, type RowIndex} from './leaderboard/index.js'
import {type Protection} from './protection/pins.js'
import {DEFAULT_GRACE_MS, mayBeUploading, type Run} from './runs.js'
import {type Sizes} from './sizes.js'

/**
 * What is known of a run, its datasets and the leaderboard taken together. `thinned` has finished and lost its results or
 * metrics since; one without traces may never have had any; of an `unknown` one nothing says whether it finished.
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
/** One of them. */
export type RunState = (typeof RUN_STATES)[number]

/** What is known of runs apart from their datasets. */
export interface RunContext {
  now: Date
  /** What the leaderboard says; `unknown` where there is none, or it could not be read. */
  rows: RowIndex | 'unknown'
  /** `unknown` where it could not be read. */
  protection: Protection | 'unknown'
  /** Undefined where they were not asked for. */
  sizes?: Sizes | undefined
}

/**
 * Whether a run lacks a type although nothing says that its evaluation finished. Where the leaderboard is not known or
 * not clear, no run is: when in doubt it is kept.
 */
export function isUnfinished(run: Run, rows: RowIndex | 'unknown'): boolean {
  if (run.complete || rows === 'unknown') return false
  const standing = rows.get(run.timestamp)?.standing
  if (standing === undefined) return !hasMetrics(run)
  return standing === 'partial' || standing === 'failed'
}

/**
 * The state of a run. Three datasets do not make an evaluation complete that failed; two of them do not make one
 * incomplete that finished without tracing. Where nothing says whether it finished, these cannot be distinguished.
 */
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
