import type {Call, Hub} from '../http/call.js'
import type {Repo} from '../repos/state.js'
import type {Identity, OrgRole} from './accounts.js'

import {type Answer, json, Moved, notFound, Refusal, unauthenticated} from '../http/answers.js'

type Permission = 'repo.content.read' | 'repo.write'

const ROLES: Record<Permission, readonly OrgRole[]> = {
  'repo.content.read': ['admin', 'contributor', 'read', 'write'],
  'repo.write': ['admin', 'write'],
}
const READ_ONLY = 'You have read access but not the required permissions for this operation'

/** `GET /api/whoami-v2`: who the token belongs to, and what it may do. */
export function whoami(call: Call, {accounts}: Hub): Answer {
  const {token} = requireIdentity(call)
  const {user, orgs} = accounts
  const accessToken = {
    displayName: token.role,
    role: token.role,
    createdAt: '2026-01-01T00:00:00.000Z',
    ...(token.role === 'fineGrained' && {
      fineGrained: {canReadGatedRepos: true, global: ['discussion.write'], scoped: token.scoped},
    }),
  }
  return json({
    type: 'user',
    ...user,
    fullname: 'Mira Lindqvist',
    email: 'mira@example.org',
    isPro: false,
    avatarUrl: `/avatars/${user.id}.svg`,
    orgs: orgs.map((org) => ({type: 'org', ...org})),
    auth: {type: 'access_token', accessToken},
  })
}

/** The caller, or a 401 where there is none. */
export function requireIdentity(call: Call): Identity {
  if (!call.identity) throw unauthenticated()
  return call.identity
}

/** Whether the caller knows that a dataset exists. */
export function canRead(identity: Identity | undefined, repo: Repo): boolean {
  if (!repo.private) return true
  return identity !== undefined && isInGroup(identity, repo) && may(identity, 'repo.content.read', repo)
}

/** Whether the caller may create datasets in a namespace. */
export function canCreateIn(identity: Identity, namespace: string): boolean {
  return may(identity, 'repo.write', {namespace, id: ''})
}

/**
 * The dataset that a path names.
 * @throws Refusal 401 or 404 where the caller may not know about it; {@link Moved} where the path names it in another way
 */
export function requireRepo(call: Call, hub: Hub): Repo {
  const {namespace, name} = call.params
  const id = `${namespace}/${name}`
  const repo = hub.state.locate(id)
  if (!repo || !canRead(call.identity, repo)) throw missingRepo(call.identity)
  if (repo.id !== id)
    throw new Moved(call.path.replace(/(?<=\/datasets\/)[^/]+\/[^/]+/, repo.id) + call.search)
  return repo
}

/**
 * The dataset that a JSON body names, which must be spelled exactly.
 * @throws Refusal 404 where it is missing, invisible or under another name
 */
export function requireExactRepo(call: Call, hub: Hub, name: string): Repo {
  const repo = hub.state.get(name)
  if (!repo || !canRead(call.identity, repo)) throw missingRepo(call.identity)
  return repo
}

/** Lets only callers pass that may change a dataset. @throws Refusal 401 or 403 */
export function requireWrite(call: Call, repo: Repo, refusal: string = READ_ONLY): void {
  const identity = requireIdentity(call)
  if (may(identity, 'repo.write', repo)) return
  if (identity.token.role !== 'fineGrained') throw new Refusal(403, refusal)
  throw new Refusal(
    403,
    `You don't have the required permissions to complete this action on namespace ${repo.namespace}, missing permissions: repo.write`,
  )
}

/** Missing and invisible look the same: a 401 to strangers, a 404 to those who have logged in. */
function missingRepo(identity: Identity | undefined): Refusal {
  return identity ? notFound('RepoNotFound', 'Repository not found') : unauthenticated()
}

/** What belongs to a group of an organisation is hidden from members outside it. */
function isInGroup({accounts}: Identity, {namespace, resourceGroup}: Repo): boolean {
  if (resourceGroup === undefined) return true
  const org = accounts.orgs.find(({name}) => name === namespace)
  return org?.roleInOrg === 'admin' || (org?.resourceGroups ?? []).some(({id}) => id === resourceGroup)
}

/** Both the role in the namespace and the token must allow it; a fine-grained token allows what a scope grants. */
function may(
  {accounts, token}: Identity,
  what: Permission,
  target: {namespace: string; id: string},
): boolean {
  const org = accounts.orgs.find(({name}) => name === target.namespace)
  const hasRole = target.namespace === accounts.user.name || (org && ROLES[what].includes(org.roleInOrg))
  if (!hasRole || token.role === 'write') return hasRole === true
  if (token.role === 'read') return what === 'repo.content.read'
  return token.scoped.some(
    ({entity, permissions}) =>
      permissions.includes(what) &&
      entity.name === (entity.type === 'dataset' ? target.id : target.namespace),
  )
}
