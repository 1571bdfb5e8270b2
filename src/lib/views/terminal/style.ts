import {styleText} from 'node:util'

const FORMATS = ['bold', 'dim', 'red', 'green', 'yellow'] as const

/** What paints a text for one stream. Colour is never the only signal: each text says the same without it. */
export type Style = Readonly<Record<(typeof FORMATS)[number], (text: string) => string>>

/** What a table or a preview needs to know of where it is shown. */
export interface Screen {
  style: Style
  /** Columns of the terminal; undefined on a pipe. */
  width: number | undefined
  /** Lines of the terminal, where a long page may be folded to fit; undefined where all of it is shown. */
  height?: number | undefined
}

/** Paints the first word alone: a whole sentence in yellow cannot be read on white. */
export function paintFirst(paint: (text: string) => string, text: string): string {
  return text.replace(/^\S+/, (word) => paint(word))
}

export function styleFor(stream: NodeJS.WriteStream): Style {
  const isColoured = hasColours(stream)
  // Whether it may, is known already; of this stream, not of stdout.
  const paint = (format: (typeof FORMATS)[number]) => (text: string) =>
    isColoured ? styleText(format, text, {validateStream: false}) : text
  return Object.fromEntries(FORMATS.map((format) => [format, paint(format)])) as Style
}

/** On a terminal that can, unless `NO_COLOR` or `TERM=dumb` say no; on a pipe only where `FORCE_COLOR` says so. */
export function hasColours(stream: NodeJS.WriteStream): boolean {
  const forced = process.env.FORCE_COLOR
  if (process.env.NO_COLOR) return false
  if (forced !== undefined && forced !== '0' && forced !== 'false') return true
  return stream.isTTY === true && stream.hasColors?.() === true
}

export function isPlainWanted(env: NodeJS.ProcessEnv): boolean {
  return isOn(env.SMOLTRACE_PLAIN)
}

/** What forbids drawing on a terminal again and again, in words; undefined where nothing does. */
export function whyPlain(env = process.env): string | undefined {
  const {CI, TERM} = env
  if (isPlainWanted(env)) return 'SMOLTRACE_PLAIN is set'
  if (isOn(CI)) return 'CI is set'
  return TERM === 'dumb' ? 'this terminal cannot draw (TERM is dumb)' : undefined
}

/** Whether a terminal can show the blocks of bars; to a screen reader they are noise: the number is next to them. */
export function mayShowBars(env = process.env, platform = process.platform): boolean {
  if (isPlainWanted(env) || env.TERM === 'dumb') return false
  const letters = env.LC_ALL || env.LC_CTYPE || env.LANG || ''
  return platform === 'win32' || /utf-?8/i.test(letters)
}

/**
 * A bar of a share from 0 to 1; what lies beyond is shown as the nearest of these. Only nothing at all is empty, and only all of it
 * is full.
 */
export function bar(share: number, length = 8): string {
  const inside = Math.min(Math.max(Math.round(share * length), 1), length - 1)
  const filled = share <= 0 ? 0 : share >= 1 ? length : inside
  return '█'.repeat(filled) + '·'.repeat(length - filled)
}

/** Whether the screen may be redrawn: on a terminal whose cursor moves, outside CI. */
export function mayRedraw(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY === true && whyPlain() === undefined
}

function isOn(value = ''): boolean {
  return !['', '0', 'false'].includes(value)
}

export function screenOf(stream: NodeJS.WriteStream): Screen {
  const height = stream.isTTY ? sizeOfTerminal(stream).rows : undefined
  return {style: styleFor(stream), width: widthOf(stream), height}
}

/** Columns of a terminal; undefined on a pipe, where nothing is cut or wrapped. */
export function widthOf(stream: NodeJS.WriteStream): number | undefined {
  return stream.isTTY ? sizeOfTerminal(stream).columns : undefined
}

/** How large a terminal is; the usual size where it does not know that itself. */
export function sizeOfTerminal({columns, rows}: NodeJS.WriteStream): {columns: number; rows: number} {
  return {columns: columns || 80, rows: rows || 24}
}
