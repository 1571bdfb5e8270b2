import {EXIT_WORDS, type ExitCode, type Failure} from '../../base/exit-codes.js'
import {formatNumber, safeName} from '../../base/text.js'
import {type Column, type Pair} from '../columns.js'

/**
 * Markdown as GitHub and GitLab show it. Everything from the Hub or from the command line goes through `text` or `code`:
 * none of it can become a link, a mention, an element, or another cell of a table.
 */

/** Longer values are cut: a summary has a size limit. */
const MAX_TEXT = 600

/** Characters with a meaning in Markdown or HTML anywhere; an underscore only at the edge of a word. */
const SIGNS =
  /[&*<>[\\\]`|~]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])|:(?=[^\s\d])|(?<=www)\.|^[+=-]|(?<=^\d+)[).]/giu

/** A value in words. It never ends its line, cell or paragraph. */
export function escapeText(value: string): string {
  const shown = [...safeName(value.slice(0, MAX_TEXT * 3))]
  const isWhole = shown.length <= MAX_TEXT && value.length <= MAX_TEXT * 3
  const cut = isWhole ? shown : [...shown.slice(0, MAX_TEXT), '…']
  return (
    cut
      .join('')
      .replaceAll(SIGNS, (sign) => `&#${sign.codePointAt(0)};`)
      // These are looked for in the page when it is done, where an entity would be the sign itself again.
      .replaceAll(/(?<!&)[#@]/g, (sign) => `${sign}<!-- -->`)
      .replaceAll('$', '<span>&#36;</span>')
  )
}

function code(value: string): string {
  return `<code>${escapeText(value)}</code>`
}

/** A command that a person may copy; undefined where it could not be shown as it is. */
export function command(line: string): string | undefined {
  if (line.length > MAX_TEXT * 5 || safeName(line) !== line) return undefined
  const longest = Math.max(2, ...[...line.matchAll(/`+/g)].map(([ticks]) => ticks.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}sh\n${line}\n${fence}`
}

/** As many rows as fit into some bytes, and how many more there are: `more` says where, `more runs: the saved plan names each`. */
export function table<Row>(
  columns: ReadonlyArray<Column<Row>>,
  rows: readonly Row[],
  {bytes, more}: {bytes: number; more: string},
): string {
  const lines = [line(columns.map(({title}) => title)), line(columns.map(() => '---'))]
  let left = bytes
  for (const [index, row] of rows.entries()) {
    const cells = line(columns.map(({cell, isCode}) => (isCode ? code(cell(row)) : escapeText(cell(row)))))
    left -= Buffer.byteLength(cells)
    if (left < 0) {
      lines.push(`\n… and ${formatNumber(rows.length - index)} ${more}.\n`)
      break
    }

    lines.push(cells)
  }

  return lines.join('')
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |\n`
}

/** Names and texts, a row each. Each line of a text is cut by itself: of many rules none may be lost. */
export function facts(pairs: readonly Pair[]): string {
  const shown = pairs.flatMap(([name, value]) => {
    const lines = value?.split('\n').map((each) => escapeText(each))
    return lines ? line([name, lines.join('<br>')]) : []
  })
  return [line(['', '']), line(['---', '---']), ...shown].join('')
}

export function collapse(title: string, content: string): string {
  return `<details>\n<summary>${title}</summary>\n\n${content}\n</details>\n`
}

/** The parts of a summary, a blank line between them; those that are undefined or empty are omitted. */
export function page(parts: Array<string | undefined>): string {
  return parts.flatMap((part) => (part ? `${part.replace(/\n$/, '')}\n` : [])).join('\n')
}

const ENDS: Readonly<Record<string, string>> = {CancelledError: 'cancelled', RefusedError: 'refused'}

/** The summary of a job, such as `Cleanup`, that ended with an error; the reassurance says what was not changed. */
export function failureSummary(
  title: string,
  failure: MarkdownFailure,
  job: JobFacts,
  reassurance?: string,
): string {
  return page([failurePart(title, failure, reassurance), jobTable(job), warningsPart(job)])
}

type MarkdownFailure = Omit<Failure, 'exitCode'>

/** What went wrong, and what to do, under its title. */
export function failurePart(
  title: string,
  {name, message, suggestions}: MarkdownFailure,
  reassurance?: string,
): string {
  const advice = suggestions.filter((suggestion) => suggestion !== reassurance)
  return page([
    `## ${title}: ${ENDS[name] ?? 'failed'}`,
    `**Error:** ${escapeText(message)}`,
    reassurance,
    advice.map((suggestion) => `- ${escapeText(suggestion)}`).join('\n'),
  ])
}

/** What every summary says of the job itself; the command line has no token. */
export interface JobFacts {
  commandLine: string
  exitCode: ExitCode
  warnings: readonly string[]
  /** Of a plan that was refused: what is said first. */
  failed?: string
}

/** What was asked for, what came of it, and how it ended. */
export function jobTable({commandLine, exitCode}: JobFacts, pairs: readonly Pair[] = []): string {
  return facts([['Command', commandLine], ...pairs, ['Exit code', `${exitCode}: ${EXIT_WORDS[exitCode]}`]])
}

const MAX_WARNINGS = 20

export function warningsPart({warnings}: JobFacts): string | undefined {
  if (warnings.length === 0) return undefined
  const lines = warnings.slice(0, MAX_WARNINGS).map((warning) => `- ${escapeText(warning)}`)
  const rest = warnings.length - MAX_WARNINGS
  return ['### Warnings', '', ...lines, ...(rest > 0 ? [`- … and ${rest} more`] : [])].join('\n')
}
