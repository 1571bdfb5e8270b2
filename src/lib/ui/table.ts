import Table from 'cli-table3'
import stringWidth from 'string-width'

import {printable} from '../text.js'
import {type Style} from './style.js'

export interface Column {
  title: string
  /** On a terminal too narrow for the whole table, columns go in this order, lowest first; without, a column stays. */
  dropAt?: number
}

/** Two blanks between columns. */
const GAP = 2
/** The last column is wrapped between words, but never to less than this. */
const NARROWEST = 10

const NO_LINES = Object.fromEntries(
  [
    'top',
    'top-mid',
    'top-left',
    'top-right',
    'bottom',
    'bottom-mid',
    'bottom-left',
    'bottom-right',
    'left',
    'left-mid',
    'mid',
    'mid-mid',
    'right',
    'right-mid',
    'middle',
  ].map((part) => [part, '']),
)

/**
 * Lays rows out as an aligned table without lines.
 * A pipe has no width: there nothing is dropped or wrapped.
 * @returns the lines, ending without a newline
 */
export function formatTable(
  columns: Column[],
  rows: string[][],
  {style, width}: {style: Style; width: number | undefined},
): string {
  const cells = rows.map((row) => row.map((cell) => printable(cell)))
  const widths = columns.map(({title}, index) => widest([title, ...cells.map((row) => row[index] ?? '')]))
  const shown = width === undefined ? columns.map((_, index) => index) : fitting(columns, widths, width)
  const pick = <T>(row: T[]): T[] => shown.map((index) => row[index] as T)
  const colWidths = pick(widths).map((each) => each + GAP)
  const last = colWidths.length - 1
  const others = colWidths.slice(0, last).reduce((sum, each) => sum + each, 0)
  const longestWord = widest(cells.flatMap((row) => row[shown.at(-1) ?? 0]?.split(' ') ?? []))
  const room = Math.max((width ?? Infinity) - others, NARROWEST, longestWord) + GAP
  colWidths[last] = Math.min(colWidths[last] ?? 0, room)
  const table = new Table({
    head: pick(columns).map(({title}) => style.bold(title)),
    colWidths,
    wordWrap: true,
    chars: NO_LINES,
    style: {head: [], border: [], 'padding-left': 0, 'padding-right': GAP},
  })
  table.push(...cells.map((row) => pick(row)))
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
}

/** Columns of the terminal that the widest of these texts takes. */
function widest(texts: string[]): number {
  let width = 0
  for (const text of texts) width = Math.max(width, stringWidth(text))
  return width
}

/** Which columns stay: droppable ones go until the rest, its last column wrapped, fits. */
function fitting(columns: Column[], widths: number[], width: number): number[] {
  const all = columns.map((_, index) => index)
  const droppable = all.filter((index) => columns[index]?.dropAt !== undefined)
  droppable.sort((a, b) => (columns[a]?.dropAt ?? 0) - (columns[b]?.dropAt ?? 0))
  const dropped = new Set<number>()
  const total = () =>
    all.filter((index) => !dropped.has(index)).reduce((sum, index) => sum + (widths[index] ?? 0) + GAP, -GAP)
  for (const index of droppable) {
    if (total() <= width) break
    dropped.add(index)
  }

  return all.filter((index) => !dropped.has(index))
}

/** Lines of a name and a value, the values aligned. */
export function formatPairs(pairs: Array<[string, string]>, style: Style): string {
  const width = Math.max(...pairs.map(([name]) => name.length))
  return pairs.map(([name, value]) => `${style.dim(name.padEnd(width))}  ${value}`).join('\n')
}
