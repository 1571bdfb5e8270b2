import {sha1} from './objects.js'

export type OrgRole = 'admin' | 'contributor' | 'no_access' | 'read' | 'write'

/** An organisation the user is in. */
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

/** An access token of the user; only a fine-grained one has scopes. */
export interface AccessToken {
  secret: string
  role: 'fineGrained' | 'read' | 'write'
  scoped: Scope[]
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

/** The one person who has tokens here. */
export const USER = 'mira'
export const USER_ID = sha1(USER).slice(0, 24)
export const ORG = 'tinyagents'
export const READ_ONLY_ORG = 'openbench'

/** The organisations the user is in: one where she may write, one where she may only read. */
export function memberships(): Membership[] {
  return [
    {name: ORG, roleInOrg: 'write'},
    {name: READ_ONLY_ORG, roleInOrg: 'read'},
  ]
}

/** The user's tokens. @param dataset the only one that the narrow token reaches */
export function makeTokens(dataset: Pick<Scope['entity'], '_id' | 'name'>): AccessToken[] {
  const self = {_id: USER_ID, name: USER, type: 'user'} as const
  const only = {...dataset, type: 'dataset'} as const
  const [reading, both] = [['repo.content.read'], ['repo.content.read', 'repo.write']]
  return [
    {secret: SECRETS.write, role: 'write', scoped: []},
    {secret: SECRETS.read, role: 'read', scoped: []},
    {secret: SECRETS.fineGrained, role: 'fineGrained', scoped: [{entity: self, permissions: both}]},
    {secret: SECRETS.fineGrainedNarrow, role: 'fineGrained', scoped: [{entity: only, permissions: both}]},
    {
      secret: SECRETS.fineGrainedReadOnly,
      role: 'fineGrained',
      scoped: [{entity: self, permissions: reading}],
    },
  ]
}
