import http, {type ClientRequest, type IncomingHttpHeaders, type IncomingMessage} from 'node:http'
import https from 'node:https'
import {pipeline, type Readable} from 'node:stream'
import {createBrotliDecompress, createUnzip} from 'node:zlib'

import {CancelledError, SmoltraceError} from '../base/errors.js'
import {HubFormatError, HubUnreachableError} from './errors.js'
import {agentFor} from './proxy.js'

/** One request, sent over `node:http`: loading `fetch` takes longer than loading all of this program. */
export interface HttpRequest {
  url: string
  method: string
  headers: Record<string, string>
  body?: Blob | string | undefined
  /** `manual`: a redirect is not followed, and is the response. */
  redirect?: 'manual' | undefined
}

interface HttpOptions {
  signal: AbortSignal
  /** Called before each chunk of the request's body. */
  onChunk: () => void
}

/** What arrives of a response. */
interface Arrived {
  status: number
  /** Whether it is a success. */
  ok: boolean
  /** Where it came from in the end, after redirects. */
  url: string
  headers: {get: (name: string) => string | null}
  /** The bytes as they arrive, decompressed. */
  body: AsyncIterable<Uint8Array>
  /** Ends the transfer of a body that is not read. */
  discard: () => void
}

/** As much of the web's `Response` as this program and `@huggingface/hub` use. */
export type HubResponse = ReturnType<typeof toResponse>

/** Adds the readers of the whole body; what one of them has read, the others get as well. */
export function toResponse(arrived: Arrived) {
  let whole: Promise<Buffer> | undefined
  const bytes = () => {
    whole ??= collect(arrived.body)
    return whole
  }

  const text = async () => (await bytes()).toString()
  return {
    ...arrived,
    bytes,
    text,
    /** @throws HubFormatError where it is not JSON; the parser's own error would quote the body */
    async json(): Promise<unknown> {
      const content = await text()
      try {
        return JSON.parse(content)
      } catch {
        throw new HubFormatError("The Hub's response cannot be read: it is not JSON.")
      }
    },
  }
}

/** Of some names, such as `Retry-After`, only the first value counts. */
function headerIn(headers: IncomingHttpHeaders, name: string): string | null {
  const value = headers[name.toLowerCase()]
  return Array.isArray(value) ? value.join(', ') : (value ?? null)
}

async function collect(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks)
}

const MAX_REDIRECTS = 5
/** An unreachable host often drops packets instead of refusing, in ms. */
const CONNECT_TIMEOUT = 10_000
/** For the body of a redirect, in ms. */
const DRAIN_TIMEOUT = 2000
/** In bytes. */
const CHUNK = 65_536
const REDIRECTS = new Set([301, 302, 303, 307, 308])

export function isRedirect(status: number): boolean {
  return REDIRECTS.has(status)
}

/** No response came from `url`, where a redirect may have led; `cause` is the system's error. */
export class NoResponseError extends Error {
  override readonly cause: NodeJS.ErrnoException
  readonly url: string

  constructor(url: string, cause: NodeJS.ErrnoException) {
    super(cause.message)
    this.cause = cause
    this.url = url
  }
}

/** Resolves as soon as the response begins. A redirect to another origin loses the token. @throws NoResponseError, HubFormatError */
export async function request(first: HttpRequest, options: HttpOptions): Promise<Arrived> {
  let asked = first
  for (let redirects = 0; ; redirects++) {
    const {url} = asked
    const message = await send(asked, options).catch((error: Error) => {
      throw error instanceof SmoltraceError ? error : new NoResponseError(url, error)
    })
    const {statusCode: status = 0, headers} = message
    const {location} = headers
    if (!isRedirect(status) || !location || asked.redirect === 'manual')
      return {
        status,
        ok: status >= 200 && status < 300,
        url,
        headers: {get: (name) => headerIn(headers, name)},
        body: decompress(message),
        discard: () => message.destroy(),
      }
    // Its short body is read to the end, so that the connection can be kept.
    const timer = setTimeout(() => message.destroy(), DRAIN_TIMEOUT).unref()
    message
      .once('close', () => clearTimeout(timer))
      .on('error', () => {})
      .resume()
    if (redirects === MAX_REDIRECTS) throw unexpectedRedirect('too many redirects')
    asked = followRedirect(asked, location, status)
  }
}

function decompress(message: IncomingMessage): Readable {
  const encoding = message.headers['content-encoding'] ?? ''
  if (encoding === 'br') return pipeline(message, createBrotliDecompress(), () => {})
  return /^(?:deflate|(?:x-)?gzip)$/.test(encoding) ? pipeline(message, createUnzip(), () => {}) : message
}

function unexpectedRedirect(what: string): HubFormatError {
  return new HubFormatError(`The Hub responded with ${what}.`)
}

function followRedirect(from: HttpRequest, location: string, status: number): HttpRequest {
  const to = URL.canParse(location, from.url) ? new URL(location, from.url) : undefined
  if (to?.protocol !== 'http:' && to?.protocol !== 'https:')
    throw unexpectedRedirect('a redirect to an invalid address')
  // `node:http` would send them as credentials.
  to.username = ''
  to.password = ''
  const headers = {...from.headers}
  if (to.origin !== new URL(from.url).origin) delete headers.authorization
  const becomesGet = status === 303 || (status <= 302 && from.method === 'POST')
  return {...from, ...(becomesGet && {method: 'GET', body: undefined}), headers, url: to.href}
}

/** A kept connection may be closed by now: what only reads is sent again on a new one. */
async function send(from: HttpRequest, options: HttpOptions, isFresh = false): Promise<IncomingMessage> {
  const {signal, onChunk} = options
  const {method} = from
  signal.throwIfAborted()
  const url = new URL(from.url)
  const body = typeof from.body === 'string' ? Buffer.from(from.body) : from.body
  const headers = {
    'accept-encoding': 'gzip, deflate, br',
    ...from.headers,
    ...(body && {'content-length': String(body instanceof Blob ? body.size : body.length)}),
  }
  const agent = await agentFor(url, isFresh)
  const outgoing = (url.protocol === 'https:' ? https : http).request(url, {method, headers, agent, signal})
  const response = responseTo(outgoing, signal)
  if (body) pipeline(chunksOf(body, onChunk), outgoing, () => {})
  else outgoing.end()
  try {
    return await response
  } catch (error) {
    if (isFresh || !outgoing.reusedSocket || method !== 'GET' || signal.aborted) throw error
    return send(from, options, true)
  }
}

/** In small chunks: the time limit counts from the last one that was taken. */
async function* chunksOf(body: Blob | Buffer, onChunk: () => void): AsyncGenerator<Uint8Array> {
  const pieces = body instanceof Blob ? (body.stream() as AsyncIterable<Uint8Array>) : [body]
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length; at += CHUNK) {
      onChunk()
      yield piece.subarray(at, at + CHUNK)
    }
  }
}

/** Settles in any case: when aborted, a request that waits for its connection emits nothing, and after a 101 it only closes. */
function responseTo(outgoing: ClientRequest, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => {
      reject(error)
      outgoing.destroy(error)
    }

    const timer = setTimeout(
      () => fail(new Error(`no connection within ${CONNECT_TIMEOUT / 1000} s`)),
      CONNECT_TIMEOUT,
    )
    const connected = () => clearTimeout(timer)
    const aborted = () => fail(signal.reason as Error)
    signal.addEventListener('abort', aborted, {once: true})
    outgoing
      .once('socket', (socket) => (socket.connecting ? socket.once('connect', connected) : connected()))
      // Else the proxy's own answer would be taken for the Hub's.
      .once('proxyConnect', ({statusCode}: {statusCode: number}) => {
        if (statusCode !== 200) fail(proxyError(statusCode))
      })
      .once('response', resolve)
      // An error after the response has begun reaches the reader of its body.
      .on('error', reject)
      .once('close', () => {
        connected()
        signal.removeEventListener('abort', aborted)
        reject(new Error('the connection closed without a response'))
      })
  })
}

/** The code of an error of a proxy that will not lead to the Hub another time either. */
export const PROXY_REFUSES = 'ERR_PROXY_REFUSES'

function proxyError(status: number): Error {
  const text = `the proxy returned ${status}${status === 407 ? ': it needs a name and a password' : ''}`
  return Object.assign(new Error(text), status < 500 && {code: PROXY_REFUSES})
}

/** Like `AbortSignal.timeout`, but it can be stopped and started again. */
interface TimeLimit {
  signal: AbortSignal
  ms: number
  /** Counts from now on; `most` ends it earlier, in ms. */
  start: (most?: number) => void
  stop: () => void
}

export function timeLimit(ms: number): TimeLimit {
  const controller = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const expire = () => controller.abort(new DOMException('The Hub took too long to respond.', 'TimeoutError'))
  const stop = () => clearTimeout(timer)
  const start = (most = ms) => {
    stop()
    timer = setTimeout(expire, Math.min(ms, most))
  }

  return {signal: controller.signal, ms, start, stop}
}

/** How much of a body is read, and for how long. */
export interface BodyLimits {
  maxBytes?: number | undefined
  /** For the whole body, not counting the reader's own time, in ms. */
  totalMs?: number | undefined
}

/** Reads a body within limits, `limit` being that of a silence, and turns what ends it early into this program's errors. */
export async function* limitedBody(
  body: AsyncIterable<Uint8Array>,
  limit: TimeLimit,
  signal?: AbortSignal,
  {maxBytes = Number.POSITIVE_INFINITY, totalMs = Number.POSITIVE_INFINITY}: BodyLimits = {},
): AsyncGenerator<Uint8Array> {
  const chunks = body[Symbol.asyncIterator]()
  let size = 0
  let leftMs = totalMs
  try {
    for (;;) {
      const before = performance.now()
      limit.start(leftMs)
      const {done, value} = await chunks.next()
      limit.stop()
      leftMs -= performance.now() - before
      if (done) return
      size += value.length
      if (size > maxBytes) throw new HubFormatError(`The Hub's response is longer than ${maxBytes} bytes.`)
      yield value
    }
  } catch (error) {
    if (error instanceof HubFormatError) throw error
    if (signal?.aborted) throw new CancelledError('Interrupted.', {cause: error})
    const isLate = limit.signal.aborted && leftMs < limit.ms
    const silent = limit.signal.aborted ? `stalled for ${limit.ms / 1000} s` : 'broke off'
    const why = isLate ? 'took too long' : silent
    throw new HubUnreachableError(`The Hub's response ${why}.`, {
      cause: error,
      reason: `it ${why}`,
      // A long body that trickles would do so again, for as long.
      isPermanent: isLate && totalMs > limit.ms,
    })
  } finally {
    limit.stop()
    await chunks.return?.()
  }
}
