import Enquirer from 'enquirer'
import {stripVTControlCharacters} from 'node:util'

import {formatCount, formatNumber, printable} from '../../lib/base/text.js'
import {type KeptRun, type Plan} from '../../lib/plan/plan.js'
import {type Column} from '../../lib/views/columns.js'
import {columnsOf, cut} from '../../lib/views/terminal/layout.js'
import {sizeOfTerminal, type Style, styleFor} from '../../lib/views/terminal/style.js'
import {formatTable, widest} from '../../lib/views/terminal/table.js'
import {ask, type Prompt} from './ask.js'
import {noteOf, pickColumns, type PickFacts, PickList, type PickRow, pickRows} from './pick-list.js'

/**
 * Shows the runs of a plan as a list to pick from, on stderr.
 * @returns timestamps of the runs to delete; undefined after Esc, Ctrl-C or Ctrl-D, and where the signal is aborted
 */
export async function pickRuns(
  plan: Plan,
  facts: PickFacts,
  signal: AbortSignal,
): Promise<string[] | undefined> {
  const columns = pickColumns(plan, facts)
  const list = new PickList(pickRows(plan, columns))
  const timestamps = await ask<string[]>((options) => new PickPrompt(options, {list, plan, columns}), signal)
  if (timestamps) process.stderr.write('\n')
  return timestamps
}

const HIDE_CURSOR = '\u001B[?25l'
const SHOW_CURSOR = '\u001B[?25h'
/** Lines around the rows: the question, the titles, what the cursor is on, the counts and the keys; a terminal's last line is left free. */
const OTHER_LINES = 6

/**
 * The list as a custom prompt of Enquirer, which calls the method that is named as a key's action, and `dispatch` for any other
 * key. Its own lists are slow with thousands of choices, and take letters for commands.
 */
class PickPrompt extends Enquirer.Prompt implements Prompt {
  declare alert: () => void
  declare cancel: () => Promise<void>
  declare clear: () => void
  declare write: (text: string) => void
  declare state: {submitted: boolean; cancelled: boolean}
  private readonly list: PickList
  private readonly plan: Plan
  private readonly columns: Array<Column<KeptRun>>
  private readonly style = styleFor(process.stderr)
  /** Thousands of rows are laid out once for a width, not for each key. */
  private table: Table = {width: 0, titles: '', lines: new Map(), hasWhy: false}

  constructor(options: object, shown: {list: PickList; plan: Plan; columns: Array<Column<KeptRun>>}) {
    super(options as ConstructorParameters<typeof Enquirer.Prompt>[0])
    this.list = shown.list
    this.plan = shown.plan
    this.columns = shown.columns
    process.stderr.on('resize', this.redraw).write(HIDE_CURSOR)
    this.once('close', () => process.stderr.off('resize', this.redraw).write(SHOW_CURSOR))
  }

  readonly redraw = () => this.show(true)
  readonly up = () => this.show(this.list.move(-1))
  readonly down = () => this.show(this.list.move(1))
  readonly pageUp = () => this.show(this.list.move(-room()))
  readonly pageDown = () => this.show(this.list.move(room()))
  readonly home = () => this.show(this.list.move(-Infinity))
  readonly end = () => this.show(this.list.move(Infinity))
  readonly space = () => this.show(this.list.toggle())
  /** Ctrl-A. */
  readonly first = () => this.show(this.list.toggleAll())
  /** Backspace, and Delete. */
  readonly delete = () => this.show(this.list.search(this.list.filter.replace(/.$/u, '')))
  readonly deleteForward = this.delete
  /** Ctrl-U. */
  readonly reset = () => this.show(this.list.search(''))

  dispatch(text: string | undefined, {ctrl, meta}: {ctrl?: boolean; meta?: boolean}): void {
    if (!text || ctrl || meta || text !== printable(text)) return this.alert()
    this.show(this.list.search(this.list.filter + text))
  }

  /** Enter, where the search finds nothing, answers nothing. */
  validate(): boolean {
    return this.list.focused !== undefined
  }

  result(): string[] {
    return this.list.checked.map(({timestamp}) => timestamp)
  }

  override render(): void {
    this.clear()
    this.write(this.lines().join('\n'))
  }

  /** Draws what a key has done; a bell where it could do nothing. */
  private show(isDone: unknown): void {
    if (isDone === false) this.alert()
    else this.render()
  }

  private lines(): string[] {
    const {list, plan, style, state} = this
    const title = style.bold(plan.rules.trash ? 'Runs to trash' : 'Runs to delete')
    if (state.cancelled) return [`${style.red('✖')} ${title} · cancelled`]
    if (state.submitted) return [`${style.green('✔')} ${title} · ${chosenText(list, plan)}`]
    const {rows, focus} = list.window(room())
    const width = lineWidth() - MARK_WIDTH
    if (this.table.width !== width) this.table = layOut(this.columns, list.rows, {width, style})
    const {titles, lines} = this.table
    const drawn = rows.map((row, index) => {
      const why = this.table.hasWhy ? `  ${noteOf(row)}` : ''
      const text = cut(`${lines.get(row)}${why}`, width)
      const paint = row.isHeld ? style.dim : index === focus ? style.bold : String
      return `${index === focus ? '>' : ' '} ${markOf(row, style)} ${paint(text)}`
    })
    return [
      `? ${title} › ${cut(list.filter, lineWidth() - TITLE_WIDTH)}`,
      style.dim(`${' '.repeat(MARK_WIDTH)}${titles}`),
      ...(drawn.length > 0 ? drawn : [style.red('No matching runs')]),
      ...footerOf(list, plan, style),
    ]
  }
}

function room(): number {
  return Math.max(1, sizeOfTerminal(process.stderr).rows - OTHER_LINES)
}

/** Enquirer counts lines, so that none may be wrapped. */
function lineWidth(): number {
  return sizeOfTerminal(process.stderr).columns - 1
}

/** Columns of the title and the signs around it. */
const TITLE_WIDTH = 19
/** Columns of the cursor, the box and the blank behind them. */
const MARK_WIDTH = 6
/** What the last column needs to say anything; other columns are dropped before that. */
const MIN_NOTE = 24
/** With less it says nothing that the line about the focused run does not say better. */
const LEAST_NOTE = 10
/** What the timestamp, the age and the model need to say anything. */
const MIN_CELLS = 40

interface Table {
  width: number
  titles: string
  /** But for why, which changes. */
  lines: ReadonlyMap<PickRow, string>
  hasWhy: boolean
}

function layOut(
  columns: Array<Column<KeptRun>>,
  rows: PickRow[],
  {width, style}: {width: number; style: Style},
): Table {
  const cells = columns.map((column, index) => ({...column, cell: (row: PickRow) => row.cells[index] ?? ''}))
  const laidOut = (room: number) =>
    stripVTControlCharacters(formatTable(cells, rows, {width: room, style})).split('\n')
  const narrow = laidOut(Math.max(MIN_CELLS, width - MIN_NOTE - 2))
  const hasWhy = width - widest(narrow) - 2 >= LEAST_NOTE
  const all = hasWhy ? narrow : laidOut(width)
  const most = widest(all)
  const [titles = '', ...lines] = all.map((line) => line + ' '.repeat(most - columnsOf(line)))
  return {
    width,
    titles: cut(hasWhy ? `${titles}  WHY` : titles, width),
    lines: new Map(rows.map((row, index) => [row, lines[index] ?? ''])),
    hasWhy,
  }
}

/** The box says it without colours. */
function markOf({isHeld, isChecked}: PickRow, style: Style): string {
  if (isHeld) return style.dim(' - ')
  return isChecked ? style.green('[x]') : '[ ]'
}

const LONG_KEYS = 'Space: check  Ctrl-A: all listed  Letters: search  Enter: continue  Esc: cancel'
const SHORT_KEYS = 'Space  ^A: all  Enter: continue  Esc'

function chosenText({rows, checked}: PickList, {leaderboard}: Plan): string {
  const datasets = checked.reduce((sum, row) => sum + row.datasets, 0)
  const board = leaderboard?.planned ? ' and the leaderboard' : ''
  return `${formatNumber(checked.length)} of ${formatCount(rows.length, 'run')}, ${formatCount(datasets, 'dataset')}${board}`
}

function footerOf(list: PickList, plan: Plan, style: Style): string[] {
  const {matching, filter, focused} = list
  const width = lineWidth()
  const {rows, top} = list.window(room())
  const place = `${formatNumber(Math.min(top + 1, matching.length))}–${formatNumber(top + rows.length)}`
  const position = `${place} of ${formatNumber(matching.length)}${filter === '' ? '' : ' found'}`
  const keys = LONG_KEYS.length <= width ? LONG_KEYS : SHORT_KEYS
  return [
    style.dim(cut(focused ? `${focused.timestamp}  ${noteOf(focused)}` : ' ', width)),
    style.bold(cut(`${chosenText(list, plan)}; ${position}`, width)),
    style.dim(cut(keys, width)),
  ]
}
