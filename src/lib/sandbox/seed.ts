import type {Commit, Repo} from './repo.js'
import type {HubState} from './state.js'

import {ORG, USER} from './accounts.js'
import {GIT_ATTRIBUTES_FILE} from './git-attributes.js'
import {LEADERBOARD_COLUMNS, type LeaderboardRow} from './leaderboard-rows.js'
import {type StoredFile, storedFile} from './objects.js'
import {toParquet} from './parquet.js'
import {Random, sha1} from './random.js'
import {CARD_FILE, DATA_FILE, dataCommitTitle, FRONT_MATTER, runFiles} from './run-files.js'
import {seedOthers} from './seed-others.js'
import {
  datasetId,
  type Fate,
  type RunType,
  type SeededDataset,
  type SeededRun,
  seededRun,
} from './seeded-run.js'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const MONTHS_BACK = 90 * DAY
/** Untraced runs are incomplete to a program that counts datasets; young ones would look like uploads. */
const YOUNGEST_UNTRACED = 2 * DAY
const UPLOADING_FOR = 4 * MINUTE
const ORG_RUNS = 3
const INDIA = 330
const CALIFORNIA = -420
const STORAGE: Record<RunType, [number, number]> = {
  results: [40_000, 400_000],
  traces: [400_000, 12_000_000],
  metrics: [6000, 90_000],
}

/**
 * Fills the Hub with an account after three months of evaluations.
 * All dates are relative to `now`; the same moment gives the same names, ids and shas.
 * @returns a private dataset of the newest complete run, if there is one
 */
export function seedAccount(state: HubState, now: Date, runs: number): Repo | undefined {
  seedOthers(state, now)
  const own = planRuns(USER, now, runs)
  const organisations = planRuns(ORG, now, ORG_RUNS)
  for (const run of [...own, ...organisations]) addRun(state, run)
  addLeaderboard(state, USER, now, own)
  addLeaderboard(state, ORG, now, organisations)
  const newest = own.find(({datasets}) => datasets.length === 3)
  return newest && state.get(datasetId(newest, 'results'))
}

/** The runs of a namespace, newest first. Named after the hour, so that sandboxes started within it hold the same ones. */
function planRuns(namespace: string, now: Date, count: number): SeededRun[] {
  const taken = new Set<string>()
  const thisHour = Math.floor(now.getTime() / HOUR) * HOUR
  return Array.from({length: count}, (_, index) => {
    const age = ageOf(namespace, index, count)
    const fate = namespace === USER ? fateOf(index, count, age) : 'complete'
    const pushedAt = new Date(
      fate === 'uploading' ? now.getTime() - UPLOADING_FOR : thisHour - Math.round(age / 1000) * 1000,
    )
    const generation = index < count / 2 ? 'newer' : 'older'
    return seededRun(namespace, pushedAt, {fate, zone: zoneOf(index), generation}, taken)
  })
}

/** More runs lately than long ago, at no regular hours. */
function ageOf(namespace: string, index: number, count: number): number {
  const place =
    (index + new Random(`${namespace} ${index} of ${count}`).decimal(-0.3, 0.3, 6)) / Math.max(1, count - 1)
  return HOUR + MONTHS_BACK * Math.max(0, place) ** 1.6
}

/** One run is being uploaded right now, one was killed in the middle long ago, some were never traced. */
function fateOf(index: number, count: number, age: number): Fate {
  if (count < 3) return 'complete'
  if (index === 0) return 'uploading'
  if (index === Math.max(1, Math.floor(count * 0.6))) return 'killed'
  return index % 5 === 3 && age > YOUNGEST_UNTRACED ? 'untraced' : 'complete'
}

function zoneOf(index: number): number {
  if (index % 9 === 4) return INDIA
  return index % 9 === 6 ? CALIFORNIA : 0
}

function addRun(state: HubState, run: SeededRun): void {
  for (const dataset of run.datasets) {
    const id = datasetId(run, dataset.type)
    const random = new Random(id)
    const oid = sha1(id, run.runId, 'card')
    state.add(
      {
        id,
        createdAt: dataset.createdAt,
        createdBy: USER,
        private: true,
        downloads: random.whole(0, 30),
        storage: random.whole(...STORAGE[dataset.type]),
        trendingScore: random.whole(0, 250),
      },
      {
        oid,
        date: dataset.lastModified,
        files: () => runFiles(run, dataset.type),
        build: () => runHistory(run, dataset, oid),
      },
    )
  }
}

/** SMOLTRACE pushes the data first and its card second. */
function runHistory(run: SeededRun, {type, createdAt, lastModified}: SeededDataset, head: string): Commit[] {
  const files = runFiles(run, type)
  const title = dataCommitTitle(run, type)
  return [
    {
      oid: sha1(head, 'initial'),
      title: 'initial commit',
      date: createdAt,
      files: without(files, DATA_FILE, CARD_FILE),
    },
    {
      oid: sha1(head, title),
      title,
      date: new Date(lastModified.getTime() - 2000),
      files: without(files, CARD_FILE),
    },
    {oid: head, title: 'Add SMOLTRACE dataset card', date: lastModified, files},
  ]
}

function addLeaderboard(state: HubState, namespace: string, now: Date, runs: SeededRun[]): void {
  const id = `${namespace}/smoltrace-leaderboard`
  const finished = runs.filter(({finished: done}) => done)
  const yesterday = new Date(now.getTime() - DAY)
  const first = finished.at(-1)?.datasets.at(-1)?.lastModified ?? yesterday
  const last = finished[0]?.datasets.at(-1)?.lastModified ?? yesterday
  const createdAt = new Date(first.getTime() + MINUTE)
  const lastModified = new Date(last.getTime() + 2 * MINUTE)
  const files = leaderboardFiles(namespace, rowsOf(namespace, now, finished))
  const oid = sha1(id, lastModified.toISOString())
  const commits = (): Commit[] => [
    {
      oid: sha1(oid, 'initial'),
      title: 'initial commit',
      date: createdAt,
      files: without(files, DATA_FILE, CARD_FILE),
    },
    {oid: sha1(oid, 'data'), title: 'Upload dataset', date: lastModified, files: without(files, CARD_FILE)},
    {oid, title: 'Update leaderboard card', date: lastModified, files},
  ]
  state.add(
    {id, createdAt, createdBy: USER, downloads: 61, likes: 4, storage: 240_000 + finished.length * 2000},
    {oid, date: lastModified, files: () => files, build: commits},
  )
}

function without(files: Map<string, StoredFile>, ...paths: string[]): Map<string, StoredFile> {
  return new Map([...files].filter(([path]) => !paths.includes(path)))
}

/** Oldest first, as rows are only ever appended; here and there a run failed before it had anything to push. */
function rowsOf(namespace: string, now: Date, finished: SeededRun[]): LeaderboardRow[] {
  const rows = finished.toReversed().map((run) => ({run, failed: false}))
  if (namespace !== USER || finished.length < 2) return rows
  const details = {fate: 'complete', zone: 0, generation: 'newer'} as const
  const failed = seededRun(namespace, new Date(now.getTime() - 9 * DAY), details, new Set())
  return [...rows, {run: failed, failed: true}].toSorted(
    (one, other) => one.run.pushedAt.getTime() - other.run.pushedAt.getTime(),
  )
}

function leaderboardFiles(namespace: string, rows: LeaderboardRow[]): Map<string, StoredFile> {
  const card = `${FRONT_MATTER}
# SMOLTRACE Leaderboard

All evaluations of ${namespace}, one row each.

| Field | Value |
|---|---|
| Evaluations | ${rows.length} |
`
  return new Map([
    ['.gitattributes', GIT_ATTRIBUTES_FILE],
    [CARD_FILE, storedFile(card, false)],
    [DATA_FILE, {lfs: true, bytes: once(() => toParquet(LEADERBOARD_COLUMNS, rows))}],
  ])
}

function once(make: () => Buffer): () => Buffer {
  let made: Buffer | undefined
  return () => {
    made ??= make()
    return made
  }
}
