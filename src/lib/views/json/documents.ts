import type * as z from 'zod/mini'

import {type Dataset, type LeaderboardDataset, type RunDataset} from '../../account/datasets.js'
import {type LeaderboardCheck} from '../../account/leaderboard/check.js'
import {modelOfRun, scoreOfRun} from '../../account/leaderboard/index.js'
import {DEFAULT_METRIC, type Metric, METRIC_NAMES} from '../../account/leaderboard/metrics.js'
import {type OrphanedRow} from '../../account/leaderboard/orphans.js'
import {type LeaderboardRanking, type RankedRow} from '../../account/leaderboard/ranking.js'
import {ROW_FIELDS, type RowField} from '../../account/leaderboard/row.js'
import {type Reference} from '../../account/leaderboard/view.js'
import {type PinnedRun} from '../../account/protection/pin-runs.js'
import {type LeaderboardProtection, pinOn} from '../../account/protection/pins.js'
import {type RunContext, stateOf} from '../../account/run-state.js'
import {DEFAULT_GRACE_MS, mayBeUploading, type Run} from '../../account/runs.js'
import {type Sizes, storageOf, type StorageSum} from '../../account/sizes.js'
import {safeName} from '../../base/text.js'
import {cutoffOf} from '../../base/time.js'
import {type JobCheck, type Present} from '../../cleanup/job/locate.js'
import {type JobRecord} from '../../cleanup/journal/parse.js'
import {type PruneResult} from '../../cleanup/prune-leaderboard.js'
import {type CleanupResult, isUnknown} from '../../cleanup/result.js'
import {type WrittenRules} from '../../plan/explain.js'
import {type KeptRun, type Plan, plannedDatasets, type PlannedRun} from '../../plan/plan.js'
import {type RunDetails} from '../../plan/run-details.js'
import {type SavedPlan} from '../../plan/saved/parse.js'
import {readRules, rulesDocument} from '../../retention/read-rules.js'
import {type DATASET, type LEADERBOARD, type PINNED_RUN, type RUN, type RUN_STATE} from './schemas/account.js'
import {type CLEANUP, type PLAN_SHOW} from './schemas/cleanup.js'
import {type JOB} from './schemas/history.js'
import {
  type LEADERBOARD_PRUNE,
  type LEADERBOARD_SHOW,
  type REFERENCES,
  type ROW,
} from './schemas/leaderboard.js'
import {type RUNS_SHOW} from './schemas/run.js'

/** The forms that datasets, runs and plans take in the documents of `--json`. Dates become ISO 8601 in UTC. */

export function datasetDocument(dataset: RunDataset, sizes?: Sizes): z.output<typeof DATASET> {
  const {name, type, timestamp} = dataset
  return {name, type, run: timestamp, ...factsDocument(dataset, sizes)}
}

function factsDocument(dataset: Dataset, sizes: Sizes | undefined) {
  const {id, sha, createdAt, lastModified} = dataset
  const storage = storageDocument([dataset], sizes)
  return {visibility: visibilityOf(dataset), createdAt, lastModified, id, sha, ...storage}
}

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

/** Where a dataset is on the Hub, for a browser. */
export function addressOf(endpoint: string, name: string): string {
  return `${endpoint}/datasets/${name}`
}

export function visibilityOf(dataset: Dataset): 'private' | 'public' {
  return dataset.private ? 'private' : 'public'
}

/** The leaderboard and its protection; null without one. */
export function leaderboardDocument(
  leaderboard: LeaderboardDataset | undefined,
  protection: LeaderboardProtection | 'unknown' | undefined,
  sizes?: Sizes,
): z.output<typeof LEADERBOARD> | null {
  if (!leaderboard) return null
  const {name, type} = leaderboard
  const state = protection === 'unknown' ? 'unknown' : protection ? 'protected' : 'unprotected'
  return {
    name,
    type,
    ...factsDocument(leaderboard, sizes),
    state,
    protection: typeof protection === 'object' ? protection : null,
  }
}

/** Which leaderboard it is about, and of when, for commands that look at its rows. */
export function boardDocument({inventory, leaderboard}: Pick<LeaderboardCheck, 'inventory' | 'leaderboard'>) {
  const {endpoint, namespace, now} = inventory
  const {name, sha} = leaderboard
  return {endpoint, namespace, now, leaderboard: {name, visibility: visibilityOf(leaderboard), sha}}
}

/** What a prune found and did. */
export function pruneDocument(result: PruneResult): z.output<typeof LEADERBOARD_PRUNE> {
  const {drop, dryRun, declined, rows, orphans, doubtful, pruned, commit = null, archive = null} = result
  return {
    ...boardDocument(result),
    drop,
    dryRun,
    declined,
    rows,
    orphans: orphans.map((row) => orphanDocument(row)),
    doubtful: doubtful.map((row) => ({...orphanDocument(row), why: row.why})),
    pruned,
    commit,
    archive,
  }
}

function orphanDocument({row, run, datasets, data}: OrphanedRow) {
  return {row, run, model: textOf(data.model), datasets}
}

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
export function stateDocument(run: Run, context: RunContext & {by: Metric}): z.output<typeof RUN_STATE> {
  const {now, rows, protection, sizes, by} = context
  const [model, score] = [modelOfRun(run, rows), scoreOfRun(run, rows, by)]
  const pin = pinOn(run, protection, now)
  return {
    ...runDocument(run, now, DEFAULT_GRACE_MS, sizes),
    model: model.is === 'yes' ? textOf(model.value) : null,
    score: score.is === 'yes' ? score.value : null,
    state: stateOf(run, context),
    standing: rows === 'unknown' ? rows : (rows.get(run.timestamp)?.standing ?? null),
    pinned: protection === 'unknown' && !pin ? null : pin !== undefined,
    pin: pin ? {entry: pin.entry ?? null, tags: pin.tags.map(({text}) => text), half: pin.isHalf} : null,
  }
}

/** One run in detail, and what rules, where some were given, do with it. */
export function runDetailsDocument(
  details: RunDetails,
  written: WrittenRules | undefined,
): z.output<typeof RUNS_SHOW> {
  const {inventory, run, rows, cited, explanation, sizes} = details
  const {endpoint, namespace, now} = inventory
  const metric = (by: Metric) => {
    const score = scoreOfRun(run, rows, by)
    return [by, score.is === 'yes' ? score.value : null] as const
  }

  const rules = written && readRules(written.options)
  return {
    endpoint,
    namespace,
    now,
    ...stateDocument(run, {...details, by: DEFAULT_METRIC}),
    datasets: run.datasets.map((dataset) => ({
      ...datasetDocument(dataset, sizes),
      address: addressOf(endpoint, dataset.name),
    })),
    by: DEFAULT_METRIC,
    metrics: Object.fromEntries(METRIC_NAMES.map((by) => metric(by))) as Record<Metric, number | null>,
    rows:
      cited === 'unknown'
        ? null
        : cited.map(({row, references}) => ({row, datasets: referencesDocument(references)})),
    policy: written?.file ?? null,
    rules: rules ? rulesDocument({rules, cutoff: rules.olderThan && cutoffOf(rules.olderThan, now)}) : null,
    explanation: explanation ?? null,
  }
}

function referencesDocument(references: readonly Reference[]): z.output<typeof REFERENCES> {
  return references.map(({type, name, state}) => ({type, name: safeName(name), state}))
}

export function pinnedRunDocument(pinned: PinnedRun): z.output<typeof PINNED_RUN> {
  const {run, changed, pin, tagged, problem} = pinned
  const half = pin !== undefined && !tagged
  return {run, changed, pin: pin ?? null, tagged, half, problem: problem ?? null}
}

/** A plan and its outcomes; `policy` is the file that its rules came from. */
export function cleanupDocument(result: CleanupResult, policy?: string): z.output<typeof CLEANUP> {
  const {plan, dryRun, declined, interrupted, outcomes, stale, counts, found, remaining, storage, archive} =
    result
  const {prune} = result
  const {endpoint, namespace, now, phrase, archives, standard, leaderboard, unknown = []} = plan
  const sizes = storage?.sizes
  const isOpen = isUnknown(result)
  const board = leaderboardDocument(leaderboard?.dataset, leaderboard?.protection, sizes)
  return {
    endpoint,
    namespace,
    now,
    dryRun,
    declined,
    interrupted,
    rules: rulesDocument(plan),
    phrase,
    archives,
    found,
    delete: plan.delete.map((planned) => plannedDocument(planned, plan, sizes)),
    keep: plan.keep.map((kept) => decisionDocument(kept, plan, sizes)),
    leaderboard: board && {...board, planned: leaderboard?.planned ?? false},
    standard,
    wouldDelete: isOpen ? null : result.wouldDelete,
    unknown,
    stale,
    outcomes,
    counts,
    remaining,
    archive: archive ? {dir: archive.dir, datasets: archive.datasets, bytes: archive.bytes} : null,
    prune: prune
      ? {
          status: prune.status,
          rows: prune.rows,
          reason: prune.reason ?? null,
          commit: prune.commit ?? null,
          archive: prune.archive ?? null,
        }
      : null,
    journal: result.journal ?? null,
    deletionMs: Math.round(result.deletionMs),
    ...(storage && {
      storage: certainBytes(storage.found),
      frees: isOpen ? null : certainBytes(storage.frees),
      freed: certainBytes(storage.freed),
    }),
    policy: policy ?? null,
  }
}

function decisionDocument({run, reasons}: KeptRun, {now, rules, source}: Plan, sizes?: Sizes) {
  const document = runDocument(run, now, rules.graceMs, sizes)
  return {
    ...document,
    // Until the end of the day on which it was trashed, no age counts.
    ...(source === 'trash' && {ageMs: Math.max(0, document.ageMs)}),
    reasons: reasons.map(({rule, text}) => ({rule, text})),
  }
}

function plannedDocument(planned: PlannedRun, plan: Plan, sizes?: Sizes) {
  return {
    ...decisionDocument(planned, plan, sizes),
    deletes: planned.datasets.map((dataset) => datasetDocument(dataset, sizes)),
    ...(sizes && {frees: certainBytes(storageOf(planned.datasets, sizes))}),
  }
}

/** A plan as it was saved in a file. */
export function savedPlanDocument(saved: SavedPlan, file: string): z.output<typeof PLAN_SHOW> {
  const {plan, madeBy, madeAt, digest, keptRuns} = saved
  const {endpoint, namespace, phrase, archives, leaderboard} = plan
  return {
    file,
    madeBy,
    madeAt,
    digest,
    endpoint,
    namespace,
    rules: rulesDocument(plan),
    phrase,
    archives,
    delete: plan.delete.map((planned) => plannedDocument(planned, plan)),
    keep: keptRuns,
    deletesLeaderboard: leaderboard?.planned ?? false,
    wouldDelete: plannedDatasets(plan).length,
  }
}

/** A job of a journal; what is not known is null. */
/** @param check where its datasets are now, if the Hub was asked */
export function jobDocument(job: JobRecord, check?: JobCheck): z.output<typeof JOB> {
  return {
    ...job,
    endedAt: job.endedAt ?? null,
    savedPlan: job.savedPlan ?? null,
    datasets: job.datasets.map(({reason = null, requestId = null, at = null, ...dataset}, index) => ({
      ...dataset,
      reason,
      requestId,
      at,
      ...(check && {now: presentDocument(check.found[index])}),
    })),
  }
}

function presentDocument(present: Present | undefined) {
  const {state = 'unknown', name = null, isOther = false, reason} = present ?? {}
  return {state, name, other: isOther, ...(reason !== undefined && {reason})}
}

/** A ranking: rows in one list, group after group; texts without tokens and what a terminal would obey. */
export function rankingDocument(ranked: LeaderboardRanking): z.output<typeof LEADERBOARD_SHOW> {
  const {by, better, groupBy, model, limit, rowsInAll, groups} = ranked
  return {
    ...boardDocument(ranked),
    by,
    better,
    groupBy,
    model,
    limit: limit ?? null,
    rowsInAll,
    groups: groups.map(({values, rows, total}) => ({
      values: Object.fromEntries(Object.entries(values).map(([column, value]) => [column, textOf(value)])),
      rows: total,
      shown: rows.length,
    })),
    rows: groups.flatMap(({rows}) => rows.map((row) => rowDocument(row))),
  }
}

/** In addition to what is known of it, a row has what it holds: its fields as in `LeaderboardRow`, null where it has nothing. */
function rowDocument(ranked: RankedRow): z.output<typeof ROW> {
  const {row, place, score, standing, doubt, run, time, gone, isTotal, references, data} = ranked
  const cells = ROW_FIELDS.map((field) => {
    const cell = data[field]
    return [field, typeof cell === 'number' ? cell : textOf(cell)]
  })
  return {
    place: place ?? null,
    score: score ?? null,
    row,
    run: run ?? null,
    time: time && !time.isLocal ? time.date : null,
    standing,
    doubt: textOf(doubt),
    gone,
    allGone: isTotal,
    ...(Object.fromEntries(cells) as Pick<z.output<typeof ROW>, RowField>),
    datasets: referencesDocument(references),
  }
}

function textOf(text: string | undefined): string | null {
  return text === undefined ? null : safeName(text)
}
