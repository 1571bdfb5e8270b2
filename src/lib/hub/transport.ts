import {randomUUID} from 'node:crypto'

import {CancelledError, SmoltraceError} from '../base/errors.js'
import {withoutTokens} from '../base/text.js'
import {VERSION} from '../base/version.js'
import {checkResponse} from './check-response.js'
import {HubError, HubUnreachableError} from './errors.js'
import {
  type BodyLimits,
  type HttpRequest,
  type HubResponse,
  limitedBody,
  ProxyError,
  request,
  timeLimit,
} from './http.js'
import {agentFor, proxyOnTheWayTo} from './proxy.js'
import {bucketOf, QuotaWatch, readQuota} from './quota.js'
import {pause, type Wait, waitBeforeRetry, waitForQuota} from './retry.js'

export interface TransportOptions {
  /** Origin of the Hub, without a slash at the end. */
  endpoint: string
  token: string
  /** Ends every request but a DELETE under way, whose result must be known. */
  signal?: AbortSignal | undefined
  /** Called before each pause. */
  onWait?: ((wait: Wait) => void) | undefined
  /** How long the Hub may be silent: before its response begins, and within it. In ms. */
  silenceMs?: number | undefined
}

interface HubRequest {
  /** Default: `GET`. */
  method?: string | undefined
  headers?: Record<string, string> | undefined
  body?: Blob | string | undefined
  /** `manual`: a redirect is not followed, and is an error as any other. */
  redirect?: 'manual' | undefined
}

/** Sends a request and resolves with the response, which is a success. */
export type Send = (url: string, request?: HubRequest) => Promise<HubResponse>

export interface Transport {
  /** Reads the whole body before it resolves. */
  send: Send
  /** Passes the body on as it arrives, of any length: for files. */
  stream: Send
  /** What is known of the quota. */
  quota: QuotaWatch
}

interface Call extends HubRequest {
  url: string
  method: string
  isDelete: boolean
  /** Sent to the Hub itself, not to a file store that it names. */
  isToHub: boolean
  isStreamed: boolean
}

/**
 * Makes the one way in which anything is sent. It adds the token, waits before the quota is used up, retries what may be
 * retried after a transient failure, and turns every response that is not a success into a typed error, because
 * `@huggingface/hub` drops the headers that distinguish errors (the Hub's contract, section 13).
 *
 * A DELETE is never retried here, nor held back: what is deleted must first be looked at again.
 * @returns functions that throw HubError, HubFormatError, HubUnreachableError or CancelledError; the bodies of their responses
 *   are complete, or end with one of these errors
 */
export function createTransport(options: TransportOptions): Transport {
  const {endpoint, onWait, signal} = options
  const quota = new QuotaWatch()
  const sendOnce = createSender(options, quota)
  const wait = async (next: Wait) => {
    onWait?.(next)
    await pause(next, signal)
  }

  const sendWithRetries = async (call: Call): Promise<HubResponse> => {
    const bucket = bucketOf(call.url)
    const refill = (ms: number) => wait(waitForQuota(ms, quota.vainWindows(bucket)))
    let isAskedAnew = false
    for (let retries = 0; ;) {
      const leave = call.isToHub && !call.isDelete ? await quota.enter(bucket, refill) : undefined
      let next: Wait
      try {
        const response = await sendOnce(call)
        if (call.isToHub) quota.succeeded(bucket)
        return response
      } catch (error) {
        if (!mayRetry(call, error)) throw error
        if (call.isToHub && !isAskedAnew && isExpired(error)) {
          isAskedAnew = true
          continue
        }

        const found = waitBeforeRetry(error, {retries, windows: quota.vainWindows(bucket)})
        if (!found) throw error
        next = found
      } finally {
        leave?.()
      }

      if (next.why === 'quota') await quota.refilled(bucket, () => wait(next))
      else {
        retries++
        await wait(next)
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
        isDelete: method === 'DELETE',
        isToHub: isSameOrigin(url, endpoint),
        isStreamed,
      })
  return {send: sender(false), stream: sender(true), quota}
}

/** Whether an address is the Hub's: `https://hub.example.evil` only begins alike. */
function isSameOrigin(url: string, endpoint: string): boolean {
  return new URL(url).origin === new URL(endpoint).origin
}

/** The Hub signs each address of a file for a while; asked again, it signs another. */
function isExpired(error: unknown): boolean {
  if (!(error instanceof HubError) || error.answer.store === undefined) return false
  return error.status === 403 || (error.status === 400 && /expired/i.test(error.answer.text))
}

/** POSTs that change nothing (the Hub's contract, section 6). */
const READING_POST = /\/preupload\/|\/info\/lfs\/objects\/batch$/

/** Whether sending it a second time does no harm: it is idempotent, or was not processed. */
function mayRetry({url, method, isDelete}: Call, error: unknown): boolean {
  if (isDelete) return false
  if (method !== 'POST') return true
  return READING_POST.test(new URL(url).pathname) || (error instanceof HubError && error.status === 429)
}

const DEFAULT_SILENCE = 60_000
/** The longest wait that is bearable at a terminal, in ms. */
const MAX_SILENCE = 300_000

/**
 * How long the Hub may be silent, from the variable of Hugging Face's own client (the Hub's contract, section 10).
 * @returns milliseconds
 */
export function silenceIn({HF_HUB_DOWNLOAD_TIMEOUT: text = ''}: NodeJS.ProcessEnv): number {
  const ms = Number(text) * 1000
  return ms > 0 ? Math.min(ms, MAX_SILENCE) : DEFAULT_SILENCE
}

/** Sends a request once. */
function createSender(options: TransportOptions, quota: QuotaWatch) {
  const {endpoint, token, silenceMs = DEFAULT_SILENCE} = options
  /** Whether anything has answered at that address yet: until then it is likelier to be wrong than to be down. */
  let isKnown = false

  return async (call: Call): Promise<HubResponse> => {
    const signal = call.isDelete ? undefined : options.signal
    const limit = timeLimit(silenceMs)
    limit.start()
    let target = call.url
    const response = await request(httpRequest(call, token), {
      signal: signal ? AbortSignal.any([signal, limit.signal]) : limit.signal,
      onChunk: () => limit.start(),
      onRedirect(to) {
        target = to
      },
      agentFor,
    })
      .catch((error: unknown) => {
        if (error instanceof SmoltraceError) throw error
        if (signal?.aborted) throw new CancelledError('Interrupted.', {cause: error})
        const problem = limit.isOver
          ? {reason: `no answer within ${silenceMs / 1000} s`, isPermanent: false}
          : {reason: reasonOf(error), isPermanent: isPermanent(error, isKnown)}
        throw unreachable(target, endpoint, {...problem, cause: error})
      })
      .finally(() => limit.stop())
    isKnown = true
    const said = call.isToHub ? readQuota(response.headers) : undefined
    if (said) quota.note(said)
    const body = limitedBody(response.body, limit, signal, bodyLimits(call, response.ok, silenceMs))
    try {
      const checked = await checkResponse(response.with(body), call, endpoint)
      return call.isStreamed ? checked : checked.withBytes(await checked.bytes())
    } catch (error) {
      // A connection whose response is not read would keep the program from ending.
      response.discard()
      throw error
    }
  }
}

/** Of a listing, a table or a text of ours, unpacked, in bytes: far more than they have. */
const MAX_BODY = 64 * 1024 * 1024
/** Of what says only that something was done, or why not, in bytes. */
const MAX_MESSAGE = 1024 * 1024
/** A body that is read whole may take so many times as long as the Hub may be silent. */
const TOTAL_TIMES = 5

function bodyLimits({method, isDelete, isStreamed}: Call, isOk: boolean, silenceMs: number): BodyLimits {
  if (!isOk || isDelete) return {maxBytes: MAX_MESSAGE, totalMs: silenceMs}
  if (method !== 'GET') return {maxBytes: MAX_BODY, totalMs: silenceMs}
  return isStreamed ? {} : {maxBytes: MAX_BODY, totalMs: TOTAL_TIMES * silenceMs}
}

/** The one place that knows the token: it is sent to the endpoint's origin, and to no other that a `Link` or an upload names. */
function httpRequest(call: Call, token: string): HttpRequest {
  const {url, method, body, isDelete, isToHub, redirect} = call
  const named = Object.entries(call.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value])
  const headers = Object.fromEntries(named) as Record<string, string>
  delete headers.authorization
  return {
    url,
    method,
    body,
    // Where a file is uploaded to, the Hub has said right before.
    redirect: isDelete ? 'manual' : (redirect ?? (body instanceof Blob ? 'error' : 'follow')),
    headers: {
      accept: '*/*',
      ...headers,
      'user-agent': `smoltrace/${VERSION}; node/${process.versions.node}`,
      ...(isToHub && {'x-amzn-trace-id': randomUUID(), authorization: `Bearer ${token}`}),
    },
  }
}

/** @param target the address that did not answer, after redirects */
function unreachable(
  target: string,
  endpoint: string,
  details: {reason: string; isPermanent: boolean; cause: unknown},
): HubUnreachableError {
  const {origin, host} = new URL(target)
  const isHub = isSameOrigin(target, endpoint)
  const proxy = proxyOnTheWayTo(target)
  const who = isHub ? `The Hub at ${origin}` : `The file store ${host}, to which the Hub leads,`
  const by = proxy ? ` by the proxy ${proxy.host} that ${proxy.variable} names` : ''
  const advice = isHub
    ? 'Check the network and HF_ENDPOINT, then try again.'
    : `Check whether a firewall lets ${host} through, then try again.`
  return new HubUnreachableError(`${who} cannot be reached${by}: ${details.reason}.`, {
    ...details,
    suggestions: [
      proxy ? `Check ${proxy.variable}; to go without the proxy, name ${host} in NO_PROXY.` : advice,
    ],
  })
}

const NO_SERVER = new Set(['ECONNREFUSED', 'EINVAL', 'ENOTFOUND'])
const WRONG_CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_|^ERR_(?:SSL|TLS)/

function isPermanent(error: unknown, isKnown: boolean): boolean {
  if (error instanceof ProxyError) return error.isPermanent
  const {code = ''} = causeOf(error)
  return WRONG_CERTIFICATE.test(code) || (!isKnown && NO_SERVER.has(code))
}

function causeOf(error: unknown): NodeJS.ErrnoException {
  if (error instanceof Error) return error.cause instanceof Error ? error.cause : error
  return new Error(String(error))
}

function reasonOf(error: unknown): string {
  const {message, code, name} = causeOf(error)
  return withoutTokens((message || code || name).replaceAll(/\/\/[^/@\s]*@/g, '//'))
}
