import {printable} from '../../lib/base/text.js'
import {type Plan} from '../../lib/plan/plan.js'
import {count, thousands} from '../../lib/views/format.js'
import {columnsOf, cut} from '../../lib/views/terminal/columns.js'
import {type Style, styleFor, widthOf} from '../../lib/views/terminal/style.js'
import {ask, type Question} from './ask.js'
import {noteOf, PickList, type PickRow, pickRows} from './pick-list.js'

/**
 * Shows the runs of a plan as a list to pick from, on stderr; those that its rules let go are checked.
 * @returns timestamps of the runs that shall go; undefined after Esc or Ctrl-C, and at the end of the input
 */
export async function pickRuns(plan: Plan, signal: AbortSignal): Promise<string[] | undefined> {
  const list = new PickList(pickRows(plan))
  const timestamps = await ask<string[]>(questionOf(list, plan), signal)
  if (timestamps) process.stderr.write('\n')
  return timestamps
}

/** Enquirer is slow with thousands of choices, so it is only ever given those that are on the screen. */
function questionOf(list: PickList, plan: Plan): Question {
  const style = styleFor(process.stderr)
  const layout = layoutFor(list.rows)
  const choices = () => windowOf(list, layout, style)
  /** What a key does, and then the list anew; a bell where there is nothing to do. */
  const key = (job: (text: string, event: KeyEvent) => boolean | void) =>
    function (this: ListPrompt, text: string, event: KeyEvent) {
      return job(text, event) === false ? this.alert() : redraw(this)
    }

  const redraw = (prompt: ListPrompt) => {
    prompt.choices = choices()
    prompt.index = list.window(roomFor()).focus
    return prompt.render()
  }

  return {
    type: 'multiselect',
    message: 'Runs to delete',
    separator: '›',
    pointer: {on: '> ', off: '  '},
    indicator: (_state: unknown, {row}: Choice) => markOf(row, style),
    choices: choices(),
    format(this: ListPrompt) {
      const {submitted, cancelled} = this.state
      return cancelled ? 'cancelled' : submitted ? chosenText(list, plan) : list.filter
    },
    footer: () => footerOf(list, plan, style).join('\n'),
    result: () => list.checked.map(({timestamp}) => timestamp),
    // Enquirer refuses a list whose rows are all held where it cannot be searched.
    suggest: () => [],
    actions: ACTIONS,
    rowUp: key(() => list.move(-1)),
    rowDown: key(() => list.move(1)),
    pageUp: key(() => list.move(-roomFor())),
    pageDown: key(() => list.move(roomFor())),
    toFirst: key(() => list.move(-Infinity)),
    toLast: key(() => list.move(Infinity)),
    check: key(() => list.toggle()),
    checkAll: key(() => list.toggleAll()),
    erase: key(() => list.search([...list.filter].slice(0, -1).join(''))),
    eraseAll: key(() => list.search('')),
    dispatch: key((text, {ctrl, meta}) => {
      const isLetter = !ctrl && !meta && text !== '' && text === printable(text ?? '')
      if (isLetter) list.search(list.filter + text)
      return isLetter
    }),
    onRun(prompt: ListPrompt) {
      const onResize = async () => redraw(prompt)
      process.stderr.on('resize', onResize)
      prompt.once('close', () => process.stderr.off('resize', onResize))
    },
  }
}

/** Enquirer's own keys are left out: letters of theirs would check rows, and some turn its list round. */
const ACTIONS = {
  ctrl: {a: 'checkAll', c: 'cancel', u: 'eraseAll'},
  shift: {up: 'rowUp', down: 'rowDown'},
  option: {},
  keys: {
    up: 'rowUp',
    down: 'rowDown',
    pageup: 'pageUp',
    pagedown: 'pageDown',
    home: 'toFirst',
    end: 'toLast',
    space: 'check',
    backspace: 'erase',
    delete: 'erase',
    return: 'submit',
    enter: 'submit',
    escape: 'cancel',
  },
}

/** Lines around the rows: the question, what the cursor is on, the counts and the keys; the last line of a terminal stays free. */
const OTHER_LINES = 5
const DEFAULT_HEIGHT = 24

function roomFor(): number {
  return Math.max(1, (process.stderr.rows || DEFAULT_HEIGHT) - OTHER_LINES)
}

/** Enquirer counts lines, so that none may be wrapped. */
function lineWidth(): number {
  return (widthOf(process.stderr) ?? 80) - 1
}

/** Columns of the cursor, the box and the blank behind them. */
const MARK_WIDTH = 6
/** What the last column needs to say anything; what a run has is left out before that. */
const LEAST_NOTE = 24

interface Layout {
  age: number
  has: number
}

function layoutFor(rows: PickRow[]): Layout {
  const layout = {age: 0, has: 0}
  for (const {age, has} of rows) {
    layout.age = Math.max(layout.age, age.length)
    layout.has = Math.max(layout.has, has.length)
  }

  return layout
}

interface Choice {
  name: string
  message: string
  row: PickRow
}

function windowOf(list: PickList, layout: Layout, style: Style): Choice[] {
  const width = lineWidth() - MARK_WIDTH
  return list.window(roomFor()).rows.map((row) => {
    const text = rowText(row, layout, width)
    return {name: row.timestamp, message: row.isHeld ? style.dim(text) : text, row}
  })
}

function rowText(row: PickRow, {age, has}: Layout, width: number): string {
  const cells = [row.timestamp, row.age.padEnd(age)]
  const whole = [...cells, row.has.padEnd(has)].join('  ')
  const start = width - columnsOf(whole) - 2 < LEAST_NOTE ? cells.join('  ') : whole
  return cut(`${start}  ${noteOf(row)}`, width)
}

/** The box says it without colours. */
function markOf({isHeld, isChecked}: PickRow, style: Style): string {
  if (isHeld) return style.dim(' - ')
  return isChecked ? style.green('[x]') : '[ ]'
}

function chosenText({rows, checked}: PickList, {leaderboard}: Plan): string {
  const datasets = checked.reduce((sum, row) => sum + row.datasets, 0)
  const board = leaderboard?.goes ? ' and the leaderboard' : ''
  return `${thousands(checked.length)} of ${count(rows.length, 'run')}, ${count(datasets, 'dataset')}${board}`
}

function footerOf(list: PickList, plan: Plan, style: Style): string[] {
  const {matching, filter, focused} = list
  const width = lineWidth()
  const found = filter === '' ? '' : `; ${thousands(matching.length)} match`
  const keys = LONG_KEYS.length <= width ? LONG_KEYS : SHORT_KEYS
  return [
    style.dim(cut(focused ? `${focused.timestamp}  ${noteOf(focused)}` : ' ', width)),
    style.bold(cut(`${chosenText(list, plan)}${found}`, width)),
    style.dim(cut(keys, width)),
  ]
}

const LONG_KEYS = 'Space: check  Ctrl-A: all listed  Letters: search  Enter: go on  Esc: cancel'
const SHORT_KEYS = 'Space  ^A: all  Enter: go on  Esc: quit'

interface KeyEvent {
  ctrl?: boolean
  meta?: boolean
}

/** What is used of Enquirer's list. */
interface ListPrompt {
  choices: Choice[]
  index: number
  readonly state: {submitted: boolean; cancelled: boolean}
  once: (event: 'close', listener: () => void) => void
  alert: () => void
  render: () => Promise<void>
}
