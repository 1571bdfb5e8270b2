import {isRunType, parseRunDatasetName, type RunDatasetName} from '../../base/names.js'
import {byText} from '../../base/text.js'
import {isNew, newestFirst, type Run} from '../runs.js'
import {type Metric} from './metrics.js'
import {type LeaderboardRow} from './row.js'
import {
  bestFirst,
  cellOf,
  doubt,
  no,
  scoreOf,
  type Standing,
  standingOfAll,
  type Verdict,
  yes,
} from './values.js'

/** What the leaderboard has about one run, newest first. */
export interface RunRows {
  /** The rows that name a dataset of this run exactly, and of no other run. */
  exact: readonly LeaderboardRow[]
  /** Those, and rows that only seem to mean the run, or mean others too: these can save a run, and never get one deleted. */
  all: readonly LeaderboardRow[]
  standing: Standing
}

/** The rows of each run, by the run's timestamp. */
export type RowIndex = ReadonlyMap<string, RunRows>

/**
 * Sorts rows, in any order, by the runs that they are about. A row that only seems to mean a run can say that it finished, and
 * makes all else unclear.
 */
export function indexRows(rows: readonly LeaderboardRow[], namespace: string): RowIndex {
  const found = new Map<string, {exact: LeaderboardRow[]; loose: LeaderboardRow[]}>()
  for (const row of rows) {
    const runs = new Set<string>()
    let isNamed = false
    for (const cell of [row.resultsDataset, row.tracesDataset, row.metricsDataset]) {
      for (const {timestamp, isExact} of cell === undefined ? [] : parseNames(cell, namespace)) {
        runs.add(timestamp)
        isNamed ||= isExact
      }
    }

    const kind = isNamed && runs.size === 1 ? 'exact' : 'loose'
    for (const run of runs) {
      const own = found.get(run) ?? {exact: [], loose: []}
      found.set(run, own)
      own[kind].push(row)
    }
  }

  return new Map([...found].map(([run, {exact, loose}]) => [run, runRows(exact, loose)]))
}

/** Of each kind the newest first: rows without a time are the oldest, of equals the last one counts as the newest. */
function runRows(exact: LeaderboardRow[], loose: LeaderboardRow[]): RunRows {
  const all = [exact, loose].flatMap((rows) =>
    rows.reverse().sort(({timestamp: a = ''}, {timestamp: b = ''}) => byText(b, a)),
  )
  const standing = standingOfAll(all)
  return {exact, all, standing: exact.length > 0 || standing === 'finished' ? standing : 'unclear'}
}

/** Whether any row is about a run, in whatever form. */
export function isCited(timestamp: string, index: RowIndex): boolean {
  return (index.get(timestamp)?.all.length ?? 0) > 0
}

/** The rows of a run, once one names it exactly. A run with metrics had a row: where it is missing, what it said is unknown. */
export function rowsOf(
  {timestamp, missing}: Run,
  index: RowIndex | 'unknown',
): Verdict<readonly LeaderboardRow[]> {
  if (index === 'unknown') return doubt('the leaderboard could not be read')
  const {exact = [], all = []} = index.get(timestamp) ?? {}
  if (exact.length > 0) return yes(all)
  if (all.length > 0) return doubt('a row may refer to it, but does not name it exactly')
  return hasMetrics({missing})
    ? doubt('no row on the leaderboard, though it has metrics')
    : no('no row on the leaderboard')
}

/** The model that a run evaluated, as its rows have it; not safe to print. Undefined where they have none. */
export function modelOfRun(run: Run, index: RowIndex | 'unknown'): Verdict<string | undefined> {
  const rows = rowsOf(run, index)
  return rows.is === 'yes' ? cellOf(rows.value, 'model') : rows
}

export function scoreOfRun(run: Run, index: RowIndex | 'unknown', by: Metric): Verdict<number> {
  const rows = rowsOf(run, index)
  return rows.is === 'yes' ? scoreOf(rows.value, by) : rows
}

/** The runs that certainly have a score, best first; of equals the newer run is the better one. */
export function rankRuns(
  runs: readonly Run[],
  index: RowIndex | 'unknown',
  by: Metric,
): Array<{run: Run; score: number}> {
  const order = bestFirst(by)
  return runs
    .flatMap((run) => {
      const score = scoreOfRun(run, index, by)
      return score.is === 'yes' ? [{run, score: score.value}] : []
    })
    .sort((a, b) => order(a.score, b.score) || newestFirst(a.run, b.run))
}

/** Metrics are pushed always, and last of the three: an evaluation that has them finished, and had a row. */
export function hasMetrics({missing}: Pick<Run, 'missing'>): boolean {
  return !missing.includes('metrics')
}

/** Says that a leaderboard has lost rows, where it has: every run with metrics had one, and of those past the grace most have none. */
export function lostRows(
  runs: readonly Run[],
  index: RowIndex,
  now: Date,
  graceMs: number,
): string | undefined {
  const settled = runs.filter((run) => hasMetrics(run) && !isNew(run, now, graceMs))
  const missing = settled.filter(({timestamp}) => !isCited(timestamp, index)).length
  if (settled.length < 2 || missing * 2 <= settled.length) return undefined
  return `the leaderboard seems to have lost rows: ${missing} of ${settled.length} runs with metrics have none`
}

/** The name of a run's dataset, as a cell means it. */
interface MeantName extends RunDatasetName {
  /** Undefined for a bare name. */
  owner: string | undefined
  /** Whether the cell is this name, of the namespace, and nothing else. */
  isExact: boolean
  /** False where it is only a part of some other name, such as that of a copy, or has other separators. */
  isWhole: boolean
}

/** The runs' datasets that a cell means: alone, in an address, in other letters, in quotes, with invisible characters. */
export function parseNames(cell: string, namespace: string): MeantName[] {
  const exact = parseRunDatasetName(cell, namespace)
  if (exact) return [{...exact, owner: namespace, isExact: true, isWhole: true}]

  const text = normalizeCell(cell)
  return [...text.matchAll(LOOSE_NAME)].flatMap(({0: name, 1: word = '', 2: day, 3: time, index}) => {
    const type = word.toLowerCase()
    if (!isRunType(type)) return []
    const before = text.slice(Math.max(0, index - MAX_OWNER), index)
    const after = text.charAt(index + name.length)
    const [, owner] = before.endsWith('/') ? (OWNER.exec(before) ?? []) : []
    const isWhole = USUAL.test(name) && !/[\w-]/.test(before.slice(-1) + after)
    return [{type, timestamp: `${day}_${time}`, owner, isExact: false, isWhole}]
  })
}

/** With any separators between its parts, such as what Markdown escapes. */
const LOOSE_NAME = /smoltrace[\W_]{0,3}(results|traces|metrics)[\W_]{0,3}(\d{8})[\W_T]{0,3}(\d{6})/gi
const USUAL = /^smoltrace-[a-z]+-\d{8}_\d{6}$/i
const OWNER = /([^/\\:@"'`,;()[\]{}<>=]+)\/$/

/** So that no cell, however long, can keep the pattern busy. */
const MAX_OWNER = 100
const PLAIN = /^[\w./-]*$/

/** A cell in the letters that names are made of: without invisible ones, and without what addresses escape. */
function normalizeCell(cell: string): string {
  if (PLAIN.test(cell)) return cell
  return cell
    .replaceAll(/%([\da-f]{2})/gi, (_, code: string) => String.fromCodePoint(Number.parseInt(code, 16)))
    .normalize('NFKC')
    .replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, '')
    .replaceAll(/\p{Pd}/gu, '-')
}
