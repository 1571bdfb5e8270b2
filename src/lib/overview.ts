import {discover, type Inventory, type RunDataset} from './datasets.js'
import {cutoffOf, parseAge, parseGrace} from './duration.js'
import {type RunType} from './naming.js'
import {type Protection, readProtectionIfPossible} from './protection.js'
import {DEFAULT_GRACE} from './retention.js'
import {groupDatasetsByRun, isOlderThan, mayBeUploading, type Run} from './runs.js'
import {type ConnectionOptions, machineTime, openSession} from './session.js'

export interface OverviewOptions extends ConnectionOptions {
  /** Only runs this old: `30d`, `2026-01-31`, … */
  olderThan?: string | undefined
  /** Only runs that lack a type. */
  incompleteOnly?: boolean | undefined
}

/** What a namespace holds, for commands that only look. */
export interface Overview {
  inventory: Inventory
  /** Those that the options choose, newest first. */
  runs: Run[]
  /** The moment that `olderThan` stands for. */
  cutoff: Date | undefined
  /** `unknown` where it could not be read; a warning then says why. */
  protection: Protection | 'unknown'
  warnings: string[]
}

/**
 * Looks at a namespace without changing anything.
 * @throws UsageError where `olderThan` is no age; else as `discoverSmoltraceDatasets`
 */
export async function lookAround(options: OverviewOptions): Promise<Overview> {
  const age = options.olderThan === undefined ? undefined : parseAge(options.olderThan)
  if (age) cutoffOf(age, machineTime(options))
  const session = await openSession(options)
  const inventory = await discover(session)
  const protection = await readProtectionIfPossible(session.hub, inventory.leaderboard, session.warnings)
  const cutoff = age && cutoffOf(age, session.now)
  const runs = groupDatasetsByRun(inventory.datasets).filter(
    (run) => (!cutoff || isOlderThan(run, cutoff)) && (!options.incompleteOnly || !run.complete),
  )
  return {inventory, runs, cutoff, protection, warnings: session.warnings}
}

export type DatasetOrder = 'created' | 'modified' | 'name'

/** The datasets of runs, of some types only, in one order: newest first, or by name. */
export function datasetsOf(
  runs: Run[],
  {only = [], sort}: {only?: RunType[] | undefined; sort: DatasetOrder},
): RunDataset[] {
  const datasets = runs
    .flatMap((run) => run.datasets)
    .filter(({type}) => only.length === 0 || only.includes(type))
  const byName = (a: RunDataset, b: RunDataset) => (a.name < b.name ? -1 : Number(a.name > b.name))
  const field = sort === 'modified' ? 'lastModified' : 'createdAt'
  return datasets.sort(
    sort === 'name' ? byName : (a, b) => b[field].getTime() - a[field].getTime() || byName(a, b),
  )
}

/** How many runs are in which state. */
export interface RunTotals {
  runs: number
  complete: number
  incomplete: number
  /** Of the incomplete ones. */
  mayBeUploading: number
  datasets: number
}

/** Counts runs by state. */
export function totalsOf(runs: Run[], now: Date): RunTotals {
  const complete = runs.filter((run) => run.complete).length
  return {
    runs: runs.length,
    complete,
    incomplete: runs.length - complete,
    mayBeUploading: runs.filter((run) => mayBeUploading(run, now, DEFAULT_GRACE_MS)).length,
    datasets: runs.reduce((sum, run) => sum + run.datasets.length, 0),
  }
}

/** The grace period of commands that only look, in ms. */
export const DEFAULT_GRACE_MS = parseGrace(DEFAULT_GRACE)
