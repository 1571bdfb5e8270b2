import type {Answer} from './http/answers.js'

/** What a fault looks at to decide whether it strikes. */
export interface FaultTarget {
  method: string
  /** With the query. */
  path: string
  body: string
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
  /**
   * Sends the first half of the body of an answer whose length was announced, or of one in chunks; then cuts the
   * connection, or sends no more until the client gives up.
   */
  breakOff?: 'chunked' | 'counted' | 'stalled'
  /** Waits this long first. */
  delayMs?: number
  /** Runs and is waited for first, for what other clients do between two requests. The client's port identifies the connection. */
  before?: (port: number | undefined) => unknown
}

/** The faults that are installed; of those that match, the oldest strikes. */
export interface Faults {
  install: (fault: Fault) => () => void
  /** The fault that strikes this request, if any; counts it. */
  strike: (request: FaultTarget) => Fault | undefined
}

/** A set of faults, empty at first. */
export function createFaults(): Faults {
  const installed = new Set<Faults['strike']>()
  return {
    install(fault) {
      const {match: matches} = fault
      let {skip = 0, times = Number.POSITIVE_INFINITY} = fault
      const strike = (request: FaultTarget): Fault | undefined => {
        if (times === 0 || !matches(request)) return undefined
        if (skip > 0) {
          skip--
          return undefined
        }

        times--
        return fault
      }

      installed.add(strike)
      return () => {
        installed.delete(strike)
      }
    },
    strike(request) {
      let struck: Fault | undefined
      for (const strike of installed) struck ??= strike(request)
      return struck
    },
  }
}

/** Whether the Hub does what it is asked where this fault strikes. */
export function isActedUpon({respond, acts, reset, hold}: Omit<Fault, 'match'>): boolean {
  return reset !== 'before' && hold !== 'before' && (!respond || acts === true)
}

/** The answer that a fault gives instead of the Hub's. */
export function faultAnswer({status, headers = {}, body = ''}: NonNullable<Fault['respond']>): Answer {
  const type = /^\s*[[{]/.test(body) ? 'application/json; charset=utf-8' : 'text/plain; charset=utf-8'
  const typed = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type')
  return {status, headers: typed ? headers : {'Content-Type': type, ...headers}, body: Buffer.from(body)}
}
