import {EXIT_WORDS, type ExitCode, type Failure} from '../../base/exit-codes.js'
import {type Pair} from '../columns.js'
import {facts, page, text} from './markdown.js'

/** What a command has to say of its failure. */
interface Failed extends Pick<Failure, 'message' | 'name' | 'suggestions'> {
  /** What stays as it was in spite of it. */
  reassurance?: string | undefined
}

/** What a title calls the end, where it is not a failure. */
const ENDS: Readonly<Record<string, string>> = {CancelledError: 'cancelled', RefusedError: 'refused'}

/** The summary of a job that ended with an error. @param title what the job was, such as `Cleanup` */
export function failureSummary(
  title: string,
  {name, message, suggestions, reassurance}: Failed,
  job: JobFacts,
): string {
  const ended = ENDS[name] ?? 'failed'
  return page([
    `## ${title}: ${ended}`,
    `**Error:** ${text(message)}`,
    reassurance,
    suggestions
      .filter((suggestion) => suggestion !== reassurance)
      .map((suggestion) => `- ${text(suggestion)}`)
      .join('\n'),
    jobTable(job),
    warningsPart(job),
  ])
}

/** What every summary says of the job itself. */
export interface JobFacts {
  /** The command line as it was given, without the token. */
  commandLine: string
  exitCode: ExitCode
  warnings: readonly string[]
}

/** What was asked for, what came of it, and how it ended. */
export function jobTable({commandLine, exitCode}: JobFacts, pairs: readonly Pair[] = []): string {
  return facts([['Command', commandLine], ...pairs, ['Exit code', `${exitCode}: ${EXIT_WORDS[exitCode]}`]])
}

const MOST_WARNINGS = 20

/** What was warned of; of many warnings the first. */
export function warningsPart({warnings}: JobFacts): string | undefined {
  if (warnings.length === 0) return undefined
  const lines = warnings.slice(0, MOST_WARNINGS).map((warning) => `- ${text(warning)}`)
  const rest = warnings.length - MOST_WARNINGS
  return ['### Warnings', '', ...lines, ...(rest > 0 ? [`- … and ${rest} more`] : [])].join('\n')
}
