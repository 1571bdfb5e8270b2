import type {AccessToken, Identity, OrgRole} from './accounts.js'
import type {Call, Hub} from './call.js'
import type {Repo} from './repo.js'

import {Moved, notFound, Refusal, unauthenticated} from './answers.js'

const READING_ROLES = new Set<OrgRole | undefined>(['admin', 'contributor', 'read', 'write'])
const WRITING_ROLES = new Set<OrgRole | undefined>(['admin', 'write'])
const UNGATED_FILES = new Set(['.gitattributes', 'README.md'])
const NOT_ALLOWED = 'You have read access but not the required permissions for this operation'

/** Whether the caller knows that a dataset exists. */
export function canRead(identity: Identity | undefined, repo: Repo): boolean {
  if (!repo.private) return true
  if (!identity) return false
  return (
    (isOwn(identity, repo.namespace) || READING_ROLES.has(roleIn(identity, repo.namespace))) &&
    isInGroup(identity, repo) &&
    (allows(identity.token, 'repo.content.read', repo) || allows(identity.token, 'repo.write', repo))
  )
}

/** Whether the caller may change or delete a dataset. */
function canWrite(identity: Identity | undefined, repo: Repo): boolean {
  if (!identity) return false
  const created = repo.createdBy === identity.accounts.user.name
  const role = roleIn(identity, repo.namespace)
  return (
    (isOwn(identity, repo.namespace) || WRITING_ROLES.has(role) || (role === 'contributor' && created)) &&
    allows(identity.token, 'repo.write', repo)
  )
}

/** Whether the caller may create datasets in a namespace. */
export function canCreateIn(identity: Identity, namespace: string): boolean {
  const role = roleIn(identity, namespace)
  return (
    (isOwn(identity, namespace) || WRITING_ROLES.has(role) || role === 'contributor') &&
    allows(identity.token, 'repo.write', {namespace, id: ''})
  )
}

/** The caller, or a 401 where there is none. */
export function requireIdentity(call: Call): Identity {
  if (!call.identity) throw unauthenticated()
  return call.identity
}

/**
 * The dataset that a path names.
 * @throws 401 or 404 where the caller may not know about it, {@link Moved} where the path names it in another way.
 */
export function requireRepo(call: Call, hub: Hub): Repo {
  const {namespace, name = ''} = call.params
  const id = namespace === undefined ? name : `${namespace}/${name}`
  const repo = hub.state.locate(id)
  if (!repo || !canRead(call.identity, repo)) throw missingRepo(call.identity)
  if (repo.id !== id) throw new Moved(relocated(call, repo))
  if (repo.disabled) throw new Refusal(403, 'Access to this resource is disabled.')
  return repo
}

/**
 * The dataset a JSON body names, which must be spelled exactly.
 * @throws 404 where it is missing, invisible or under another name.
 */
export function requireExactRepo(call: Call, hub: Hub, name: string): Repo {
  const repo = hub.state.get(name)
  if (!repo || !canRead(call.identity, repo)) throw missingRepo(call.identity)
  return repo
}

/** Lets only those pass who may change a dataset. */
export function requireWrite(call: Call, repo: Repo, refusal: string = NOT_ALLOWED): void {
  const identity = requireIdentity(call)
  if (canWrite(identity, repo)) return
  if (identity.token.role !== 'fineGrained') throw new Refusal(403, refusal)
  throw new Refusal(
    403,
    `You don't have the required permissions to complete this action on namespace ${repo.namespace}, missing permissions: repo.write`,
  )
}

/** Lets only those pass who may read the files of a gated dataset; its card stays open to everyone. */
export function requireUngated(call: Call, repo: Repo, path: string): void {
  if (repo.gated === false || UNGATED_FILES.has(path) || isInsider(call.identity, repo)) return
  const closed = `Access to dataset ${repo.id} is restricted`
  throw call.identity
    ? new Refusal(
        403,
        `${closed} and you are not in the authorized list. Visit https://huggingface.co/datasets/${repo.id} to ask for access.`,
        {code: 'GatedRepo'},
      )
    : new Refusal(
        401,
        `${closed}. You must have access to it and be authenticated to access it. Please log in.`,
        {
          code: 'GatedRepo',
          headers: unauthenticated().headers,
        },
      )
}

/** Missing and invisible look the same: a 401 to strangers, a 404 to those who have logged in. */
function missingRepo(identity: Identity | undefined): Refusal {
  return identity ? notFound('RepoNotFound', 'Repository not found') : unauthenticated()
}

function isInsider(identity: Identity | undefined, repo: Repo): boolean {
  return (
    identity !== undefined &&
    (isOwn(identity, repo.namespace) || READING_ROLES.has(roleIn(identity, repo.namespace)))
  )
}

function isOwn(identity: Identity, namespace: string): boolean {
  return namespace === identity.accounts.user.name
}

/** What belongs to a group of an organisation is hidden from members outside it. */
function isInGroup(identity: Identity, {namespace, resourceGroup}: Repo): boolean {
  if (resourceGroup === undefined) return true
  const org = identity.accounts.orgs.find(({name}) => name === namespace)
  return org?.roleInOrg === 'admin' || (org?.resourceGroups ?? []).some(({id}) => id === resourceGroup)
}

function roleIn(identity: Identity, namespace: string): OrgRole | undefined {
  return identity.accounts.orgs.find((org) => org.name === namespace)?.roleInOrg
}

/** A classic token can do what its role says everywhere, a fine-grained one only what a scope grants. */
function allows(
  token: AccessToken,
  permission: 'repo.content.read' | 'repo.write',
  target: {namespace: string; id: string},
): boolean {
  if (token.role === 'write') return true
  if (token.role === 'read') return permission === 'repo.content.read'
  return token.scoped.some(
    ({entity, permissions}) =>
      permissions.includes(permission) &&
      entity.name === (entity.type === 'dataset' ? target.id : target.namespace),
  )
}

function relocated(call: Call, repo: Repo): string {
  const segments = call.path.split('/')
  const at = segments.indexOf('datasets')
  segments.splice(at + 1, 2, repo.namespace, repo.name)
  return segments.join('/') + call.search
}
