import http, {type ClientRequest, type IncomingMessage} from 'node:http'
import https from 'node:https'
import {pipeline, type Readable} from 'node:stream'
import {createBrotliDecompress, createGunzip, createInflate} from 'node:zlib'

import {Answer} from './answer.js'
import {HubFormatError} from './errors.js'

/** What is sent. */
export interface WireRequest {
  url: string
  method: string
  headers: Record<string, string>
  body?: Blob | string | undefined
  /** What becomes of an answer that leads elsewhere; such a one counts as an error where it is `error`. */
  redirect: 'error' | 'follow' | 'manual'
}

export interface WireOptions {
  signal: AbortSignal
  /** Called with each piece of the body that is sent. */
  onPiece: () => void
  /** Called with each address to which an answer leads, before it is asked. */
  onRedirect?: (url: string) => void
  /** The way to take to an address. */
  agentFor: (url: URL, isFresh?: boolean) => Promise<http.Agent>
}

const MOST_REDIRECTS = 5
/** A machine that is not there often does not even refuse, in ms. */
const CONNECT_LIMIT = 10_000
/** How long the body of a redirect may take, in ms. */
const REDIRECT_LIMIT = 2000
/** In bytes. */
const PIECE = 65_536
const REDIRECTS = new Set([301, 302, 303, 307, 308])

/**
 * Sends one request over HTTP and brings the answer as soon as it begins. The token goes to no other origin than the one it
 * was meant for, wherever a redirect leads.
 * @throws the system's errors, and those of the signal
 */
export async function exchange(request: WireRequest, options: WireOptions): Promise<Answer> {
  let current = request
  for (let redirects = 0; ; redirects++) {
    const message = await send(current, options)
    const {statusCode: status = 0, statusMessage: statusText = '', headers} = message
    const {location} = headers
    if (!REDIRECTS.has(status) || !location || request.redirect === 'manual') {
      return new Answer({
        status,
        statusText,
        url: current.url,
        headers,
        body: decompressed(message),
        discard() {
          message.destroy()
        },
      })
    }

    finishSoon(message)
    if (request.redirect === 'error') throw wrongWay('a redirect where none may be')
    if (redirects === MOST_REDIRECTS) throw wrongWay('one redirect after the other')
    current = redirected(current, location, status)
    options.onRedirect?.(current.url)
  }
}

/** A redirect has a body that nobody wants; what is short is read, so that the connection can be kept. */
function finishSoon(message: IncomingMessage): void {
  const timer = setTimeout(() => message.destroy(), REDIRECT_LIMIT).unref()
  message.once('close', () => clearTimeout(timer)).on('error', () => {})
  message.resume()
}

function wrongWay(what: string): HubFormatError {
  return new HubFormatError(`The Hub answered with ${what}.`)
}

function redirected(request: WireRequest, location: string, status: number): WireRequest {
  if (!URL.canParse(location, request.url)) throw wrongWay('a redirect to what is no address')
  const to = new URL(location, request.url)
  if (to.protocol !== 'http:' && to.protocol !== 'https:')
    throw wrongWay('a redirect to what is no web address')
  // Nobody has asked to be known there by another name.
  to.username = ''
  to.password = ''
  const headers = {...request.headers}
  if (to.origin !== new URL(request.url).origin) delete headers.authorization
  const isPlain = status === 303 || (status <= 302 && request.method === 'POST')
  const rest = isPlain ? {...request, method: 'GET', body: undefined} : request
  return {...rest, headers, url: to.href}
}

/** A connection that was kept may be gone by now: what only reads is sent again on a new one. */
async function send(request: WireRequest, options: WireOptions): Promise<IncomingMessage> {
  try {
    return await sendOnce(request, options)
  } catch (error) {
    if (request.method !== 'GET' || !(error instanceof StaleConnectionError) || options.signal.aborted)
      throw error
    return sendOnce(request, options, true)
  }
}

/** Something went wrong on a connection that had been kept; `cause` says what. */
class StaleConnectionError extends Error {}

async function sendOnce(
  request: WireRequest,
  options: WireOptions,
  isFresh = false,
): Promise<IncomingMessage> {
  const url = new URL(request.url)
  const {signal, onPiece} = options
  const {method, body} = request
  signal.throwIfAborted()
  const headers: Record<string, string> = {'accept-encoding': 'gzip, deflate, br', ...request.headers}
  if (body !== undefined) headers['content-length'] = String(sizeOf(body))
  const agent = await options.agentFor(url, isFresh)
  const outgoing = (url.protocol === 'https:' ? https : http).request(url, {method, headers, agent, signal})
  const answer = answerTo(outgoing, signal)
  if (body === undefined) outgoing.end()
  else pipeline(piecesOf(body, onPiece), outgoing, () => {})
  return answer
}

/**
 * Settles whatever happens: a request that waits for its connection tells nothing of its end, neither by itself nor where it
 * is ended, and what is no answer to a request, such as 101, only closes it.
 */
function answerTo(outgoing: ClientRequest, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => {
      reject(error)
      outgoing.destroy(error)
    }

    const timer = setTimeout(
      () => fail(new Error(`no connection within ${CONNECT_LIMIT / 1000} s`)),
      CONNECT_LIMIT,
    )
    const connected = () => clearTimeout(timer)
    const interrupted = () => fail(signal.reason as Error)
    signal.addEventListener('abort', interrupted, {once: true})
    outgoing
      .once('socket', (socket) => (socket.connecting ? socket.once('connect', connected) : connected()))
      // Else its answer would be taken for that of the Hub, which it never reached.
      .once('proxyConnect', ({statusCode}: {statusCode: number}) => {
        if (statusCode !== 200) fail(new ProxyError(statusCode))
      })
      .once('response', resolve)
      // What goes wrong after the answer has begun is told to whoever reads its body.
      .on('error', (error) => {
        reject(outgoing.reusedSocket ? new StaleConnectionError(error.message, {cause: error}) : error)
      })
      .once('close', () => {
        connected()
        signal.removeEventListener('abort', interrupted)
        reject(new Error('it was closed without an answer'))
      })
  })
}

/** The proxy does not lead to the Hub. */
export class ProxyError extends Error {
  /** Whether it would say the same again. */
  readonly isLasting: boolean

  constructor(status: number) {
    super(`the proxy answered ${status}${status === 407 ? ': it wants a name and a password' : ''}`)
    this.isLasting = status < 500
  }
}

function sizeOf(body: Blob | string): number {
  return typeof body === 'string' ? Buffer.byteLength(body) : body.size
}

/** The more is handed over at once, the sooner the last piece was taken, from which on the time limit counts. */
async function* piecesOf(body: Blob | string, onPiece: () => void): AsyncGenerator<Uint8Array> {
  const source = typeof body === 'string' ? [Buffer.from(body)] : body.stream()
  for await (const whole of source as AsyncIterable<Uint8Array>) {
    for (let at = 0; at < whole.length; at += PIECE) {
      onPiece()
      yield whole.subarray(at, at + PIECE)
    }
  }
}

function decompressed(message: IncomingMessage): Readable {
  const decoder = decoderFor(message.headers['content-encoding'])
  // What goes wrong with one ends the other, and so whoever reads it is told.
  return decoder ? pipeline(message, decoder, () => {}) : message
}

function decoderFor(encoding: string | undefined) {
  if (encoding === 'br') return createBrotliDecompress()
  if (encoding === 'deflate') return createInflate()
  return encoding === 'gzip' || encoding === 'x-gzip' ? createGunzip() : undefined
}
