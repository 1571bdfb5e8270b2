import type {Call, Hub} from './call.js'

import {invalid} from './answers.js'

/** Where an item stands in an order: what it is sorted by, and an id that decides between equals. */
export type Key = readonly [number | string, string]

/** How a listing is ordered. */
export interface Order<Item> {
  keyOf: (item: Item) => Key
  descending: boolean
  /** The items come in this order already, so that a page costs no more where there are many. */
  isSorted?: boolean
  /** Leaves items out; asked only as far as the page reaches where the items are sorted. Default: none. */
  isShown?: (item: Item) => boolean
  /** The most items that a page may have, and how many it has where the request does not say. */
  largestPage?: number
}

/** One page, and the headers that lead to the next. */
export interface Page<Item> {
  items: Item[]
  headers: Record<string, string>
}

/**
 * Cuts the page out of a listing that the request asks for with `limit` and `cursor`. A cursor holds the place of the last
 * item, not a count, so what is deleted between two pages shifts nothing.
 */
export function pageOf<Item>(call: Call, hub: Hub, all: readonly Item[], order: Order<Item>): Page<Item> {
  const size = sizeOf(call, Math.min(order.largestPage ?? hub.pageSize, hub.pageSize))
  const after = cursorOf(call)
  const rest = order.isSorted ? firstShown(all, after, order, size + 1) : sortedAfter(all, after, order)
  const items = rest.slice(0, size)
  const last = items.at(-1)
  return {
    items,
    headers:
      last !== undefined && rest.length > items.length
        ? {Link: `<${nextUrl(call, hub, order.keyOf(last))}>; rel="next"`}
        : {},
  }
}

/** All items after a place, sorted. */
function sortedAfter<Item>(
  all: readonly Item[],
  after: Key | undefined,
  {keyOf, descending, isShown}: Order<Item>,
): Item[] {
  return all
    .map((item) => ({item, key: keyOf(item)}))
    .filter(({key}) => after === undefined || compare(key, after, descending) > 0)
    .filter(({item}) => isShown?.(item) ?? true)
    .toSorted((one, other) => compare(one.key, other.key, descending))
    .map(({item}) => item)
}

/** The first items after a place in a sorted listing. */
function firstShown<Item>(
  all: readonly Item[],
  after: Key | undefined,
  {keyOf, descending, isShown}: Order<Item>,
  count: number,
): Item[] {
  const found: Item[] = []
  let index = after === undefined ? 0 : placeAfter(all, (item) => compare(keyOf(item), after, descending))
  for (; index < all.length && found.length < count; index++) {
    const item = all[index] as Item
    if (isShown?.(item) ?? true) found.push(item)
  }

  return found
}

/** Where the items begin that stand after a place, found by halving. */
function placeAfter<Item>(all: readonly Item[], distance: (item: Item) => number): number {
  let low = 0
  let high = all.length
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (distance(all[middle] as Item) > 0) high = middle
    else low = middle + 1
  }

  return low
}

function compare(one: Key, other: Key, descending: boolean): number {
  if (one[0] !== other[0]) return one[0] < other[0] === descending ? 1 : -1
  if (one[1] === other[1]) return 0
  return one[1] < other[1] ? -1 : 1
}

function sizeOf(call: Call, largest: number): number {
  const limit = call.query.get('limit')
  if (limit === null) return largest
  if (!/^\d{1,9}$/.test(limit)) throw invalid('Invalid input: expected number, received NaN', 'limit')
  return Math.min(Number(limit) || largest, largest)
}

function nextUrl(call: Call, hub: Hub, last: Key): string {
  const query = new URLSearchParams(call.query)
  query.set('cursor', Buffer.from(JSON.stringify(last)).toString('base64'))
  return `${hub.url}${call.path}?${query.toString()}`
}

function cursorOf(call: Call): Key | undefined {
  const cursor = call.query.get('cursor')
  if (cursor === null) return undefined
  const [value, id, ...more] = decoded(cursor)
  if ((typeof value === 'string' || typeof value === 'number') && typeof id === 'string' && more.length === 0)
    return [value, id]
  throw invalid('Invalid cursor', 'cursor')
}

function decoded(cursor: string): unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64').toString('utf8'))
    return Array.isArray(value) ? value : []
  } catch {
    return []
  }
}
