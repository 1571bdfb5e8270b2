import type {AccessToken} from './accounts.js'
import type {Call, Hub} from './call.js'
import type {Repo} from './repo.js'

import {canRead, requireIdentity} from './access.js'
import {type Answer, invalid, json, Refusal} from './answers.js'
import {pageOf} from './paging.js'

const SORTS: Record<string, (repo: Repo) => number> = {
  storage: (repo) => repo.storage,
  updatedAt: (repo) => repo.lastModified.getTime(),
}

/** `GET /api/settings/repositories`: what the user's datasets take up. */
export function userInventory(call: Call, hub: Hub): Answer {
  const {accounts, token} = requireIdentity(call)
  return inventory(call, hub, requireAccount(token, accounts.user.name))
}

/** `GET /api/organizations/{name}/settings/repositories`: the same for an organisation the user is in. */
export function orgInventory(call: Call, hub: Hub): Answer {
  const {accounts, token} = requireIdentity(call)
  const org = accounts.orgs.find(({name}) => name === call.params.name)
  if (!org || org.roleInOrg === 'no_access')
    throw new Refusal(403, 'You are not a member of this organization')
  return inventory(call, hub, requireAccount(token, org.name))
}

/** A fine-grained token that names single datasets is not for the account that they are in. */
function requireAccount({role, scoped}: AccessToken, account: string): string {
  const isNamed = scoped.some(({entity}) => entity.type !== 'dataset' && entity.name === account)
  if (role !== 'fineGrained' || isNamed) return account
  throw new Refusal(403, `This token may not read the settings of ${account}`)
}

function inventory(call: Call, hub: Hub, namespace: string): Answer {
  const {type, search, sort, direction} = Object.fromEntries(call.query)
  const valueOf = Object.hasOwn(SORTS, sort ?? 'storage') ? SORTS[sort ?? 'storage'] : undefined
  if (!valueOf) throw invalid('Invalid option: expected one of "storage"|"updatedAt"', 'sort')
  if (direction !== undefined && direction !== 'asc' && direction !== 'desc')
    throw invalid('Invalid option: expected one of "asc"|"desc"', 'direction')

  const own = hub.state
    .datasets()
    .filter((repo) => repo.namespace === namespace && canRead(call.identity, repo))
  const total = own.map(({storage}) => storage).reduce((sum, storage) => sum + storage, 0)
  const matching = own.filter(
    (repo) =>
      (type === undefined || type === 'dataset') &&
      repo.name.toLowerCase().includes(search?.toLowerCase() ?? ''),
  )
  const page = pageOf(call, hub, matching, {
    keyOf: (repo) => [valueOf(repo), repo._id],
    descending: direction !== 'asc',
  })
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
