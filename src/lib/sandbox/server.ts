import type {AddressInfo} from 'node:net'

import {once} from 'node:events'
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http'
import {buffer} from 'node:stream/consumers'
import {setTimeout as sleep} from 'node:timers/promises'

import {UsageError} from '../base/errors.js'
import {type Answer} from './http.js'

/** A request whose body has been read. */
export interface RawRequest {
  method: string
  /** With the query. */
  path: string
  headers: IncomingMessage['headers']
  body: Buffer
}

/** What a fault looks at to decide whether it strikes. */
export interface FaultTarget extends Pick<RawRequest, 'method' | 'path'> {
  body: string
}

/** A request that the Hub received. */
export interface LoggedRequest extends Partial<FaultTarget> {
  method: string
  path: string
  /** 0 while it is being answered, and where the connection was cut. */
  status: number
  at: Date
}

/** A fault, or what another client does in between, for the requests that it matches. */
export interface Fault {
  match: (request: FaultTarget) => boolean
  /** How many requests it matches and lets through before the first that it strikes. Default: none. */
  skip?: number
  /** How often it strikes. Default: always. */
  times?: number
  /** Answers instead of the Hub, with these headers only. */
  respond?: {status: number; headers?: Record<string, string>; body?: string}
  /** Changes the bytes of the Hub's own answer, as a broken cache would. */
  alter?: (body: Buffer) => Buffer
  /** With `respond`: the Hub acts nevertheless, as behind a gateway that lost its answer. Default: it does nothing. */
  acts?: boolean
  /** Cuts the connection, before the Hub acted or after it. */
  reset?: 'after' | 'before'
  /** Never answers, before the Hub acted or after it: the connection stays open until the client gives up. */
  hold?: 'after' | 'before'
  /** Sends the first half of a body of known length, or of one in chunks; then cuts the connection, or sends no more. */
  breakOff?: 'chunked' | 'counted' | 'stalled'
  /** Waits this long first. */
  delayMs?: number
  /** Runs and is waited for first, for what other clients do between two requests. The client's port identifies the connection. */
  before?: (port: number | undefined) => unknown
}

/** Whether the Hub does what it is asked where this fault strikes. */
export function isActedUpon({respond, acts, reset, hold}: Omit<Fault, 'match'>): boolean {
  return reset !== 'before' && hold !== 'before' && (!respond || acts === true)
}

/** The faults that are installed; of those that match, the oldest strikes. */
export class Faults {
  readonly #installed = new Set<{fault: Fault; skip: number; times: number}>()

  /** @returns what removes it */
  install(fault: Fault): () => void {
    const installed = {fault, skip: fault.skip ?? 0, times: fault.times ?? Infinity}
    this.#installed.add(installed)
    return () => {
      this.#installed.delete(installed)
    }
  }

  /** The fault that strikes this request, if any; counts it. */
  strike(request: FaultTarget): Fault | undefined {
    for (const installed of this.#installed) {
      const {match: matches} = installed.fault
      if (installed.times === 0 || !matches(request)) continue
      if (installed.skip === 0) {
        installed.times--
        return installed.fault
      }

      installed.skip--
    }

    return undefined
  }
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
  {answer, log, faults, latencyMs, clock}: ServerBehaviour,
): Promise<void> {
  const {method = 'GET', url: path = '/', headers} = incoming
  const bytes = await buffer(incoming)
  const body = bytes.toString('utf8')
  const entry: LoggedRequest = {method, path, ...(body !== '' && {body}), status: 0, at: clock()}
  log?.push(entry)
  const fault = faults.strike({method, path, body})
  const delayMs = latencyMs + (fault?.delayMs ?? 0)
  if (delayMs > 0) await sleep(delayMs, undefined, {ref: false})
  await fault?.before?.(incoming.socket.remotePort)
  const own = fault && !isActedUpon(fault) ? undefined : answer({method, path, headers, body: bytes})
  const sent = fault ? struck(own, fault) : own
  entry.status = sent?.status ?? 0
  if (sent) send(response, sent, clock(), fault?.breakOff)
  else if (!fault?.hold) incoming.socket.destroy()
}

/** What a fault makes of the Hub's answer; undefined where it lets none through. */
function struck(own: Answer | undefined, {reset, hold, respond, alter}: Fault): Answer | undefined {
  if (reset || hold) return undefined
  if (respond) return faultAnswer(respond)
  return own && alter ? {...own, body: alter(own.body)} : own
}

/** The answer that a fault gives instead of the Hub's. */
function faultAnswer({status, headers = {}, body = ''}: NonNullable<Fault['respond']>): Answer {
  const type = /^\s*[[{]/.test(body) ? 'application/json; charset=utf-8' : 'text/plain; charset=utf-8'
  const typed = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type')
  return {status, headers: typed ? headers : {'Content-Type': type, ...headers}, body: Buffer.from(body)}
}

function send(response: ServerResponse, answer: Answer, now: Date, breakOff: Fault['breakOff']): void {
  const {status, headers, body} = answer
  response.sendDate = false
  // An empty body cannot be cut: one byte is announced that never comes.
  const length = breakOff ? Math.max(body.length, 1) : body.length
  response.writeHead(status, {
    Date: now.toUTCString(),
    ...headers,
    ...(breakOff !== 'chunked' && {'Content-Length': length}),
  })
  if (!breakOff) {
    response.end(body)
    return
  }

  const cut = () => {
    if (breakOff !== 'stalled') response.destroy()
  }

  response.flushHeaders()
  if (body.length < 2) setImmediate(cut)
  else response.write(body.subarray(0, body.length / 2), cut)
}
