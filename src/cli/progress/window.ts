import {capitalize, formatNumber, printable} from '../../lib/base/text.js'
import {type Outcome, type OutcomeStatus} from '../../lib/cleanup/outcomes.js'
import {columnsOf, cut} from '../../lib/views/terminal/layout.js'
import {type Style} from '../../lib/views/terminal/style.js'

interface WindowOptions {
  /** Lines that may be used. */
  height: number
  width: number
  style: Style
  /** What holds up the job. */
  note: string
  rate: string
}

const MARKS: Partial<Record<ItemState, string>> = {waiting: '·', deleting: '⠿', deleted: '✓', failed: '✗'}

/**
 * Draws a deletion in at most `height` lines, none wider than `width`: every dataset where they fit; else the counts, what failed,
 * what is under way, and as much of the rest as there is room for.
 */
export function drawWindow(items: Items, options: WindowOptions): string[] {
  const {height, width, style} = options
  const [title = '', ...more] = headlines(items, options).slice(0, height)
  const lines = [style.bold(cut(title, width)), ...more.map((line) => cut(line, width))]
  const room = height - lines.length
  const isWhole = items.all.length <= room
  const shown = isWhole ? items.all : mostRelevant(items, room - 1)
  lines.push(...shown.map((item) => drawItem(item, width, style)))
  if (!isWhole && room > 0) lines.push(style.dim(cut(`  … and ${summarize(items, shown)}`, width)))
  return lines
}

/** What failed, the newest first, and what is under way; failures alone may not fill more than half of the window. */
function mostRelevant({in: states}: Items, room: number): Item[] {
  const half = Math.ceil(room / 2)
  const failed = [...states.failed].reverse()
  const others = [...states.skipped, ...states.gone, ...states.unattempted, ...states.waiting]
  const relevant = [...failed.slice(0, half), ...states.deleting, ...failed.slice(half), ...others]
  return relevant.slice(0, Math.max(0, room))
}

/** Before the first deletion the note alone; then the counts, and the note behind them, or below where the terminal is narrow. */
function headlines(items: Items, {note, rate, width}: WindowOptions): string[] {
  if (items.in.waiting.size === items.all.length && note) return [capitalize(note)]
  const failed = items.in.failed.size
  const counts = [
    `Deleting ${formatNumber(items.done)}/${formatNumber(items.all.length)}`,
    failed > 0 && `${formatNumber(failed)} failed`,
  ]
  const line = (...parts: Array<string | false>) => [...counts, ...parts].filter(Boolean).join(', ')
  if (!note) return [line(rate)]
  const fitting = [line(note, rate), line(note)].find((text) => columnsOf(text) <= width)
  return fitting === undefined ? [line(rate), `  ${capitalize(note)}`] : [fitting]
}

/** How many are not shown, by state. */
function summarize(items: Items, shown: readonly Item[]): string {
  const counts = STATES.map((state) => {
    const rest = items.in[state].size - shown.filter((item) => item.state === state).length
    return rest > 0 && `${formatNumber(rest)} ${STATE_WORDS[state]}`
  })
  return counts.filter(Boolean).join(', ')
}

function drawItem({name, state, reason}: Item, width: number, style: Style): string {
  const words = `${STATE_WORDS[state]}${reason && `: ${reason}`}`
  const line = cut(`  ${MARKS[state] ?? '-'} ${name}  ${words}`, width)
  if (state === 'failed') return style.red(line)
  if (state === 'deleted') return style.green(line)
  return state === 'deleting' ? line : style.dim(line)
}

type ItemState = OutcomeStatus | 'deleting' | 'waiting'

/** The states of a dataset in words, in the order in which they are counted. */
export const STATE_WORDS: Readonly<Record<ItemState, string>> = {
  waiting: 'waiting',
  deleting: 'deleting',
  deleted: 'deleted',
  failed: 'failed',
  skipped: 'skipped',
  gone: 'already gone',
  unattempted: 'not attempted',
}
const STATES = Object.keys(STATE_WORDS) as ItemState[]

/** One dataset of a deletion, as a line shows it. */
export interface Item {
  name: string
  state: ItemState
  /** Why it is not deleted, or not yet. */
  reason: string
}

/** The datasets of a deletion. An event costs the same however many there are. */
export class Items {
  /** In the order of deletion. */
  readonly all: readonly Item[]
  /** Those in each state, in the order in which they reached it. */
  readonly in: Readonly<Record<ItemState, Set<Item>>>
  private readonly byName: Map<string, Item>

  constructor(names: readonly string[]) {
    this.all = names.map((name) => ({name, state: 'waiting', reason: ''}))
    this.byName = new Map(this.all.map((item) => [item.name, item]))
    const sets = STATES.map((state) => [state, new Set(state === 'waiting' ? this.all : [])])
    this.in = Object.fromEntries(sets) as typeof this.in
  }

  /** How many have an outcome. */
  get done(): number {
    return this.all.length - this.in.waiting.size - this.in.deleting.size
  }

  start(name: string): void {
    this.move(name, 'deleting', '')
  }

  /** Says why a started one takes longer. */
  explain(name: string, reason: string): void {
    const item = this.byName.get(name)
    if (item) item.reason = printable(reason)
  }

  /** Records an outcome, or corrects an earlier one. @returns the item; undefined where the name is not among them */
  finish({name, status, reason = '', requestId}: Outcome): Item | undefined {
    return this.move(name, status, requestId ? `${reason} (request ${requestId})` : reason)
  }

  private move(name: string, state: ItemState, reason: string): Item | undefined {
    const item = this.byName.get(name)
    if (!item) return undefined
    this.in[item.state].delete(item)
    this.in[state].add(item)
    return Object.assign(item, {state, reason: printable(reason)})
  }
}
