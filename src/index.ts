export {
  type Dataset,
  type Inventory,
  type LeaderboardDataset,
  type RunDataset,
} from './lib/account/datasets.js'
export {discoverSmoltraceDatasets} from './lib/account/datasets.js'
export {type Findings, type LeaderboardCheck} from './lib/account/leaderboard/check.js'
export {checkLeaderboard, checkRows} from './lib/account/leaderboard/check.js'
export {
  type Finding,
  type FindingKind,
  type Place,
  type Remark,
  type RemarkKind,
} from './lib/account/leaderboard/findings.js'
export {indexRows, type RowIndex, type RunRows, type Standing} from './lib/account/leaderboard/index.js'
export {type Metric} from './lib/account/leaderboard/metrics.js'
export {
  type LeaderboardRanking,
  type RankedGroup,
  type RankedRow,
  type Ranking,
  type RankingOptions,
} from './lib/account/leaderboard/ranking.js'
export {rankRows, readRanking} from './lib/account/leaderboard/ranking.js'
export {readLeaderboardRows} from './lib/account/leaderboard/read.js'
export {type Loss, type Reference, type ReferenceState} from './lib/account/leaderboard/references.js'
export {type RowTime} from './lib/account/leaderboard/row-time.js'
export {type GroupColumn, type LeaderboardRow} from './lib/account/leaderboard/row.js'
export {type LeaderboardProtection, type Pin, type Protection} from './lib/account/protection/pins.js'
export {
  type PinChange,
  type PinnedRun,
  type PinOptions,
  type ProtectionChange,
  type ProtectOptions,
  type RunInDoubt,
  type UnpinOptions,
} from './lib/account/protection/protect.js'
export {
  protectLeaderboard,
  protectRuns,
  unprotectLeaderboard,
  unprotectRuns,
} from './lib/account/protection/protect.js'
export {type TaggingEvent} from './lib/account/protection/tagging.js'
export {type RunState, type StateContext, stateOf} from './lib/account/run-state.js'
export {groupDatasetsByRun, type Run} from './lib/account/runs.js'
export {type Sizes, type SizesOption, type StorageReport, type StorageSum} from './lib/account/sizes.js'
export {readSizes} from './lib/account/sizes.js'
export {type ArchiveEvent} from './lib/archive/archive.js'
export {
  type RestoreEvent,
  type RestoreOptions,
  type RestoreOutcome,
  type RestoreResult,
  type RestoreStatus,
} from './lib/archive/restore.js'
export {restoreDatasets} from './lib/archive/restore.js'
export {
  CancelledError,
  type ErrorDetails,
  NotAllowedError,
  RefusedError,
  SmoltraceError,
  UsageError,
} from './lib/base/errors.js'
export {EXIT, type ExitCode} from './lib/base/exit-codes.js'
export {type DatasetType, type NearMiss, type RunType} from './lib/base/names.js'
export {type Age} from './lib/base/time.js'
/**
 * The front door of the library. `cleanupDatasets` is the whole job in one call; `discoverSmoltraceDatasets`,
 * `groupDatasetsByRun`, `filterRuns` and `deleteDatasets` are its parts. Examples that run as they stand are in
 * `docs/library.md`.
 * @module smoltrace
 */
export {type ApplyOptions} from './lib/cleanup/apply.js'
export {applyPlan} from './lib/cleanup/apply.js'
export {type CleanupOptions} from './lib/cleanup/cleanup.js'
export {cleanupDatasets} from './lib/cleanup/cleanup.js'
export {type DeleteOptions} from './lib/cleanup/delete-datasets.js'
export {deleteDatasets} from './lib/cleanup/delete-datasets.js'
export {type DeletionEvent} from './lib/cleanup/delete.js'
export {type History, type HistoryOptions, type HistoryProblem} from './lib/cleanup/journal/history.js'
export {readHistory} from './lib/cleanup/journal/history.js'
export {
  type DatasetRecord,
  type DatasetState,
  type JobRecord,
  type JobState,
} from './lib/cleanup/journal/record.js'
export {dataDirectory} from './lib/cleanup/journal/write.js'
export {type ExecutionOptions, type JobEvent} from './lib/cleanup/options.js'
export {type Outcome, type OutcomeStatus} from './lib/cleanup/outcomes.js'
export {type ArchiveSummary, type CleanupResult, type RunCounts} from './lib/cleanup/result.js'
export {type Visibility} from './lib/hub/dataset-info.js'
export {type HubAnswer, HubError, HubFormatError, HubUnreachableError} from './lib/hub/errors.js'
export {type QuotaWait, type RetryWait, type Wait} from './lib/hub/retry.js'
export {type ConnectionOptions} from './lib/hub/session.js'
export {
  type KeptRun,
  type Phrase,
  type Plan,
  type PlannedLeaderboard,
  type PlannedRun,
} from './lib/plan/plan.js'
export {type PlanFacts, type RunNote, type SavedPlan} from './lib/plan/saved/saved-plan.js'
export {loadPlan, savePlan} from './lib/plan/saved/saved-plan.js'
export {type Period} from './lib/retention/buckets.js'
export {type Decision, type FilteredRuns, type FilterOptions} from './lib/retention/decide.js'
export {filterRuns} from './lib/retention/decide.js'
export {type PolicyKey} from './lib/retention/policy/keys.js'
export {type Policy} from './lib/retention/policy/load.js'
export {loadPolicy} from './lib/retention/policy/load.js'
export {type Reason, type ReasonRule} from './lib/retention/reasons.js'
export {type RetentionOptions, type RetentionRules} from './lib/retention/rules.js'
