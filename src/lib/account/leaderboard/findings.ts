/** What a check of a leaderboard can find. Names stay as they are: scripts go by them. */
export const FINDING_KINDS = [
  'dangling-row',
  'run-without-row',
  'duplicate-rows',
  'inexact-name',
  'renamed-namespace',
  'exposed-runs',
] as const
/**
 * A kind of finding.
 */
export type FindingKind = (typeof FINDING_KINDS)[number]

/** What is told of rows and runs without being wrong. */
export const REMARK_KINDS = [
  'other-namespace',
  'local-path',
  'no-datasets',
  'unknown-name',
  'row-may-come',
] as const
/**
 * A kind of remark.
 */
export type RemarkKind = (typeof REMARK_KINDS)[number]

/** Where in a leaderboard, and on the Hub, something is. */
export interface Place {
  /** Numbers of rows, counted from 1. */
  rows: number[]
  /** Runs by their timestamps. */
  runs: string[]
  /** Full names of datasets. */
  datasets: string[]
}

/** Something of a leaderboard that is not as it should be. */
export interface Finding extends Place {
  kind: FindingKind
  /** What it is, in one sentence, fit for a terminal. */
  message: string
  /** What to do next, in one sentence. */
  suggestion: string
}

/** Something that explains why a row or a run is not found fault with. */
export interface Remark extends Place {
  kind: RemarkKind
  message: string
}
