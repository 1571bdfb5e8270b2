import {printable} from '../../base/text.js'
import {type Column, type Pair} from '../columns.js'
import {breakWords, columnsOf, cutName, indented, wrapText} from './layout.js'
import {type Screen} from './style.js'

const GAP = 2
/** The last column is wrapped, but never to less than this. */
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
  screen: Screen,
): string[] {
  const {titles, tables} = layOutTables(columns, groups, screen)
  return tables.map((rows) => [titles, ...rows].join('\n'))
}

/** The same in parts: the line of the titles, and each row's text, which may have several lines. */
export function layOutTables<Row>(
  columns: ReadonlyArray<Column<Row>>,
  groups: ReadonlyArray<readonly Row[]>,
  {style, width}: Pick<Screen, 'style' | 'width'>,
): {titles: string; tables: string[][]} {
  const tables = groups.map((rows) => rows.map((row) => columns.map(({cell}) => printable(cell(row)))))
  const shown = fitColumns(columns, tables.flat(), width)
  const titles = columns.map(({title}) => title.toUpperCase())
  return {
    titles: layOut(titles, shown, style.bold),
    tables: tables.map((rows) => rows.map((row) => layOut(row, shown))),
  }
}

/** What sentences in the last column get before a name gets more than it needs. */
const COMFORTABLE = 24

interface Shown extends Column<never> {
  index: number
  width: number
  /** How narrow it may become. */
  least: number
}

/** The columns that fit: some are dropped or cut, in their order, until the rest, its last column wrapped, is narrow enough. */
function fitColumns(
  columns: ReadonlyArray<Column<never>>,
  rows: ReadonlyArray<readonly string[]>,
  width = Infinity,
): Shown[] {
  let shown = columns.map((column, index): Shown => {
    const whole = widest([column.title, ...rows.map((row) => row[index] ?? '')])
    return {...column, index, width: whole, least: Math.min(whole, column.wrapsTo ?? Infinity)}
  })
  const room = () => width - shown.reduce((sum, {least}) => sum + least + GAP, -GAP)
  const droppable = shown.filter(({dropAt}) => dropAt !== undefined)
  for (const next of droppable.toSorted((a, b) => (a.dropAt ?? 0) - (b.dropAt ?? 0))) {
    if (room() >= 0) break
    if (next.cutsTo === undefined) shown = shown.filter((each) => each !== next)
    else next.least = Math.min(next.width, Math.max(next.cutsTo, next.title.length))
  }

  const last = shown.at(-1)
  const wanted = last ? Math.max(last.least, Math.min(last.width, COMFORTABLE)) - last.least : 0
  let spare = Math.max(0, room() - wanted)
  for (const each of shown.filter(({cutsTo}) => cutsTo !== undefined)) {
    each.width = Math.min(each.width, each.least + spare)
    spare -= each.width - each.least
  }

  const left = width - shown.slice(0, -1).reduce((sum, each) => sum + each.width + GAP, 0)
  if (last && !last.isCode) last.width = Math.min(last.width, Math.max(left, NARROWEST))
  return shown
}

/** One row, of whose last cell every line has a place of its own. */
function layOut(row: readonly string[], shown: readonly Shown[], paint = (text: string) => text): string {
  const cells = shown.map(({index, cutsTo, width}) =>
    cutsTo ? cutName(row[index] ?? '', width) : (row[index] ?? ''),
  )
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

/**
 * Lines of a name and a text, the texts aligned, and wrapped between words where a terminal is too narrow for one.
 * @param whole names whose texts are never wrapped: a command that is could not be copied
 */
export function formatPairs(
  pairs: readonly Pair[],
  {style, width = Infinity}: Screen,
  whole: ReadonlySet<string> = new Set(),
): string {
  const shown = pairs.flatMap(([name, text]) => (text === undefined ? [] : [{name, text}]))
  const margin = widest(shown.map(({name}) => name)) + GAP
  return shown
    .map(({name, text}) => {
      const lines = whole.has(name) ? text : wrapText(text, width - margin)
      const below = indented(lines, ' '.repeat(margin))
      return `${style.dim(name)}${' '.repeat(margin - name.length)}${below.slice(margin)}`
    })
    .join('\n')
}
