import type * as HubLibrary from './functions.js'

import {CancelledError, SmoltraceError} from '../base/errors.js'
import {HubFormatError} from './errors.js'
import {type Ask} from './transport.js'

/** Loaded with the first request, since `--help` and a usage error need none. */
export function library(): Promise<typeof HubLibrary> {
  return import('./functions.js')
}

/** Our way of sending as the one that the library is given; it uses nothing else of a `Response` than an Answer has. */
export function asFetch(ask: Ask): typeof fetch {
  const send = (url: string | URL, {method, headers, body}: RequestInit = {}) =>
    ask(String(url), {
      method,
      headers: plainHeaders(headers),
      body: body as Blob | string | undefined,
    })
  return send as unknown as typeof fetch
}

function plainHeaders(headers: RequestInit['headers'] = {}): Record<string, string> {
  return Symbol.iterator in headers
    ? Object.fromEntries(headers as Iterable<[string, string]>)
    : (headers as Record<string, string>)
}

export function repo(name: string): {type: 'dataset'; name: string} {
  return {type: 'dataset', name}
}

/** What the library cannot read, such as broken JSON, is an answer that is not certain. */
export async function certainly<T>(ask: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof SmoltraceError) throw error
    if (signal?.aborted) throw new CancelledError('Interrupted.', {cause: error})
    const why = error instanceof Error ? error.message : String(error)
    throw new HubFormatError(`The answer of the Hub cannot be read: ${why}`, {cause: error})
  }
}
