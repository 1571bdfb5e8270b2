import {type ErrorDetails, SmoltraceError} from '../errors.js'
import {EXIT, type ExitCode} from '../exit-codes.js'
import {safe} from '../text.js'

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
  /** Where a redirect that was not followed leads, as the answer spells it. */
  location?: string | undefined
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
  readonly exitCode: ExitCode
  readonly answer: HubAnswer

  constructor(said: HubAnswer, details: ErrorDetails = {}) {
    const answer = safeAnswer(said)
    super(describe(answer), {suggestions: adviceFor(answer), ...details}, LATER)
    this.answer = answer
    this.exitCode = isAuthStatus(answer.status) ? EXIT.notAllowed : EXIT.error
  }

  get status(): number {
    return this.answer.status
  }
}

/** No answer came: the Hub is down, the network is, or the wait was too long. Exit code 1. */
export class HubUnreachableError extends SmoltraceError {
  override readonly name = 'HubUnreachableError'
  readonly exitCode = EXIT.error
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
    super(message, details, 'Check the network and HF_ENDPOINT, then try again.')
    this.reason = reason
    this.isLasting = isLasting
  }
}

/** An answer came, but not one the Hub gives: HTML, broken JSON, a foreign link, a missing field. Exit code 1. */
export class HubFormatError extends SmoltraceError {
  override readonly name = 'HubFormatError'
  readonly exitCode = EXIT.error

  constructor(message: string, details: ErrorDetails = {}) {
    super(
      message,
      details,
      'Try again later. If it stays so, look for a newer version: the Hub may have changed.',
    )
  }
}

const LATER = 'Try again later. If it stays so, see https://status.huggingface.co.'

/** Whether a status says that the token is at fault. */
export function isAuthStatus(status: number): boolean {
  return status === 401 || status === 403
}

/** Whatever the other side says of itself may be anything, and may repeat the token. */
function safeAnswer({text, code, path, requestId, ...rest}: HubAnswer): HubAnswer {
  return {
    ...rest,
    path: safe(path),
    text: safe(text),
    ...(code !== undefined && {code: safe(code)}),
    ...(requestId !== undefined && {requestId: safe(requestId).slice(0, MOST_WORDS)}),
  }
}

/** Characters of the Hub's words in a sentence. */
const MOST_WORDS = 300

function describe({method, path, status, requestId, text}: HubAnswer): string {
  const words = text.slice(0, MOST_WORDS) || 'no message'
  return `The Hub answered ${status} to ${method} ${path}: ${words}${requestId ? ` (request ${requestId})` : ''}`
}

function adviceFor({status, path, method}: HubAnswer): string[] {
  if (status === 404 && path.endsWith('/whoami-v2')) return ['Is there a Hub at HF_ENDPOINT?']
  if (status === 401)
    return ['The token was rejected: set HF_TOKEN to a valid one, or run `hf auth login` again.']
  if (status === 403) {
    return method === 'GET'
      ? [
          'The token is valid but may not read this: it is too narrow, or the dataset has a gate.',
          'Use one that may, from https://huggingface.co/settings/tokens.',
        ]
      : ['The token is valid but may not do this: use one with write access.']
  }

  if (status === 404)
    return ['It is not there, or not for this token to see: check --namespace and the token.']
  if (status === 429) return ['Wait a few minutes, then run the same command again.']
  return []
}
