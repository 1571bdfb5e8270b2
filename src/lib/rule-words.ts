/** What a run's evaluation may have come to, as the leaderboard says it. */
export const STATUSES = ['completed', 'partial', 'failed'] as const
export type Status = (typeof STATUSES)[number]

/** Columns of the leaderboard that runs can be grouped by, and the field of a row that holds each. */
const GROUPINGS = [
  ['model', 'model'],
  ['agent_type', 'agentType'],
  ['provider', 'provider'],
  ['dataset_used', 'datasetUsed'],
  ['team', 'team'],
  ['use_case', 'useCase'],
  ['purpose', 'purpose'],
  ['suite_version', 'suiteVersion'],
] as const
type Grouping = (typeof GROUPINGS)[number]
export type GroupColumn = Grouping[0]

/** The field of a row that holds each column. */
export const GROUP_FIELDS = Object.fromEntries(GROUPINGS) as Record<GroupColumn, Grouping[1]>

/** In the order in which they are named. */
export const GROUP_COLUMNS = GROUPINGS.map(([column]) => column)

/** Lengths of calendar buckets, shortest first. */
export const PERIODS = ['hourly', 'daily', 'weekly', 'monthly', 'yearly'] as const
export type Period = (typeof PERIODS)[number]

/** Characters of a name or pattern, so that no text from outside can keep the matching busy for long. */
export const LONGEST_NAME = 500
