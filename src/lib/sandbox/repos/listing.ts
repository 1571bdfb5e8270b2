import type {Call, Hub} from '../http/call.js'

import {canRead, requireIdentity} from '../accounts/access.js'
import {type AccessToken} from '../accounts/accounts.js'
import {type Answer, invalid, json, Refusal} from '../http/answers.js'
import {fieldsAsked, show} from './info.js'
import {type Repo} from './state.js'

/** `GET /api/datasets`: what the caller may see, newest first; never an error for an unknown author. */
export function listDatasets(call: Call, hub: Hub): Answer {
  const sort = call.query.get('sort') ?? 'createdAt'
  if (sort !== 'createdAt') throw invalid(`Invalid sort parameter: ${sort}`)
  const author = call.query.get('author')
  const fields = fieldsAsked(call)
  const isShown = (repo: Repo): boolean =>
    (author === null || repo.namespace === author) && canRead(call.identity, repo)
  const page = pageOf(call, hub, hub.state.newestFirst(), {keyOf: newest, isShown})
  return json(
    page.items.map((repo) => show({repo, commit: repo.head, indexed: hub.state.indexedFiles(repo)}, fields)),
    page.headers,
  )
}

function newest(repo: Repo): Key {
  return [-repo.createdAt.getTime(), repo._id]
}

/** `GET /api/settings/repositories`: what the user's datasets take up. */
export function userInventory(call: Call, hub: Hub): Answer {
  const {accounts, token} = requireIdentity(call)
  requireAccount(token, accounts.user.name)
  return inventory(call, hub, accounts.user.name)
}

/** `GET /api/organizations/{name}/settings/repositories`: the same for an organisation the user is in. */
export function orgInventory(call: Call, hub: Hub): Answer {
  const {accounts, token} = requireIdentity(call)
  const org = accounts.orgs.find(({name}) => name === call.params.name)
  if (!org || org.roleInOrg === 'no_access')
    throw new Refusal(403, 'You are not a member of this organization')
  requireAccount(token, org.name)
  return inventory(call, hub, org.name)
}

/** A fine-grained token that names single datasets is not for the account that they are in. */
function requireAccount({role, scoped}: AccessToken, account: string): void {
  const isNamed = scoped.some(({entity}) => entity.type !== 'dataset' && entity.name === account)
  if (role === 'fineGrained' && !isNamed)
    throw new Refusal(403, `This token may not read the settings of ${account}`)
}

function inventory(call: Call, hub: Hub, namespace: string): Answer {
  const own = hub.state
    .datasets()
    .filter((repo) => repo.namespace === namespace && canRead(call.identity, repo))
    .toSorted((one, other) => compare(largest(one), largest(other)))
  const total = own.map(({storage}) => storage).reduce((sum, storage) => sum + storage, 0)
  const page = pageOf(call, hub, own, {keyOf: largest})
  return json(
    page.items.map((repo) => ({
      id: repo.id,
      type: 'dataset',
      updatedAt: repo.lastModified.toISOString(),
      visibility: repo.private ? 'private' : 'public',
      storage: repo.storage,
      storagePercent: total === 0 ? 0 : repo.storage / total,
    })),
    page.headers,
  )
}

function largest(repo: Repo): Key {
  return [-repo.storage, repo._id]
}

/** Where an item is in a listing: what it is sorted by, ascending, and an id that decides between equals. */
type Key = readonly [number, string]

/**
 * The page of a sorted listing that the request asks for with `limit` and `cursor`, and the header that leads to the next.
 * A cursor holds the place of the last item, not a count, so what is deleted between two pages shifts nothing.
 */
export function pageOf<Item>(
  call: Call,
  hub: Hub,
  all: readonly Item[],
  {keyOf, isShown = () => true}: {keyOf: (item: Item) => Key; isShown?: (item: Item) => boolean},
): {items: Item[]; headers: Record<string, string>} {
  const size = sizeOf(call, hub.pageSize)
  const after = cursorOf(call)
  const items: Item[] = []
  for (const item of all) {
    if ((after && compare(keyOf(item), after) <= 0) || !isShown(item)) continue
    const last = items.at(-1)
    if (items.length === size && last !== undefined)
      return {items, headers: {Link: nextLink(call, hub, keyOf(last))}}
    items.push(item)
  }

  return {items, headers: {}}
}

function compare([one, oneId]: Key, [other, otherId]: Key): number {
  if (one !== other) return one - other
  if (oneId === otherId) return 0
  return oneId < otherId ? -1 : 1
}

function sizeOf({query}: Call, largest: number): number {
  const limit = query.get('limit') ?? String(largest)
  if (!/^[1-9]\d{0,8}$/.test(limit)) throw invalid('Invalid input: expected number, received NaN', 'limit')
  return Math.min(Number(limit), largest)
}

function nextLink(call: Call, hub: Hub, last: Key): string {
  const query = new URLSearchParams(call.query)
  query.set('cursor', Buffer.from(JSON.stringify(last)).toString('base64'))
  return `<${hub.url}${call.path}?${query.toString()}>; rel="next"`
}

function cursorOf({query}: Call): Key | undefined {
  const cursor = query.get('cursor')
  if (cursor === null) return undefined
  try {
    return JSON.parse(Buffer.from(cursor, 'base64').toString('utf8')) as Key
  } catch {
    throw invalid('Invalid cursor', 'cursor')
  }
}
