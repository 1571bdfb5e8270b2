import {checkCount, checkWords, type OptionTable, readOptions} from '../../base/options.js'
import {matcherOf} from '../../base/wildcard.js'
import {CONNECTION, type ConnectionOptions} from '../../hub/session.js'
import {type RowIndex} from './index.js'
import {DEFAULT_METRIC, type Metric, METRICS, parseMetric} from './metrics.js'
import {
  GROUP_COLUMNS,
  type GroupColumn,
  groupField,
  type LeaderboardRow,
  type RowTime,
  timeOfRow,
} from './row.js'
import {bestFirst, cellsOf, groupsBy, scoreOf, type Standing, standingOf} from './values.js'
import {type LeaderboardView, type ViewedRow, viewLeaderboard, type ViewSource} from './view.js'

/** How rows are ranked, and which. */
export interface RankingOptions {
  /** A column or its short name; default `success_rate`. */
  by?: string | undefined
  /** Ranks within each group of rows that agree in all of these. */
  groupBy?: GroupColumn[] | undefined
  /** Only rows of a model that one of these patterns matches, as in `RetentionOptions`. */
  model?: string[] | undefined
  /** At most this many rows of each group. */
  limit?: number | undefined
}

const RANKING: OptionTable<RankingOptions> = {by: 'text', groupBy: 'texts', model: 'texts', limit: 'number'}

/** One row of the leaderboard, and its place. */
export interface RankedRow extends ViewedRow {
  /** From 1; equal scores have the same one. Undefined for a row that did not finish, or of which that or its score is unclear. */
  place: number | undefined
  /** Whether another row has the same place. */
  isTied: boolean
  /** In the metric's own unit. */
  score: number | undefined
  standing: Standing
  /** Why its place is unclear, by all rows of its run: an unknown status, a score that cannot be. Not safe to print. */
  doubt: string | undefined
  time: RowTime | undefined
}

/** Rows that agree in the columns they are grouped by; all rows without groups. */
export interface RankedGroup {
  /** Undefined where the rows have nothing in a column. */
  values: Partial<Record<GroupColumn, string | undefined>>
  /** Best first; below them those without a place: those that are unclear, then those that did not finish, each newest first. */
  rows: RankedRow[]
  /** How many there are, those beyond `limit` among them. */
  total: number
}

/** A leaderboard in the order of one metric. */
export interface LeaderboardRanking extends ViewSource {
  by: Metric
  better: 'higher' | 'lower'
  /** In the order of the columns of the leaderboard. */
  groupBy: GroupColumn[]
  model: string[]
  limit: number | undefined
  /** How many rows the leaderboard has, those of other models among them. */
  rowsInAll: number
  /** The group with the best row first. */
  groups: RankedGroup[]
}

/** It, without what was read. */
export type Ranking = Omit<LeaderboardRanking, keyof ViewSource>

/** The options, checked and read. */
type RankingRules = Omit<Ranking, 'groups' | 'rowsInAll'>

/**
 * Reads a namespace's leaderboard and ranks its rows, as `--keep-best` ranks runs.
 * @throws UsageError where the options make no sense
 * @throws RefusedError without a leaderboard; else as `readLeaderboardRows`
 */
export async function readRanking(
  options: ConnectionOptions & RankingOptions = {},
): Promise<LeaderboardRanking> {
  const own = readOptions(options, {...CONNECTION, ...RANKING})
  const rules = readRankingRules(own)
  const {view, source} = await viewLeaderboard(own)
  return {...rankRows(view, rules), ...source}
}

/** Checks and reads the options. @throws UsageError where a value is bad */
export function readRankingRules({by, groupBy = [], model = [], limit}: RankingOptions): RankingRules {
  checkWords(groupBy, GROUP_COLUMNS, 'groupBy', 'column')
  checkCount(limit, 'limit')
  const metric = by === undefined ? DEFAULT_METRIC : parseMetric(by)
  // Refuses a bad pattern before anything is sent.
  matcherOf(model)
  const columns = GROUP_COLUMNS.filter((column) => groupBy.includes(column))
  return {by: metric, better: METRICS[metric].better, groupBy: columns, model: [...model], limit}
}

/**
 * Ranks rows: only one whose evaluation certainly finished, with a score that all rows of its run agree about, has a place; of
 * equal scores the newer row comes first.
 */
export function rankRows(view: LeaderboardView, rules: RankingRules): Ranking {
  const {by, groupBy, limit} = rules
  const {field} = METRICS[by]
  const runs = new Map(view.runs.map((run) => [run.timestamp, run]))
  const doubtAbout = doubtsBy(rules, view.index)
  const matches = matcherOf(rules.model)
  const rows = view.rows
    .filter(({data: {model}}) => rules.model.length === 0 || (model !== undefined && matches(model)))
    .map((viewed): RankedRow => ({
      ...viewed,
      place: undefined,
      isTied: false,
      score: viewed.data[field],
      standing: standingOf(viewed.data),
      doubt: doubtAbout(viewed.data),
      time: timeOfRow(viewed.data.timestamp, viewed.run, runs),
    }))
  const order = bestFirst(by)
  rows.sort((a, b) => {
    const byScore = classOf(a) === 0 ? order(a.score ?? 0, b.score ?? 0) : 0
    return classOf(a) - classOf(b) || byScore || newerFirst(a, b)
  })
  // The order of the rows is that of the groups too: the group with the best row comes first.
  const groups = groupsBy(rows, groupBy, ({data}) => groupBy.map((column) => data[groupField(column)]))
  return {
    ...rules,
    rowsInAll: view.rows.length,
    groups: groups.map(({members}) => {
      assignPlaces(members)
      const [{data} = {}] = members
      return {
        values: Object.fromEntries(groupBy.map((column) => [column, data && data[groupField(column)]])),
        rows: members.slice(0, limit),
        total: members.length,
      }
    }),
  }
}

/** What is unclear of a row, by what all rows of its run say: each run is asked once. */
function doubtsBy({by, groupBy}: RankingRules, index: RowIndex): (row: LeaderboardRow) => string | undefined {
  const doubtOf = (rows: readonly LeaderboardRow[]): string | undefined => {
    for (const verdict of [scoreOf(rows, by), cellsOf(rows, groupBy)])
      if (verdict.is === 'doubt') return verdict.why
    return undefined
  }

  const doubts = new Map<LeaderboardRow, string | undefined>()
  for (const {all} of index.values()) {
    const doubt = doubtOf(all)
    for (const row of new Set(all))
      doubts.set(row, doubts.has(row) ? 'it names datasets of several runs' : doubt)
  }

  return (row) => (doubts.has(row) ? doubts.get(row) : doubtOf([row]))
}

/** Rows with a place, then those that are unclear, then those that did not finish. */
function classOf({standing, doubt}: RankedRow): number {
  if (doubt !== undefined) return 1
  return standing === 'finished' ? 0 : 2
}

function newerFirst(a: RankedRow, b: RankedRow): number {
  return (b.time?.date.getTime() ?? 0) - (a.time?.date.getTime() ?? 0) || b.row - a.row
}

/** @param rows of one group, sorted */
function assignPlaces(rows: RankedRow[]): void {
  for (const [index, row] of rows.entries()) {
    if (classOf(row) > 0) return
    const before = rows[index - 1]
    row.isTied = before?.score === row.score
    row.place = row.isTied ? before?.place : index + 1
    if (before && row.isTied) before.isTied = true
  }
}
