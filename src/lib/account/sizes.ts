import {orUnknown} from '../base/errors.js'
import {parseDatasetName, parseTrashName} from '../base/names.js'
import {type OptionTable, readOptions} from '../base/options.js'
import {CONNECTION, type ConnectionOptions, openSession, type Session} from '../hub/session.js'

/**
 * Bytes that each dataset takes up on the Hub, with its history, by full name; one that is not among them is of unknown size.
 * `unknown` where the token may not read any. No rule rests on them.
 */
export type Sizes = ReadonlyMap<string, number> | 'unknown'

/** What several datasets take up together: bytes of those whose size is known, and how many others there are. */
export interface StorageSum {
  bytes: number
  unknown: number
}

/** What a cleanup is about, in bytes. */
export interface StorageReport {
  sizes: Sizes
  /** All datasets of runs that were there at the start. */
  found: StorageSum
  /** What the plan deletes. */
  frees: StorageSum
  /** What of it was deleted by this job. */
  freed: StorageSum
}

export interface SizesOption {
  /** Reads what each dataset takes up; where the token may not, a warning says so and all else continues. */
  sizes?: boolean | undefined
}

export const SIZES: OptionTable<SizesOption> = {sizes: 'boolean'}

/**
 * Reads what each SMOLTRACE dataset of a namespace takes up, the leaderboard too.
 * @returns bytes by full name, of those that the Hub names with a size
 * @throws HubError where the token may not read the account's inventory (the Hub's contract, section 2.5); else as
 *   `discoverSmoltraceDatasets`
 */
export async function readSizes(options: ConnectionOptions = {}): Promise<ReadonlyMap<string, number>> {
  return fetchSizes(await openSession(readOptions(options, CONNECTION)))
}

/**
 * The same for jobs in which sizes only help a reader: a warning instead of an error, undefined where they are not asked for. To be
 * called before the listing, which must not become old while it waits.
 */
export async function readSizesIfAsked(session: Session, {sizes}: SizesOption): Promise<Sizes | undefined> {
  if (!sizes) return undefined
  return orUnknown(fetchSizes(session), 'Dataset sizes are unknown.', session.warnings)
}

/** Only exact names count. Of a dataset that a page shows again the last word does. */
async function fetchSizes({hub, user, access: {namespace}}: Session): Promise<ReadonlyMap<string, number>> {
  const sizes = new Map<string, number>()
  for (const {name, bytes} of await hub.listStorage(namespace === user ? undefined : namespace)) {
    if (!parseDatasetName(name, namespace) && !parseTrashName(name, namespace)) continue
    if (bytes === undefined) sizes.delete(name)
    else sizes.set(name, bytes)
  }

  return sizes
}

/** In bytes; undefined where that is unknown. */
export function sizeOf({name}: {name: string}, sizes: Sizes): number | undefined {
  return sizes === 'unknown' ? undefined : sizes.get(name)
}

export function storageOf(datasets: Iterable<{name: string}>, sizes: Sizes): StorageSum {
  const sum = {bytes: 0, unknown: 0}
  for (const dataset of datasets) {
    const bytes = sizeOf(dataset, sizes)
    if (bytes === undefined) sum.unknown++
    else sum.bytes += bytes
  }

  return sum
}
