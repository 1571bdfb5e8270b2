import {type ErrorDetails, SmoltraceError} from '../errors.js'
import {printable} from '../text.js'

/** What is known about an answer of the Hub that was not a success. */
export interface HubAnswer {
  method: string
  /** Path of the request, without the query. */
  path: string
  status: number
  /** `X-Error-Code`, such as `RepoNotFound` or `EntryNotFound` (the Hub's contract, section 0.1). */
  code?: string | undefined
  /** `X-Request-Id`, which the Hub's support asks for. */
  requestId?: string | undefined
  /** The Hub's own words. */
  text: string
  /** With status 429: milliseconds until the quota is filled again; undefined where the Hub did not say. */
  resetMs?: number | undefined
  /** Milliseconds after which the answer says to try again, where it does. */
  retryAfterMs?: number | undefined
  /** With status 429: the quota is not used up, so waiting for it would be useless (a per-action limit). */
  actionLimit?: boolean | undefined
}

/** The Hub answered, and the answer was no. Exit code 4 for 401 and 403, else 1. */
export class HubError extends SmoltraceError {
  override readonly name = 'HubError'
  readonly exitCode: number
  readonly answer: HubAnswer

  constructor(answer: HubAnswer, details: ErrorDetails = {}) {
    super(describe(answer), {...adviceFor(answer), ...details})
    this.answer = answer
    this.exitCode = isAuthStatus(answer.status) ? 4 : 1
  }

  get status(): number {
    return this.answer.status
  }
}

/** No answer came: the Hub is down, the network is, or the wait was too long. Exit code 1. */
export class HubUnreachableError extends SmoltraceError {
  override readonly name = 'HubUnreachableError'
  readonly exitCode = 1
  /** What happened, in a few words. */
  readonly reason: string
  /** Trying again would not help: nothing has ever answered there, or it is not who it should be. */
  readonly isLasting: boolean

  constructor(
    message: string,
    {
      reason = message,
      isLasting = false,
      ...details
    }: ErrorDetails & {reason?: string; isLasting?: boolean} = {},
  ) {
    super(message, details)
    this.reason = reason
    this.isLasting = isLasting
  }
}

/** An answer came, but not one the Hub gives: HTML, broken JSON, a foreign link, a missing field. Exit code 1. */
export class HubFormatError extends SmoltraceError {
  override readonly name = 'HubFormatError'
  readonly exitCode = 1
}

/** Whether a status says that the token is at fault. */
export function isAuthStatus(status: number): boolean {
  return status === 401 || status === 403
}

function describe({method, path, status, requestId, text}: HubAnswer): string {
  const words = printable(text).slice(0, 300) || 'no message'
  return `The Hub answered ${status} to ${method} ${path}: ${words}${requestId ? ` (request ${printable(requestId)})` : ''}`
}

function adviceFor({status, path, method}: HubAnswer): ErrorDetails {
  if (status === 404 && path.endsWith('/whoami-v2')) return {suggestions: ['Is there a Hub at HF_ENDPOINT?']}
  if (status === 401) {
    return {
      suggestions: ['The token was rejected: set HF_TOKEN to a valid one, or run `hf auth login` again.'],
    }
  }

  if (status !== 403) return {}
  return method === 'GET'
    ? {
        suggestions: [
          'The token is valid but may not read this: it is too narrow, or the dataset has a gate.',
        ],
      }
    : {suggestions: ['The token is valid but may not do this: use one with write access.']}
}
