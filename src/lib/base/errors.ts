import {inspect} from 'node:util'

import {EXIT, type ExitCode} from './exit-codes.js'
import {printable, redact, redactSecrets} from './text.js'

/** What every error of this program carries: how the process ends, and what the reader can do next. */
export interface ErrorDetails {
  /** What to do next, one sentence each. */
  suggestions?: readonly string[]
  cause?: unknown
}

/**
 * Base of every error that is meant for a person: a message, an exit code and what to do next. The texts call options by their
 * names in the library, in backticks. Message, stack, cause and suggestions lose control characters and the token.
 */
export abstract class SmoltraceError extends Error {
  /** Default advice. */
  protected static readonly advice: string
  abstract readonly exitCode: ExitCode
  /** Never empty. */
  readonly suggestions: string[]

  constructor(message: string, {suggestions = [], cause}: ErrorDetails = {}) {
    super(shownText(message), cause === undefined ? undefined : {cause: shownCause(cause)})
    const texts = suggestions.length > 0 ? suggestions : [new.target.advice]
    this.suggestions = texts.map((text) => shownText(text))
  }

  /** Where oclif looks for the exit code when a host prints the error itself. */
  get oclif(): {exit: number} {
    return {exit: this.exitCode}
  }
}

function shownText(text: string): string {
  return redactSecrets(printable(text))
}

/** A foreign error may quote what the Hub sent, in any of its fields. */
function shownCause(cause: unknown): unknown {
  if (cause instanceof SmoltraceError) return cause
  const text = inspect(cause)
  if (text === redact(text)) return cause
  const {name, message, stack} = cause instanceof Error ? cause : new Error(text)
  const shown = new Error(redact(message))
  return Object.assign(shown, {name, stack: redact(stack ?? message)})
}

/** Default advice of the library; a command names its help instead. */
export const SEE_OPTIONS = 'The library documentation describes every option.'

/** The flags or options make no sense; nothing was sent to the Hub. Exit code 2. */
export class UsageError extends SmoltraceError {
  protected static override readonly advice = SEE_OPTIONS
  override readonly name = 'UsageError'
  readonly exitCode = EXIT.usage
}

/** One option makes no sense. A command calls it by its flag, and a policy file by its key. */
export class OptionError extends UsageError {
  readonly option: string
  readonly problem: string

  /** @param problem the rest of a sentence that begins with the option, without a full stop */
  constructor(option: string, problem: string, details: ErrorDetails = {}) {
    super(`\`${option}\` ${problem}.`, details)
    this.option = option
    this.problem = shownText(problem)
  }
}

/** Calls the options that a text names otherwise. @param nameOf the other name; undefined keeps the option's */
export function renameOptions(text: string, nameOf: (option: string) => string | undefined): string {
  // What is quoted was given by a person, and is repeated as it is.
  return text.replaceAll(/"[^"]*"|`(\w+(?:: \w+)?)`/g, (found, option?: string) =>
    option === undefined ? found : (nameOf(option) ?? found),
  )
}

/** A safety rule forbids what was asked, or what it needs is not known for certain. Exit code 1. */
export class RefusedError extends SmoltraceError {
  protected static override readonly advice = 'Resolve this, then run the command again.'
  override readonly name = 'RefusedError'
  readonly exitCode = EXIT.error
}

/** No token, a token the Hub rejects, or one that may not do this; before anything was deleted. Exit code 4. */
export class NotAllowedError extends SmoltraceError {
  protected static override readonly advice =
    'Set HF_TOKEN to a token that may do this, or run `hf auth login`.'
  override readonly name = 'NotAllowedError'
  readonly exitCode = EXIT.notAllowed
}

/** The user said no, or interrupted the job before anything was deleted. Exit code 130. */
export class CancelledError extends SmoltraceError {
  protected static override readonly advice = 'You can run the same command again at any time.'
  override readonly name = 'CancelledError'
  readonly exitCode = EXIT.cancelled
}

/** For what only informs: `unknown` and a warning where it cannot be read. @throws CancelledError, and what is not for a person */
export async function orUnknown<T>(
  reading: Promise<T>,
  what: string,
  warnings: string[],
): Promise<T | 'unknown'> {
  try {
    return await reading
  } catch (error) {
    if (!(error instanceof SmoltraceError) || error instanceof CancelledError) throw error
    warnings.push(`${what} ${error.message}`)
    return 'unknown'
  }
}
