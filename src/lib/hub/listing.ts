import {HubFormatError} from './errors.js'
import {type Ask} from './transport.js'

/** The only form of a next page's address that the library reads. */
const READABLE_LINK = /<(https?:\/\/[^>]+)>;\s+rel="next"/g
/** A page's worth. */
const MOST_REPEATED = 1000
/** The Hub may leave out of a page all that the token must not see, but not out of one after the other. */
const MOST_EMPTY_PAGES = 50
/** Ten million entries, far more than any account has. */
const MOST_PAGES = 10_000

/**
 * Guards the pages of a listing. The library takes a `Link` that it cannot read for the end of the list, and follows
 * any other wherever it leads, in a circle too; of a page it takes whatever can be walked through, even a text.
 * @param readable makes of an entry what the library can read
 */
export function followingLinks(
  request: Ask,
  endpoint: string,
  readable: (entry: unknown) => unknown = (entry) => entry,
): Ask {
  const seen = new Set<string>()
  let emptyInARow = 0
  return async (url, question) => {
    const answer = await request(url, question)
    seen.add(url)
    const page = await answer.json()
    if (!Array.isArray(page)) throw new HubFormatError('A page of the listing of the Hub is not a list.')
    emptyInARow = page.length === 0 ? emptyInARow + 1 : 0
    const next = nextIn(answer.headers.get('link') ?? '', endpoint)
    if (next !== undefined && (seen.has(next) || emptyInARow > MOST_EMPTY_PAGES))
      throw new HubFormatError('The listing of the Hub leads in a circle.')
    if (next !== undefined && seen.size >= MOST_PAGES)
      throw new HubFormatError(`The listing of the Hub has more than ${MOST_PAGES} pages.`)
    const limit = Number(new URL(url).searchParams.get('limit'))
    if (next === undefined && seen.size === 1 && page.length === limit) {
      const more = await request(withLimit(url, limit + 1), question)
      requireNoMore(await more.json(), limit)
    }

    return answer.withJson(page.map((entry) => readable(entry)))
  }
}

function withLimit(url: string, limit: number): string {
  const larger = new URL(url)
  larger.searchParams.set('limit', String(limit))
  return larger.href
}

/** Advice where a listing ends early without saying so. */
export const WITHOUT_LINK = "Does a proxy remove `Link` from the Hub's answers? Go without it."

/** A proxy that takes `Link` out of the answers makes a full first page look like all there is. */
function requireNoMore(page: unknown, limit: number): void {
  if (Array.isArray(page) && page.length <= limit) return
  throw new HubFormatError('The listing of the Hub continues, and does not say where.', {
    suggestions: [WITHOUT_LINK],
  })
}

/**
 * Reads a listing for which the library has no function, page by page, under the same guard.
 * @param request carries the token
 * @yields each entry as the Hub sent it: anything that JSON can hold
 */
export async function* entriesOf(request: Ask, endpoint: string, url: string): AsyncGenerator<unknown> {
  const guarded = followingLinks(request, endpoint)
  for (let next: string | undefined = url; next !== undefined;) {
    const answer = await guarded(next)
    yield* (await answer.json()) as unknown[]
    next = nextIn(answer.headers.get('link') ?? '', endpoint)
  }
}

/**
 * Ends a listing that has no end: one that brings the same again and again.
 * @param nameOf tells entries apart
 * @yields each entry, repeated ones too: pages shift against each other by an entry or two, not by a whole page
 */
export async function* withoutRepeats<T>(
  entries: AsyncIterable<T>,
  nameOf: (entry: T) => unknown,
): AsyncGenerator<T> {
  const names = new Set<unknown>()
  let count = 0
  for await (const entry of entries) {
    names.add(nameOf(entry))
    if (++count - names.size > MOST_REPEATED)
      throw new HubFormatError('The listing of the Hub brings the same again and again.')
    yield entry
  }
}

/** Where a listing goes on; undefined at its end. */
function nextIn(link: string, endpoint: string): string | undefined {
  if (!/next/i.test(link)) return undefined
  // Of several the library would follow the last.
  const [next = '', ...others] = [...link.matchAll(READABLE_LINK)].map(([, address = '']) => address)
  if (others.length === 0 && URL.canParse(next) && new URL(next).origin === new URL(endpoint).origin)
    return next
  const origin = others.length === 0 && URL.canParse(next) ? new URL(next).origin : undefined
  throw origin === undefined ? unreadableLink(link) : mirror(endpoint, origin)
}

function unreadableLink(link: string): HubFormatError {
  return new HubFormatError(`The listing of the Hub continues at an address that cannot be read: ${link}`)
}

/** The token must not follow the link, and a part of the listing must not be taken for the whole. */
function mirror(endpoint: string, origin: string): HubFormatError {
  return new HubFormatError(
    `The listing of ${endpoint} continues at ${origin}, where the token is not sent: HF_ENDPOINT seems to be a mirror.`,
    {suggestions: [`Set HF_ENDPOINT to ${origin}, or to a Hub whose pages stay on it.`]},
  )
}
