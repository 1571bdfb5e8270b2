export {cleanupDatasets, type CleanupOptions, deleteDatasets, type DeleteOptions} from './lib/cleanup.js'
export {
  type Dataset,
  discoverSmoltraceDatasets,
  type Inventory,
  type LeaderboardDataset,
  type RunDataset,
} from './lib/datasets.js'
export {type DeletionEvent, type Outcome, type OutcomeStatus} from './lib/deletion.js'
export {CancelledError, NotAllowedError, RefusedError, SmoltraceError, UsageError} from './lib/errors.js'
export {type CleanupResult, type ExecutionOptions, type RunCounts} from './lib/execution.js'
export {HubError, HubFormatError, HubUnreachableError} from './lib/hub/errors.js'
export {type Wait} from './lib/hub/transport.js'
export {type DatasetType, type RunType} from './lib/naming.js'
export {type KeptRun, type Phrase, type Plan, type PlannedLeaderboard, type PlannedRun} from './lib/plan.js'
export {
  type LeaderboardProtection,
  type ProtectionChange,
  protectLeaderboard,
  unprotectLeaderboard,
} from './lib/protection.js'
export {
  type Decision,
  type FilteredRuns,
  filterRuns,
  type Reason,
  type RetentionOptions,
  type RetentionRules,
} from './lib/retention.js'
export {groupDatasetsByRun, type Run} from './lib/runs.js'
export {type ConnectionOptions} from './lib/session.js'
