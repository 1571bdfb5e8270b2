import {printable} from '../../base/text.js'
import {type Column, type Pair} from '../columns.js'
import {breakWords, columnsOf, indented, wrapText} from './layout.js'
import {type Screen} from './style.js'

const GAP = 2
/** The last column is wrapped between words, but never to less than this. */
const NARROWEST = 10

/** Lays rows out as an aligned table without lines. A pipe has no width: there nothing is dropped or wrapped. */
export function formatTable<Row>(
  columns: ReadonlyArray<Column<Row>>,
  rows: readonly Row[],
  screen: Screen,
): string {
  return formatTables(columns, [rows], screen).join('')
}

/** Lays groups of rows out as a table each, whose columns align with those of the others. */
export function formatTables<Row>(
  columns: ReadonlyArray<Column<Row>>,
  groups: ReadonlyArray<readonly Row[]>,
  {style, width}: Screen,
): string[] {
  const tables = groups.map((rows) => rows.map((row) => columns.map(({cell}) => printable(cell(row)))))
  const shown = fitColumns(columns, tables.flat(), width)
  const titles = columns.map(({title}) => title.toUpperCase())
  return tables.map((rows) =>
    [layOut(titles, shown, style.bold), ...rows.map((row) => layOut(row, shown))].join('\n'),
  )
}

interface Shown extends Column<never> {
  index: number
  width: number
  /** The width of its widest word. */
  word: number
}

/** The columns that fit: droppable ones are dropped until the rest, its last column wrapped, is narrow enough. */
function fitColumns(
  columns: ReadonlyArray<Column<never>>,
  rows: ReadonlyArray<readonly string[]>,
  width = Infinity,
): Shown[] {
  let shown = columns.map((column, index): Shown => {
    const cells = rows.map((row) => row[index] ?? '')
    const word = width === Infinity ? 0 : widest(cells.flatMap((cell) => cell.split(' ')))
    return {...column, index, width: widest([column.title, ...cells]), word}
  })
  const least = (each: Shown) => Math.min(each.width, Math.max(each.wrapsTo ?? Infinity, each.word))
  const droppable = shown.filter(({dropAt}) => dropAt !== undefined)
  for (const next of droppable.toSorted((a, b) => (a.dropAt ?? 0) - (b.dropAt ?? 0))) {
    if (shown.reduce((sum, each) => sum + least(each) + GAP, -GAP) <= width) break
    shown = shown.filter((each) => each !== next)
  }

  const last = shown.pop()
  if (!last) return shown
  const room = width - shown.reduce((sum, each) => sum + each.width + GAP, 0)
  const most = Math.max(room, NARROWEST, last.wrapsTo === undefined ? last.word : 0)
  return [...shown, {...last, width: Math.min(last.width, most)}]
}

/** One row, of whose last cell every line has a place of its own. */
function layOut(row: readonly string[], shown: readonly Shown[], paint = (text: string) => text): string {
  const cells = shown.map(({index}) => row[index] ?? '')
  const last = cells.pop() ?? ''
  const room = shown.at(-1)?.width ?? 0
  return wrapText(breakWords(last, room), room)
    .split('\n')
    .map((line, number) =>
      [...cells.map((cell) => (number === 0 ? cell : '')), line]
        .map((text, index) => {
          const {width = 0, isRight} = shown[index] ?? {}
          const blanks = ' '.repeat(Math.max(0, width - columnsOf(text)))
          const painted = text && paint(text)
          return isRight ? `${blanks}${painted}` : `${painted}${blanks}`
        })
        .join(' '.repeat(GAP))
        .trimEnd(),
    )
    .join('\n')
}

/** Columns of the terminal that the widest of these texts takes. */
export function widest(texts: readonly string[]): number {
  let width = 0
  for (const text of texts) width = Math.max(width, columnsOf(text))
  return width
}

/** Lines of a name and a text, the texts aligned, and wrapped between words where a terminal is too narrow for one. */
export function formatPairs(pairs: readonly Pair[], {style, width = Infinity}: Screen): string {
  const shown = pairs.flatMap(([name, text]) => (text === undefined ? [] : [{name, text}]))
  const margin = widest(shown.map(({name}) => name)) + GAP
  return shown
    .map(({name, text}) => {
      const below = indented(wrapText(text, width - margin), ' '.repeat(margin))
      return `${style.dim(name)}${' '.repeat(margin - name.length)}${below.slice(margin)}`
    })
    .join('\n')
}
