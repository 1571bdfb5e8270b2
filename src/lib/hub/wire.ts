import {once} from 'node:events'
import http, {type ClientRequest, type IncomingMessage} from 'node:http'
import https from 'node:https'
import {type Readable} from 'node:stream'
import {pipeline} from 'node:stream'
import {createBrotliDecompress, createGunzip, createInflate} from 'node:zlib'

import {Answer} from './answer.js'

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
  /** The way to take to an address. */
  agentFor: (url: URL) => Promise<http.Agent>
}

const MOST_REDIRECTS = 5
/** In ms. */
const CONNECT_LIMIT = 10_000
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

    message.resume()
    if (request.redirect === 'error') throw new Error(`an unexpected redirect (${status})`)
    if (redirects === MOST_REDIRECTS) throw new Error('too many redirects')
    current = redirected(current, new URL(location, current.url), status)
  }
}

function redirected(request: WireRequest, to: URL, status: number): WireRequest {
  const headers = {...request.headers}
  if (to.origin !== new URL(request.url).origin) delete headers.authorization
  const isPlain = status === 303 || (status <= 302 && request.method === 'POST')
  const rest = isPlain ? {...request, method: 'GET', body: undefined} : request
  return {...rest, headers, url: to.href}
}

async function send(request: WireRequest, options: WireOptions): Promise<IncomingMessage> {
  const url = new URL(request.url)
  const {signal} = options
  const {method, body} = request
  signal.throwIfAborted()
  const headers: Record<string, string> = {'accept-encoding': 'gzip, deflate, br', ...request.headers}
  if (body !== undefined) headers['content-length'] = String(sizeOf(body))
  const agent = await options.agentFor(url)
  const outgoing = (url.protocol === 'https:' ? https : http).request(url, {method, headers, agent, signal})
  limitConnecting(outgoing)
  const answer = once(outgoing, 'response') as Promise<[IncomingMessage]>
  if (body === undefined) outgoing.end()
  else pipeline(piecesOf(body, options.onPiece), outgoing, () => {})
  const [message] = await answer
  // What goes wrong later is told to whoever reads the body.
  outgoing.on('error', () => {})
  return message
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

/** A machine that is not there often does not even refuse. */
function limitConnecting(outgoing: ClientRequest): void {
  outgoing.once('socket', (socket) => {
    if (!socket.connecting) return
    const expire = () => outgoing.destroy(new Error(`no connection within ${CONNECT_LIMIT / 1000} s`))
    const timer = setTimeout(expire, CONNECT_LIMIT)
    for (const event of ['connect', 'close']) socket.once(event, () => clearTimeout(timer))
  })
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
