import {parseDatasetName} from '../base/names.js'
import {isPinTag} from '../base/pin-tags.js'
import {isText} from '../base/text.js'
import {type Connection, libraryOptions} from './connection.js'
import {dateOf, type Fields, fieldsOf, lacking, readable, requireHead} from './dataset-info.js'
import {HubError, HubFormatError} from './errors.js'
import {type Send} from './transport.js'

/** One dataset as the listing shows it. */
export interface ListedDataset {
  /** `namespace/name`. */
  name: string
  /** The repository's own id, which a deleted and newly created dataset of the same name does not share. */
  id: string
  /** Commit at the head of `main`. */
  sha: string
  createdAt: Date
  lastModified: Date
  private: boolean
  /** Those of its card's tags that pin its run, or may be meant to; left out where there are none. */
  pinTags?: string[]
}

/** One whole listing of a namespace, classified by name before anything else of an entry is read. */
export interface Listing {
  /** Everything with exactly one of SMOLTRACE's names, newest first. */
  datasets: ListedDataset[]
  /** Full names of everything else, as the Hub wrote them. Of these nothing but the name is read. */
  others: string[]
  /** How many entries have no name that can be read: any of them may be one of SMOLTRACE's. */
  nameless: number
}

/** Lists every dataset of a namespace that the token may see (the Hub's contract, section 2). */
export async function listDatasets(connection: Connection, namespace: string): Promise<Listing> {
  const library = await import('./library.js')
  const listing: Listing = {datasets: [], others: [], nameless: 0}
  const entries = library.listDatasets({
    ...libraryOptions(connection, guardedPages(connection, readable)),
    search: {owner: namespace},
    sort: 'createdAt',
    additionalFields: ['sha', 'createdAt', 'tags'],
  })
  for await (const entry of withoutRepeats(entries, ({name}) => name)) {
    const {name}: {name: unknown} = entry
    if (!isText(name)) listing.nameless++
    else if (parseDatasetName(name, namespace)) listing.datasets.push(readListed(name, fieldsOf(entry)))
    else listing.others.push(name)
  }

  return listing
}

/** Ids are compared and dates decide, so a dataset of ours that lacks one makes the whole listing uncertain. */
function readListed(name: string, entry: Fields): ListedDataset {
  const {id, tags} = entry
  const createdAt = dateOf(entry.createdAt)
  const lastModified = dateOf(entry.updatedAt)
  if (!isText(id)) throw lacking('id', name)
  if (!createdAt) throw lacking('creation date', name)
  if (!lastModified) throw lacking('last change', name)
  // A tag keeps a run for good: an entry without tags does not say that there are none.
  if (!Array.isArray(tags)) throw lacking('tags', name)
  const pinTags = tags.map(String).filter((tag) => isPinTag(tag))
  return {
    name,
    id,
    sha: requireHead(entry, name),
    createdAt,
    lastModified,
    private: entry.private === true,
    ...(pinTags.length > 0 && {pinTags}),
  }
}

/** Whose inventory is asked for: the token's owner's, or that of an organisation. */
export interface Account {
  namespace: string
  isOrganisation: boolean
}

/** One dataset in the inventory of an account. */
export interface StoredDataset {
  /** `namespace/name`. */
  name: string
  /** What its whole history takes up; undefined where the Hub does not say that in whole bytes. */
  bytes: number | undefined
}

/** As many as the library asks for of a listing. */
const PAGE = 500

/**
 * Reads the inventory of an account (the Hub's contract, section 2.5).
 * @returns what is described as a dataset, in the order of the Hub; one may be there twice
 * @throws HubError 401, 403 or 404 where the token may not read it
 */
export async function listStorage(
  connection: Connection,
  {namespace, isOrganisation}: Account,
): Promise<StoredDataset[]> {
  const place = isOrganisation ? `organizations/${encodeURIComponent(namespace)}/settings` : 'settings'
  const url = `${connection.endpoint}/api/${place}/repositories?type=dataset`
  try {
    return await readInventory(connection, `${url}&limit=${PAGE}`)
  } catch (error) {
    // How long a page may be is not documented.
    if (error instanceof HubError && error.status === 400) return readInventory(connection, url)
    throw error
  }
}

async function readInventory(connection: Connection, url: string): Promise<StoredDataset[]> {
  const stored: StoredDataset[] = []
  for await (const entry of withoutRepeats(entriesOf(connection, url), (each) => fieldsOf(each).id)) {
    const {id, type, storage} = fieldsOf(entry)
    const isKnown = Number.isSafeInteger(storage) && (storage as number) >= 0
    if (typeof id === 'string' && type === 'dataset')
      stored.push({name: id, bytes: isKnown ? (storage as number) : undefined})
  }

  return stored
}

/** The only form of a next page's address that the library reads. */
const READABLE_LINK = /<(https?:\/\/[^>]+)>;\s+rel="next"/g
/** A page's worth. */
const MAX_REPEATS = 1000
/** The Hub may leave out of a page all that the token must not see, but not out of one after the other. */
const MAX_EMPTY_PAGES = 50
/** Ten million entries, far more than any account has. */
const MAX_PAGES = 10_000

/**
 * Guards the pages of one listing. The library takes a `Link` that it cannot read for the end of the list, and follows any
 * other wherever it leads, in a circle too; of a page it takes whatever can be iterated, even a text.
 */
export function guardedPages(
  {endpoint, send}: Pick<Connection, 'endpoint' | 'send'>,
  toReadable: (entry: unknown) => unknown = (entry) => entry,
): Send {
  const seen = new Set<string>()
  let emptyInARow = 0
  return async (url, request) => {
    const response = await send(url, request)
    seen.add(url)
    const page = await response.json()
    if (!Array.isArray(page)) throw new HubFormatError('A page of the listing of the Hub is not a list.')
    emptyInARow = page.length === 0 ? emptyInARow + 1 : 0
    const next = nextIn(response.headers.get('link') ?? '', endpoint)
    if (next !== undefined && (seen.has(next) || emptyInARow > MAX_EMPTY_PAGES))
      throw new HubFormatError('The listing of the Hub leads in a circle.')
    if (next !== undefined && seen.size >= MAX_PAGES)
      throw new HubFormatError(`The listing of the Hub has more than ${MAX_PAGES} pages.`)
    const larger = new URL(url)
    const limit = Number(larger.searchParams.get('limit'))
    if (next === undefined && seen.size === 1 && page.length === limit) {
      larger.searchParams.set('limit', String(limit + 1))
      const more = await send(larger.href, request)
      requireNoMore(await more.json(), limit)
    }

    return response.withJson(page.map((entry) => toReadable(entry)))
  }
}

/** Advice where a listing ends early without saying so. */
export const WITHOUT_LINK = "Does a proxy remove `Link` from the Hub's answers? Go without it."

/** A proxy that takes `Link` out of the responses makes a full first page look like all there is. */
function requireNoMore(page: unknown, limit: number): void {
  if (Array.isArray(page) && page.length <= limit) return
  throw new HubFormatError('The listing of the Hub continues, and does not say where.', {
    suggestions: [WITHOUT_LINK],
  })
}

/**
 * Reads a listing for which the library has no function, page by page, under the same guard.
 * @yields each entry as the Hub sent it: anything that JSON can hold
 */
export async function* entriesOf(
  connection: Pick<Connection, 'endpoint' | 'send'>,
  url: string,
): AsyncGenerator<unknown> {
  const guarded = guardedPages(connection)
  for (let next: string | undefined = url; next !== undefined;) {
    const response = await guarded(next)
    yield* (await response.json()) as unknown[]
    next = nextIn(response.headers.get('link') ?? '', connection.endpoint)
  }
}

/**
 * Ends a listing that brings the same again and again.
 * @param nameOf identifies an entry
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
    if (++count - names.size > MAX_REPEATS)
      throw new HubFormatError('The listing of the Hub brings the same again and again.')
    yield entry
  }
}

/**
 * Where a listing continues; undefined at its end. The token must not follow a link elsewhere, and a part of the listing must
 * not be taken for the whole.
 */
function nextIn(link: string, endpoint: string): string | undefined {
  if (!/next/i.test(link)) return undefined
  // Of several the library would follow the last.
  const [next = '', ...others] = [...link.matchAll(READABLE_LINK)].map(([, address = '']) => address)
  if (others.length > 0 || !URL.canParse(next))
    throw new HubFormatError(`The listing of the Hub continues at an address that cannot be read: ${link}`)
  const {origin} = new URL(next)
  if (origin === new URL(endpoint).origin) return next
  throw new HubFormatError(
    `The listing of ${endpoint} continues at ${origin}, where the token is not sent: HF_ENDPOINT seems to be a mirror.`,
    {suggestions: [`Set HF_ENDPOINT to ${origin}, or to a Hub whose pages stay on it.`]},
  )
}
