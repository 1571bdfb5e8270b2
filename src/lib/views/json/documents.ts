import type * as z from 'zod/mini'

import {
  type Dataset,
  type Inventory,
  type LeaderboardDataset,
  type RunDataset,
} from '../../account/datasets.js'
import {type PinnedRun} from '../../account/protection/pin-runs.js'
import {
  type LeaderboardProtection,
  type LivePin,
  pinOn,
  type Protection,
} from '../../account/protection/pins.js'
import {type RunContext, stateOf} from '../../account/run-state.js'
import {DEFAULT_GRACE_MS, mayBeUploading, type Run} from '../../account/runs.js'
import {type Sizes, storageOf, type StorageSum} from '../../account/sizes.js'
import {type JobRecord} from '../../cleanup/journal/parse.js'
import {type CleanupResult, isUnknown} from '../../cleanup/result.js'
import {type Plan} from '../../plan/plan.js'
import {rulesDocument} from '../../retention/read-rules.js'
import {type Reason} from '../../retention/reasons.js'
import {type DATASET, type LEADERBOARD, type PINNED_RUN, type RUN, type RUN_STATE} from './schemas/account.js'
import {type CLEANUP, type KEPT_RUN} from './schemas/cleanup.js'
import {type LEADERBOARD_CHECK} from './schemas/leaderboard.js'
import {type JOB} from './schemas/past.js'

/** The forms that datasets, runs and plans take in the documents of `--json`. Dates become ISO 8601 in UTC. */

/** A dataset; with `sizes`, what it takes up too. */
export function datasetDocument(dataset: RunDataset, sizes?: Sizes): z.output<typeof DATASET> {
  const {name, type, timestamp} = dataset
  return {name, type, run: timestamp, ...factsDocument(dataset, sizes)}
}

/** What any dataset has in addition to its name. */
function factsDocument(
  dataset: Dataset,
  sizes: Sizes | undefined,
): Omit<z.output<typeof DATASET>, 'name' | 'run' | 'type'> {
  const {id, sha, createdAt, lastModified} = dataset
  return {
    visibility: visibilityOf(dataset),
    createdAt,
    lastModified,
    id,
    sha,
    ...storageDocument([dataset], sizes),
  }
}

/** What datasets take up together, where that was asked for. */
export function storageDocument(
  datasets: Iterable<Dataset>,
  sizes: Sizes | undefined,
): {storage?: number | null} {
  return sizes ? {storage: certainBytes(storageOf(datasets, sizes))} : {}
}

/** A part of it might be taken for the whole, so it is null where any size is unknown. */
export function certainBytes({bytes, unknown}: StorageSum): number | null {
  return unknown > 0 ? null : bytes
}

/** `private` or `public`. */
export function visibilityOf(dataset: Dataset): 'private' | 'public' {
  return dataset.private ? 'private' : 'public'
}

/** The leaderboard and its protection; null where there is none. */
export function leaderboardDocument(
  leaderboard: LeaderboardDataset | undefined,
  protection: LeaderboardProtection | 'unknown' | undefined,
  sizes?: Sizes,
): z.output<typeof LEADERBOARD> | null {
  if (!leaderboard) return null
  const state = protection === 'unknown' ? 'unknown' : protection ? 'protected' : 'unprotected'
  return {
    name: leaderboard.name,
    type: leaderboard.type,
    ...factsDocument(leaderboard, sizes),
    state,
    protection: typeof protection === 'object' ? protection : null,
  }
}

/** Which leaderboard it is about, and of when, for commands that look at its rows. */
export function boardDocument({
  inventory: {endpoint, namespace, now},
  leaderboard,
}: {
  inventory: Inventory
  leaderboard: LeaderboardDataset
}): Pick<z.output<typeof LEADERBOARD_CHECK>, 'endpoint' | 'leaderboard' | 'namespace' | 'now'> {
  const {name, sha} = leaderboard
  return {endpoint, namespace, now, leaderboard: {name, visibility: visibilityOf(leaderboard), sha}}
}

/** A run. `graceMs` decides whether it may still be uploading. */
export function runDocument(run: Run, now: Date, graceMs: number, sizes?: Sizes): z.output<typeof RUN> {
  const {timestamp, time, complete, missing, datesDisagree, datasets} = run
  return {
    run: timestamp,
    time,
    ageMs: now.getTime() - time.getTime(),
    complete,
    missing,
    mayBeUploading: mayBeUploading(run, now, graceMs),
    datesDisagree,
    datasets: datasets.map(({name}) => name),
    ...storageDocument(datasets, sizes),
  }
}

/** A run and what is known of it apart from its datasets; `pinned` is null where the protection is unknown. */
export function stateDocument(run: Run, context: RunContext): z.output<typeof RUN_STATE> {
  const {now, rows, protection, sizes} = context
  return {
    ...runDocument(run, now, DEFAULT_GRACE_MS, sizes),
    state: stateOf(run, context),
    standing: rows === 'unknown' ? rows : (rows.get(run.timestamp)?.standing ?? null),
    ...pinDocument(pinOn(run, protection, now), protection),
  }
}

/** Whether a run is pinned, null where that is not known, and by what. */
function pinDocument(
  pin: LivePin | undefined,
  protection: Protection | 'unknown',
): Pick<z.output<typeof RUN_STATE>, 'pin' | 'pinned'> {
  if (!pin) return {pinned: protection === 'unknown' ? null : false, pin: null}
  const {entry, tags, isHalf} = pin
  return {
    pinned: true,
    pin: {entry: entry ?? null, tags: tags.map(({text}) => text), half: isHalf},
  }
}

/** A run that was to be pinned. */
export function pinnedRunDocument({
  run,
  changed,
  pin,
  tagged,
  problem,
}: PinnedRun): z.output<typeof PINNED_RUN> {
  const half = pin !== undefined && !tagged
  return {run, changed, pin: pin ?? null, tagged, half, problem: problem ?? null}
}

/** A plan and its outcomes; `policy` is the file that its rules came from. */
export function cleanupDocument(result: CleanupResult, policy?: string): z.output<typeof CLEANUP> {
  const {plan, dryRun, declined, interrupted, outcomes, stale, counts, found, remaining, deletionMs} = result
  const sizes = result.storage?.sizes
  const board = leaderboardDocument(plan.leaderboard?.dataset, plan.leaderboard?.protection, sizes)
  return {
    endpoint: plan.endpoint,
    namespace: plan.namespace,
    now: plan.now,
    dryRun,
    declined,
    interrupted,
    rules: rulesDocument(plan),
    phrase: plan.phrase,
    archives: plan.archives,
    found,
    delete: Array.from(plan.delete, ({run, datasets, reasons}) => ({
      ...decisionDocument(plan, run, reasons, sizes),
      deletes: datasets.map((dataset) => datasetDocument(dataset, sizes)),
      ...(sizes && {frees: certainBytes(storageOf(datasets, sizes))}),
    })),
    keep: Array.from(plan.keep, ({run, reasons}) => decisionDocument(plan, run, reasons, sizes)),
    leaderboard: board && {...board, goes: plan.leaderboard?.goes ?? false},
    standard: plan.standard,
    wouldDelete: isUnknown(result) ? null : result.wouldDelete,
    unknown: [...(plan.unknown ?? [])],
    stale,
    outcomes,
    counts,
    remaining,
    archive: result.archive ?? null,
    journal: result.journal ?? null,
    deletionMs: Math.round(deletionMs),
    ...storageReportDocument(result),
    policy: policy ?? null,
  }
}

function decisionDocument(
  {now, rules}: Plan,
  run: Run,
  reasons: Reason[],
  sizes: Sizes | undefined,
): z.output<typeof KEPT_RUN> {
  return {...runDocument(run, now, rules.graceMs, sizes), reasons}
}

/** What all runs take up, what of it the plan frees, and what was freed. */
function storageReportDocument(
  result: CleanupResult,
): Pick<z.output<typeof CLEANUP>, 'freed' | 'frees' | 'storage'> {
  if (!result.storage) return {}
  const {found, frees, freed} = result.storage
  return {
    storage: certainBytes(found),
    frees: isUnknown(result) ? null : certainBytes(frees),
    freed: certainBytes(freed),
  }
}

/** A job of a journal; what is not known is null. */
export function jobDocument({problems, ...job}: JobRecord): z.output<typeof JOB> {
  return {
    ...job,
    endedAt: job.endedAt ?? null,
    archive: job.archive ?? null,
    savedPlan: job.savedPlan ?? null,
    datasets: job.datasets.map(({reason, requestId, at, ...dataset}) => ({
      ...dataset,
      reason: reason ?? null,
      requestId: requestId ?? null,
      at: at ?? null,
    })),
    problems,
  }
}
