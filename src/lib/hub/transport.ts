import {randomUUID} from 'node:crypto'

import {CancelledError} from '../base/errors.js'
import {redact} from '../base/text.js'
import {VERSION} from '../base/version.js'
import {HubError, HubFormatError, HubUnreachableError, toHubError} from './errors.js'
import {
  type BodyLimits,
  type HttpRequest,
  type HubResponse,
  limitedBody,
  NoResponseError,
  PROXY_REFUSES,
  request,
  timeLimit,
  toResponse,
} from './http.js'
import {proxyFor} from './proxy.js'
import {bucketOf, Quota, readRateLimit} from './quota.js'
import {pause, type Wait, waitBeforeRetry} from './retry.js'

/** What the Hub is asked for next. Numbers count datasets that were read so far; `of`, what the listing before had. */
export type Step =
  | {kind: 'account' | 'leaderboard' | 'pins'}
  | {kind: 'change'; name: string}
  | {kind: 'listing'; namespace: string; done: number; of: number | undefined}
  | {kind: 'sizes'; done: number}
  | {kind: 'addresses'; done: number; of: number}

export interface TransportOptions {
  /** Origin of the Hub, without a slash at the end. */
  endpoint: string
  token: string
  /** Ends every request but a DELETE or a move in progress, whose result must be known, and one that is urgent. */
  signal?: AbortSignal | undefined
  /** Called before each pause. */
  onWait?: ((wait: Wait) => void) | undefined
  /** Called before what may take a while. */
  onProgress?: ((step: Step) => void) | undefined
  /** How long the Hub may be silent: before its response begins, and within it. In ms. */
  idleTimeoutMs?: number | undefined
}

interface HubRequest {
  /** Default: `GET`. */
  method?: string | undefined
  headers?: Record<string, string> | undefined
  body?: Blob | string | undefined
  /** `manual`: a redirect is not followed, and is an error as any other. */
  redirect?: 'manual' | undefined
  /** The signal does not end it: something is exposed until it is done. */
  isUrgent?: boolean | undefined
}

/** Sends a request and resolves with the response, which is a success. */
export type Send = (url: string, request?: HubRequest) => Promise<HubResponse>

/** The one way to a Hub. Its functions and bodies end with HubError, HubFormatError, HubUnreachableError or CancelledError. */
export interface Transport {
  endpoint: string
  signal: AbortSignal | undefined
  /** Reads the whole body before it resolves. */
  send: Send
  /** Passes the body on as it arrives, of any length: for files. */
  stream: Send
  /** What is known of the quota of a bucket. */
  quotaOf: (bucket: string) => Quota
  /** Waits, and says so. */
  pause: (wait: Wait) => Promise<void>
  /** Says what comes next. */
  announce: (step: Step) => void
  /** How many datasets the last listing had. */
  listed?: number
}

/** Functions that ask the Hub, without their transport. */
export type Bound<T> = {
  [K in keyof T]: T[K] extends (transport: Transport, ...args: infer A) => infer R ? (...args: A) => R : never
}

interface Call extends HubRequest {
  url: string
  method: string
  /** A DELETE or a move, which must not be done twice. */
  isAct: boolean
  /** Sent to the Hub itself, not to a file store that it names. */
  isToHub: boolean
  isStreamed: boolean
}

/**
 * Adds the token, waits before the quota is used up, retries after a transient failure, and makes a typed error of each response that is
 * not a success (the Hub's contract, section 13). A DELETE or a move is neither
 * retried nor held back: first the Hub must be rechecked.
 */
export function createTransport(options: TransportOptions): Transport {
  const {endpoint, token, onWait, onProgress, signal, idleTimeoutMs = DEFAULT_IDLE_TIMEOUT} = options
  const quotas = new Map<string, Quota>()
  /** Whether anything has answered at that address yet: until then it is likelier to be wrong than to be down. */
  let isKnown = false

  const quotaOf = (bucket: string): Quota => {
    const quota = quotas.get(bucket) ?? new Quota(wait)
    quotas.set(bucket, quota)
    return quota
  }

  const wait = async (next: Wait) => {
    onWait?.(next)
    await pause(next, signal)
  }

  const sendOnce = async (call: Call): Promise<HubResponse> => {
    const own = call.isAct || call.isUrgent ? undefined : signal
    const limit = timeLimit(idleTimeoutMs)
    limit.start()
    const raw = await request(httpRequest(call, token), {
      signal: own ? AbortSignal.any([own, limit.signal]) : limit.signal,
      onChunk: () => limit.start(),
    })
      .catch((error: unknown) => {
        if (!(error instanceof NoResponseError)) throw error
        const {url, cause} = error
        if (own?.aborted) throw new CancelledError('Interrupted.', {cause})
        const problem = limit.signal.aborted
          ? {reason: `no response within ${idleTimeoutMs / 1000} s`, isPermanent: false}
          : {reason: failureReason(cause), isPermanent: isPermanent(cause, isKnown)}
        throw unreachable(url, endpoint, {...problem, cause})
      })
      .finally(() => limit.stop())
    isKnown = true
    const rateLimit = call.isToHub ? readRateLimit(raw.headers) : undefined
    if (rateLimit) quotaOf(rateLimit.bucket).note(rateLimit)
    const response = toResponse({
      ...raw,
      body: limitedBody(raw.body, limit, own, bodyLimits(call, raw.ok, idleTimeoutMs)),
    })
    try {
      await checkResponse(response, call, endpoint)
      if (!call.isStreamed) await response.bytes()
      return response
    } catch (error) {
      // A connection whose response is not read would keep the program from ending.
      raw.discard()
      throw error
    }
  }

  const sendWithRetries = async (call: Call): Promise<HubResponse> => {
    const quota = quotaOf(bucketOf(call.url))
    const isHeldBack = call.isToHub && !call.isAct
    const sendNow = async () => {
      const response = await sendOnce(call)
      if (call.isToHub) quota.succeeded()
      return response
    }

    let hasRefreshedUrl = false
    for (let retries = 0; ;) {
      try {
        return await (isHeldBack ? quota.run(sendNow) : sendNow())
      } catch (error) {
        if (!mayRetry(call, error)) throw error
        if (call.isToHub && !hasRefreshedUrl && isExpired(error)) {
          hasRefreshedUrl = true
          continue
        }

        const next = waitBeforeRetry(error, {retries, windows: quota.exhaustedWindows})
        if (!next) throw error
        if (next.why === 'quota') await quota.refilled(next.ms)
        else {
          retries++
          await wait(next)
        }
      }
    }
  }

  const sender =
    (isStreamed: boolean): Send =>
    (url, {method = 'GET', ...rest} = {}) =>
      sendWithRetries({
        ...rest,
        url,
        method,
        isAct: method === 'DELETE' || url.endsWith('/api/repos/move'),
        isToHub: isSameOrigin(url, endpoint),
        isStreamed,
      })
  const announce = (step: Step) => onProgress?.(step)
  return {endpoint, signal, send: sender(false), stream: sender(true), quotaOf, pause: wait, announce}
}

/** Whether an address is the Hub's: `https://hub.example.evil` only begins alike. */
function isSameOrigin(url: string, endpoint: string): boolean {
  return new URL(url).origin === new URL(endpoint).origin
}

/** The Hub signs each address of a file for a while; a new request gets a new one. */
function isExpired(error: unknown): boolean {
  if (!(error instanceof HubError) || error.answer.store === undefined) return false
  return error.status === 403 || (error.status === 400 && /expired/i.test(error.answer.text))
}

/** POSTs that change nothing (the Hub's contract, section 6). */
const READING_POST = /\/preupload\/|\/info\/lfs\/objects\/batch$/

/** Whether sending it a second time does no harm: it is idempotent, or was not processed. */
function mayRetry({url, method, isAct}: Call, error: unknown): boolean {
  if (isAct) return false
  if (method !== 'POST') return true
  return READING_POST.test(new URL(url).pathname) || (error instanceof HubError && error.status === 429)
}

const DEFAULT_IDLE_TIMEOUT = 60_000
/** Of a listing, a table or a text of ours, unpacked, in bytes: far more than they have. */
const MAX_BODY = 64 * 1024 * 1024
/** Of what says only that something was done, or why not, in bytes. */
const MAX_MESSAGE = 1024 * 1024
/** A body that is read whole may take so many times as long as the Hub may be silent. */
const TOTAL_TIMES = 5

function bodyLimits({method, isAct, isStreamed}: Call, isOk: boolean, idleTimeoutMs: number): BodyLimits {
  if (!isOk || isAct) return {maxBytes: MAX_MESSAGE, totalMs: idleTimeoutMs}
  if (method !== 'GET') return {maxBytes: MAX_BODY, totalMs: idleTimeoutMs}
  return isStreamed ? {} : {maxBytes: MAX_BODY, totalMs: TOTAL_TIMES * idleTimeoutMs}
}

/** The one place that knows the token: it is sent to the endpoint's origin, and to no other that a `Link` or an upload names. */
function httpRequest({url, method, headers, body, ...call}: Call, token: string): HttpRequest {
  const named = Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value])
  const others = Object.fromEntries(named) as Record<string, string>
  delete others.authorization
  return {
    url,
    method,
    body,
    // Where a file is uploaded to, the Hub has said right before.
    redirect: call.isAct || body instanceof Blob ? 'manual' : call.redirect,
    headers: {
      accept: '*/*',
      ...others,
      'user-agent': `smoltrace/${VERSION}; node/${process.versions.node}`,
      ...(call.isToHub && {'x-amzn-trace-id': randomUUID(), authorization: `Bearer ${token}`}),
    },
  }
}

/**
 * Makes sure that a response is a complete answer of the Hub, or of the file store that it names, and not a page of a captive portal.
 * @throws HubError where it is not a success, HubFormatError where it is not all of what was asked for, or not the Hub's
 */
async function checkResponse(response: HubResponse, call: Call, endpoint: string): Promise<void> {
  const {status, ok, headers, url} = response
  if (!ok) throw toHubError({status, url, headers, text: await textOf(response, '')}, call, endpoint)
  const isComplete = status === 200 || (status === 206 && call.headers?.range !== undefined)
  if (call.method === 'GET' && !isComplete)
    throw new HubFormatError(`The Hub returned ${status}, which is not the complete response.`)
  if (!isApiCall(call.url, endpoint)) return
  const type = headers.get('content-type') ?? 'no content type'
  if (call.isAct) {
    // Any other answer leaves open what was done: 202 means "not yet", an empty body is not the Hub's (its contract, sections 4 and 8).
    const body = await textOf(response, 'a broken response')
    if (status === 200 && body.trim() === 'OK') return
    throw notTheHub(
      endpoint,
      `${status} with ${body === '' ? 'an empty body' : type} instead of OK for a ${call.method === 'DELETE' ? 'DELETE' : 'move'}`,
    )
  }

  if (!isSameOrigin(url, endpoint)) throw notTheHub(endpoint, `a redirect to ${new URL(url).origin}`)
  if (!type.includes('json')) throw notTheHub(endpoint, `${type} instead of JSON`)
}

/** Whether a request is for the API, which answers in JSON, rather than for a file. An endpoint may have a path. */
function isApiCall(url: string, endpoint: string): boolean {
  const path = url.startsWith(endpoint) ? url.slice(endpoint.length) : new URL(url).pathname
  return path.startsWith('/api/') && !path.startsWith('/api/resolve-cache/')
}

/** A body that breaks off does not matter here, unless the job was interrupted. */
async function textOf(response: HubResponse, otherwise: string): Promise<string> {
  return response.text().catch((error: unknown) => {
    if (error instanceof CancelledError) throw error
    return otherwise
  })
}

function notTheHub(endpoint: string, found: string): HubFormatError {
  return new HubFormatError(`The server at ${endpoint} is not the Hub: it returned ${found}.`, {
    suggestions: ['Check HF_ENDPOINT, and that no proxy or login page is in between.'],
  })
}

function unreachable(
  url: string,
  endpoint: string,
  details: {reason: string; isPermanent: boolean; cause: unknown},
): HubUnreachableError {
  const {origin, host} = new URL(url)
  const isHub = isSameOrigin(url, endpoint)
  const proxy = proxyFor(new URL(url))
  const who = isHub ? `The Hub at ${origin}` : `The file store ${host}, where the Hub redirects,`
  const by = proxy ? ` through the proxy ${proxy.address.host} (${proxy.variable})` : ''
  const advice = isHub ? [] : [`Check that no firewall blocks ${host}, then try again.`]
  return new HubUnreachableError(`${who} cannot be reached${by}: ${details.reason}.`, {
    ...details,
    suggestions: proxy ? [`Check ${proxy.variable}. To bypass the proxy, add ${host} to NO_PROXY.`] : advice,
  })
}

const NO_SERVER = new Set(['ECONNREFUSED', 'EINVAL', 'ENOTFOUND'])
const WRONG_CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_|^ERR_(?:SSL|TLS)/
/** What answers does not speak TLS. */
const NO_TLS = 'EPROTO'

function isPermanent({code = ''}: NodeJS.ErrnoException, isKnown: boolean): boolean {
  // Who has answered before can answer again, and may have done what it was asked.
  const isWrongAddress = code === NO_TLS || WRONG_CERTIFICATE.test(code) || NO_SERVER.has(code)
  return code === PROXY_REFUSES || (!isKnown && isWrongAddress)
}

function failureReason({message, code, name}: NodeJS.ErrnoException): string {
  if (code === NO_TLS) return 'it does not speak TLS. Is it an http:// address?'
  return redact((message || code || name).replaceAll(/\/\/[^/@\s]*@/g, '//'))
}
