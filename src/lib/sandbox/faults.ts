import type {Answer} from './answers.js'

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
  /** How often it strikes. Default: always. */
  times?: number
  /** Answers instead of the Hub, with these headers only. */
  respond?: {status: number; headers?: Record<string, string>; body?: string}
  /** Cuts the connection, before the Hub acted or after it. */
  reset?: 'after' | 'before'
  /** Waits this long first. */
  delayMs?: number
  /** Runs first, for what others do to the Hub between two requests. */
  before?: () => void
}

/** The faults that are installed; of those that match, the oldest strikes. */
export interface Faults {
  install: (fault: Fault) => () => void
  /** The fault that strikes this request, if any; counts it. */
  strike: (request: FaultTarget) => Fault | undefined
}

/** A set of faults, empty at first. */
export function createFaults(): Faults {
  const installed = new Map<Fault, number>()
  return {
    install(fault) {
      const own = {...fault}
      installed.set(own, fault.times ?? Number.POSITIVE_INFINITY)
      return () => {
        installed.delete(own)
      }
    },
    strike(request) {
      const [fault, left = 0] =
        [...installed].find(([candidate, remaining]) => remaining > 0 && strikes(candidate, request)) ?? []
      if (fault) installed.set(fault, left - 1)
      return fault
    },
  }
}

function strikes({match: matches}: Fault, request: FaultTarget): boolean {
  return matches(request)
}

/** The answer that a fault gives instead of the Hub's. */
export function faultAnswer({status, headers = {}, body = ''}: NonNullable<Fault['respond']>): Answer {
  const type = /^\s*[[{]/.test(body) ? 'application/json; charset=utf-8' : 'text/plain; charset=utf-8'
  const typed = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type')
  return {status, headers: typed ? headers : {'Content-Type': type, ...headers}, body: Buffer.from(body)}
}
