import {CancelledError, SmoltraceError} from '../base/errors.js'
import {HubFormatError} from './errors.js'
import {type Send, type Transport} from './transport.js'

/** What every call to the Hub needs. */
export interface Connection extends Pick<Transport, 'send' | 'stream'> {
  /** Origin of the Hub, without a slash at the end. */
  endpoint: string
}

/** Options of each function of `@huggingface/hub`. Its `fetch` is our transport, which adds the token. */
export function libraryOptions({endpoint}: Connection, send: Send) {
  return {hubUrl: endpoint, accessToken: '', fetch: asFetch(send)}
}

/** The library uses nothing else of a `Response` than a HubResponse has. */
function asFetch(send: Send): typeof fetch {
  const fetchLike = (url: string | URL, {method, headers, body}: RequestInit = {}) =>
    send(String(url), {method, headers: plainHeaders(headers), body: body as Blob | string | undefined})
  return fetchLike as unknown as typeof fetch
}

function plainHeaders(headers: RequestInit['headers'] = {}): Record<string, string> {
  return Symbol.iterator in headers
    ? Object.fromEntries(headers as Iterable<[string, string]>)
    : (headers as Record<string, string>)
}

export function repo(name: string): {type: 'dataset'; name: string} {
  return {type: 'dataset', name}
}

/** The same methods; what the library cannot read, such as broken JSON, is a HubFormatError. */
export function typedErrors<T extends object>(methods: T, signal?: AbortSignal): T {
  const all = Object.entries(methods) as Array<[string, (...args: unknown[]) => Promise<unknown>]>
  const typed = all.map(([name, method]) => [
    name,
    async (...args: unknown[]) => {
      try {
        return await method(...args)
      } catch (error) {
        if (error instanceof SmoltraceError) throw error
        if (signal?.aborted) throw new CancelledError('Interrupted.', {cause: error})
        const why = error instanceof Error ? error.message : String(error)
        throw new HubFormatError(`The answer of the Hub cannot be read: ${why}`, {cause: error})
      }
    },
  ])
  return Object.fromEntries(typed) as T
}
