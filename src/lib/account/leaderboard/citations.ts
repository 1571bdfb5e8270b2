import {pushTo} from '../../base/collections.js'
import {isRunType, parseDatasetName, type RunDatasetName} from '../../base/names.js'
import {byText} from '../../base/text.js'
import {type LeaderboardRow} from './row.js'

/** What the leaderboard says of runs, by the run's timestamp; the rows newest first: by their `timestamp`, then by their place. */
export interface Citations {
  /** The rows that name a dataset of this run exactly, and of no other run. */
  rows: ReadonlyMap<string, readonly LeaderboardRow[]>
  /**
   * The rows that only seem to mean the run: by an address, in other letters, in another namespace, or one run among several.
   * They can save a run, and never make one go.
   */
  loose: ReadonlyMap<string, readonly LeaderboardRow[]>
}

/** A leaderboard that cites nothing. */
export const NO_CITATIONS: Citations = {rows: new Map(), loose: new Map()}

/**
 * Finds the rows of each run.
 * @param namespace spelled as whoami spells it
 */
export function citationsIn(rows: readonly LeaderboardRow[], namespace: string): Citations {
  const exact = new Map<string, LeaderboardRow[]>()
  const loose = new Map<string, LeaderboardRow[]>()
  for (const row of rows) {
    const meant = runsMeantBy(row)
    const cited = runsCitedBy(row, namespace)
    for (const run of meant) pushTo(meant.size === 1 && cited.has(run) ? exact : loose, run, row)
  }

  for (const byRun of [exact, loose]) {
    for (const [run, found] of byRun) {
      byRun.set(run, found.reverse().sort(newestRowFirst))
    }
  }

  return {rows: exact, loose}
}

/** All rows that are about a run, or seem to be. */
export function rowsAbout(run: string, {rows, loose}: Citations): readonly LeaderboardRow[] {
  const exact = rows.get(run) ?? []
  const others = loose.get(run)
  return others ? [...exact, ...others] : exact
}

/** Timestamps of the runs of which a row names a dataset exactly. */
function runsCitedBy(row: LeaderboardRow, namespace: string): Set<string> {
  const runs = namesIn(row).flatMap((name) => {
    const parsed = parseDatasetName(name, namespace)
    return parsed && parsed.type !== 'leaderboard' ? [parsed.timestamp] : []
  })
  return new Set(runs)
}

/** Timestamps in all that is meant to be the name of a run's dataset, in any namespace and spelling. */
export function runsMeantBy(row: LeaderboardRow): Set<string> {
  return new Set(namesIn(row).flatMap((name) => namesMeantIn(name).map(({timestamp}) => timestamp)))
}

/** The name of a run's dataset, as a cell means it. */
export interface MeantName extends RunDatasetName {
  /** Undefined where the name stands alone. */
  owner: string | undefined
  /** False where it is only a part of some other name, such as that of a copy, or has other separators. */
  isWhole: boolean
}

/**
 * What a cell means that is the name of a run's dataset: alone, in an address, in other letters, in quotes, with invisible
 * characters, and whatever stands around it.
 */
export function namesMeantIn(cell: string): MeantName[] {
  const text = plain(cell)
  return [...text.matchAll(MEANT)].flatMap(({0: name, 1: type = '', 2: day = '', 3: time = '', index}) => {
    const meant = type.toLowerCase()
    if (!isRunType(meant)) return []
    const before = text.slice(Math.max(0, index - LONGEST_OWNER), index)
    const after = text.charAt(index + name.length)
    const [, owner] = before.endsWith('/') ? (OWNER.exec(before) ?? []) : []
    const isWhole = USUAL.test(name) && !/[\w-]/.test(before.slice(-1) + after)
    return [{owner, type: meant, timestamp: `${day}_${time}`, isWhole}]
  })
}

/** Timestamps of all runs that any row cites, in any form. */
export function citedRuns(rows: readonly LeaderboardRow[]): Set<string> {
  return new Set(rows.flatMap((row) => [...runsMeantBy(row)]))
}

/** Whatever separates its parts, as in what Markdown escapes. */
const MEANT = /smoltrace[\W_]{0,3}(results|traces|metrics)[\W_]{0,3}(\d{8})[\W_T]{0,3}(\d{6})/gi
const USUAL = /^smoltrace-[a-z]+-\d{8}_\d{6}$/i
const OWNER = /([^/\\:@"'`,;()[\]{}<>=]+)\/$/
/** So that no cell, however long, can keep the pattern busy. */
const LONGEST_OWNER = 100
const PLAIN = /^[\w./-]*$/

/** A cell in the letters that names are made of: without what nobody sees, and what addresses write otherwise. */
function plain(cell: string): string {
  if (PLAIN.test(cell)) return cell
  return cell
    .replaceAll(/%([\da-f]{2})/gi, (_, code: string) => String.fromCodePoint(Number.parseInt(code, 16)))
    .normalize('NFKC')
    .replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, '')
    .replaceAll(/\p{Pd}/gu, '-')
}

function namesIn({resultsDataset, tracesDataset, metricsDataset}: LeaderboardRow): string[] {
  return [resultsDataset, tracesDataset, metricsDataset].filter((name) => name !== undefined)
}

/** Rows without a time are the oldest. Of equals the order stays. */
function newestRowFirst({timestamp: a = ''}: LeaderboardRow, {timestamp: b = ''}: LeaderboardRow): number {
  return byText(b, a)
}
