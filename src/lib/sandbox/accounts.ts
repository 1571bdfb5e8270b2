import {unauthenticated} from './answers.js'
import {sha1} from './random.js'

export type OrgRole = 'admin' | 'contributor' | 'no_access' | 'read' | 'write'

/** An organisation the user is in. A test may change the role at any time. */
export interface Membership {
  id: string
  name: string
  fullname: string
  roleInOrg: OrgRole
  /** Default: it has none. */
  resourceGroups?: Array<{id: string; name: string; role: string}>
}

/** What a fine-grained token may do, and where. */
export interface Scope {
  entity: {_id: string; name: string; type: 'dataset' | 'org' | 'user'}
  permissions: string[]
}

/** An access token of the user. */
export interface AccessToken {
  secret: string
  displayName: string
  role: 'fineGrained' | 'read' | 'write'
  createdAt: Date
  scoped: Scope[]
}

/** The one person who has tokens here. */
export interface Accounts {
  user: {id: string; name: string; fullname: string; email: string}
  orgs: Membership[]
  tokens: AccessToken[]
}

/** Who calls. */
export interface Identity {
  accounts: Accounts
  token: AccessToken
}

/** The secrets of the tokens: nothing about them could be mistaken for a real one. */
export const SECRETS = {
  write: 'hf_sandbox_write',
  read: 'hf_sandbox_read',
  fineGrained: 'hf_sandbox_fine_grained',
  fineGrainedNarrow: 'hf_sandbox_fine_grained_narrow',
  fineGrainedReadOnly: 'hf_sandbox_fine_grained_read_only',
} as const

export const USER = 'mira'
export const ORG = 'tinyagents'
export const READ_ONLY_ORG = 'openbench'

const TOKEN_AGE_DAYS = 120

/** The organisations the user is in: one where she may write, one where she may only read. */
export function memberships(): Membership[] {
  return [
    {id: sha1(ORG).slice(0, 24), name: ORG, fullname: 'Tiny Agents', roleInOrg: 'write'},
    {id: sha1(READ_ONLY_ORG).slice(0, 24), name: READ_ONLY_ORG, fullname: 'Open Bench', roleInOrg: 'read'},
  ]
}

/**
 * The account: a user, her organisations (used as they are, so that roles can change later), and five tokens, of which the
 * narrow one reaches no dataset but `narrow`.
 */
export function createAccounts(now: Date, orgs: Membership[], narrow: {_id: string; id: string}): Accounts {
  const user = {
    id: sha1(USER).slice(0, 24),
    name: USER,
    fullname: 'Mira Lindqvist',
    email: 'mira@example.org',
  }
  const createdAt = new Date(now.getTime() - TOKEN_AGE_DAYS * 86_400_000)
  const self = {_id: user.id, name: USER, type: 'user'} as const
  const only = {_id: narrow._id, name: narrow.id, type: 'dataset'} as const
  const fineGrained = (secret: string, displayName: string, scope: Scope): AccessToken => ({
    secret,
    displayName,
    role: 'fineGrained',
    createdAt,
    scoped: [scope],
  })

  return {
    user,
    orgs,
    tokens: [
      {secret: SECRETS.write, displayName: 'laptop', role: 'write', createdAt, scoped: []},
      {secret: SECRETS.read, displayName: 'dashboard', role: 'read', createdAt, scoped: []},
      fineGrained(SECRETS.fineGrained, 'cleanup', {
        entity: self,
        permissions: ['repo.content.read', 'repo.write'],
      }),
      fineGrained(SECRETS.fineGrainedNarrow, 'one-dataset', {
        entity: only,
        permissions: ['repo.content.read', 'repo.write'],
      }),
      fineGrained(SECRETS.fineGrainedReadOnly, 'reader', {entity: self, permissions: ['repo.content.read']}),
    ],
  }
}

/**
 * The token that an Authorization header carries.
 * @returns undefined for an anonymous caller
 * @throws Refusal 401 for a header that is no bearer token, or a token nobody has.
 */
export function tokenOf(accounts: Accounts, authorization: string | undefined): AccessToken | undefined {
  if (authorization === undefined) return undefined
  const secret = /^Bearer\s+(\S+)\s*$/i.exec(authorization)?.[1]
  if (secret === undefined) throw unauthenticated('Invalid credentials in Authorization header')
  const token = accounts.tokens.find((candidate) => candidate.secret === secret)
  if (!token) throw unauthenticated()
  return token
}
