import {type ListedDataset} from './hub/client.js'
import {HubFormatError} from './hub/errors.js'
import {
  type DatasetType,
  isStandardDataset,
  parseDatasetName,
  type RunDatasetName,
  type RunType,
} from './naming.js'
import {readOptions} from './options.js'
import {CONNECTION, type ConnectionOptions, openSession, type Session} from './session.js'
import {inSlices, type Steps} from './slices.js'

/** One of a run's datasets. */
export interface RunDataset extends ListedDataset {
  namespace: string
  type: RunType
  /** `YYYYMMDD_HHMMSS`, from the name. */
  timestamp: string
}

/** The leaderboard's dataset. */
export interface LeaderboardDataset extends ListedDataset {
  namespace: string
  type: 'leaderboard'
}

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
  leaderboard: LeaderboardDataset | undefined
  /** Full names of the standard datasets found; no command touches them. */
  standard: string[]
  warnings: string[]
}

/**
 * Finds every SMOLTRACE dataset of a namespace, by exact name.
 * @param options token, endpoint and namespace; by default those of the environment
 * @returns one whole listing; never a part of one
 * @throws SmoltraceError where the token, the namespace or any page of the listing is not certain
 */
export async function discoverSmoltraceDatasets(options: ConnectionOptions = {}): Promise<Inventory> {
  return discover(await openSession(readOptions(options, CONNECTION)))
}

/** Lists a session's namespace: one listing, by the date of creation, filtered here (the Hub's contract, section 2). */
export async function discover({hub, access: {namespace}, now, warnings}: Session): Promise<Inventory> {
  const found = await inSlices(sorting(await hub.listDatasets(namespace), namespace))
  return {endpoint: hub.endpoint, namespace, now, ...found, warnings: [...warnings]}
}

/** Tells the datasets of runs, the leaderboard and the standard datasets apart; the rest is invisible. */
function* sorting(
  listed: ListedDataset[],
  namespace: string,
): Steps<Pick<Inventory, 'datasets' | 'leaderboard' | 'standard'>> {
  const datasets: RunDataset[] = []
  const standard: string[] = []
  let leaderboard: LeaderboardDataset | undefined
  for (const dataset of (yield* uniqueByName(listed)).values()) {
    const name = parseDatasetName(dataset.name, namespace)
    if (name?.type === 'leaderboard') leaderboard = {...dataset, namespace, ...name}
    else if (name) datasets.push(runDataset(dataset, namespace, name))
    else if (isStandardDataset(dataset.name, namespace)) standard.push(dataset.name)
    yield
  }

  return {datasets, leaderboard, standard}
}

/** Made as a whole: of an object that grew out of others each of some ten thousand copies takes a quarter more memory. */
function runDataset(
  {name, id, sha, createdAt, lastModified, private: isPrivate, pinTags}: ListedDataset,
  namespace: string,
  {type, timestamp}: RunDatasetName,
): RunDataset {
  const facts = {name, id, sha, createdAt, lastModified, private: isPrivate, namespace, type, timestamp}
  return pinTags ? {...facts, pinTags} : facts
}

/** Whether a dataset belongs to a run; the leaderboard does not. */
export function isOfRun(dataset: Dataset): dataset is RunDataset {
  return dataset.type !== 'leaderboard'
}

/** How many of these datasets there are of each type. */
export function countByType(datasets: Iterable<Dataset>): Record<DatasetType, number> {
  const counts = {results: 0, traces: 0, metrics: 0, leaderboard: 0}
  for (const {type} of datasets) counts[type]++
  return counts
}

/**
 * A page that shifted while it was read can show a dataset twice. Two datasets of one name cannot be: then it is not
 * certain which of them a DELETE, which goes by name, would hit.
 */
function* uniqueByName(listed: ListedDataset[]): Steps<Map<string, ListedDataset>> {
  const byName = new Map<string, ListedDataset>()
  for (const dataset of listed) {
    const known = byName.get(dataset.name)
    if (known && known.id !== dataset.id)
      throw new HubFormatError(`The listing names ${dataset.name} twice, with two ids.`)
    byName.set(dataset.name, dataset)
    yield
  }

  return byName
}
