import type {ServerResponse} from 'node:http'

import {
  type Answer,
  type Sandbox as EmbeddedHub,
  type RawRequest,
  type SandboxOptions,
  startSandbox as start,
} from '../../src/lib/sandbox/index.js'

export {type SandboxOptions} from '../../src/lib/sandbox/index.js'

/** What a fault looks at to decide whether it strikes. */
export interface FaultTarget extends Pick<RawRequest, 'method' | 'path'> {
  body: string
}

// What a request asks for.
type Asked = Pick<FaultTarget, 'method' | 'path'>
export const isDelete = ({method}: Asked) => method === 'DELETE'
export const isMove = ({method, path}: Asked) => method === 'POST' && path === '/api/repos/move'
export const isListing = ({path}: Asked) => path.startsWith('/api/datasets?')
export const isCommit = ({method, path}: Asked) => method === 'POST' && path.includes('/commit/')
export const isProtection = ({path}: Asked) => path.includes('protection.json')

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
  /** Runs and is waited for first, for what other clients do between two requests. The client's port identifies the connection. */
  before?: (port: number | undefined) => unknown
}

/** The embedded Hub with a log of its requests, and faults to be put in their way. */
export interface Sandbox extends EmbeddedHub {
  /** Every request to the Hub so far, but not those to its CDN. */
  requests: LoggedRequest[]
  /** Installs a fault; of those that match, the oldest strikes. @returns what removes it */
  intercept: (fault: Fault) => () => void
}

/** Starts an embedded Hub whose answers can be made to fail. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const {clock = () => new Date()} = options
  const requests: LoggedRequest[] = []
  const installed = new Set<{fault: Fault; skip: number; times: number}>()

  /** The fault that strikes this request, if any; counts it. */
  const strike = (target: FaultTarget): Omit<Fault, 'match'> => {
    for (const each of installed) {
      const {match: matches} = each.fault
      if (each.times === 0 || !matches(target) || each.skip-- > 0) continue
      each.times--
      each.skip = 0
      return each.fault
    }

    return {}
  }

  const hub = await start({
    ...options,
    async onRequest({method, path, body: bytes}, answer, response) {
      const body = bytes.toString('utf8')
      const entry: LoggedRequest = {method, path, ...(body !== '' && {body}), status: 0, at: clock()}
      if (isToHub(path)) requests.push(entry)
      const fault = strike({method, path, body})
      const {before, reset, breakOff} = fault
      await before?.(response.req.socket.remotePort)
      const sent = struck(isActedUpon(fault) ? answer() : undefined, fault)
      entry.status = sent?.status ?? 0
      if (reset) response.destroy()
      if (sent && breakOff) sendHalf(response, sent, clock(), breakOff)
      return breakOff ? undefined : sent
    },
  })
  const intercept = (fault: Fault) => {
    const each = {fault, skip: fault.skip ?? 0, times: fault.times ?? Infinity}
    installed.add(each)
    return () => {
      installed.delete(each)
    }
  }

  return {...hub, requests, intercept}
}

/** The CDN has two kinds of addresses. */
function isToHub(path: string): boolean {
  return !/^\/(?:uploads|xet-bridge-us)\//.test(path)
}

/** Whether the Hub does what it is asked where this fault strikes. */
export function isActedUpon({respond, acts, reset, hold}: Omit<Fault, 'match'>): boolean {
  return reset !== 'before' && hold !== 'before' && (!respond || acts === true)
}

/** What a fault makes of the Hub's answer; undefined where it lets none through. */
function struck(
  own: Answer | undefined,
  {reset, hold, respond, alter}: Omit<Fault, 'match'>,
): Answer | undefined {
  if (reset || hold) return undefined
  if (!respond) return own && alter ? {...own, body: alter(own.body)} : own
  const {status, headers = {}, body = ''} = respond
  const type = /^\s*[[{]/.test(body) ? 'application/json; charset=utf-8' : 'text/plain; charset=utf-8'
  const typed = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type')
  return {status, headers: typed ? headers : {'Content-Type': type, ...headers}, body: Buffer.from(body)}
}

function sendHalf(
  response: ServerResponse,
  {status, headers, body}: Answer,
  now: Date,
  how: NonNullable<Fault['breakOff']>,
): void {
  // An empty body cannot be cut: one byte is announced that never comes.
  const length = how !== 'chunked' && {'Content-Length': Math.max(body.length, 1)}
  response.writeHead(status, {Date: now.toUTCString(), ...headers, ...length})
  const cut = () => {
    if (how !== 'stalled') response.destroy()
  }

  response.flushHeaders()
  if (body.length < 2) setImmediate(cut)
  else response.write(body.subarray(0, body.length / 2), cut)
}
