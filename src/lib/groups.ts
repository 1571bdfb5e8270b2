import {groupCell, type LeaderboardRow} from './leaderboard-rows.js'
import {type GroupColumn} from './rule-words.js'
import {type Steps} from './slices.js'
import {brief} from './text.js'

/** Rows, or runs by their rows, that agree in some columns. */
export interface Group<T> {
  /** For people, and safe to print: `model gpt-4o, no team`; empty where nothing was grouped. */
  name: string
  /** In the order in which they came. */
  members: T[]
}

/**
 * Groups items by what their rows say in all of these columns. Those whose row says nothing in one of them belong together,
 * and so do those without a row. Without columns all are one group.
 * @param rowOf the row of an item
 */
export function* groupsBy<T>(
  items: readonly T[],
  columns: readonly GroupColumn[],
  rowOf: (item: T) => LeaderboardRow | undefined,
): Steps<Array<Group<T>>> {
  const groups = new Map<string, Group<T>>()
  for (const item of items) {
    const row = rowOf(item)
    const values = row && columns.map((column) => groupCell(row, column) ?? null)
    // A name could hold what looks like the border between two of them.
    const key = columns.length > 0 ? JSON.stringify(values ?? null) : ''
    const group = groups.get(key)
    if (group) group.members.push(item)
    else groups.set(key, {name: nameOf(columns, row), members: [item]})
    yield
  }

  return [...groups.values()]
}

function nameOf(columns: readonly GroupColumn[], row: LeaderboardRow | undefined): string {
  if (columns.length === 0) return ''
  if (!row) return 'runs without a row'
  return columns
    .map((column) => {
      const value = groupCell(row, column)
      return value === undefined ? `no ${column}` : `${column} ${brief(value)}`
    })
    .join(', ')
}
