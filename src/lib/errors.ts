/** What every error of this program carries: how the process ends, and what the reader can do next. */
export interface ErrorDetails {
  /** What to do next, one sentence each; `{bin}` stands for the command line's name. */
  suggestions?: string[]
  cause?: unknown
}

/** Base of every error that is meant for a person: a message, an exit code and suggestions. */
export abstract class SmoltraceError extends Error {
  abstract readonly exitCode: number
  readonly suggestions: string[]

  constructor(message: string, {suggestions = [], cause}: ErrorDetails = {}) {
    super(message, cause === undefined ? undefined : {cause})
    this.suggestions = suggestions
  }

  /** Where oclif looks for the exit code when a host prints the error itself. */
  get oclif(): {exit: number} {
    return {exit: this.exitCode}
  }
}

/** The flags or options make no sense; nothing was sent to the Hub. Exit code 2. */
export class UsageError extends SmoltraceError {
  override readonly name = 'UsageError'
  readonly exitCode = 2
}

/** A safety rule forbids what was asked, or what it needs is not known for certain. Exit code 1. */
export class RefusedError extends SmoltraceError {
  override readonly name = 'RefusedError'
  readonly exitCode = 1
}

/** No token, a token the Hub rejects, or one that may not do this; before anything was deleted. Exit code 4. */
export class NotAllowedError extends SmoltraceError {
  override readonly name = 'NotAllowedError'
  readonly exitCode = 4
}

/** The user said no, or interrupted the job before anything was deleted. Exit code 130. */
export class CancelledError extends SmoltraceError {
  override readonly name = 'CancelledError'
  readonly exitCode = 130
}
