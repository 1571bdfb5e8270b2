import {EXIT_WORDS, type ExitCode} from '../../base/exit-codes.js'
import {code, text} from './markdown.js'

/** What every summary says of the job itself. */
export interface JobFacts {
  /** The command line as it was given, without the token. */
  commandLine: string
  exitCode: ExitCode
  warnings: readonly string[]
}

/** What was asked for. */
export function askedFact({commandLine}: JobFacts): [string, string] {
  return ['Command', code(commandLine)]
}

/** How it ended. */
export function exitFact({exitCode}: JobFacts): [string, string] {
  return ['Exit code', `${exitCode}: ${EXIT_WORDS[exitCode]}`]
}

const MOST_WARNINGS = 20

/** What was warned of; of many warnings the first. */
export function warningsPart({warnings}: JobFacts): string | undefined {
  if (warnings.length === 0) return undefined
  const lines = warnings.slice(0, MOST_WARNINGS).map((warning) => `- ${text(warning)}`)
  const rest = warnings.length - MOST_WARNINGS
  return ['### Warnings', '', ...lines, ...(rest > 0 ? [`- … and ${rest} more`] : [])].join('\n')
}
