import {printable} from '../../base/text.js'
import {breakWords, columnsOf, indented, wrapText} from './layout.js'
import {type Screen} from './style.js'

export interface Column {
  title: string
  /** On a terminal too narrow for the whole table, columns are dropped in this order, lowest first; without it, a column stays. */
  dropAt?: number
  /**
   * Of a last column with sentences, which are not copied: how narrow it may become before a column is dropped instead. Words that
   * are wider yet are broken. By default it is not wrapped for another column, and its words stay whole.
   */
  wrapsTo?: number
  /** Numbers are right-aligned. */
  isRight?: boolean
  /** Its minimum width, so that several tables align with each other. */
  least?: number
}

/** Two blanks between columns. */
const GAP = 2
/** The last column is wrapped between words, but never to less than this. */
const NARROWEST = 10

/** How a table is laid out once its widest cells are known. */
interface Layout {
  /** Which columns are shown. */
  shown: number[]
  /** Of the columns that are shown, with the gap behind each. */
  widths: number[]
  /** Of the columns that are shown. */
  sides: Array<'left' | 'right'>
}

/**
 * Lays rows out as an aligned table without lines.
 * A pipe has no width: there nothing is dropped or wrapped.
 * @returns the lines, ending without a newline
 */
export function formatTable(columns: Column[], rows: Iterable<string[]>, {style, width}: Screen): string {
  const widths = columns.map(({title, least = 0}) => Math.max(columnsOf(title), least))
  const words = columns.map(() => 0)
  const cells: string[][] = []
  for (const row of rows) {
    const safe = row.map((cell) => printable(cell))
    for (const [index, cell] of safe.entries()) {
      widths[index] = Math.max(widths[index] ?? 0, columnsOf(cell))
      if (width !== undefined) words[index] = Math.max(words[index] ?? 0, widest(cell.split(' ')))
    }

    cells.push(safe)
  }

  const layout = layoutFor(columns, widths, words, width)
  const titles = columns.map(({title}) => title)
  return [layOut(titles, layout, style.bold), ...cells.map((row) => layOut(row, layout))].join('\n')
}

function layoutFor(columns: Column[], widths: number[], words: number[], width: number | undefined): Layout {
  const shown =
    width === undefined ? columns.map((_, index) => index) : fitting(columns, widths, words, width)
  const padded = shown.map((index) => (widths[index] ?? 0) + GAP)
  const last = padded.length - 1
  const others = padded.slice(0, last).reduce((sum, each) => sum + each, 0)
  const index = shown.at(-1) ?? 0
  const least = columns[index]?.wrapsTo === undefined ? (words[index] ?? 0) : 0
  const room = Math.max((width ?? Infinity) - others, NARROWEST, least)
  padded[last] = Math.min(padded[last] ?? 0, room + GAP)
  const sides = shown.map((index) => (columns[index]?.isRight ? 'right' : 'left'))
  return {shown, widths: padded, sides}
}

/** One row, of whose last cell every line has a place of its own. */
function layOut(row: string[], {shown, widths, sides}: Layout, paint = (text: string) => text): string {
  const cells = shown.map((index) => row[index] ?? '')
  const last = cells.pop() ?? ''
  const room = (widths.at(-1) ?? 0) - GAP
  return wrapText(breakWords(last, room), room)
    .split('\n')
    .map((line, number) => {
      const texts = [...cells.map((cell) => (number === 0 ? cell : '')), line]
      return texts
        .map((text, index) => {
          const blanks = ' '.repeat(Math.max(0, (widths[index] ?? 0) - GAP - columnsOf(text)))
          const shown = text && paint(text)
          return `${sides[index] === 'right' ? `${blanks}${shown}` : `${shown}${blanks}`}${' '.repeat(GAP)}`
        })
        .join('')
        .trimEnd()
    })
    .join('\n')
}

/** Columns of the terminal that the widest of these texts takes. */
export function widest(texts: string[]): number {
  let width = 0
  for (const text of texts) width = Math.max(width, columnsOf(text))
  return width
}

/** Which columns stay: droppable ones are dropped until the rest, its last column wrapped, fits. */
function fitting(columns: Column[], widths: number[], words: number[], width: number): number[] {
  const all = columns.map((_, index) => index)
  const droppable = all.filter((index) => columns[index]?.dropAt !== undefined)
  droppable.sort((a, b) => (columns[a]?.dropAt ?? 0) - (columns[b]?.dropAt ?? 0))
  const dropped = new Set<number>()
  const least = (index: number) =>
    Math.min(widths[index] ?? 0, Math.max(columns[index]?.wrapsTo ?? Infinity, words[index] ?? 0))
  const total = () =>
    all.filter((index) => !dropped.has(index)).reduce((sum, index) => sum + least(index) + GAP, -GAP)
  for (const index of droppable) {
    if (total() <= width) break
    dropped.add(index)
  }

  return all.filter((index) => !dropped.has(index))
}

/** Lines of a name and a value, the values aligned, and wrapped between words where a terminal is too narrow for one. */
export function formatPairs(pairs: Array<[string, string]>, {style, width = Infinity}: Screen): string {
  const margin = Math.max(...pairs.map(([name]) => name.length)) + GAP
  return pairs
    .map(([name, value]) => {
      const text = indented(wrapText(value, width - margin), ' '.repeat(margin)).slice(margin)
      return `${style.dim(name.padEnd(margin - GAP))}  ${text}`
    })
    .join('\n')
}
