import {parseDatasetName} from '../../lib/base/names.js'
import {capitalize, formatNumber, printable} from '../../lib/base/text.js'
import {columnsOf, cut} from '../../lib/views/terminal/layout.js'
import {bar, type Style} from '../../lib/views/terminal/style.js'
import {type Ended, type Items} from './items.js'

interface WindowOptions {
  /** Lines that may be used. */
  height: number
  width: number
  style: Style
  /** Whether the terminal shows more than ASCII. */
  hasBars: boolean
  /** What the job does: `deleting`. */
  doing: string
  /** What holds up the job, or else is to be said; empty where nothing is. */
  note: string
  /** How fast it is. */
  rate: string
}

const BAR_LENGTH = 14

/**
 * Draws a job in at most `height` lines, none wider than `width`: how far it is, what failed, what is in progress, and what was done last.
 * What only waits is not worth a line.
 */
export function drawWindow(items: Items, options: WindowOptions): string[] {
  const {height, width, style, note, doing, hasBars} = options
  const [done, failed] = hasBars ? ['✓', '✗'] : ['+', 'x']
  const head = style.bold(cut(headline(items, options), width))
  const rest = room(Math.max(0, height - 1))
  const notes = rest.take(note ? [`  ${capitalize(note)}`] : [])
  const [now, held] = underWay(items, doing)
  const running = rest.take(now)
  const problems = [...[...items.in.failed.values()].reverse(), ...[...items.in.skipped.values()].reverse()]
  const shown = rest.take(
    fold(problems, rest.left, (each) => `  ${each.ending === 'failed' ? failed : '-'} ${lineOf(each)}`),
  )
  const slow = rest.take(held)
  const recent = rest.take(items.recent.map((each) => `  ${done} ${lineOf(each)}`))
  const fit = (lines: string[], paint = (text: string) => text) =>
    lines.map((line) => paint(cut(line, width)))
  return [
    head,
    ...fit(notes),
    ...fit(shown, style.red),
    ...fit(slow),
    ...fit(running),
    ...fit(recent, style.dim),
  ].slice(0, height)
}

/** Lines that are still free. */
function room(left: number) {
  return {
    left,
    take(lines: string[]): string[] {
      const taken = lines.slice(0, this.left)
      this.left -= taken.length
      return taken
    },
  }
}

/** A line for each where all fit; else the first of them, and how many more there are. */
function fold(problems: Ended[], most: number, draw: (each: Ended) => string): string[] {
  if (problems.length <= most) return problems.map((each) => draw(each))
  const shown = problems.slice(0, Math.max(0, most - 1))
  return [...shown.map((each) => draw(each)), `  … and ${formatNumber(problems.length - shown.length)} more`]
}

/** `Deleting  ███████·······  82/180  14/s, 7 s left  1 failed`; a narrow terminal loses the bar first, then the rate. */
function headline(items: Items, {doing, rate, width, hasBars}: WindowOptions): string {
  const {of, done, detail, in: ended} = items
  const problems = (['failed', 'skipped', 'unattempted'] as const).map(
    (each) => ended[each].size > 0 && `${formatNumber(ended[each].size)} ${WORDS[each]}`,
  )
  const counts = [`${formatNumber(done)}/${formatNumber(of)}`, detail]
  const line = (...parts: Array<string | false>) => [capitalize(doing), ...parts].filter(Boolean).join('  ')
  const lines = [
    line(hasBars && bar(done / of, BAR_LENGTH), ...counts, rate, ...problems),
    line(...counts, rate, ...problems),
    line(...counts, ...problems),
  ]
  return lines.find((each) => columnsOf(each) <= width) ?? lines.at(-1)!
}

const WORDS = {failed: 'failed', skipped: 'skipped', unattempted: 'not attempted'}

/**
 * What is in progress, in a line, by what of their runs it is: `deleting traces of A, B; results of C`; and a line for each that is
 * held up.
 */
function underWay({running}: Items, doing: string): [now: string[], held: string[]] {
  const byType = new Map<string, string[]>()
  const held: string[] = []
  for (const [name, why] of running) {
    const {type, run} = partsOf(name)
    if (why) held.push(`  ${doing} ${labelOf(name)}: ${why}`)
    else byType.set(type, [...(byType.get(type) ?? []), run])
  }

  const groups = [...byType].map(([type, runs]) => `${type}${type && ' of '}${runs.join(', ')}`)
  return [groups.length > 0 ? [`  ${doing} ${groups.join('; ')}`] : [], held]
}

function lineOf({name, words, reason}: Ended): string {
  const label = labelOf(name)
  return reason ? `${label}: ${reason}` : `${label}  ${words}`
}

function labelOf(name: string): string {
  const {type, run} = partsOf(name)
  return type ? `${type} of ${run}` : run
}

/** A run's dataset by its type and its run; what else it may be, as it is called. */
function partsOf(name: string): {type: string; run: string} {
  const parsed = parseDatasetName(name, name.slice(0, Math.max(0, name.indexOf('/'))))
  if (!parsed) return {type: '', run: printable(name)}
  return parsed.type === 'leaderboard'
    ? {type: '', run: 'the leaderboard'}
    : {type: parsed.type, run: parsed.timestamp}
}
