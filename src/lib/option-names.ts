import {type ApplyOptions} from './apply.js'
import {type CleanupOptions, type DeleteOptions} from './cleanup.js'
import {type ExecutionOptions} from './execution.js'
import {type FilterOptions} from './retention.js'
import {type RetentionOptions} from './rule-types.js'
import {type ConnectionOptions} from './session.js'

/**
 * The names of all options of what decides about datasets or deletes them: a keeper whose name is misspelt would keep nothing, a
 * misspelt archive would keep no copy, and JavaScript has no compiler to say so. Ours asks for each name here.
 */
type Names<T> = Readonly<Record<keyof T, true>>

/** Of a saved plan, which says whose it is. */
const CONNECTION_OF_PLAN: Names<Omit<ConnectionOptions, 'namespace'>> = {
  token: true,
  endpoint: true,
  env: true,
  signal: true,
  clock: true,
  onWait: true,
}

const CONNECTION: Names<ConnectionOptions> = {...CONNECTION_OF_PLAN, namespace: true}

const EXECUTION: Names<ExecutionOptions> = {
  dryRun: true,
  yes: true,
  confirm: true,
  confirmedBy: true,
  concurrency: true,
  maxDelete: true,
  archive: true,
  journal: true,
  dataDir: true,
  onEvent: true,
}

const RETENTION: Names<RetentionOptions> = {
  olderThan: true,
  incompleteOnly: true,
  ignoreLeaderboard: true,
  run: true,
  model: true,
  team: true,
  purpose: true,
  status: true,
  unreferenced: true,
  scoreBelow: true,
  all: true,
  keepRecent: true,
  keepWithin: true,
  keepHourly: true,
  keepDaily: true,
  keepWeekly: true,
  keepMonthly: true,
  keepYearly: true,
  keepBest: true,
  by: true,
  groupBy: true,
  grace: true,
  only: true,
  deleteLeaderboard: true,
}

/** Of `cleanupDatasets`. */
export const CLEANUP_OPTIONS: Names<CleanupOptions> = {
  ...CONNECTION,
  ...EXECUTION,
  ...RETENTION,
  sizes: true,
  choose: true,
  onPlan: true,
  savePlan: true,
}

/** Of `applyPlan`. */
export const APPLY_OPTIONS: Names<ApplyOptions> = {
  ...CONNECTION_OF_PLAN,
  ...EXECUTION,
  sizes: true,
  onPlan: true,
}

/** Of `deleteDatasets`. */
export const DELETE_OPTIONS: Names<DeleteOptions> = {
  ...CONNECTION,
  ...EXECUTION,
  sizes: true,
  deleteLeaderboard: true,
}

/** Of `filterRuns`. */
export const FILTER_OPTIONS: Names<FilterOptions> = {
  ...RETENTION,
  now: true,
  protection: true,
  rows: true,
  evidence: true,
}
