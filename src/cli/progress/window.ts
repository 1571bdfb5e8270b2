import {capitalized} from '../../lib/base/text.js'
import {thousands} from '../../lib/views/format.js'
import {columnsOf, cut} from '../../lib/views/terminal/layout.js'
import {type Style} from '../../lib/views/terminal/style.js'
import {type Item, type Items, type ItemState, STATE_WORDS, STATES} from './items.js'

interface WindowOptions {
  /** Lines that may be used. */
  height: number
  width: number
  style: Style
  /** What holds up the job. */
  note: string
  /** How fast it is, and how long it will take. */
  rate: string
}

const MARKS: Partial<Record<ItemState, string>> = {waiting: '·', deleting: '⠿', deleted: '✓', failed: '✗'}

/**
 * Draws a deletion: every dataset where they fit; else the counts, what failed, what is under way, and as much of the rest
 * as there is room for.
 * @returns at most `height` lines, none wider than `width`
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

/**
 * Before the first deletion the note alone: nothing may look as if it were being deleted. Then the counts, and the note behind
 * them, or below them where the terminal is too narrow.
 */
function headlines(items: Items, {note, rate, width}: WindowOptions): string[] {
  if (items.in.waiting.size === items.all.length && note) return [capitalized(note)]
  const failed = items.in.failed.size
  const counts = [
    `Deleting ${thousands(items.done)}/${thousands(items.all.length)}`,
    failed > 0 && `${thousands(failed)} failed`,
  ]
  const line = (...parts: Array<string | false>) => [...counts, ...parts].filter(Boolean).join(', ')
  if (!note) return [line(rate)]
  const fitting = [line(note, rate), line(note)].find((text) => columnsOf(text) <= width)
  return fitting === undefined ? [line(rate), `  ${capitalized(note)}`] : [fitting]
}

/** How many are not shown, by state. */
function summarize(items: Items, shown: readonly Item[]): string {
  return STATES.map((state) => {
    const rest = items.in[state].size - shown.filter((item) => item.state === state).length
    return rest > 0 && `${thousands(rest)} ${STATE_WORDS[state]}`
  })
    .filter(Boolean)
    .join(', ')
}

function drawItem({name, state, reason}: Item, width: number, style: Style): string {
  const words = `${STATE_WORDS[state]}${reason && `: ${reason}`}`
  const line = cut(`  ${MARKS[state] ?? '-'} ${name}  ${words}`, width)
  if (state === 'failed') return style.red(line)
  if (state === 'deleted') return style.green(line)
  return state === 'deleting' ? line : style.dim(line)
}
