import {
  type DatasetType,
  isStandardDataset,
  type NearMiss,
  nearMissOf,
  type RunDatasetName,
  type TrashName,
} from '../base/names.js'
import {readOptions} from '../base/options.js'
import {byText} from '../base/text.js'
import {HubFormatError} from '../hub/errors.js'
import {type ListedDataset, type Listing} from '../hub/listing.js'
import {CONNECTION, type ConnectionOptions, openSession, type Session} from '../hub/session.js'

/** One of a run's datasets. */
export interface RunDataset extends ListedDataset, RunDatasetName {}
export interface LeaderboardDataset extends ListedDataset {
  type: 'leaderboard'
}
/** One of a run's datasets that was renamed out of the way, and keeps all else: `name` is the one it has there. */
export interface TrashedDataset extends ListedDataset, TrashName {}
/** One SMOLTRACE dataset on the Hub. */
export type Dataset = LeaderboardDataset | RunDataset

/** Everything of SMOLTRACE's that one namespace holds, as one whole listing showed it. */
export interface Inventory {
  endpoint: string
  namespace: string
  /** The clock that every age is measured with. */
  now: Date
  /** The runs' datasets, newest first. */
  datasets: RunDataset[]
  /** Datasets of runs in the trash, which only the `trash` commands change. */
  trash: TrashedDataset[]
  leaderboard: LeaderboardDataset | undefined
  /** Full names of the datasets of tasks that evaluations read; no command touches them. */
  standard: string[]
  /** Names that are nearly SMOLTRACE's; no command touches these datasets. */
  nearMisses: NearMiss[]
  /** How many pages of the listing were asked for. */
  pages: number
  warnings: string[]
}

/** The runs' datasets and the leaderboard. */
export function allDatasets({datasets, leaderboard}: Pick<Inventory, 'datasets' | 'leaderboard'>): Dataset[] {
  return leaderboard ? [...datasets, leaderboard] : datasets
}

/** Those and what is in the trash: everything that a job may be about. */
export function listedIn(
  inventory: Pick<Inventory, 'datasets' | 'leaderboard' | 'trash'>,
): Array<Dataset | TrashedDataset> {
  return [...allDatasets(inventory), ...inventory.trash]
}

/**
 * Finds every SMOLTRACE dataset of a namespace, by exact name.
 * @returns one whole listing; never a part of one
 * @throws SmoltraceError where the token, the namespace or any page of the listing is not certain
 */
export async function discoverSmoltraceDatasets(options: ConnectionOptions = {}): Promise<Inventory> {
  return discover(await openSession(readOptions(options, CONNECTION)), {isReadOnly: true})
}

/**
 * Lists a session's namespace (the Hub's contract, section 2). What is only shown, and decides nothing (`isReadOnly`), may have entries
 * without a name, with a warning. @throws HubFormatError where it is not certain
 */
export async function discover(session: Session, {isReadOnly = false} = {}): Promise<Inventory> {
  const {hub, access, now, warnings} = session
  const {namespace} = access
  const listing = await hub.listDatasets(namespace)
  if (listing.nameless > 0) {
    // It cannot be deleted by name, but it may be what a run lacks, or what pins it.
    const entries = listing.nameless === 1 ? 'an entry' : `${listing.nameless} entries`
    const why = `The Hub's listing has ${entries} without a name: one of a run's datasets, or the leaderboard, may be missing from it.`
    if (!isReadOnly) throw new HubFormatError(`${why} Nothing was deleted.`)
    warnings.push(why)
  }

  const found = classify(listing, namespace)
  return {endpoint: hub.endpoint, namespace, now, pages: listing.pages, ...found, warnings: [...warnings]}
}

/** Sorts datasets into runs, the leaderboard, tasks and near misses; the rest is invisible. */
function classify(
  {datasets: listed, trash, others}: Listing,
  namespace: string,
): Pick<Inventory, 'datasets' | 'leaderboard' | 'nearMisses' | 'standard' | 'trash'> {
  const found = uniqueByName(listed)
  const standard: string[] = []
  const nearMisses: NearMiss[] = []
  for (const name of new Set(others)) {
    const near = nearMissOf(name, namespace)
    if (near) nearMisses.push(near)
    else if (isStandardDataset(name, namespace)) standard.push(name)
  }

  return {
    datasets: found.filter((dataset) => dataset.type !== 'leaderboard'),
    trash: uniqueByName(trash),
    leaderboard: found.find((dataset) => dataset.type === 'leaderboard'),
    standard,
    nearMisses: nearMisses.sort((a, b) => byText(a.name, b.name)),
  }
}

/** How many of these datasets there are of each type. */
export function countByType(datasets: Iterable<Dataset>): Record<DatasetType, number> {
  const counts = {results: 0, traces: 0, metrics: 0, leaderboard: 0}
  for (const {type} of datasets) counts[type]++
  return counts
}

/**
 * A page that shifted while it was read can show a dataset twice. Of two datasets of one name it would not be certain which a
 * DELETE, which identifies by name, hits.
 */
function uniqueByName<D extends ListedDataset>(listed: D[]): D[] {
  const byName = new Map<string, D>()
  for (const dataset of listed) {
    const known = byName.get(dataset.name)
    if (known && known.id !== dataset.id)
      throw new HubFormatError(`The Hub lists ${dataset.name} twice, with two ids.`)
    // The tags may have changed between the two pages: if either pins the run, it is pinned.
    const pinTags = known ? [...new Set([...(dataset.pinTags ?? []), ...(known.pinTags ?? [])])] : []
    byName.set(dataset.name, pinTags.length > 0 ? {...dataset, pinTags} : dataset)
  }

  return [...byName.values()]
}
