import type {Answer} from './http/answers.js'

/** What a fault looks at to decide whether it strikes. */
export interface FaultTarget {
  method: string
  /** With the query. */
  path: string
  body: string
}

/** Something that goes wrong, or happens in between, for the requests it matches. */
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
  /**
   * Runs first, for what others do to the Hub between two requests; what it returns is waited for. It is told the client's
   * port, which tells its connections apart.
   */
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
  const installed = new Set<Counted>()
  return {
    install(fault) {
      const own = {fault, skips: fault.skip ?? 0, strikes: fault.times ?? Number.POSITIVE_INFINITY}
      installed.add(own)
      return () => {
        installed.delete(own)
      }
    },
    strike(request) {
      return [...installed].find((candidate) => strikes(candidate, request))?.fault
    },
  }
}

/** A fault, and how often it still lets a request through, and then strikes. */
interface Counted {
  readonly fault: Fault
  skips: number
  strikes: number
}

function strikes(counted: Counted, request: FaultTarget): boolean {
  const {match: matches} = counted.fault
  if (counted.strikes === 0 || !matches(request)) return false
  if (counted.skips > 0) {
    counted.skips--
    return false
  }

  counted.strikes--
  return true
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
