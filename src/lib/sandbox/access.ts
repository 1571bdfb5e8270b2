import {type AccessToken, type OrgRole, USER, USER_ID} from './accounts.js'
import {type Answer, type Call, jsonAnswer, notFound, Refusal, unauthenticated} from './http.js'
import {type Repo} from './state.js'

type Permission = 'repo.content.read' | 'repo.write'

const ROLES: Record<Permission, readonly OrgRole[]> = {
  'repo.content.read': ['admin', 'contributor', 'read', 'write'],
  'repo.write': ['admin', 'write'],
}
const READ_ONLY = 'You have read access but not the required permissions for this operation'

/** `GET /api/whoami-v2`: who the token belongs to, and what it may do. */
export function whoAmI(call: Call): Answer {
  const {role, scoped} = requireToken(call)
  const fineGrained = {canReadGatedRepos: true, global: ['discussion.write'], scoped}
  const token = {displayName: role, role, createdAt: '2026-01-01T00:00:00.000Z'}
  return jsonAnswer({
    type: 'user',
    id: USER_ID,
    name: USER,
    fullname: 'Mira Lindqvist',
    email: 'mira@example.org',
    isPro: false,
    avatarUrl: `/avatars/${USER_ID}.svg`,
    orgs: call.hub.state.orgs.map((org) => ({type: 'org', ...org})),
    auth: {type: 'access_token', accessToken: role === 'fineGrained' ? {...token, fineGrained} : token},
  })
}

/** The caller's token, or a 401 without one. */
export function requireToken({token}: Call): AccessToken {
  if (!token) throw unauthenticated()
  return token
}

/** Whether the caller knows that a dataset exists. */
export function canRead(call: Call, repo: Repo): boolean {
  return !repo.private || isAllowed(call, 'repo.content.read', repo)
}

/**
 * The dataset that a path names.
 * @throws Refusal 401 or 404 where the caller may not know about it; 307 where the path names it in another way
 */
export function requireRepo(call: Call): Repo {
  const id = `${call.params.namespace}/${call.params.name}`
  const repo = requireReadable(call, call.hub.state.locate(id))
  if (repo.id !== id)
    throw new Refusal(307, call.path.replace(/(?<=\/datasets\/)[^/]+\/[^/]+/, repo.id) + call.search)
  return repo
}

/** What was found, if the caller may know about it. Missing and invisible look the same: a 401 to strangers, else a 404. */
export function requireReadable(call: Call, repo: Repo | undefined): Repo {
  if (repo && canRead(call, repo)) return repo
  throw call.token ? notFound('RepoNotFound', 'Repository not found') : unauthenticated()
}

/** Lets only callers pass that may change a dataset. @throws Refusal 401 or 403 */
export function requireWrite(call: Call, repo: Repo, refusal = READ_ONLY): void {
  const {role} = requireToken(call)
  if (isAllowed(call, 'repo.write', repo)) return
  const action = `this action on namespace ${repo.namespace}`
  const lacking = `You don't have the required permissions to complete ${action}, missing permissions: repo.write`
  throw new Refusal(403, role === 'fineGrained' ? lacking : refusal)
}

/** Whether both the role in the namespace and the token allow it; a dataset that is to be created has no id yet. */
export function isAllowed(
  {hub, token}: Call,
  what: Permission,
  target: {namespace: string; id?: string},
): boolean {
  const org = hub.state.orgs.find(({name}) => name === target.namespace)
  const hasRole = target.namespace === USER || (org !== undefined && ROLES[what].includes(org.roleInOrg))
  if (!token || !hasRole || token.role === 'write') return token !== undefined && hasRole
  if (token.role === 'read') return what === 'repo.content.read'
  return token.scoped.some(
    ({entity, permissions}) =>
      permissions.includes(what) &&
      entity.name === (entity.type === 'dataset' ? target.id : target.namespace),
  )
}
