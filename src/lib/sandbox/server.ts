import type {AddressInfo} from 'node:net'

import {createServer, type IncomingMessage, type ServerResponse} from 'node:http'
import {setTimeout as sleep} from 'node:timers/promises'

import type {Answer} from './answers.js'

import {UsageError} from '../base/errors.js'
import {type Fault, faultAnswer, type Faults, isActedUpon} from './faults.js'

/** A request whose body has been read. */
export interface RawRequest {
  method: string
  /** With the query. */
  path: string
  headers: IncomingMessage['headers']
  body: Buffer
}

/** How a server behaves around its answers. */
export interface ServerBehaviour {
  answer: (request: RawRequest) => Answer
  /** Called once a request has been read; what it returns is told the status, or 0 for a connection that was cut. */
  log?: ((request: RawRequest) => (status: number) => void) | undefined
  faults: Faults
  latencyMs: number
  largestBody: number
  clock: () => Date
}

/** A server on loopback. */
export interface LoopbackServer {
  url: string
  /** Starts answering: the URL must be known before the answers can be. */
  serve: (behaviour: ServerBehaviour) => void
  close: () => Promise<void>
}

const HOST = '127.0.0.1'

/** What a person can do something about. */
const PORT_FAULTS = new Map([
  ['EACCES', 'not for this account'],
  ['EADDRINUSE', 'already in use'],
])

function portFault(port: number, error: NodeJS.ErrnoException): Error {
  const fault = PORT_FAULTS.get(error.code ?? '')
  if (fault === undefined) return error
  return new UsageError(`--port ${port}: it is ${fault} on ${HOST}.`, {
    suggestions: ['Give another, or leave --port out for any free one.'],
  })
}

/**
 * Listens on loopback.
 * @param port 0 for any free one
 * @throws UsageError where the port is taken, or kept from this account
 */
export async function listen(port: number): Promise<LoopbackServer> {
  const server = createServer()
  const closing = new AbortController()
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(portFault(port, error)))
    server.listen(port, HOST, resolve)
  })

  return {
    url: `http://${HOST}:${(server.address() as AddressInfo).port}`,
    serve(behaviour) {
      server.on('request', (request, response) => {
        handle(request, response, behaviour, closing.signal).catch(() => request.socket.destroy())
      })
    },
    async close() {
      closing.abort()
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve())
      })
      server.closeAllConnections()
      await closed
    },
  }
}

async function handle(
  incoming: IncomingMessage,
  response: ServerResponse,
  behaviour: ServerBehaviour,
  signal: AbortSignal,
): Promise<void> {
  const {method = 'GET', url: path = '/', headers} = incoming
  const body = await readBody(incoming, behaviour.largestBody)
  if (body === 'too large') {
    const tooLarge = {
      status: 413,
      headers: {'Content-Type': 'text/plain; charset=utf-8', Connection: 'close'},
    }
    send(response, {...tooLarge, body: Buffer.from('Payload too large')}, {...behaviour, method})
    incoming.resume()
    return
  }

  const request: RawRequest = {method, path, headers, body}
  const answered = behaviour.log?.(request)
  const fault = behaviour.faults.strike({method, path, body: body.toString('utf8')})
  await pause(behaviour.latencyMs + (fault?.delayMs ?? 0), signal)
  await fault?.before?.(incoming.socket.remotePort)
  const answer = answerTo(request, behaviour, fault)
  answered?.(answer?.status ?? 0)
  if (answer) send(response, answer, {...behaviour, method, breakOff: fault?.breakOff})
  else if (!fault?.hold) incoming.socket.destroy()
}

/** What is sent: the Hub's answer, the fault's, or none. */
function answerTo(
  request: RawRequest,
  behaviour: ServerBehaviour,
  fault: Fault | undefined,
): Answer | undefined {
  const answer = fault && !isActedUpon(fault) ? undefined : behaviour.answer(request)
  if (fault?.reset || fault?.hold) return undefined
  if (fault?.respond) return faultAnswer(fault.respond)
  return answer && fault?.alter ? {...answer, body: fault.alter(answer.body)} : answer
}

interface Sending {
  clock: () => Date
  method: string
  breakOff?: Fault['breakOff']
}

function send(response: ServerResponse, answer: Answer, {clock, method, breakOff}: Sending): void {
  response.sendDate = false
  const hasBody = answer.status !== 304 && answer.status !== 204
  // An empty body cannot be cut: one byte that never comes stands for it.
  const length = breakOff ? Math.max(answer.body.length, 1) : answer.body.length
  response.writeHead(answer.status, {
    Date: clock().toUTCString(),
    ...answer.headers,
    ...(hasBody && breakOff !== 'chunked' && {'Content-Length': length}),
  })
  if (!hasBody || method === 'HEAD') response.end()
  else if (breakOff) sendHalf(response, answer.body, breakOff)
  else response.end(answer.body)
}

function sendHalf(response: ServerResponse, body: Buffer, how: NonNullable<Fault['breakOff']>): void {
  const cut = () => {
    if (how !== 'stalled') response.destroy()
  }

  response.flushHeaders()
  if (body.length < 2) setImmediate(cut)
  else response.write(body.subarray(0, body.length / 2), cut)
}

/** Reads a request's body, unless it is larger than allowed. */
async function readBody(incoming: IncomingMessage, largest: number): Promise<Buffer | 'too large'> {
  const chunks: Buffer[] = []
  let size = 0
  return new Promise((resolve, reject) => {
    incoming.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > largest) resolve('too large')
      else chunks.push(chunk)
    })
    incoming.on('end', () => resolve(Buffer.concat(chunks)))
    incoming.on('error', reject)
  })
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  // A signal of its own: many pauses at a time would pile up listeners on the one of the server.
  if (milliseconds > 0) await sleep(milliseconds, undefined, {signal: AbortSignal.any([signal])})
}
