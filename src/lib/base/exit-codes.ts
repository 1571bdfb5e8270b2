/** How a process of this program ends, with and without `--json`; of two that apply, the first in this list wins. */
export const EXIT = {
  cancelled: 130,
  notAllowed: 4,
  usage: 2,
  error: 1,
  incomplete: 3,
  stale: 5,
  found: 10,
  done: 0,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** What each says. */
export const EXIT_WORDS: Readonly<Record<ExitCode, string>> = {
  [EXIT.done]: 'done, or nothing to do',
  [EXIT.error]: 'error, or refused',
  [EXIT.usage]: 'wrong usage; no request was sent to the Hub',
  [EXIT.incomplete]: 'something failed, was skipped or was not attempted',
  [EXIT.notAllowed]: 'not authenticated, or not allowed',
  [EXIT.stale]: 'no part of the saved plan could be applied',
  [EXIT.found]: 'something was found (with --exit-code)',
  [EXIT.cancelled]: 'cancelled or interrupted',
}

/** The code as one of these; 1 where it is none of them. */
export function exitCodeFrom(code: number | false | undefined): ExitCode {
  return ALL_CODES.find((each) => each === code) ?? EXIT.error
}

/** Which of two codes a process ends with. */
export function moreSevere(one: number, other: ExitCode): number {
  return Object.values(EXIT).find((code) => code === one || code === other) ?? other
}

/** Of a command that does not ask the Hub. */
export const LOCAL_CODES: readonly ExitCode[] = [EXIT.done, EXIT.error, EXIT.usage]

/** Of a command that asks the Hub. */
export const HUB_CODES = hubCodes()

/** Of a command that runs any other. */
export const ALL_CODES: readonly ExitCode[] = Object.values(EXIT).sort((a, b) => a - b)

/** Of a command that asks the Hub, and ends with these too. */
export function hubCodes(...more: ExitCode[]): readonly ExitCode[] {
  return [...LOCAL_CODES, EXIT.notAllowed, EXIT.cancelled, ...more].sort((a, b) => a - b)
}

/** A line for each code; the words are aligned. */
export function formatExitCodes(codes: readonly ExitCode[]): string {
  return codes.map((code) => `${String(code).padEnd(3)}  ${EXIT_WORDS[code]}`).join('\n')
}

/** What every failure comes down to, whatever threw it. */
export interface Failure {
  name: string
  /** One line. */
  message: string
  exitCode: ExitCode
  /** What to do next, a sentence each; at least one. */
  suggestions: string[]
}
