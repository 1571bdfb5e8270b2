import {pushTo} from '../base/collections.js'
import {RefusedError} from '../base/errors.js'
import {parseTimestamp, RUN_TYPES, type RunType} from '../base/names.js'
import {nearest} from '../base/nearest.js'
import {byText, joinWords} from '../base/text.js'
import {dayOf, HOUR, MINUTE, parseGrace} from '../base/time.js'
import {type Dataset, type Inventory, type RunDataset, type TrashedDataset} from './datasets.js'

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
  /** What of it is in the trash: it counts as there when the run is judged, as it can be restored. */
  inTrash: TrashedDataset[]
  missing: RunType[]
  /** Whether it has all three types. */
  complete: boolean
}

/** A name says local time and is made before the evaluation: further apart than this, they are not of one event. */
const PLAUSIBLE_DISTANCE = 48 * HOUR

/**
 * Groups datasets into runs; the leaderboard belongs to none, and neither does a run of which everything is in the trash.
 * @param trash what is in the trash, of any run
 * @returns newest first
 */
export function groupDatasetsByRun(datasets: Dataset[], trash: TrashedDataset[] = []): Run[] {
  const groups = new Map<string, RunDataset[]>()
  for (const dataset of datasets) if (dataset.type !== 'leaderboard') pushTo(groups, keyOf(dataset), dataset)
  const trashed = new Map<string, TrashedDataset[]>()
  for (const dataset of trash) pushTo(trashed, keyOf(dataset), dataset)
  return Array.from(groups, ([key, parts]) => toRun(parts, trashed.get(key) ?? [])).sort(newestFirst)
}

/** The runs of an inventory, each with what of it is in the trash. */
export function runsOf({datasets, trash}: Pick<Inventory, 'datasets' | 'trash'>): Run[] {
  return groupDatasetsByRun(datasets, trash)
}

function keyOf({namespace, timestamp}: RunDataset | TrashedDataset): string {
  return `${namespace}/${timestamp}`
}

/** Whether a run lacks something that is in the trash: a job was interrupted, or took one type alone. */
export function isPartlyInTrash({datasets, inTrash}: Run): boolean {
  return inTrash.some(({type}) => datasets.every((dataset) => dataset.type !== type))
}

/** What is in the trash of a run although the run has it: one more could not be told from it. */
export function copiesInTrash({datasets, inTrash}: Run): TrashedDataset[] {
  return inTrash.filter(({type}) => datasets.some((dataset) => dataset.type === type))
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

/** Refuses timestamps of runs that are not there. @param trash what is in the trash, of any run @throws RefusedError */
export function requireRuns(
  timestamps: string[],
  known: Array<{timestamp: string; namespace: string}>,
  option?: string,
  trash: TrashedDataset[] = [],
): void {
  const there = new Set(known.map(({timestamp}) => timestamp))
  const unknown = timestamps.filter((timestamp) => !there.has(timestamp))
  if (unknown.length === 0) return
  const [first] = known
  const named = option === undefined ? '' : `\`${option}\` `
  const trashed = unknown.filter((each) => trash.some(({timestamp}) => timestamp === each))
  if (trashed.length > 0) {
    const command = `smoltrace trash restore ${trashed.join(' ')} --namespace ${trash[0]?.namespace}`
    throw new RefusedError(`${named}${trashed.join(', ')}: in the trash.`, {
      suggestions: [`To restore ${trashed.length === 1 ? 'it' : 'them'}: ${command}`],
    })
  }

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

function toRun(datasets: RunDataset[], trashed: TrashedDataset[]): Run {
  const [{namespace, timestamp}] = datasets as [RunDataset]
  const ordered = inOrder(datasets)
  const inTrash = inOrder(trashed)
  const all = [...ordered, ...inTrash]
  const missing = RUN_TYPES.filter((type) => !all.some((dataset) => dataset.type === type))
  const created = all.map(({createdAt}) => createdAt.getTime())
  const changed = all.map(({lastModified}) => lastModified.getTime())
  const {time, datesDisagree} = runTime(timestamp, created)
  return {
    namespace,
    timestamp,
    time,
    datesDisagree,
    newestCreatedAt: new Date(Math.max(...created)),
    newestChange: new Date(Math.max(...created, ...changed)),
    datasets: ordered,
    inTrash,
    missing,
    complete: missing.length === 0,
  }
}

function inOrder<D extends RunDataset>(datasets: D[]): D[] {
  return datasets.toSorted((a, b) => RUN_TYPES.indexOf(a.type) - RUN_TYPES.indexOf(b.type))
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
