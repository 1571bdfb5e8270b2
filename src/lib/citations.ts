import {addTo} from './add-to.js'
import {type LeaderboardRow} from './leaderboard-rows.js'
import {isRunType, parseDatasetName, type RunDatasetName} from './naming.js'
import {atOnce, type Steps} from './slices.js'
import {byText} from './text.js'

/** What the leaderboard says of runs, by the run's timestamp. */
export interface Citations {
  /** The rows that name a dataset of the run exactly, newest first: by the row's `timestamp`, then by its place. */
  rows: ReadonlyMap<string, readonly LeaderboardRow[]>
  /** Runs that a row seems to mean: in other letters, by an address, or in a namespace that was renamed since. */
  meant: ReadonlySet<string>
}

/**
 * Finds the rows of each run. A row belongs to the runs whose datasets it names exactly.
 * @param namespace spelled as whoami spells it
 */
export function citationsIn(rows: readonly LeaderboardRow[], namespace: string): Citations {
  return atOnce(citing(rows, namespace))
}

/** The steps of `citationsIn`. */
export function* citing(rows: readonly LeaderboardRow[], namespace: string): Steps<Citations> {
  const byRun = new Map<string, LeaderboardRow[]>()
  const meant = new Set<string>()
  for (const row of rows) {
    for (const run of runsMeantBy(row)) meant.add(run)
    for (const run of runsCitedBy(row, namespace)) addTo(byRun, run, row)

    yield
  }

  for (const [run, found] of byRun) {
    byRun.set(run, found.reverse().sort(newestRowFirst))
    yield
  }

  return {rows: byRun, meant}
}

/** Timestamps of the runs of which a row names a dataset exactly. */
export function runsCitedBy(row: LeaderboardRow, namespace: string): Set<string> {
  const runs = namesIn(row).flatMap((name) => {
    const parsed = parseDatasetName(name, namespace)
    return parsed && parsed.type !== 'leaderboard' ? [parsed.timestamp] : []
  })
  return new Set(runs)
}

/** Timestamps in names that are meant to be a run's dataset, whosever and however written. */
export function runsMeantBy(row: LeaderboardRow): Set<string> {
  return new Set(namesIn(row).flatMap((name) => readMeant(name)?.timestamp ?? []))
}

/** What a name is meant to say that is a run's dataset, whosever and however written; undefined where it is none. */
export function readMeant(name: string): (RunDatasetName & {owner: string}) | undefined {
  const [, owner, type = '', timestamp] = MEANT.exec(name.trim()) ?? []
  const meant = type.toLowerCase()
  return owner !== undefined && timestamp !== undefined && isRunType(meant)
    ? {owner, type: meant, timestamp}
    : undefined
}

/** Timestamps of all runs that any row names a dataset of, whatever it says about them. */
export function citedRuns(rows: readonly LeaderboardRow[], namespace: string): Set<string> {
  return new Set(rows.flatMap((row) => [...runsCitedBy(row, namespace)]))
}

const MEANT = /(?:^|\/)([^/]+)\/smoltrace-(results|traces|metrics)-(\d{8}_\d{6})\/?$/i

function namesIn({resultsDataset, tracesDataset, metricsDataset}: LeaderboardRow): string[] {
  return [resultsDataset, tracesDataset, metricsDataset].filter((name) => name !== undefined)
}

/** Rows without a time are the oldest. Of equals the order stays. */
function newestRowFirst({timestamp: a = ''}: LeaderboardRow, {timestamp: b = ''}: LeaderboardRow): number {
  return byText(b, a)
}
