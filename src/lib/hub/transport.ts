import {setTimeout as sleep} from 'node:timers/promises'

import {CancelledError} from '../errors.js'
import {withoutTokens} from '../text.js'
import {VERSION} from '../version.js'
import {HubError, HubFormatError, HubUnreachableError} from './errors.js'
import {ownSignal} from './own-signal.js'
import {readQuota} from './quota.js'
import {watchedBlob} from './watched-blob.js'

/** A pause because the quota is used up or the Hub is too busy. */
export interface Wait {
  ms: number
}

export interface TransportOptions {
  /** Origin of the Hub, without a slash at the end. */
  endpoint: string
  /** Ends every request but a DELETE under way, whose result must be known. */
  signal?: AbortSignal | undefined
  /** Called before each pause. */
  onWait?: ((wait: Wait) => void) | undefined
  /** The time limit ends with the first byte: files may be large, and whoever reads the body watches over it. */
  hasLongBodies?: boolean | undefined
}

/** How long an answer may take, in ms. */
const TIME_LIMIT = 60_000
/** Pauses after answers 429 that do not say how long to wait, in ms. */
const BACKOFF = [1000, 2000, 4000, 8000, 8000]
/** An answer 429 that says "no wait" again and again must not become a storm of requests, in ms. */
const SHORTEST_WAIT = 100
/** No window is longer, and a timer that is told of weeks would not wait at all, in ms. */
const LONGEST_WAIT = 3_600_000

/**
 * Makes the one `fetch` under everything. It sends the token to no origin but the endpoint's, waits where the quota is
 * used up, and turns every answer that is not a success into a typed error, because `@huggingface/hub` drops the
 * headers that tell one error from another (the Hub's contract, section 13).
 *
 * A DELETE answered 429 is not repeated here: what is deleted must first be looked at again.
 * @returns a `fetch` that throws HubError, HubFormatError, HubUnreachableError or CancelledError, and whose answers are
 *   all successes
 */
export function createTransport(options: TransportOptions): typeof fetch {
  return async (input, init = {}) => {
    const request: RequestInit = {...init, headers: headersFor(String(input), init, options.endpoint)}
    const isDelete = request.method === 'DELETE'
    if (isDelete) request.redirect = 'manual'
    for (let attempt = 0; ; attempt++) {
      const response = await send(String(input), request, {
        signal: isDelete ? undefined : options.signal,
        hasLongBodies: options.hasLongBodies,
      })
      if (response.ok) return expectHubAnswer(response, request, String(input), options.endpoint)
      const error = await toHubError(response, request, String(input))
      const ms = error.status === 429 && !isDelete ? pauseFor(error, attempt) : undefined
      if (ms === undefined) throw error
      await pause(ms, options)
    }
  }
}

/** How long to wait after an answer 429 before trying again, in ms; undefined where there is no use in it. */
export function pauseFor({answer}: HubError, attempt: number): number | undefined {
  if (answer.actionLimit) return undefined
  return answer.resetMs === undefined
    ? BACKOFF[attempt]
    : Math.min(Math.max(answer.resetMs, SHORTEST_WAIT), LONGEST_WAIT)
}

/** Waits, and says so; a signal ends the wait at once. */
export async function pause(
  ms: number,
  {onWait, signal}: Pick<TransportOptions, 'onWait' | 'signal'>,
): Promise<void> {
  onWait?.({ms})
  try {
    await sleep(ms, undefined, signal && {signal: ownSignal(signal)})
  } catch (error) {
    throw new CancelledError('Interrupted while waiting for the quota of the Hub.', {cause: error})
  }
}

async function send(
  url: string,
  init: RequestInit,
  {signal, hasLongBodies = false}: Pick<TransportOptions, 'hasLongBodies' | 'signal'>,
): Promise<Response> {
  const {signal: limit, cancel, restart} = timeLimit()
  const watched = init.body instanceof Blob ? {...init, ...sentOnce(init.body, restart)} : init
  try {
    const response = await fetch(url, {...watched, signal: signal ? AbortSignal.any([signal, limit]) : limit})
    if (hasLongBodies) cancel()
    return response
  } catch (error) {
    if (signal?.aborted) throw new CancelledError('Interrupted.', {cause: error})
    const {origin} = new URL(url)
    const why = limit.aborted ? `no answer within ${TIME_LIMIT / 1000} s` : reasonOf(error)
    throw new HubUnreachableError(`The Hub at ${origin} cannot be reached: ${why}.`, {
      cause: error,
      suggestions: ['Check the network and HF_ENDPOINT, then try again.'],
    })
  }
}

/** A file that is sent is not held in memory only where it may not be redirected: else `fetch` keeps it for a second time. */
function sentOnce(body: Blob, onPiece: () => void): RequestInit {
  return {body: watchedBlob(body, onPiece), redirect: 'error'}
}

/** Like `AbortSignal.timeout`, which cannot be called off. */
function timeLimit(): {signal: AbortSignal; cancel: () => void; restart: () => void} {
  const controller = new AbortController()
  const expire = () => controller.abort(new DOMException('The answer took too long.', 'TimeoutError'))
  const timer = setTimeout(expire, TIME_LIMIT).unref()
  const restart = () => {
    timer.refresh()
  }

  return {signal: controller.signal, cancel: () => clearTimeout(timer), restart}
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (!(cause instanceof Error)) return String(cause)
  const reason = cause.message || (cause as NodeJS.ErrnoException).code || cause.name
  return reason.replaceAll(/\/\/[^/@\s]*@/g, '//')
}

/** A `Link` or a redirect could name another origin: the token must not go there. */
function headersFor(url: string, init: RequestInit, endpoint: string): Headers {
  const headers = new Headers(init.headers)
  headers.set('user-agent', `smoltrace/${VERSION}; node/${process.versions.node}`)
  if (new URL(url).origin !== new URL(endpoint).origin) headers.delete('authorization')
  return headers
}

/** A captive portal, a proxy or a wrong endpoint answers 200 with a page: never take it for the Hub. */
async function expectHubAnswer(
  response: Response,
  init: RequestInit,
  url: string,
  endpoint: string,
): Promise<Response> {
  if (!isApiCall(url, endpoint)) return response
  const {origin} = new URL(response.url || url)
  const type = response.headers.get('content-type') ?? 'no content type'
  const isForeign = origin !== new URL(endpoint).origin
  if (init.method === 'DELETE') return expectDone(response, type, endpoint)
  if (!isForeign && type.includes('json')) return response
  throw notTheHub(endpoint, isForeign ? `a redirect to ${origin}` : `${type} instead of JSON`)
}

/** Whether a request goes to the API, which answers in JSON, rather than for a file. An endpoint may have a path. */
function isApiCall(url: string, endpoint: string): boolean {
  const path = url.startsWith(endpoint) ? url.slice(endpoint.length) : new URL(url).pathname
  return path.startsWith('/api/') && !path.startsWith('/api/resolve-cache/')
}

/** The Hub says `OK` and nothing else (the Hub's contract, section 4). Whatever else comes leaves it open what was done. */
async function expectDone(response: Response, type: string, endpoint: string): Promise<Response> {
  const body = await response.text().catch(() => 'a broken answer')
  if (['', 'OK'].includes(body.trim())) return new Response(body || undefined, response)
  throw notTheHub(endpoint, `${type} instead of OK to a DELETE`)
}

function notTheHub(endpoint: string, found: string): HubFormatError {
  return new HubFormatError(`What answers at ${endpoint} is not the Hub: ${found}.`, {
    suggestions: ['Check HF_ENDPOINT, and whether a proxy or a login page stands between.'],
  })
}

async function toHubError(response: Response, init: RequestInit, url: string): Promise<HubError> {
  const body = await response.text().catch(() => '')
  const quota = readQuota(response.headers)
  return new HubError({
    method: init.method ?? 'GET',
    path: new URL(url).pathname,
    status: response.status,
    code: response.headers.get('x-error-code') ?? undefined,
    requestId: response.headers.get('x-request-id') ?? undefined,
    text: messageOf(body, response),
    resetMs: quota?.remaining === 0 ? quota.resetMs : undefined,
    actionLimit: quota !== undefined && quota.remaining > 0,
  })
}

/** The Hub's own words: in the JSON body, else in the header, else the body as it is unless it is a page. */
function messageOf(body: string, response: Response): string {
  const isPage = response.headers.get('content-type')?.includes('html')
  const words = wordsOf(body) || response.headers.get('x-error-message') || (isPage ? 'an HTML page' : body)
  return withoutTokens(words)
}

/** The forms that errors take on the Hub (the Hub's contract, section 0.1); empty where the body has none of them. */
function wordsOf(body: string): string {
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
