import {brief} from '../../base/text.js'
import {faultOf, type Metric, METRICS} from './metrics.js'
import {type GroupColumn, groupField, type LeaderboardRow, type Status} from './row.js'

/** What is known of something that a rule rests on: its value, certainly none, or nothing to rely on; and why. */
export type Verdict<T> = {is: 'doubt'; why: string} | {is: 'no'; why: string} | {is: 'yes'; value: T}

export function yes<T>(value: T): Verdict<T> {
  return {is: 'yes', value}
}

export function no(why: string): Verdict<never> {
  return {is: 'no', why}
}

export function doubt(why: string): Verdict<never> {
  return {is: 'doubt', why}
}

/** What the leaderboard says of an evaluation; `unclear` if that is not certain, or its rows disagree. */
export type Standing = 'failed' | 'finished' | 'partial' | 'unclear'

/** What rows about one run say together. */
export function standingOfAll(rows: readonly LeaderboardRow[]): Standing {
  const [first] = rows
  if (!first) return 'unclear'
  const standing = standingOf(first)
  return rows.every((row) => standingOf(row) === standing) ? standing : 'unclear'
}

/** What one row says of its run. */
export function standingOf(row: LeaderboardRow): Standing {
  if (doubtOfStatus(row) !== undefined) return 'unclear'
  const {runStatus = 'completed'} = row
  return STANDINGS[runStatus as Status]
}

const STANDINGS = {completed: 'finished', partial: 'partial', failed: 'failed'} as const

/** Why what rows about one run say of their evaluation is unclear. */
export function whyUnclear(rows: readonly LeaderboardRow[]): string {
  const [why = 'its rows disagree about run_status'] = rows.flatMap((row) => doubtOfStatus(row) ?? [])
  return why
}

/** Older evaluators wrote no status, and a row only at the end: then a score says that it finished. */
function doubtOfStatus(row: LeaderboardRow): string | undefined {
  const {runStatus, damaged} = row
  if (damaged?.runStatus !== undefined) return `its run_status ${damaged.runStatus}`
  if (runStatus !== undefined)
    return Object.hasOwn(STANDINGS, runStatus) ? undefined : `status "${brief(runStatus)}" is unknown`
  const hasScore = (['success_rate', 'pass_at_1'] as const).some((metric) => {
    const score = row[METRICS[metric].field]
    return score !== undefined && faultOf(score, metric) === undefined
  })
  return hasScore ? undefined : 'its row has neither a run_status nor a score'
}

/** What all rows of a run say of its score, in the metric's own unit. There certainly is none where the evaluation did not finish. */
export function scoreOf(rows: readonly LeaderboardRow[], by: Metric): Verdict<number> {
  const {field} = METRICS[by]
  for (const {[field]: score, damaged} of rows) {
    const damage = damaged?.[field]
    if (damage !== undefined) return doubt(`its ${by} ${damage}`)
    const fault = score === undefined ? undefined : faultOf(score, by)
    if (fault !== undefined) return doubt(fault)
  }

  const standing = standingOfAll(rows)
  if (standing === 'unclear') return doubt(whyUnclear(rows))
  const score = rows[0]?.[field]
  if (rows.some((row) => row[field] !== score)) return doubt(`its rows disagree about ${by}`)
  if (standing !== 'finished') return no(`status ${standing}`)
  return score === undefined ? doubt(`its row has no ${by}`) : yes(score)
}

/** A score as short as it can be without looking like nothing, or like one on the other side of the limit it was held against. */
export function scoreText(score: number, limit = Infinity): string {
  const rounded = Math.round(score * 10_000) / 10_000
  const looksRight = rounded < limit === score < limit && (rounded === 0) === (score === 0)
  return String(looksRight ? rounded : score)
}

export function bestFirst(by: Metric): (a: number, b: number) => number {
  return METRICS[by].better === 'higher' ? (a, b) => b - a : (a, b) => a - b
}

/** What rows have in each column that they are grouped by, undefined for nothing; or that it has no row. */
export type GroupValues = 'no row' | ReadonlyArray<string | undefined>

/** Rows, or runs by their rows, that agree in some columns, in the order in which they came. */
interface Group<T> {
  /** For people, and safe to print: `model gpt-4o, no team`; empty where nothing was grouped. */
  name: string
  members: T[]
}

/** Groups items by what they have in all of these columns; nothing is a value of its own. Without columns all are one group. */
export function groupsBy<T>(
  items: readonly T[],
  columns: readonly GroupColumn[],
  valuesOf: (item: T) => GroupValues,
): Array<Group<T>> {
  const groups = new Map<string, Group<T>>()
  for (const item of items) {
    const values = columns.length > 0 ? valuesOf(item) : []
    // A name could hold what looks like the border between two of them.
    const key = JSON.stringify(values === 'no row' ? values : values.map((value) => value ?? null))
    const group = groups.get(key)
    if (group) group.members.push(item)
    else groups.set(key, {name: nameOf(columns, values), members: [item]})
  }

  return [...groups.values()]
}

/** What all rows of a run have in a column: the same in all of them, undefined for nothing, or it is unclear. */
export function cellOf(rows: readonly LeaderboardRow[], column: GroupColumn): Verdict<string | undefined> {
  const field = groupField(column)
  for (const row of rows) {
    const damage = row.damaged?.[field]
    if (damage !== undefined) return doubt(`its ${column} ${damage}`)
  }

  const value = rows[0]?.[field]
  return rows.some((row) => row[field] !== value)
    ? doubt(`its rows disagree about the ${column}`)
    : yes(value)
}

/** The same of several columns. */
export function cellsOf(
  rows: readonly LeaderboardRow[],
  columns: readonly GroupColumn[],
): Verdict<ReadonlyArray<string | undefined>> {
  const values: Array<string | undefined> = []
  for (const column of columns) {
    const cell = cellOf(rows, column)
    if (cell.is !== 'yes') return cell
    values.push(cell.value)
  }

  return yes(values)
}

function nameOf(columns: readonly GroupColumn[], values: GroupValues): string {
  if (values === 'no row') return 'runs without a row'
  return columns
    .map((column, index) => {
      const value = values[index]
      return value === undefined ? `no ${column}` : `${column} ${brief(value)}`
    })
    .join(', ')
}
