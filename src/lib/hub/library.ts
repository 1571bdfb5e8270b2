import type * as HubLibrary from './functions.js'

import {CancelledError, SmoltraceError} from '../errors.js'
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

/** The only form of a next page's address that the library reads. */
const READABLE_LINK = /<(https?:\/\/[^>]+)>;\s+rel="next"/g

/** The Hub may leave out of a page all that the token must not see, but not out of one after the other. */
const MOST_EMPTY_PAGES = 50

/**
 * Guards the pages of a listing. The library takes a `Link` that it cannot read for the end of the list, and follows
 * any other wherever it leads, in a circle too; of a page it takes whatever can be walked through, even a text.
 */
export function followingLinks(request: Ask, endpoint: string): Ask {
  const seen = new Set<string>()
  let emptyInARow = 0
  return async (url, question) => {
    const answer = await request(url, question)
    seen.add(url)
    const page = await answer.bytes()
    if (!LIST.test(page.toString('latin1', 0, BEGINNING)))
      throw new HubFormatError('A page of the listing of the Hub is no list.')
    emptyInARow = EMPTY_LIST.test(page.toString('latin1', 0, BEGINNING)) ? emptyInARow + 1 : 0
    const next = nextIn(answer.headers.get('link') ?? '', endpoint)
    if (next !== undefined && (seen.has(next) || emptyInARow > MOST_EMPTY_PAGES))
      throw new HubFormatError('The listing of the Hub leads in a circle.')
    return answer.withBytes(page)
  }
}

/** Bytes in which a list shows that it is one, and whether it is empty. */
const BEGINNING = 64
const LIST = /^\s*\[/
const EMPTY_LIST = /^\s*\[\s*\]/

/** A page's worth. */
const MOST_REPEATED = 1000

/**
 * Notices a listing that brings the same again and again, whatever its links say. Pages shift against each other by an
 * entry or two, not by a whole page.
 * @returns to be called with the name of each entry
 * @throws HubFormatError
 */
export function noticingRepeats(): (name: string) => void {
  const names = new Set<string>()
  let repeated = 0
  return (name) => {
    if (names.has(name) && ++repeated > MOST_REPEATED)
      throw new HubFormatError('The listing of the Hub brings the same again and again.')
    names.add(name)
  }
}

/** Where a listing goes on; undefined at its end. */
function nextIn(link: string, endpoint: string): string | undefined {
  if (!/next/i.test(link)) return undefined
  // Of several the library would follow the last.
  const [next = '', ...others] = [...link.matchAll(READABLE_LINK)].map(([, address = '']) => address)
  if (others.length === 0 && URL.canParse(next) && new URL(next).origin === new URL(endpoint).origin)
    return next
  throw new HubFormatError(`The listing of the Hub goes on at an address that is not the Hub's: ${link}`)
}
