import {type DatasetName, parseDatasetName, parseTrashName, type TrashName} from '../base/names.js'
import {isPinTag} from '../base/pin-tags.js'
import {isText} from '../base/text.js'
import {type Fields, fieldsOf, missingFact, normalizeEntry, readCoreFacts} from './dataset-info.js'
import {HubError, HubFormatError} from './errors.js'
import {type Send, type Transport} from './transport.js'

/** What a listing says of one dataset in addition to what its name says. */
export interface ListedDataset {
  /** `namespace/name`. */
  name: string
  namespace: string
  /** The repository's own id, which a deleted and newly created dataset of the same name does not share. */
  id: string
  /** Commit at the head of `main`. */
  sha: string
  createdAt: Date
  lastModified: Date
  private: boolean
  /** Those of its card's tags that pin its run, or may be meant to; omitted if there are none. */
  pinTags?: string[]
}

/** One whole listing of a namespace, classified by name before anything else of an entry is read. */
export interface Listing {
  /** Everything with exactly one of SMOLTRACE's names, newest first. */
  datasets: Array<DatasetName & ListedDataset>
  /** Everything with exactly one of the names that the trash has. */
  trash: Array<ListedDataset & TrashName>
  /** Full names of everything else, as the Hub wrote them. Of these nothing but the name is read. */
  others: string[]
  /** How many entries have no name that can be read: any of them may be one of SMOLTRACE's. */
  nameless: number
  /** How many pages were asked for. */
  pages: number
}

/** Lists every dataset of a namespace that the token may see (the Hub's contract, section 2). */
export async function listDatasets(transport: Transport, namespace: string): Promise<Listing> {
  const library = await import('./library.js')
  const listing: Listing = {datasets: [], trash: [], others: [], nameless: 0, pages: 0}
  const {listed: of} = transport
  const countOf = ({datasets, trash, others, nameless}: Listing) =>
    datasets.length + trash.length + others.length + nameless
  const send: Send = (url, request) => {
    transport.announce({kind: 'listing', namespace, done: countOf(listing), of})
    listing.pages++
    return transport.send(url, request)
  }

  const entries = library.listDatasets({
    ...library.libraryOptions(transport, guardPages({...transport, send}, 'id')),
    search: {owner: namespace},
    sort: 'createdAt',
    additionalFields: ['sha', 'createdAt', 'tags'],
  })
  for await (const entry of entries) {
    const {name}: {name: unknown} = entry
    if (!isText(name)) listing.nameless++
    else if (!classify(listing, name, namespace, fieldsOf(entry))) listing.others.push(name)
  }

  transport.listed = countOf(listing)
  return listing
}

/** Adds an entry by its name alone, before anything else of it is read. @returns whether it has one of SMOLTRACE's names */
function classify(listing: Listing, name: string, namespace: string, entry: Fields): boolean {
  const parsed = parseDatasetName(name, namespace)
  if (parsed) return listing.datasets.push(readListed(name, namespace, parsed, entry)) > 0
  const trashed = parseTrashName(name, namespace)
  return trashed !== undefined && listing.trash.push(readListed(name, namespace, trashed, entry)) > 0
}

/**
 * Reads a dataset of ours, as a whole literal: objects that grow cost a third of the time.
 * @throws HubFormatError where a fact is missing
 */
function readListed<N extends DatasetName>(
  name: string,
  namespace: string,
  parsed: N,
  entry: Fields,
): ListedDataset & N {
  const {tags, private: isPrivate} = entry
  const {id, sha, createdAt, lastModified} = readCoreFacts(entry, name)
  // A tag keeps a run for good: an entry without tags does not say that there are none.
  if (!Array.isArray(tags)) throw missingFact('tags', name)
  const facts = {name, namespace, id, sha, createdAt, lastModified, private: isPrivate === true, ...parsed}
  const pinTags = tags.map(String).filter((tag) => isPinTag(tag))
  return pinTags.length > 0 ? {...facts, pinTags} : facts
}

/** One dataset in the inventory of an account, by its full name. */
export interface StoredDataset {
  name: string
  /** What its whole history takes up; undefined where the Hub does not say that in whole bytes. */
  bytes: number | undefined
}

/** As many as the library asks for of a listing. */
const PAGE_SIZE = 500

/**
 * Reads the inventory of the token's owner, or of an organisation (the Hub's contract, section 2.5); a dataset may be in it twice.
 * @throws HubError 401, 403 or 404 where the token may not read it
 */
export async function listStorage(transport: Transport, organisation?: string): Promise<StoredDataset[]> {
  const place =
    organisation === undefined ? 'settings' : `organizations/${encodeURIComponent(organisation)}/settings`
  const url = `${transport.endpoint}/api/${place}/repositories?type=dataset`
  try {
    return await readInventory(transport, `${url}&limit=${PAGE_SIZE}`)
  } catch (error) {
    // How long a page may be is not documented.
    if (error instanceof HubError && error.status === 400) return readInventory(transport, url)
    throw error
  }
}

/** The library has no function for it. */
async function readInventory(transport: Transport, url: string): Promise<StoredDataset[]> {
  const readPage = guardPages(transport, 'id')
  const stored: StoredDataset[] = []
  for (let next: string | undefined = url; next !== undefined;) {
    transport.announce({kind: 'sizes', done: stored.length})
    const response = await readPage(next)
    for (const {id, type, storage} of (await response.json()) as Fields[]) {
      const isKnown = Number.isSafeInteger(storage) && (storage as number) >= 0
      if (typeof id === 'string' && type === 'dataset')
        stored.push({name: id, bytes: isKnown ? (storage as number) : undefined})
    }

    next = nextLink(response.headers.get('link') ?? '', transport.endpoint)
  }

  return stored
}

/** The only form of a next page's address that the library reads. */
const READABLE_LINK = /<(https?:\/\/[^>]+)>;\s+rel="next"/g
/** Pages shift against each other by an entry or two, not by a whole page. */
const MAX_REPEATS = 1000
/** The Hub may omit from a page all that the token cannot see, but not from one page after another. */
const MAX_EMPTY_PAGES = 50
/** Ten million entries, far more than any account has. */
const MAX_PAGES = 10_000

/**
 * Guards the pages of one listing, whose entries the field `key` identifies. The library takes a `Link` that it cannot read for the
 * end of the list, and follows any other wherever it leads, in a circle too; of a page it takes whatever can be iterated, even a text.
 */
export function guardPages({endpoint, send}: Pick<Transport, 'endpoint' | 'send'>, key: 'id' | 'path'): Send {
  const seen = new Set<string>()
  const names = new Set<unknown>()
  let count = 0
  let emptyInARow = 0
  return async (url, request) => {
    const response = await send(url, request)
    seen.add(url)
    const page = await response.json()
    if (!Array.isArray(page)) throw new HubFormatError("A page of the Hub's listing is not a list.")
    const entries = page.map((entry) => normalizeEntry(entry))
    for (const entry of entries) names.add(entry[key])
    count += entries.length
    if (count - names.size > MAX_REPEATS) throw new HubFormatError("The Hub's listing repeats entries.")
    emptyInARow = page.length === 0 ? emptyInARow + 1 : 0
    const next = nextLink(response.headers.get('link') ?? '', endpoint)
    if (next !== undefined && (seen.has(next) || emptyInARow > MAX_EMPTY_PAGES))
      throw new HubFormatError('The Hub keeps returning the same page of its listing.')
    if (next !== undefined && seen.size >= MAX_PAGES)
      throw new HubFormatError(`The Hub's listing has more than ${MAX_PAGES} pages.`)
    if (next === undefined && seen.size === 1)
      await requireNoMore(page.length, url, (more) => send(more, request))
    return {...response, json: async () => entries}
  }
}

/** Advice where a listing ends early without saying so. */
export const WITHOUT_LINK =
  "A proxy may be removing the `Link` header from the Hub's responses: try without it."

/** A proxy that takes `Link` out of the responses makes a full first page look like all there is. */
async function requireNoMore(count: number, url: string, send: Send): Promise<void> {
  const larger = new URL(url)
  if (count !== Number(larger.searchParams.get('limit'))) return
  larger.searchParams.set('limit', String(count + 1))
  const page = await (await send(larger.href)).json()
  if (Array.isArray(page) && page.length <= count) return
  throw new HubFormatError("The Hub's listing continues, but has no link to its next page.", {
    suggestions: [WITHOUT_LINK],
  })
}

/** Where a listing continues; undefined at its end. No token follows a link elsewhere, and no part is taken for the whole. */
function nextLink(link: string, endpoint: string): string | undefined {
  if (!/next/i.test(link)) return undefined
  // Of several the library would follow the last.
  const [next = '', ...others] = [...link.matchAll(READABLE_LINK)].map(([, address = '']) => address)
  if (others.length > 0 || !URL.canParse(next))
    throw new HubFormatError(`The Hub's listing continues at an invalid address: ${link}`)
  const {origin} = new URL(next)
  if (origin === new URL(endpoint).origin) return next
  throw new HubFormatError(
    `The listing of ${endpoint} continues at ${origin}, where the token is never sent: HF_ENDPOINT seems to be a mirror.`,
    {suggestions: [`Set HF_ENDPOINT to ${origin}, or to a Hub whose listing stays on one host.`]},
  )
}
