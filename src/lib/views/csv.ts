import {safeName} from '../base/text.js'

export type CsvCell = boolean | number | string | undefined

/** A spreadsheet takes these for the beginning of a formula, the wide forms in some of its languages. */
const FORMULA = /^[=+\-@\t\r＝＋－＠]/
const NUMBER = /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i

/**
 * Writes a table as CSV (RFC 4180), lines ending in CR LF. What comes from outside loses its control
 * characters and tokens, and where it would be executed as a formula it gets an apostrophe in front.
 */
export function formatCsv(titles: readonly string[], rows: ReadonlyArray<readonly CsvCell[]>): string {
  return [titles, ...rows].map((row) => lineOf(row)).join('')
}

function lineOf(cells: readonly CsvCell[]): string {
  return `${cells.map((cell) => fieldOf(cell)).join(',')}\r\n`
}

function fieldOf(cell: CsvCell): string {
  if (cell === undefined) return ''
  const text = safeName(String(cell))
  const harmless = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text
  // A semicolon separates fields where the comma is the decimal sign.
  return /[",;\r\n\t]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}
