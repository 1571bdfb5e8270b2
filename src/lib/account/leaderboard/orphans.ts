import pLimit from 'p-limit'

import {mapLimited} from '../../base/concurrency.js'
import {parseRunDatasetName} from '../../base/names.js'
import {type Hub} from '../../hub/client.js'
import {type Inventory} from '../datasets.js'
import {type LeaderboardRow} from './row.js'

/** A row all of whose datasets are gone. */
export interface OrphanedRow {
  /** Counted from 1. */
  row: number
  /** Timestamp of the run that it is about. */
  run: string
  /** Full names of the datasets that it names. */
  datasets: string[]
  /** Not safe to print. */
  data: LeaderboardRow
}

/** A row that only looks like one, and why: text is safe to print. */
export type DoubtfulRow = OrphanedRow & {why: string}

/**
 * The rows that name nothing but datasets of this namespace, exactly, which are not listed and not in the trash. Traces alone prove
 * nothing: rows name them also where none were ever made. A run of which anything is left keeps its row, whatever that names: without it
 * the rest would look like a run that nobody refers to.
 */
export function unlistedRows(
  rows: readonly LeaderboardRow[],
  {namespace, datasets, trash}: Inventory,
): OrphanedRow[] {
  const there = new Set([...datasets, ...trash].map(({timestamp}) => timestamp))
  return rows.flatMap((data, index) => {
    const {resultsDataset, metricsDataset, tracesDataset} = data
    if (resultsDataset === undefined && metricsDataset === undefined) return []
    const names = [resultsDataset, metricsDataset, tracesDataset].filter((name) => name !== undefined)
    const runs = names.map((name) => parseRunDatasetName(name, namespace)?.timestamp)
    const [run] = runs
    if (run === undefined || runs.some((each) => each === undefined || there.has(each))) return []
    return [{row: index + 1, run, datasets: names, data}]
  })
}

/** Titles of the commits that change such rows: what they remove was not lost. */
export const PRUNE_TITLES = {
  drop: 'Remove rows whose datasets are gone',
  empty: 'Empty references to datasets that are gone',
} as const

/** Requests in progress at a time. */
const CONCURRENCY = 8

/**
 * Asks for each dataset at its own address: one that was renamed is not gone, and one may have been created a moment ago.
 * @param known names of datasets that are certainly gone
 * @returns the rows whose datasets are certainly gone, and the others
 * @throws the Hub's errors where that cannot be asked
 */
export async function confirmGone(
  hub: Hub,
  rows: readonly OrphanedRow[],
  known: ReadonlySet<string> = new Set(),
): Promise<{orphans: OrphanedRow[]; doubtful: DoubtfulRow[]}> {
  const names = [...new Set(rows.flatMap(({datasets}) => datasets))].filter((name) => !known.has(name))
  let done = 0
  const doubts = new Map<string, string>()
  await mapLimited(names, pLimit(CONCURRENCY), async (name) => {
    hub.announce({kind: 'addresses', done: done++, of: names.length})
    const found = await hub.whereabouts(name)
    if (found.state === 'moved') doubts.set(name, `${name} redirects to ${found.to ?? 'another address'}`)
    if (found.state === 'there') doubts.set(name, `${name} exists, but the listing does not show it`)
  })
  const doubtOf = ({datasets}: OrphanedRow) => datasets.map((name) => doubts.get(name)).find(Boolean)
  return {
    orphans: rows.filter((row) => doubtOf(row) === undefined),
    doubtful: rows.flatMap((row) => {
      const why = doubtOf(row)
      return why === undefined ? [] : [{...row, why}]
    }),
  }
}
