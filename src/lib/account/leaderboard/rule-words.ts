/** What a run's evaluation may have come to, as the leaderboard says it. */
export const STATUSES = ['completed', 'partial', 'failed'] as const
export type Status = (typeof STATUSES)[number]

/** Columns of the leaderboard that runs can be grouped by, in the order in which they are named. */
export const GROUP_COLUMNS = [
  'model',
  'agent_type',
  'provider',
  'dataset_used',
  'team',
  'use_case',
  'purpose',
  'suite_version',
] as const
/**
 * A column of the leaderboard that runs can be grouped by.
 * @useDeclaredType
 */
export type GroupColumn = (typeof GROUP_COLUMNS)[number]

/** Lengths of calendar buckets, shortest first. */
export const PERIODS = ['hourly', 'daily', 'weekly', 'monthly', 'yearly'] as const
/**
 * One of these lengths.
 * @useDeclaredType
 */
export type Period = (typeof PERIODS)[number]
