import {safeName} from '../../base/text.js'
import {thousands} from '../format.js'

/**
 * Markdown as GitHub and GitLab show it. Whatever comes from the Hub or from the command line goes through `text` or `code`:
 * none of it can become a link, a mention, an element, or another cell of a table.
 */

/** Longer values are cut: a summary has a size limit. */
const LONGEST = 600

/** Characters with a meaning in Markdown or HTML anywhere; an underscore only at the edge of a word. */
const SIGNS =
  /[&*<>[\\\]`|~]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])|:(?=[^\s\d])|(?<=www)\.|^[+=-]|(?<=^\d+)[).]/giu

/** A value in words. It never ends its line, cell or paragraph. */
export function text(value: string): string {
  const shown = [...safeName(value.slice(0, LONGEST * 3))]
  const isWhole = shown.length <= LONGEST && value.length <= LONGEST * 3
  const cut = isWhole ? shown : [...shown.slice(0, LONGEST), '…']
  return (
    cut
      .join('')
      .replaceAll(SIGNS, (sign) => `&#${sign.codePointAt(0)};`)
      // These are looked for in the page when it is done, where an entity would be the sign itself again.
      .replaceAll(/(?<!&)[#@]/g, (sign) => `${sign}<!-- -->`)
      .replaceAll('$', '<span>&#36;</span>')
  )
}

/** A name, a path or a flag, as code. */
export function code(value: string): string {
  return `<code>${text(value)}</code>`
}

/** A command that a person may copy; undefined where it could not be shown as it is. */
export function command(line: string): string | undefined {
  if (line.length > LONGEST * 5 || safeName(line) !== line) return undefined
  const longest = Math.max(2, ...[...line.matchAll(/`+/g)].map(([ticks]) => ticks.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}sh\n${line}\n${fence}`
}

/** The rows of a table, and what they may take up. */
interface Rows {
  titles: readonly string[]
  /** Cells that are Markdown already. */
  rows: Iterable<readonly string[]>
  /** How many rows there are. */
  number: number
  /** The most that they take up, in bytes. */
  bytes: number
  /** What they are, and where those are named that have no room: `more runs: the saved plan names each`. */
  more: string
}

/** A table of as many rows as fit, and a sentence with the number of the other rows. */
export function table({titles, rows, number, bytes, more}: Rows): string {
  const lines = [line(titles), line(titles.map(() => '---'))]
  let left = bytes
  let shown = 0
  for (const cells of rows) {
    const row = line(cells)
    left -= Buffer.byteLength(row)
    if (left < 0) break
    lines.push(row)
    shown++
  }

  if (shown < number) lines.push(`\n… and ${thousands(number - shown)} ${more}.\n`)
  return lines.join('')
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |\n`
}

/** Names and values, a line each. */
export function facts(pairs: ReadonlyArray<readonly [name: string, value: string]>): string {
  return table({titles: ['', ''], rows: pairs, number: pairs.length, bytes: Infinity, more: ''})
}

/** A collapsed section. */
export function folded(title: string, content: string): string {
  return `<details>\n<summary>${title}</summary>\n\n${content}\n</details>\n`
}

/** The parts of a summary, a blank line between them; those that are undefined or empty are left out. */
export function page(parts: Array<string | undefined>): string {
  return parts
    .filter((part): part is string => part !== undefined && part !== '')
    .map((part) => (part.endsWith('\n') ? part : `${part}\n`))
    .join('\n')
}
