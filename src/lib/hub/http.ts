import http, {type ClientRequest, type IncomingHttpHeaders, type IncomingMessage} from 'node:http'
import https from 'node:https'
import {pipeline, type Readable} from 'node:stream'
import {createBrotliDecompress, createGunzip, createInflate} from 'node:zlib'

import {CancelledError} from '../base/errors.js'
import {HubFormatError, HubUnreachableError} from './errors.js'

/** One request, sent over `node:http`: loading `fetch` takes longer than loading all of this program. */
export interface HttpRequest {
  url: string
  method: string
  headers: Record<string, string>
  body?: Blob | string | undefined
  /** What to do with a redirect: with `error` it is an error, with `manual` it is the response. */
  redirect: 'error' | 'follow' | 'manual'
}

interface HttpOptions {
  signal: AbortSignal
  /** Called before each chunk of the request's body. */
  onChunk: () => void
  /** Called with each address that a redirect leads to, before it is requested. */
  onRedirect?: (url: string) => void
  agentFor: (url: URL, isFresh?: boolean) => Promise<http.Agent>
}

type ResponseParts = Pick<HubResponse, 'body' | 'discard' | 'headers' | 'status' | 'url'>

/** As much of the web's `Response` as this program and `@huggingface/hub` use. */
export class HubResponse {
  readonly status: number
  /** Where it came from in the end, after redirects. */
  readonly url: string
  readonly headers: {get: (name: string) => string | null}
  /** The bytes as they arrive, decompressed. */
  readonly body: AsyncIterable<Uint8Array>
  /** Ends the transfer of a body that is not read. */
  readonly discard: () => void

  constructor({status, url, headers, body, discard}: ResponseParts) {
    this.status = status
    this.url = url
    this.headers = headers
    this.body = body
    this.discard = discard
  }

  get ok(): boolean {
    return this.status >= 200 && this.status < 300
  }

  /** The same response with another body. */
  with(body: AsyncIterable<Uint8Array>): HubResponse {
    return new HubResponse({...this, body})
  }

  withBytes(bytes: Uint8Array): HubResponse {
    return this.with(
      (async function* () {
        yield bytes
      })(),
    )
  }

  /** The same response, whose JSON has been parsed already. */
  withJson(value: unknown): HubResponse {
    const response = this.withBytes(Buffer.alloc(0))
    response.json = async () => value
    return response
  }

  async bytes(): Promise<Buffer> {
    const chunks: Uint8Array[] = []
    for await (const chunk of this.body) chunks.push(chunk)
    return Buffer.concat(chunks)
  }

  async text(): Promise<string> {
    return (await this.bytes()).toString('utf8')
  }

  /** @throws HubFormatError where it is not JSON; the parser's own error would quote the body */
  async json(): Promise<unknown> {
    const text = await this.text()
    try {
      return JSON.parse(text)
    } catch {
      throw new HubFormatError('The answer of the Hub cannot be read: it is not JSON.')
    }
  }
}

const MAX_REDIRECTS = 5
/** A machine that is not there often does not even refuse, in ms. */
const CONNECT_TIMEOUT = 10_000
/** For the body of a redirect, in ms. */
const DRAIN_TIMEOUT = 2000
/** In bytes. */
const CHUNK = 65_536
const REDIRECTS = new Set([301, 302, 303, 307, 308])

export function isRedirect(status: number): boolean {
  return REDIRECTS.has(status)
}

/**
 * Sends one request and resolves as soon as the response begins. A redirect to another origin loses `authorization`.
 * @throws the system's errors, and the signal's reason
 */
export async function request(first: HttpRequest, options: HttpOptions): Promise<HubResponse> {
  let current = first
  for (let redirects = 0; ; redirects++) {
    const message = await send(current, options)
    const {statusCode: status = 0, headers} = message
    const {location} = headers
    if (!isRedirect(status) || !location || current.redirect === 'manual')
      return new HubResponse({
        status,
        url: current.url,
        headers: {get: (name) => headerIn(headers, name)},
        body: decompressed(message),
        discard() {
          message.destroy()
        },
      })
    drain(message)
    if (current.redirect === 'error') throw unexpectedRedirect('a redirect where none may be')
    if (redirects === MAX_REDIRECTS) throw unexpectedRedirect('one redirect after the other')
    current = redirected(current, location, status)
    options.onRedirect?.(current.url)
  }
}

function headerIn(headers: IncomingHttpHeaders, name: string): string | null {
  const value = headers[name.toLowerCase()]
  return Array.isArray(value) ? value.join(', ') : (value ?? null)
}

/** Reads the short body of a redirect to its end, so that the connection can be kept. */
function drain(message: IncomingMessage): void {
  const timer = setTimeout(() => message.destroy(), DRAIN_TIMEOUT).unref()
  message.once('close', () => clearTimeout(timer)).on('error', () => {})
  message.resume()
}

function unexpectedRedirect(what: string): HubFormatError {
  return new HubFormatError(`The Hub answered with ${what}.`)
}

function redirected(from: HttpRequest, location: string, status: number): HttpRequest {
  if (!URL.canParse(location, from.url)) throw unexpectedRedirect('a redirect to what is not an address')
  const to = new URL(location, from.url)
  if (to.protocol !== 'http:' && to.protocol !== 'https:')
    throw unexpectedRedirect('a redirect to what is not a web address')
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
  const url = new URL(from.url)
  const {signal, onChunk, agentFor} = options
  const {method, body} = from
  signal.throwIfAborted()
  const headers: Record<string, string> = {'accept-encoding': 'gzip, deflate, br', ...from.headers}
  if (body !== undefined)
    headers['content-length'] = String(typeof body === 'string' ? Buffer.byteLength(body) : body.size)
  const agent = await agentFor(url, isFresh)
  const outgoing = (url.protocol === 'https:' ? https : http).request(url, {method, headers, agent, signal})
  const response = responseTo(outgoing, signal)
  if (body === undefined) outgoing.end()
  else pipeline(chunksOf(body, onChunk), outgoing, () => {})
  try {
    return await response
  } catch (error) {
    if (isFresh || !outgoing.reusedSocket || method !== 'GET' || signal.aborted) throw error
    return send(from, options, true)
  }
}

/**
 * Settles whatever happens: a request that waits for its connection emits nothing when it is aborted, and a response that
 * is not one, such as 101, only closes it.
 */
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
        if (statusCode !== 200) fail(new ProxyError(statusCode))
      })
      .once('response', resolve)
      // An error after the response has begun reaches the reader of its body.
      .on('error', reject)
      .once('close', () => {
        connected()
        signal.removeEventListener('abort', aborted)
        reject(new Error('it was closed without an answer'))
      })
  })
}

/** The proxy does not lead to the Hub. */
export class ProxyError extends Error {
  readonly isPermanent: boolean

  constructor(status: number) {
    super(`the proxy answered ${status}${status === 407 ? ': it wants a name and a password' : ''}`)
    this.isPermanent = status < 500
  }
}

/** In small chunks: the time limit counts from the last one that was taken. */
async function* chunksOf(body: Blob | string, onChunk: () => void): AsyncGenerator<Uint8Array> {
  const source = typeof body === 'string' ? [Buffer.from(body)] : body.stream()
  for await (const bytes of source as AsyncIterable<Uint8Array>) {
    for (let at = 0; at < bytes.length; at += CHUNK) {
      onChunk()
      yield bytes.subarray(at, at + CHUNK)
    }
  }
}

function decompressed(message: IncomingMessage): Readable {
  const decoder = decoderFor(message.headers['content-encoding'])
  return decoder ? pipeline(message, decoder, () => {}) : message
}

function decoderFor(encoding: string | undefined) {
  if (encoding === 'br') return createBrotliDecompress()
  if (encoding === 'deflate') return createInflate()
  return encoding === 'gzip' || encoding === 'x-gzip' ? createGunzip() : undefined
}

/** Like `AbortSignal.timeout`, but it can be stopped and started again. */
interface TimeLimit {
  readonly signal: AbortSignal
  readonly isOver: boolean
  /** The limit, in ms. */
  readonly ms: number
  /** Counts from now on; `most` ends it earlier, in ms. */
  start(most?: number): void
  stop(): void
}

export function timeLimit(ms: number): TimeLimit {
  const controller = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const expire = () => controller.abort(new DOMException('The Hub was silent for too long.', 'TimeoutError'))
  return {
    signal: controller.signal,
    get isOver() {
      return controller.signal.aborted
    },
    ms,
    start(most = ms) {
      clearTimeout(timer)
      timer = setTimeout(expire, Math.min(ms, most))
    },
    stop: () => clearTimeout(timer),
  }
}

/** How much of a body is read, and for how long. */
export interface BodyLimits {
  maxBytes?: number | undefined
  /** For the whole body, not counting the reader's own time, in ms. */
  totalMs?: number | undefined
}

/**
 * Reads a body within limits, and turns whatever ends it early into this program's errors.
 * @param limit on the silence between two chunks; what it aborts ends the body
 * @param signal of the whole program
 * @yields each chunk
 */
export async function* limitedBody(
  body: AsyncIterable<Uint8Array>,
  limit: TimeLimit,
  signal?: AbortSignal,
  {maxBytes = Number.POSITIVE_INFINITY, totalMs = Number.POSITIVE_INFINITY}: BodyLimits = {},
): AsyncGenerator<Uint8Array> {
  const chunks = body[Symbol.asyncIterator]()
  const isShort = totalMs <= limit.ms
  let size = 0
  let waitedMs = 0
  let isLast = isShort
  if (isShort) limit.start()
  try {
    for (;;) {
      const before = performance.now()
      const leftMs = totalMs - waitedMs
      isLast ||= leftMs < limit.ms
      if (!isShort) limit.start(leftMs)
      const {done, value} = await chunks.next()
      if (!isShort) limit.stop()
      waitedMs += performance.now() - before
      if (done) return
      size += value.length
      if (size > maxBytes) throw new HubFormatError(`The answer of the Hub is longer than ${maxBytes} bytes.`)
      yield value
    }
  } catch (error) {
    if (error instanceof HubFormatError) throw error
    if (signal?.aborted) throw new CancelledError('Interrupted.', {cause: error})
    const overdue = isLast ? 'took too long' : `brought nothing for ${limit.ms / 1000} s`
    const why = limit.isOver ? overdue : 'broke off'
    // A long body that trickles would do so again, for as long.
    const isPermanent = limit.isOver && isLast && !isShort
    throw new HubUnreachableError(`The answer of the Hub ${why}.`, {
      cause: error,
      reason: `it ${why}`,
      isPermanent,
    })
  } finally {
    limit.stop()
    await chunks.return?.()
  }
}
