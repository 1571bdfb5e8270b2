import {code, text} from './markdown.js'

/** What every summary says of the job itself. */
export interface JobFacts {
  /** The command line as it was given, without the token. */
  asked: string
  exitCode: number
  warnings: readonly string[]
}

/** What exit codes say, in words. */
const EXIT_CODES: Readonly<Record<number, string>> = {
  0: 'done, or nothing to do',
  1: 'error, or refused',
  2: 'usage',
  3: 'something was not deleted',
  4: 'not authenticated or not allowed',
  5: 'nothing of the saved plan could be applied',
  10: 'something was found',
  130: 'cancelled or interrupted',
}

/** What was asked for. */
export function askedFact({asked}: JobFacts): [string, string] {
  return ['Command', code(asked)]
}

/** How it ended. */
export function exitFact({exitCode}: JobFacts): [string, string] {
  return ['Exit code', `${exitCode}: ${EXIT_CODES[exitCode] ?? 'error'}`]
}

const MOST_WARNINGS = 20

/** What was warned of; of many warnings the first. */
export function warningsPart({warnings}: JobFacts): string | undefined {
  if (warnings.length === 0) return undefined
  const lines = warnings.slice(0, MOST_WARNINGS).map((warning) => `- ${text(warning)}`)
  const rest = warnings.length - MOST_WARNINGS
  return ['### Warnings', '', ...lines, ...(rest > 0 ? [`- … and ${rest} more`] : [])].join('\n')
}
