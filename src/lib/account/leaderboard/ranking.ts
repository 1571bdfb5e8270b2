import {checkCount, checkWords} from '../../base/checks.js'
import {type OptionTable, readOptions} from '../../base/options.js'
import {matcherOf} from '../../base/wildcard.js'
import {CONNECTION, type ConnectionOptions} from '../../hub/session.js'
import {type Inventory, type LeaderboardDataset} from '../datasets.js'
import {groupDatasetsByRun, type Run} from '../runs.js'
import {cellsOf, groupsBy} from './groups.js'
import {indexRows, type RowIndex, runsNamedBy, type Standing, standingOf} from './index.js'
import {DEFAULT_METRIC, type Metric, METRICS, parseMetric} from './metrics.js'
import {viewLeaderboard} from './read.js'
import {
  type DatasetIndex,
  indexDatasets,
  type Loss,
  lossOf,
  type Reference,
  referencesOf,
  runOfRow,
} from './references.js'
import {
  GROUP_COLUMNS,
  groupCell,
  type GroupColumn,
  type LeaderboardRow,
  type RowTime,
  timeOfRow,
} from './row.js'
import {bestFirst, scoreOf} from './scores.js'

/** How rows are ranked, and which. */
export interface RankingOptions {
  /** A column or its short name; default `success_rate`. */
  by?: string | undefined
  /** Ranks within each group of rows that agree in all of these. */
  groupBy?: GroupColumn[] | undefined
  /** Only rows of a model that one of these patterns matches, as in `RetentionOptions`. */
  model?: string[] | undefined
  /** At most this many rows; of each group where there are groups. */
  limit?: number | undefined
}

const RANKING: OptionTable<RankingOptions> = {by: 'text', groupBy: 'texts', model: 'texts', limit: 'number'}

/** One row of the leaderboard, and its place. */
export interface RankedRow extends Loss {
  /** Which row of the leaderboard it is, counted from 1. */
  row: number
  /** From 1; equal scores have the same one. Undefined for a row that did not finish, or of which that or its score is in doubt. */
  place: number | undefined
  /** Whether another row has the same place. */
  isTied: boolean
  /** In the metric's own unit. */
  score: number | undefined
  /** What the row says of its evaluation. */
  standing: Standing
  /**
   * Why what all rows of its run say of its place is unreliable: an unknown status, a score that cannot be, rows that
   * disagree. Not safe to print. Undefined where nothing is in doubt.
   */
  doubt: string | undefined
  /** The run that it is about, by its timestamp; undefined where it names none of this namespace. */
  run: string | undefined
  time: RowTime | undefined
  references: Reference[]
  /** What the row holds: not safe to print. */
  data: LeaderboardRow
}

/** Rows that agree in the columns they are grouped by; all rows where they are not grouped. */
export interface RankedGroup {
  /** By column; undefined where the rows have nothing there. */
  values: Partial<Record<GroupColumn, string | undefined>>
  /** Best first; below them those without a place: those that are in doubt, then those that did not finish, each newest first. */
  rows: RankedRow[]
  /** How many there are, those beyond `limit` among them. */
  total: number
}

/** A leaderboard in the order of one metric. */
export interface Ranking {
  by: Metric
  /** Which end of the metric is the better one. */
  better: 'higher' | 'lower'
  /** In the order of the columns of the leaderboard. */
  groupBy: GroupColumn[]
  model: string[]
  limit: number | undefined
  /** How many rows the leaderboard has, those of other models among them. */
  rowsInAll: number
  /** The group with the best row first; none where no row is left. */
  groups: RankedGroup[]
}

/** The options, checked and read. */
interface RankingRules extends Omit<Ranking, 'groups' | 'rowsInAll'> {
  isChosen: (model: string | undefined) => boolean
}

/**
 * Ranks the rows of a leaderboard, as `--keep-best` ranks runs: only a row whose evaluation certainly finished, with a score that
 * all rows of its run agree about, has a place; of equal scores the newer row comes first.
 * @param rows as `readLeaderboardRows` returns them
 * @param inventory as `discoverSmoltraceDatasets` returns it: a dataset that is not in it counts as gone
 * @throws UsageError where the options make no sense
 */
export function rankRows(
  rows: readonly LeaderboardRow[],
  inventory: Inventory,
  options: RankingOptions = {},
): Ranking {
  const rules = readRankingRules(readOptions(options, RANKING))
  return rankIn(rows, inventory, indexDatasets(inventory, true), rules)
}

/** A ranking, and the leaderboard that it is of. */
export interface LeaderboardRanking extends Ranking {
  inventory: Inventory
  leaderboard: LeaderboardDataset
  warnings: string[]
}

/**
 * Reads a namespace's leaderboard and ranks its rows, as `rankRows` does.
 * @throws UsageError where the options make no sense
 * @throws RefusedError without a leaderboard, or where its rows cannot be read for certain; else as
 *   `discoverSmoltraceDatasets`
 */
export async function readRanking(
  options: ConnectionOptions & RankingOptions = {},
): Promise<LeaderboardRanking> {
  const own = readOptions(options, {...CONNECTION, ...RANKING})
  const rules = readRankingRules(own)
  const {inventory, leaderboard, rows, known, warnings} = await viewLeaderboard(own)
  const ranked = rankIn(rows, inventory, known, rules)
  return {...ranked, inventory, leaderboard, warnings}
}

/**
 * Checks and reads the options.
 * @throws UsageError where a value is bad
 */
function readRankingRules({by, groupBy = [], model = [], limit}: RankingOptions): RankingRules {
  checkWords(groupBy, GROUP_COLUMNS, 'groupBy', 'column')
  checkCount(limit, 'limit')
  const metric = by === undefined ? DEFAULT_METRIC : parseMetric(by)
  const matches = matcherOf(model)
  return {
    by: metric,
    better: METRICS[metric].better,
    groupBy: GROUP_COLUMNS.filter((column) => groupBy.includes(column)),
    model: [...model],
    limit,
    isChosen: (name) => model.length === 0 || (name !== undefined && matches(name)),
  }
}

/** The same, with rules that were read and what is known of the datasets. */
function rankIn(
  rows: readonly LeaderboardRow[],
  {datasets, namespace}: Inventory,
  known: DatasetIndex,
  {isChosen, ...rules}: RankingRules,
): Ranking {
  const runs = new Map(groupDatasetsByRun(datasets).map((run) => [run.timestamp, run]))
  const doubtIn = doubtsBy(rules, indexRows(rows, namespace), namespace)
  const found: RankedRow[] = []
  for (const [index, data] of rows.entries()) {
    if (isChosen(data.model)) found.push(unplaced(data, index + 1, rules.by, {runs, known, doubtIn}))
  }

  const order = bestFirst(rules.by)
  const ranked = (row: RankedRow) => (classOf(row) === 0 ? (row.score ?? 0) : 0)
  found.sort((a, b) => classOf(a) - classOf(b) || order(ranked(a), ranked(b)) || newerFirst(a, b))
  const groups = groupsOf(found, rules.groupBy)
  for (const group of groups) {
    assignRanks(group.rows)
    if (rules.limit !== undefined) group.rows.length = Math.min(group.rows.length, rules.limit)
  }

  return {...rules, rowsInAll: rows.length, groups}
}

/** What is in doubt of a row, by what all rows of its run say: each run is asked once. */
function doubtsBy(
  {by, groupBy}: Pick<RankingRules, 'by' | 'groupBy'>,
  index: RowIndex,
  namespace: string,
): RowFacts['doubtIn'] {
  const doubts = new Map<string, string | undefined>()
  const doubtOf = (rows: readonly LeaderboardRow[]): string | undefined => {
    for (const said of [scoreOf(rows, by), cellsOf(rows, groupBy)]) if (said.is === 'doubt') return said.why
    return undefined
  }

  return (row) => {
    const [run, ...others] = runsNamedBy(row, namespace).all
    if (run === undefined) return doubtOf([row])
    if (others.length > 0) return 'it names datasets of several runs'
    if (!doubts.has(run)) doubts.set(run, doubtOf(index.get(run)?.all ?? []))
    return doubts.get(run)
  }
}

/** What a row is looked up in. */
interface RowFacts {
  runs: ReadonlyMap<string, Run>
  known: DatasetIndex
  doubtIn: (row: LeaderboardRow) => string | undefined
}

function unplaced(
  data: LeaderboardRow,
  row: number,
  by: Metric,
  {runs, known, doubtIn}: RowFacts,
): RankedRow {
  const references = referencesOf(data, known)
  const run = runOfRow(references)
  const time = timeOfRow({
    timestamp: data.timestamp,
    run,
    found: run === undefined ? undefined : runs.get(run),
  })
  return {
    row,
    place: undefined,
    isTied: false,
    score: data[METRICS[by].field],
    standing: standingOf(data),
    doubt: doubtIn(data),
    run,
    time,
    references,
    ...lossOf(references),
    data,
  }
}

/** Ranked rows, then those that are in doubt, then those that did not finish. */
function classOf({standing, doubt}: RankedRow): number {
  if (doubt !== undefined) return 1
  return standing === 'finished' ? 0 : 2
}

function newerFirst(a: RankedRow, b: RankedRow): number {
  return (b.time?.date.getTime() ?? 0) - (a.time?.date.getTime() ?? 0) || b.row - a.row
}

/** The order of the rows is that of the groups too: the group with the best row comes first. */
function groupsOf(found: RankedRow[], columns: GroupColumn[]): RankedGroup[] {
  const groups = groupsBy(found, columns, ({data}) => columns.map((column) => groupCell(data, column)))
  return groups.map(({members: rows}) => ({
    values: Object.fromEntries(columns.map((column) => [column, rows[0] && groupCell(rows[0].data, column)])),
    rows,
    total: rows.length,
  }))
}

/** Gives the rows of a group their places. */
function assignRanks(rows: RankedRow[]): void {
  let before: RankedRow | undefined
  for (const [index, row] of rows.entries()) {
    if (classOf(row) > 0) return
    const isTied = before !== undefined && before.score === row.score
    row.place = isTied ? before?.place : index + 1
    row.isTied = isTied
    if (before && isTied) before.isTied = true
    before = row
  }
}
