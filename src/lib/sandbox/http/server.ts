import type {AddressInfo} from 'node:net'

import {once} from 'node:events'
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http'
import {buffer} from 'node:stream/consumers'
import {setTimeout as sleep} from 'node:timers/promises'

import type {Answer} from './answers.js'

import {UsageError} from '../../base/errors.js'
import {type Fault, faultAnswer, type Faults, isActedUpon} from '../faults.js'

/** A request whose body has been read. */
export interface RawRequest {
  method: string
  /** With the query. */
  path: string
  headers: IncomingMessage['headers']
  body: Buffer
}

/** A request that the Hub received. */
export interface LoggedRequest {
  method: string
  /** With the query. */
  path: string
  body?: string
  /** 0 while it is being answered, and where the connection was cut. */
  status: number
  at: Date
}

/** How a server behaves around its answers. */
interface ServerBehaviour {
  answer: (request: RawRequest) => Answer
  /** Where requests are logged. */
  log?: LoggedRequest[]
  faults: Faults
  latencyMs: number
  clock: () => Date
}

/** A server on loopback. */
interface LoopbackServer {
  url: string
  /** Starts answering: the URL must be known before the answers can be. */
  serve: (behaviour: ServerBehaviour) => void
  close: () => Promise<void>
}

const HOST = '127.0.0.1'
const PORT_FAULTS: Record<string, string> = {EACCES: 'not for this account', EADDRINUSE: 'already in use'}

/**
 * Listens on loopback.
 * @param port 0 for any free one
 * @throws UsageError where the port is taken, or kept from this account
 */
export async function listen(port: number): Promise<LoopbackServer> {
  const server = createServer()
  await once(server.listen(port, HOST), 'listening').catch((error: NodeJS.ErrnoException) => {
    const fault = PORT_FAULTS[error.code ?? '']
    if (fault === undefined) throw error
    throw new UsageError(`--port ${port}: it is ${fault} on ${HOST}.`, {
      suggestions: ['Give another, or leave --port out for any free one.'],
    })
  })
  return {
    url: `http://${HOST}:${(server.address() as AddressInfo).port}`,
    serve(behaviour) {
      server.on('request', (request, response) => {
        handle(request, response, behaviour).catch(() => request.socket.destroy())
      })
    },
    async close() {
      const closed = new Promise((resolve) => {
        server.close(resolve)
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
): Promise<void> {
  const {method = 'GET', url: path = '/', headers} = incoming
  const {clock, faults, latencyMs, log} = behaviour
  const request: RawRequest = {method, path, headers, body: await buffer(incoming)}
  const body = request.body.toString('utf8')
  const entry: LoggedRequest = {method, path, ...(body !== '' && {body}), status: 0, at: clock()}
  log?.push(entry)
  const fault = faults.strike({method, path, body})
  const delayMs = latencyMs + (fault?.delayMs ?? 0)
  if (delayMs > 0) await sleep(delayMs, undefined, {ref: false})
  await fault?.before?.(incoming.socket.remotePort)
  const answer = answerTo(request, behaviour, fault)
  entry.status = answer?.status ?? 0
  if (answer) send(response, answer, clock(), fault?.breakOff)
  else if (!fault?.hold) incoming.socket.destroy()
}

/** What is sent: the Hub's answer, the fault's, or none. */
function answerTo(request: RawRequest, {answer}: ServerBehaviour, fault?: Fault): Answer | undefined {
  const own = fault && !isActedUpon(fault) ? undefined : answer(request)
  if (fault?.reset || fault?.hold) return undefined
  if (fault?.respond) return faultAnswer(fault.respond)
  return own && fault?.alter ? {...own, body: fault.alter(own.body)} : own
}

function send(
  response: ServerResponse,
  {status, headers, body}: Answer,
  now: Date,
  breakOff: Fault['breakOff'],
): void {
  response.sendDate = false
  // An empty body cannot be cut: one byte is announced that never comes.
  const length = breakOff ? Math.max(body.length, 1) : body.length
  response.writeHead(status, {
    Date: now.toUTCString(),
    ...headers,
    ...(breakOff !== 'chunked' && {'Content-Length': length}),
  })
  if (breakOff) sendHalf(response, body, breakOff)
  else response.end(body)
}

function sendHalf(response: ServerResponse, body: Buffer, how: NonNullable<Fault['breakOff']>): void {
  const cut = () => {
    if (how !== 'stalled') response.destroy()
  }

  response.flushHeaders()
  if (body.length < 2) setImmediate(cut)
  else response.write(body.subarray(0, body.length / 2), cut)
}
