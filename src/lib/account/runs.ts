import {pushTo} from '../base/collections.js'
import {RefusedError} from '../base/errors.js'
import {parseTimestamp, RUN_TYPES, type RunType} from '../base/names.js'
import {nearest} from '../base/nearest.js'
import {byText, joinWords} from '../base/text.js'
import {dayOf, HOUR, MINUTE, parseGrace} from '../base/time.js'
import {type Dataset, type RunDataset} from './datasets.js'

/** How long an incomplete run may still be uploading, by default. */
export const DEFAULT_GRACE = '6h'
/** The same in ms. */
export const DEFAULT_GRACE_MS = parseGrace(DEFAULT_GRACE)

/** The datasets of one evaluation: same namespace, same timestamp. */
export interface Run {
  namespace: string
  /** `YYYYMMDD_HHMMSS`, from the names: the evaluating machine's unknown local time. */
  timestamp: string
  /** When it was evaluated, as far as is known. */
  time: Date
  /** A date of the Hub disagrees with the name: restored, copied, or a wrong clock. Then `newestCreatedAt` counts for its age, too. */
  datesDisagree: boolean
  newestCreatedAt: Date
  /** Newest creation or change of any of its datasets. */
  newestChange: Date
  /** In the order results, traces, metrics. */
  datasets: RunDataset[]
  missing: RunType[]
  /** Whether it has all three types. */
  complete: boolean
}

/** A name says local time and is made before the evaluation: further apart than this, they are not of one event. */
const PLAUSIBLE_DISTANCE = 48 * HOUR

/** Groups datasets into runs; the leaderboard belongs to none. @returns newest first */
export function groupDatasetsByRun(datasets: Dataset[]): Run[] {
  const groups = new Map<string, RunDataset[]>()
  for (const dataset of datasets) {
    if (dataset.type === 'leaderboard') continue
    pushTo(groups, `${dataset.namespace}/${dataset.timestamp}`, dataset)
  }

  return Array.from(groups.values(), toRun).sort(newestFirst)
}

export function datasetsIn(runs: readonly Run[]): RunDataset[] {
  return runs.flatMap(({datasets}) => datasets)
}

/** Whether a run is old enough for a cutoff; the comparison is strict. */
export function isOlderThan(run: Run, cutoff: Date): boolean {
  return run.time < cutoff && (!run.datesDisagree || run.newestCreatedAt < cutoff)
}

/** What the dates of a run that was restored, or copied, mean for its age. */
export function restoredText({newestCreatedAt}: Run): string {
  return `restored ${dayOf(newestCreatedAt)}: counts from then`
}

/** Whether an incomplete run may still be uploading. @param graceMs 0 turns the grace off, here and below */
export function mayBeUploading(run: Run, now: Date, graceMs: number): boolean {
  return !run.complete && isNew(run, now, graceMs)
}

/** An upload that is older than this has ended: what changes later is a card, or a setting. */
const MAX_UPLOAD = 48 * HOUR

/** Whether something of a run was created within the grace period, or changed within it while an upload may still be in progress. */
export function isNew(run: Run, now: Date, graceMs: number): boolean {
  if (graceMs === 0) return false
  const age = now.getTime() - run.newestCreatedAt.getTime()
  return age < graceMs || (age < MAX_UPLOAD && now.getTime() - run.newestChange.getTime() < graceMs)
}

/** A repository is there before its files are. */
const FILLING = 30 * MINUTE

/** Whether a complete run has a dataset that was just created, and whose files may still be on their way. */
export function mayLackFiles(run: Run, now: Date, graceMs: number): boolean {
  const age = now.getTime() - run.newestCreatedAt.getTime()
  return run.complete && graceMs > 0 && age < FILLING
}

/** Whether a run is dated after now, which only a wrong clock explains. */
export function isInFuture(run: Run, now: Date): boolean {
  return run.time > now
}

/** Refuses timestamps of runs that are not there. @throws RefusedError */
export function requireRuns(
  timestamps: string[],
  known: Array<{timestamp: string; namespace: string}>,
  option?: string,
): void {
  const there = new Set(known.map(({timestamp}) => timestamp))
  const unknown = timestamps.filter((timestamp) => !there.has(timestamp))
  if (unknown.length === 0) return
  const [first] = known
  const named = option === undefined ? '' : `\`${option}\` `
  throw new RefusedError(`${named}${unknown.join(', ')}: no such run.`, {
    suggestions: first
      ? [
          ...unknown.slice(0, 1).map((each) => `Did you mean ${joinWords(likeliest(each, there), 'or')}?`),
          `To list the runs: smoltrace runs group --namespace ${first.namespace}`,
        ]
      : ['This namespace has no runs.'],
  })
}

/** Those that a timestamp may have been meant for: by its letters, and then by its time. */
function likeliest(timestamp: string, known: ReadonlySet<string>): string[] {
  const alike = nearest(timestamp, known) ?? []
  const wanted = timeOf(timestamp)
  const close = [...known].sort((a, b) => Math.abs(timeOf(a) - wanted) - Math.abs(timeOf(b) - wanted))
  return [...new Set([alike, close].flat())].slice(0, 2)
}

function timeOf(timestamp: string): number {
  return parseTimestamp(timestamp)?.getTime() ?? 0
}

function toRun(datasets: RunDataset[]): Run {
  const [{namespace, timestamp}] = datasets as [RunDataset]
  const ordered = datasets.toSorted((a, b) => RUN_TYPES.indexOf(a.type) - RUN_TYPES.indexOf(b.type))
  const missing = RUN_TYPES.filter((type) => !ordered.some((dataset) => dataset.type === type))
  const created = ordered.map(({createdAt}) => createdAt.getTime())
  const changed = ordered.map(({lastModified}) => lastModified.getTime())
  const {time, datesDisagree} = runTime(timestamp, created)
  return {
    namespace,
    timestamp,
    time,
    datesDisagree,
    newestCreatedAt: new Date(Math.max(...created)),
    newestChange: new Date(Math.max(...created, ...changed)),
    datasets: ordered,
    missing,
    complete: missing.length === 0,
  }
}

/** The earliest `createdAt` that is plausible given the name, else the name read as UTC. */
function runTime(timestamp: string, created: number[]): Pick<Run, 'datesDisagree' | 'time'> {
  const named = parseTimestamp(timestamp)?.getTime() ?? Math.max(...created)
  const plausible = created.filter((ms) => Math.abs(ms - named) <= PLAUSIBLE_DISTANCE)
  return {
    time: new Date(plausible.length > 0 ? Math.min(...plausible) : named),
    datesDisagree: plausible.length < created.length,
  }
}

/** The timestamp and the namespace decide between runs of one moment. */
export function newestFirst(a: Run, b: Run): number {
  return (
    b.time.getTime() - a.time.getTime() ||
    byText(b.timestamp, a.timestamp) ||
    byText(a.namespace, b.namespace)
  )
}
