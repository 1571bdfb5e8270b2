import Enquirer from 'enquirer'

import {formatCount, formatNumber, printable} from '../../lib/base/text.js'
import {type Plan} from '../../lib/plan/plan.js'
import {columnsOf, cut} from '../../lib/views/terminal/layout.js'
import {type Style, styleFor, widthOf} from '../../lib/views/terminal/style.js'
import {ask, type Prompt} from './ask.js'
import {noteOf, PickList, type PickRow, pickRows} from './pick-list.js'

/**
 * Shows the runs of a plan as a list to pick from, on stderr.
 * @returns timestamps of the runs to delete; undefined after Esc, Ctrl-C or Ctrl-D, and where the signal is aborted
 */
export async function pickRuns(plan: Plan, signal: AbortSignal): Promise<string[] | undefined> {
  const list = new PickList(pickRows(plan))
  const timestamps = await ask<string[]>((options) => new PickPrompt(options, list, plan), signal)
  if (timestamps) process.stderr.write('\n')
  return timestamps
}

const HIDE_CURSOR = '\u001B[?25l'
const SHOW_CURSOR = '\u001B[?25h'
/** Lines around the rows: the question, what the cursor is on, the counts and the keys; the last line of a terminal stays free. */
const OTHER_LINES = 5
const DEFAULT_HEIGHT = 24

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
  private readonly style = styleFor(process.stderr)

  constructor(options: object, list: PickList, plan: Plan) {
    super(options as ConstructorParameters<typeof Enquirer.Prompt>[0])
    this.list = list
    this.plan = plan
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
    const title = style.bold('Runs to delete')
    if (state.cancelled) return [`${style.red('✖')} ${title} · cancelled`]
    if (state.submitted) return [`${style.green('✔')} ${title} · ${chosenText(list, plan)}`]
    const {rows, focus} = list.window(room())
    const drawn = rows.map((row, index) => drawRow(row, index === focus, style))
    return [
      `? ${title} › ${cut(list.filter, lineWidth() - TITLE_WIDTH)}`,
      ...(drawn.length > 0 ? drawn : [style.red('No matching runs')]),
      ...footerOf(list, plan, style),
    ]
  }
}

function room(): number {
  return Math.max(1, (process.stderr.rows || DEFAULT_HEIGHT) - OTHER_LINES)
}

/** Enquirer counts lines, so that none may be wrapped. */
function lineWidth(): number {
  return (widthOf(process.stderr) ?? 80) - 1
}

/** Columns of the title and the signs around it. */
const TITLE_WIDTH = 19
/** Columns of the cursor, the box and the blank behind them. */
const MARK_WIDTH = 6
/** What the last column needs to say anything; what a run has is left out before that. */
const MIN_NOTE = 24

function drawRow(row: PickRow, isFocused: boolean, style: Style): string {
  const width = lineWidth() - MARK_WIDTH
  const cells = [row.timestamp, row.age]
  const whole = [...cells, row.has].join('  ')
  const start = width - columnsOf(whole) - 2 < MIN_NOTE ? cells.join('  ') : whole
  const paint = row.isHeld ? style.dim : isFocused ? style.bold : String
  return `${isFocused ? '>' : ' '} ${markOf(row, style)} ${paint(cut(`${start}  ${noteOf(row)}`, width))}`
}

/** The box says it without colours. */
function markOf({isHeld, isChecked}: PickRow, style: Style): string {
  if (isHeld) return style.dim(' - ')
  return isChecked ? style.green('[x]') : '[ ]'
}

const LONG_KEYS = 'Space: check  Ctrl-A: all listed  Letters: search  Enter: go on  Esc: cancel'
const SHORT_KEYS = 'Space  ^A: all  Enter: go on  Esc: quit'

function chosenText({rows, checked}: PickList, {leaderboard}: Plan): string {
  const datasets = checked.reduce((sum, row) => sum + row.datasets, 0)
  const board = leaderboard?.planned ? ' and the leaderboard' : ''
  return `${formatNumber(checked.length)} of ${formatCount(rows.length, 'run')}, ${formatCount(datasets, 'dataset')}${board}`
}

function footerOf(list: PickList, plan: Plan, style: Style): string[] {
  const {matching, filter, focused} = list
  const width = lineWidth()
  const found = filter === '' ? '' : `; ${formatNumber(matching.length)} match`
  const keys = LONG_KEYS.length <= width ? LONG_KEYS : SHORT_KEYS
  return [
    style.dim(cut(focused ? `${focused.timestamp}  ${noteOf(focused)}` : ' ', width)),
    style.bold(cut(`${chosenText(list, plan)}${found}`, width)),
    style.dim(cut(keys, width)),
  ]
}
