import {sha1} from './objects.js'

export type OrgRole = 'admin' | 'contributor' | 'no_access' | 'read' | 'write'

/** An organisation the user is in. A test may change the role at any time. */
interface Membership {
  name: string
  roleInOrg: OrgRole
  /** Default: it has none. */
  resourceGroups?: Array<{id: string; name: string; role: string}>
}

/** What a fine-grained token may do, and where. */
interface Scope {
  entity: {_id: string; name: string; type: 'dataset' | 'user'}
  permissions: string[]
}

/** An access token of the user. */
export interface AccessToken {
  secret: string
  role: 'fineGrained' | 'read' | 'write'
  /** Of a fine-grained token. */
  scoped: Scope[]
}

/** The one person who has tokens here, and her organisations. */
export interface Accounts {
  user: {id: string; name: string}
  orgs: Membership[]
  tokens: AccessToken[]
}

/** The secrets of the tokens: nothing about them could be mistaken for a real one. */
export const SECRETS = {
  write: 'hf_sandbox_write',
  read: 'hf_sandbox_read',
  /** `repo.content.read` and `repo.write` on the user. */
  fineGrained: 'hf_sandbox_fine_grained',
  /** The same on one dataset only. */
  fineGrainedNarrow: 'hf_sandbox_fine_grained_narrow',
  /** `repo.content.read` on the user. */
  fineGrainedReadOnly: 'hf_sandbox_fine_grained_read_only',
} as const

export const USER = 'mira'
export const ORG = 'tinyagents'
export const READ_ONLY_ORG = 'openbench'

/** The organisations the user is in: one where she may write, one where she may only read. */
export function memberships(): Membership[] {
  return [
    {name: ORG, roleInOrg: 'write'},
    {name: READ_ONLY_ORG, roleInOrg: 'read'},
  ]
}

/**
 * The account: a user, her organisations, and five tokens.
 * @param orgs used as they are, so that roles can change later
 * @param dataset the only one that the narrow token reaches
 */
export function createAccounts(orgs: Membership[], dataset: Pick<Scope['entity'], '_id' | 'name'>): Accounts {
  const user = {id: sha1(USER).slice(0, 24), name: USER}
  const self = {_id: user.id, name: USER, type: 'user'} as const
  const only = {...dataset, type: 'dataset'} as const
  return {
    user,
    orgs,
    tokens: [
      {secret: SECRETS.write, role: 'write', scoped: []},
      {secret: SECRETS.read, role: 'read', scoped: []},
      fineGrained(SECRETS.fineGrained, self, 'repo.content.read', 'repo.write'),
      fineGrained(SECRETS.fineGrainedNarrow, only, 'repo.content.read', 'repo.write'),
      fineGrained(SECRETS.fineGrainedReadOnly, self, 'repo.content.read'),
    ],
  }
}

function fineGrained(secret: string, entity: Scope['entity'], ...permissions: string[]): AccessToken {
  return {secret, role: 'fineGrained', scoped: [{entity, permissions}]}
}
