import stringWidth from 'string-width'

import {type Row} from './rows.js'
import {type Style} from './style.js'
import {thousands} from './wording.js'

export interface WindowSize {
  /** Lines that may be used. */
  height: number
  width: number
}

const MARKS: Record<Row['state'], string> = {
  deleted: '✓',
  deleting: '⠿',
  failed: '✗',
  other: '-',
  waiting: '·',
}

/**
 * Draws the list of a deletion: all of it where it fits; else the counts, what failed, what is under way, and as much
 * of the rest as there is room for.
 * @returns at most `height` lines, none wider than `width`
 */
export function drawWindow(rows: Row[], note: string, {height, width}: WindowSize, style: Style): string[] {
  const head = cut(headline(rows, note), width)
  const room = Math.max(0, height - 1)
  if (rows.length <= room) return [style.bold(head), ...rows.map((row) => drawRow(row, width, style))]
  const shown = mostTelling(rows, Math.max(0, room - 1))
  const isShown = new Set(shown)
  const rest = rows.filter((row) => !isShown.has(row))
  const tail = room > 0 ? [style.dim(cut(`  … and ${summarize(rest)}`, width))] : []
  return [style.bold(head), ...shown.map((row) => drawRow(row, width, style)), ...tail]
}

/** What failed and what is under way come first; failures alone may not fill more than half of the window. */
function mostTelling(rows: Row[], room: number): Row[] {
  const of = (state: Row['state']) => rows.filter((row) => row.state === state)
  const failed = of('failed')
  const half = Math.ceil(room / 2)
  const [newest, older] = [failed.slice(-half), failed.slice(0, -half)]
  return [...newest, ...of('deleting'), ...older, ...of('other'), ...of('waiting')].slice(0, room)
}

/** Before the first deletion, what goes on is all there is to say: nothing may look as if it were being deleted. */
function headline(rows: Row[], note: string): string {
  const hasBegun = rows.some(({state}) => state !== 'waiting')
  if (!hasBegun && note) return `${note.charAt(0).toUpperCase()}${note.slice(1)}`
  const done = rows.filter(({state}) => state !== 'waiting' && state !== 'deleting').length
  const failed = rows.filter(({state}) => state === 'failed').length
  const parts = [
    `Deleting ${thousands(done)}/${thousands(rows.length)}`,
    ...(failed > 0 ? [`${thousands(failed)} failed`] : []),
  ]
  return [...parts, ...(note ? [note] : [])].join(', ')
}

function summarize(rows: Row[]): string {
  return (['waiting', 'deleting', 'deleted', 'failed', 'other'] as const)
    .map((state) => [rows.filter((row) => row.state === state).length, state] as const)
    .filter(([number]) => number > 0)
    .map(([number, state]) => `${thousands(number)} ${state === 'other' ? 'not deleted' : state}`)
    .join(', ')
}

function drawRow({name, state, word, reason}: Row, width: number, style: Style): string {
  const line = cut(`  ${MARKS[state]} ${name}  ${word}${reason ? `: ${reason}` : ''}`, width)
  if (state === 'failed') return style.red(line)
  if (state === 'deleted') return style.green(line)
  return state === 'deleting' ? line : style.dim(line)
}

/** Cut to the width of the terminal, between characters. */
function cut(text: string, width: number): string {
  if (stringWidth(text) <= width) return text
  const kept: string[] = []
  let used = 1
  for (const {segment} of new Intl.Segmenter().segment(text)) {
    used += stringWidth(segment)
    if (used > width) break
    kept.push(segment)
  }

  return `${kept.join('')}…`
}
