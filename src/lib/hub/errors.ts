import {type ErrorDetails, SmoltraceError} from '../base/errors.js'
import {EXIT, type ExitCode} from '../base/exit-codes.js'
import {safe} from '../base/text.js'
import {readRateLimit} from './quota.js'

/** What is known about a response that was not a success. */
export interface HubAnswer {
  method: string
  /** Path of the request, without the query. */
  path: string
  status: number
  /** `X-Error-Code`, such as `RepoNotFound` or `EntryNotFound` (the Hub's contract, section 0.1). */
  code?: string | undefined
  /** `X-Request-Id`, which the Hub's support asks for. */
  requestId?: string | undefined
  /** Where a redirect that was not followed leads, as the response spells it. */
  location?: string | undefined
  /** The Hub's own words, or the store's. */
  text: string
  /** Host of the file store that answered after a redirect of the Hub; undefined where the Hub itself did. */
  store?: string | undefined
  /** With status 429: milliseconds until the quota is filled again; undefined where the Hub did not say. */
  resetMs?: number | undefined
  /** Milliseconds after which the answer says to try again, where it does. */
  retryAfterMs?: number | undefined
  /** With status 429: the quota is not used up, so waiting for it would be useless (a per-action limit). */
  actionLimit?: boolean | undefined
}

/** The Hub or its file store answered, and the answer was no. Exit code 4 for 401 and 403 of the Hub itself, else 1. */
export class HubError extends SmoltraceError {
  protected static override readonly advice =
    'Try again later. If this persists, see https://status.huggingface.co'
  override readonly name = 'HubError'
  readonly exitCode: ExitCode
  readonly answer: HubAnswer

  constructor(given: HubAnswer, details: ErrorDetails = {}) {
    // An answer may say anything, and may repeat the token.
    const answer = {
      ...given,
      path: safe(given.path),
      text: safe(given.text),
      code: given.code && safe(given.code),
      location: given.location && safe(given.location),
      requestId: given.requestId && safe(given.requestId).slice(0, MAX_WORDS),
    }
    super(describeAnswer(answer), {suggestions: adviceFor(answer), ...details})
    this.answer = answer
    // A file store knows no token of the Hub's.
    const isRefused = answer.store === undefined && (answer.status === 401 || answer.status === 403)
    this.exitCode = isRefused ? EXIT.notAllowed : EXIT.error
  }

  get status(): number {
    return this.answer.status
  }
}

/** No answer came: the Hub is down, the network is, or the wait was too long. Exit code 1. */
export class HubUnreachableError extends SmoltraceError {
  protected static override readonly advice = 'Check the network and HF_ENDPOINT, then try again.'
  override readonly name = 'HubUnreachableError'
  readonly exitCode = EXIT.error
  /** What happened, in a few words. */
  readonly reason: string
  /** A retry would not help: nothing has ever answered there, or its certificate is wrong. */
  readonly isPermanent: boolean

  constructor(message: string, details: ErrorDetails & {reason?: string; isPermanent?: boolean} = {}) {
    super(message, details)
    this.reason = details.reason ?? message
    this.isPermanent = details.isPermanent ?? false
  }
}

/** An answer came, but not one the Hub gives: HTML, broken JSON, a foreign link, a missing field. Exit code 1. */
export class HubFormatError extends SmoltraceError {
  protected static override readonly advice =
    'Try again later. If this persists, update smoltrace: the Hub may have changed.'
  override readonly name = 'HubFormatError'
  readonly exitCode = EXIT.error
}

/** Characters of the Hub's words in a sentence. */
const MAX_WORDS = 300

function describeAnswer({method, path, status, requestId, text, store}: HubAnswer): string {
  const words = text.slice(0, MAX_WORDS) || 'no message'
  const who = store === undefined ? 'The Hub' : `The file store ${store}, where the Hub redirected,`
  return `${who} returned ${status} for ${method} ${path}: ${words}${requestId ? ` (request ${requestId})` : ''}`
}

/** The words of the Hub where an account is full (the Hub's contract, section 14), on writing and on reading. */
const FULL_STORAGE = /storage limit reached|storage (?:quota|limit) exceeded/i

/** What to do next, by the cause in hand. */
function adviceFor({status, path, method, text, store}: HubAnswer): string[] {
  const isWhoami = path.endsWith('/whoami-v2')
  const isReading = method === 'GET'
  if (status === 407)
    return [
      'This response comes from a proxy: set HTTPS_PROXY (or HTTP_PROXY) to its address, with a name and password if ' +
        'it needs them, such as http://NAME:PASSWORD@proxy.example:3128',
    ]
  if (store !== undefined) return adviceOnStore(store, status)
  if (status === 401 && isWhoami)
    return [
      'The token may have expired or been revoked: set HF_TOKEN to a valid one, or run `hf auth login` again.',
    ]
  // The Hub took the token for whoami, and refuses it here (the Hub's contract, section 14).
  if (status === 401)
    return [
      `The Hub knows this token, so it probably lacks a permission: ${isReading ? READ_PERMISSION : WRITE_PERMISSION}.`,
      'If it has that permission, it may just have been revoked. Create a token at https://huggingface.co/settings/tokens',
    ]
  if (status === 403 && FULL_STORAGE.test(text))
    return [
      "The account's storage is full. Free some space first; traces are the largest: " +
        'smoltrace cleanup --only traces --older-than 30d --sizes',
      'Restoring and pinning need space, so they have to wait.',
    ]
  if (status === 403 && isReading)
    return [
      'The token is valid but cannot read this: its permissions are too narrow, or the dataset is gated.',
      'Create one that can at https://huggingface.co/settings/tokens',
    ]
  if (status === 403) return ['The token is valid but not allowed to do this: use one with write access.']
  if (status === 404 && isWhoami) return ['Is there a Hub at HF_ENDPOINT?']
  if (status === 404)
    return ['It does not exist, or this token cannot see it: check `namespace` and the token.']
  return status === 429 ? ['Wait a few minutes, then run the same command again.'] : []
}

const READ_PERMISSION =
  '`repo.content.read` on the namespace for a fine-grained token, `read-repos` for OAuth'
const WRITE_PERMISSION =
  '`write`, `repo.write` on the namespace for a fine-grained token, `manage-repos` for OAuth'

function adviceOnStore(store: string, status: number): string[] {
  if (status >= 500 || status === 429) return [`Try again later: ${store} is having problems.`]
  return [
    `The token is not the cause: none is sent to ${store}. Check that no firewall or proxy blocks ${store}.`,
    'Then try again: the download address from the Hub expires quickly.',
  ]
}

type Headers = Parameters<typeof readRateLimit>[0]

/** The error of an answer that is not a success, which came from `url` in the end. */
export function toHubError(
  {status, url, headers, text}: {status: number; url: string; headers: Headers; text: string},
  request: {url: string; method: string},
  endpoint: string,
): HubError {
  const {origin, host} = new URL(url)
  const store = origin === new URL(endpoint).origin ? undefined : host
  const {pathname: path} = new URL(request.url)
  const limit = status === 429 ? readRateLimit(headers) : undefined
  const retryAfterMs = retryAfterIn(headers)
  // It has a limit of its own, and nothing can be done without it.
  const isWhoami = path.endsWith('/api/whoami-v2')
  const isUsedUp = limit !== undefined && (limit.remaining === 0 || isWhoami)
  return new HubError({
    method: request.method,
    path,
    status,
    // Only the Hub can say what is there and what is not.
    code: store === undefined ? (headers.get('x-error-code') ?? undefined) : undefined,
    requestId: headers.get('x-request-id') ?? undefined,
    location: headers.get('location') ?? undefined,
    text: hubMessage(text, headers),
    store,
    resetMs: isUsedUp ? ((isWhoami ? retryAfterMs : undefined) ?? limit.resetMs) : undefined,
    retryAfterMs,
    actionLimit: limit !== undefined && !isUsedUp,
  })
}

/** A date as HTTP writes it begins with the day of the week. */
const HTTP_DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)/

/** `Retry-After`, which a gateway may send: seconds, or a date by its own clock. */
function retryAfterIn(headers: Headers): number | undefined {
  const text = headers.get('retry-after')?.trim() ?? ''
  if (/^\d+$/.test(text)) return Number(text) * 1000
  if (!HTTP_DATE.test(text)) return undefined
  const clock = Date.parse(headers.get('date') ?? '')
  const ms = Date.parse(text) - (Number.isNaN(clock) ? Date.now() : clock)
  return Number.isNaN(ms) ? undefined : Math.max(ms, 0)
}

/** The Hub's own words: in the JSON body, else in the header, else the body as it is unless it is a page. */
function hubMessage(body: string, headers: Headers): string {
  const isPage = headers.get('content-type')?.includes('html')
  return (
    messageInJson(body) ||
    messageInXml(body) ||
    headers.get('x-error-message') ||
    (isPage ? 'an HTML page' : body)
  )
}

/** Of a file store: `<Error><Code>AccessDenied</Code><Message>Request has expired</Message>…`. */
function messageInXml(body: string): string {
  return [...body.matchAll(/<(?:Code|Message)>([^<]*)</g)].map(([, words]) => words).join(': ')
}

/** The forms that errors take on the Hub (the Hub's contract, section 0.1); empty where the body has none of them. */
function messageInJson(body: string): string {
  try {
    const {
      error,
      errors,
      error_description: description,
      message,
    } = JSON.parse(body) as Record<string, unknown>
    return [error ?? errors ?? message, description]
      .flat()
      .flatMap((each) => (typeof each === 'object' ? (each as {message?: unknown} | null)?.message : each))
      .filter((each) => typeof each === 'string')
      .join('; ')
  } catch {
    return ''
  }
}
