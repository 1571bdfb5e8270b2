/**
 * The front door of the library. `cleanupDatasets` is the whole job in one call; `discoverSmoltraceDatasets`, `groupDatasetsByRun`,
 * `filterRuns` and `deleteDatasets` are its parts. Examples that run as they are: `docs/library.md`.
 * @module smoltrace
 */
export {type Dataset, discoverSmoltraceDatasets, type Inventory} from './lib/account/datasets.js'
export {checkLeaderboard, type LeaderboardCheck} from './lib/account/leaderboard/check.js'
export {type LeaderboardRanking, type RankingOptions, readRanking} from './lib/account/leaderboard/ranking.js'
export {readLeaderboardRows} from './lib/account/leaderboard/read.js'
export {type LeaderboardRow} from './lib/account/leaderboard/row.js'
export {
  type PinChange,
  type PinOptions,
  protectRuns,
  unprotectRuns,
} from './lib/account/protection/pin-runs.js'
export {
  type ProtectionChange,
  protectLeaderboard,
  type ProtectOptions,
  unprotectLeaderboard,
} from './lib/account/protection/protect-leaderboard.js'
export {type TaggingEvent} from './lib/account/protection/tagging.js'
export {groupDatasetsByRun, type Run} from './lib/account/runs.js'
export {readSizes, type Sizes} from './lib/account/sizes.js'
export {type RestoreEvent, type RestoreOptions} from './lib/archive/restore-runs.js'
export {restoreDatasets, type RestoreResult} from './lib/archive/restore.js'
export {CancelledError, NotAllowedError, RefusedError, SmoltraceError, UsageError} from './lib/base/errors.js'
export {type ApplyOptions, applyPlan, deleteDatasets, type DeleteOptions} from './lib/cleanup/apply.js'
export {cleanupDatasets, type CleanupOptions} from './lib/cleanup/cleanup.js'
export {type History, type HistoryOptions, readHistory} from './lib/cleanup/journal/history.js'
export {type JobEvent} from './lib/cleanup/options.js'
export {type Outcome} from './lib/cleanup/outcomes.js'
export {type CleanupResult} from './lib/cleanup/result.js'
export {HubError, HubFormatError, HubUnreachableError} from './lib/hub/errors.js'
export {type ConnectionOptions} from './lib/hub/session.js'
export {type Plan} from './lib/plan/plan.js'
export {type SavedPlan} from './lib/plan/saved/parse.js'
export {type FilteredRuns, type FilterOptions, filterRuns} from './lib/retention/decide.js'
export {loadPolicy, type Policy} from './lib/retention/policy/load.js'
export {type RetentionOptions} from './lib/retention/rules.js'
