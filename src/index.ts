/**
 * The front door of the library. `cleanupDatasets` is the whole job in one call; `discoverSmoltraceDatasets`,
 * `groupDatasetsByRun`, `filterRuns` and `deleteDatasets` are its parts. Examples that run as they stand are in
 * `docs/library.md`.
 * @module smoltrace
 */
export {type ApplyOptions} from './lib/apply.js'
export {type ArchiveEvent} from './lib/archive/archive.js'
export {
  type RestoreEvent,
  type RestoreOptions,
  type RestoreOutcome,
  type RestoreResult,
  type RestoreStatus,
} from './lib/archive/restore.js'
export {type CleanupOptions, type DeleteOptions} from './lib/cleanup.js'
export {type Dataset, type Inventory, type LeaderboardDataset, type RunDataset} from './lib/datasets.js'
export {type DeletionEvent} from './lib/deletion.js'
export {type Age} from './lib/duration.js'
export {
  CancelledError,
  type ErrorDetails,
  NotAllowedError,
  RefusedError,
  SmoltraceError,
  UsageError,
} from './lib/errors.js'
export {
  type Evidence,
  evidenceOf,
  type RunState,
  type Standing,
  type StateContext,
  stateOf,
} from './lib/evidence.js'
export {type ExecutionOptions, type JobEvent} from './lib/execution.js'
export {EXIT, type ExitCode} from './lib/exit-codes.js'
export {type Finding, type FindingKind, type Place, type Remark, type RemarkKind} from './lib/findings.js'
export {type History, type HistoryOptions, type HistoryProblem} from './lib/history.js'
export {type HubAnswer, HubError, HubFormatError, HubUnreachableError} from './lib/hub/errors.js'
export {type QuotaWait, type TroubleWait, type Wait} from './lib/hub/repeats.js'
export {type Visibility} from './lib/hub/uploads.js'
export {type DatasetRecord, type DatasetState, type JobRecord, type JobState} from './lib/job-record.js'
export {dataDirectory} from './lib/journal.js'
export {type Findings, type LeaderboardCheck} from './lib/leaderboard-check.js'
export {type LeaderboardRow} from './lib/leaderboard-rows.js'
export {
  applyPlan,
  checkLeaderboard,
  checkRows,
  cleanupDatasets,
  deleteDatasets,
  discoverSmoltraceDatasets,
  filterRuns,
  loadPlan,
  loadPolicy,
  protectLeaderboard,
  protectRuns,
  rankRows,
  readHistory,
  readLeaderboardRows,
  readRanking,
  readSizes,
  restoreDatasets,
  savePlan,
  unprotectLeaderboard,
  unprotectRuns,
} from './lib/library.js'
export {type Metric} from './lib/metrics.js'
export {type DatasetType, type NearMiss, type RunType} from './lib/naming.js'
export {type Outcome, type OutcomeStatus} from './lib/outcomes.js'
export {type KeptRun, type Phrase, type Plan, type PlannedLeaderboard, type PlannedRun} from './lib/plan.js'
export {type Policy} from './lib/policy.js'
export {type PolicyKey} from './lib/policy/keys.js'
export {
  type PinChange,
  type PinnedRun,
  type PinOptions,
  type ProtectionChange,
  type ProtectOptions,
  type RunInDoubt,
  type UnpinOptions,
} from './lib/protecting.js'
export {type LeaderboardProtection, type Pin, type Protection} from './lib/protection.js'
export {type Reason, type ReasonRule} from './lib/reasons.js'
export {type Loss, type Reference, type ReferenceState} from './lib/references.js'
export {type ArchiveSummary, type CleanupResult, type RunCounts} from './lib/result.js'
export {type Decision, type FilteredRuns, type FilterOptions} from './lib/retention.js'
export {
  type LeaderboardRanking,
  type RankedGroup,
  type RankedRow,
  type Ranking,
  type RankingOptions,
} from './lib/row-ranking.js'
export {type RowTime} from './lib/row-time.js'
export {type RetentionOptions, type RetentionRules} from './lib/rule-types.js'
export {type GroupColumn, type Period} from './lib/rule-words.js'
export {groupDatasetsByRun, type Run} from './lib/runs.js'
export {type PlanFacts, type RunNote, type SavedPlan} from './lib/saved-plan.js'
export {type ConnectionOptions} from './lib/session.js'
export {type Sizes, type SizesOption, type StorageReport, type StorageSum} from './lib/sizes.js'
export {type TaggingEvent} from './lib/tagging.js'
