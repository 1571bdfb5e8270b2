import {brief} from '../../base/text.js'
import {doubt, type Verdict, yes} from '../../base/verdict.js'
import {groupCell, type GroupColumn, groupDamage, type LeaderboardRow} from './row.js'

/** What rows have in each column that they are grouped by, undefined for nothing; or that it has no row. */
export type GroupValues = 'no row' | ReadonlyArray<string | undefined>

/** Rows, or runs by their rows, that agree in some columns. */
interface Group<T> {
  /** For people, and safe to print: `model gpt-4o, no team`; empty where nothing was grouped. */
  name: string
  /** In the order in which they came. */
  members: T[]
}

/**
 * Groups items by what they have in all of these columns. Those that have nothing in one of them belong together, and so do
 * those without a row. Without columns all are one group.
 */
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

/**
 * What the rows of one run have in a column: the same in all of them, undefined for nothing, or it is in doubt.
 * @param rows of the run, at least one
 */
export function cellOf(rows: readonly LeaderboardRow[], column: GroupColumn): Verdict<string | undefined> {
  for (const row of rows) {
    const damage = groupDamage(row, column)
    if (damage !== undefined) return doubt(`its ${column} ${damage}`)
  }

  const [value, ...others] = new Set(rows.map((row) => groupCell(row, column)))
  return others.length > 0 ? doubt(`its rows disagree about the ${column}`) : yes(value)
}

/**
 * What the rows of one run have in several columns.
 * @param rows of the run, at least one
 */
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
