import {type Inventory} from '../account/datasets.js'
import {type Sizes, storageOf, type StorageReport} from '../account/sizes.js'
import {RefusedError} from '../base/errors.js'
import {EXIT, type ExitCode} from '../base/exit-codes.js'
import {freedBy, type Plan, plannedDatasets} from '../plan/plan.js'
import {isExposed, type Outcome, type OutcomeStatus} from './outcomes.js'

/** How a job ended. */
export interface CleanupResult {
  /** As far as it could still be applied where it was a saved one. */
  plan: Plan
  dryRun: boolean
  /** A saved plan was applied. */
  applied: boolean
  /** `choose` was cancelled, or `confirm` did not say yes: nothing was deleted. */
  declined: boolean
  /** The signal was aborted before everything had been attempted. */
  interrupted: boolean
  /** Datasets in the plan: what a dry run would delete; as far as that is known, see `unknown` of the plan. */
  wouldDelete: number
  /** What of a saved plan, or of the names given, could not be deleted from the start: gone, changed or kept. */
  stale: Outcome[]
  /** One for each dataset of the plan that was applied; empty after a dry run. */
  outcomes: Outcome[]
  counts: Record<OutcomeStatus, number>
  /** Runs and their datasets that were there at the start. */
  found: RunCounts
  /** Runs and their datasets that are left, as far as this job knows. */
  remaining: RunCounts
  /** Where datasets were archived before they were deleted. */
  archive?: ArchiveSummary | undefined
  /** What became of the leaderboard's rows about the deleted runs; undefined where they were not to be pruned, or nothing was deleted. */
  prune?: PruneOutcome | undefined
  /** File that records this deletion. */
  journal?: string | undefined
  /** Its id, as `history` knows it. */
  job?: string | undefined
  /** The token's owner. */
  user: string
  /** Time the deletion took, in ms; archiving is not part of it. */
  deletionMs: number
  /** What all that takes up, where `sizes` asked for it. */
  storage?: StorageReport | undefined
  warnings: string[]
}

/** A plan that is larger than `maxDelete`, with all of it to be looked at, as after a dry run. */
export class PlanRefusedError extends RefusedError {
  readonly result: CleanupResult

  constructor(message: string, suggestion: string, result: CleanupResult) {
    super(message, {suggestions: [suggestion]})
    this.result = result
  }
}

/** Of the leaderboard's rows about the runs that a job deleted. */
export interface PruneOutcome {
  status: 'failed' | 'pruned' | 'unattempted'
  /** How many were changed. */
  rows: number
  /** Why they were not. */
  reason?: string | undefined
  /** The commit that changed them, and the folder in which the leaderboard was archived before. */
  commit?: string | undefined
  archive?: string | undefined
}

interface RunCounts {
  runs: number
  datasets: number
}

export interface ArchiveSummary {
  dir: string
  datasets: number
  bytes: number
  /** The folder also has what other jobs archived, as far as could be found out. */
  isShared: boolean
  /** Nothing but the leaderboard was to be archived. */
  isLeaderboardOnly: boolean
}

/** What is known at the end of a job; what is omitted did not happen. */
export type Report = Partial<CleanupResult> &
  Pick<CleanupResult, 'dryRun' | 'plan' | 'user' | 'warnings'> & {
    inventory: Inventory
    sizes?: Sizes | undefined
  }

/** Adds the counts to what happened. */
export function resultOf({inventory, outcomes = [], stale = [], sizes, ...report}: Report): CleanupResult {
  const counts = {deleted: 0, trashed: 0, failed: 0, skipped: 0, gone: 0, unattempted: 0}
  for (const {status} of outcomes) counts[status]++
  const left = new Set(
    outcomes.filter(({status}) => isTaken(status) || status === 'gone').map(({name}) => name),
  )
  const there = report.plan.source === 'trash' ? inventory.trash : inventory.datasets
  const found = countRuns(there)
  return {
    applied: false,
    declined: false,
    interrupted: false,
    deletionMs: 0,
    ...report,
    wouldDelete: plannedDatasets(report.plan).length,
    stale,
    outcomes,
    counts,
    found,
    remaining: left.size > 0 ? countRuns(there.filter(({name}) => !left.has(name))) : found,
    ...(sizes && {
      storage: {
        sizes,
        found: storageOf(there, sizes),
        frees: freedBy(report.plan, sizes),
        freed: storageOf(
          outcomes.filter(({status}) => status === 'deleted'),
          sizes,
        ),
      },
    }),
  }
}

/** Whether this job took a dataset away: for good, or into the trash. */
export function isTaken(status: OutcomeStatus): boolean {
  return status === 'deleted' || status === 'trashed'
}

function countRuns(datasets: Inventory['datasets']): RunCounts {
  return {runs: new Set(datasets.map(({timestamp}) => timestamp)).size, datasets: datasets.length}
}

/** Whether a saved plan came too late: nothing of it was even tried, and not because all of it is gone. */
export function isTooLate({applied, dryRun, wouldDelete, stale, counts}: CleanupResult): boolean {
  if (!applied) return false
  if (dryRun) return wouldDelete === 0 && stale.some(({status}) => status !== 'gone')
  return counts.deleted + counts.trashed + counts.failed === 0 && counts.skipped + counts.unattempted > 0
}

/** Whether what would be deleted is unknown: something that the rules or guards rest on could not be read. */
export function isUnknown({plan: {unknown = []}, dryRun}: CleanupResult): boolean {
  return dryRun && unknown.length > 0
}

/** The exit code of a finished job. @param reportWork whether a dry run that found work ends with 10 */
export function exitCodeOf(result: CleanupResult, reportWork = false): ExitCode {
  const {wouldDelete, dryRun, declined, interrupted, counts, outcomes, prune} = result
  if (declined || interrupted) return EXIT.cancelled
  if (isUnknown(result)) return EXIT.error
  if (isTooLate(result)) return EXIT.stale
  if (dryRun) return reportWork && wouldDelete > 0 ? EXIT.found : EXIT.done
  const isOpen =
    counts.failed + counts.skipped + counts.unattempted > 0 ||
    outcomes.some((outcome) => isExposed(outcome)) ||
    (prune !== undefined && prune.status !== 'pruned')
  return isOpen ? EXIT.incomplete : EXIT.done
}
