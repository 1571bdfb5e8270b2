import {capitalized} from '../../lib/base/text.js'
import {thousands} from '../../lib/views/format.js'
import {columnsOf, cut} from '../../lib/views/terminal/columns.js'
import {type Style} from '../../lib/views/terminal/style.js'
import {type Row, ROW_STATES, type Rows, type RowState} from './rows.js'

export interface WindowSize {
  /** Lines that may be used. */
  height: number
  width: number
}

/** What stands over the rows beside the counts. */
export interface Heading {
  /** What holds up the job. */
  note: string
  /** How fast it goes, and how long it will. */
  pace: string
}

const MARKS: Record<RowState, string> = {
  deleted: '✓',
  deleting: '⠿',
  failed: '✗',
  other: '-',
  waiting: '·',
}

/**
 * Draws the list of a deletion: all of it where it fits; else the counts, what failed, what is under way, and as much
 * of the rest as there is room for. Takes no longer for a long list than for a short one.
 * @returns at most `height` lines, none wider than `width`
 */
export function drawWindow(
  rows: Rows,
  heading: Heading,
  {height, width}: WindowSize,
  style: Style,
): string[] {
  const [title = '', ...more] = headlines(rows, heading, width).slice(0, height)
  const head = [style.bold(cut(title, width)), ...more.map((line) => cut(line, width))]
  const room = Math.max(0, height - head.length)
  if (rows.all.length <= room) return [...head, ...rows.all.map((row) => drawRow(row, width, style))]
  const shown = mostTelling(rows, Math.max(0, room - 1))
  const tail = room > 0 ? [style.dim(cut(`  … and ${summarize(rows, shown)}`, width))] : []
  return [...head, ...shown.map((row) => drawRow(row, width, style)), ...tail]
}

/** What failed and what is under way come first; failures alone may not fill more than half of the window. */
function mostTelling(rows: Rows, room: number): Row[] {
  const {failed, deleting, other} = rows
  const half = Math.ceil(room / 2)
  const newest = half > 0 ? failed.slice(-half) : []
  const older = failed.slice(Math.max(0, failed.length - half - room), failed.length - newest.length)
  const telling = [...newest, ...deleting, ...older, ...other.slice(0, room)].slice(0, room)
  return [...telling, ...rows.waiting(room - telling.length)]
}

/**
 * Before the first deletion, what goes on is all there is to say: nothing may look as if it were being deleted. Later what
 * holds up the job stands behind the counts, or where the terminal is too narrow for it below them.
 */
function headlines(rows: Rows, {note, pace}: Heading, width: number): string[] {
  const hasBegun = rows.counts.waiting < rows.all.length
  if (!hasBegun && note) return [capitalized(note)]
  const counts = [
    `Deleting ${thousands(rows.done)}/${thousands(rows.all.length)}`,
    ...(rows.counts.failed > 0 ? [`${thousands(rows.counts.failed)} failed`] : []),
  ]
  const speed = pace ? [pace] : []
  if (!note) return [[...counts, ...speed].join(', ')]
  const full = [...counts, note, ...speed].join(', ')
  if (columnsOf(full) <= width) return [full]
  const short = [...counts, note].join(', ')
  return columnsOf(short) <= width ? [short] : [[...counts, ...speed].join(', '), `  ${capitalized(note)}`]
}

/** What of the list is not shown, by state. */
function summarize(rows: Rows, shown: Row[]): string {
  const rest = {...rows.counts}
  for (const {state} of shown) rest[state]--
  return ROW_STATES.filter((state) => rest[state] > 0)
    .map((state) => `${thousands(rest[state])} ${state === 'other' ? 'not deleted' : state}`)
    .join(', ')
}

function drawRow({name, state, word, reason}: Row, width: number, style: Style): string {
  const line = cut(`  ${MARKS[state]} ${name}  ${word}${reason ? `: ${reason}` : ''}`, width)
  if (state === 'failed') return style.red(line)
  if (state === 'deleted') return style.green(line)
  return state === 'deleting' ? line : style.dim(line)
}
