import {inspect} from 'node:util'

import {EXIT, type ExitCode} from './exit-codes.js'
import {printable, withoutOwnTokens, withoutTokens} from './text.js'

/** What every error of this program carries: how the process ends, and what the reader can do next. */
export interface ErrorDetails {
  /**
   * What to do next, one sentence each. Within the program `{bin}` stands for the command line's name, `{help}` for the
   * command's help; errors of the library hold neither.
   */
  suggestions?: readonly string[]
  cause?: unknown
}

/**
 * Base of every error that is meant for a person: a message, an exit code and what to do next. Here errors leave the program, so
 * here message, stack, cause and suggestions lose control characters and the token.
 */
export abstract class SmoltraceError extends Error {
  abstract readonly exitCode: ExitCode
  /** Never empty. */
  readonly suggestions: string[]

  /** @param otherwise what to do next where nothing more helpful is known */
  constructor(message: string, {suggestions = [], cause}: ErrorDetails, otherwise: string) {
    super(shownText(message), cause === undefined ? undefined : {cause: shownCause(cause)})
    this.suggestions = (suggestions.length > 0 ? suggestions : [otherwise]).map((text) => shownText(text))
  }

  /** Where oclif looks for the exit code when a host prints the error itself. */
  get oclif(): {exit: number} {
    return {exit: this.exitCode}
  }
}

function shownText(text: string): string {
  return withoutOwnTokens(printable(text))
}

/** Somebody else's error may quote what the Hub sent, in any of its fields. */
function shownCause(cause: unknown): unknown {
  if (cause instanceof SmoltraceError) return cause
  const text = inspect(cause)
  if (text === withoutTokens(text)) return cause
  const {name, message, stack} = cause instanceof Error ? cause : new Error(text)
  const shown = new Error(withoutTokens(message))
  return Object.assign(shown, {name, stack: withoutTokens(stack ?? message)})
}

/** The flags or options make no sense; nothing was sent to the Hub. Exit code 2. */
export class UsageError extends SmoltraceError {
  override readonly name = 'UsageError'
  readonly exitCode = EXIT.usage

  constructor(message: string, details: ErrorDetails = {}) {
    super(message, details, 'See {help}.')
  }
}

/** A safety rule forbids what was asked, or what it needs is not known for certain. Exit code 1. */
export class RefusedError extends SmoltraceError {
  override readonly name = 'RefusedError'
  readonly exitCode = EXIT.error

  constructor(message: string, details: ErrorDetails = {}) {
    super(message, details, 'Settle that, then run the same command again.')
  }
}

/** No token, a token the Hub rejects, or one that may not do this; before anything was deleted. Exit code 4. */
export class NotAllowedError extends SmoltraceError {
  override readonly name = 'NotAllowedError'
  readonly exitCode = EXIT.notAllowed

  constructor(message: string, details: ErrorDetails = {}) {
    super(message, details, 'Set HF_TOKEN to a token that may do this, or run `hf auth login`.')
  }
}

/** The user said no, or interrupted the job before anything was deleted. Exit code 130. */
export class CancelledError extends SmoltraceError {
  override readonly name = 'CancelledError'
  readonly exitCode = EXIT.cancelled

  constructor(message: string, details: ErrorDetails = {}) {
    super(message, details, 'The same command can be run again at any time.')
  }
}
