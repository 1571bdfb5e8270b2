import {NotAllowedError, RefusedError} from '../base/errors.js'
import {safe} from '../base/text.js'
import {type Fields, fieldsOf} from './dataset-info.js'
import {HubFormatError} from './errors.js'

/** An organisation that whoami names. */
export interface Organisation {
  name: string
  /** `admin`, `write`, `contributor`, `read` or `no_access`. */
  role: string | undefined
  /** What keeps this token out of the organisation: `mfa`, `sso`, `ip`, … */
  restrictions: string[]
  /** Whether datasets of it may be in groups, which only their members see. */
  hasResourceGroups: boolean
}

/** One entity that a fine-grained token is for. */
export interface TokenScope {
  type: string
  name: string | undefined
  permissions: string[]
}

/** Who the token's owner is and what the token may do (the Hub's contract, section 1). */
export interface Identity {
  name: string
  organisations: Organisation[]
  /** `oauth` tokens do not say what they may do. */
  isOAuth: boolean
  /** `read`, `write`, `god` or `fineGrained`; undefined where whoami does not say. */
  tokenRole: string | undefined
  scopes: TokenScope[]
  /** The Hub's clock, from the answer's `Date` header. */
  date: Date | undefined
}

const NAME = /^[\w.-]+$/

/**
 * Reads whoami's answer, for which the types of `@huggingface/hub` are incomplete.
 * @throws HubFormatError where it does not say who the owner is
 */
export function readIdentity(answer: unknown, date: string | null | undefined): Identity {
  const {name, orgs, auth} = fieldsOf(answer)
  if (typeof name !== 'string' || !NAME.test(name))
    throw new HubFormatError('The answer of whoami names no user.')
  const {type, accessToken} = fieldsOf(auth)
  const {role, fineGrained} = fieldsOf(accessToken)
  const hubDate = new Date(date ?? Number.NaN)
  return {
    name,
    organisations: listOf(orgs).flatMap((org) => readOrganisation(fieldsOf(org))),
    isOAuth: type === 'oauth',
    tokenRole: textOf(role),
    scopes: listOf(fieldsOf(fineGrained).scoped).map((each) => readScope(fieldsOf(each))),
    date: Number.isNaN(hubDate.getTime()) ? undefined : hubDate,
  }
}

function readOrganisation({name, roleInOrg, securityRestrictions, resourceGroups}: Fields): Organisation[] {
  if (typeof name !== 'string' || !NAME.test(name)) return []
  const restrictions = textsOf(securityRestrictions)
  return [{name, role: textOf(roleInOrg), restrictions, hasResourceGroups: listOf(resourceGroups).length > 0}]
}

function readScope({entity, permissions}: Fields): TokenScope {
  const {type, name} = fieldsOf(entity)
  return {type: textOf(type) ?? '', name: textOf(name), permissions: textsOf(permissions)}
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function textsOf(value: unknown): string[] {
  return listOf(value).filter((item) => typeof item === 'string')
}

/** What a token may see and do in one namespace. */
export interface Access {
  /** Spelled as whoami spells it. */
  namespace: string
  /** Why the token may not see every dataset; undefined where it sees all. */
  readLimit?: string | undefined
  /** Why some datasets may be hidden from a token that reads all others: no rule that rests on absence continues. */
  partial?: string | undefined
  /** Why the token cannot delete or change; undefined where it can, as far as whoami says. */
  writeLimit?: string | undefined
}

/** The namespace that was asked for is none of the token's. */
export class UnknownNamespaceError extends RefusedError {}

/** Every namespace that a token knows: its owner's first, then those of their organisations. */
export function namespacesOf({name, organisations}: Identity): string[] {
  return [name, ...organisations.map((organisation) => organisation.name)]
}

/**
 * Works out what a token may do in a namespace. The Hub answers an unknown author with an empty list, so a namespace
 * that whoami does not name is an error and not an empty account (the Hub's contract, sections 1 and 2).
 * @param wanted the namespace asked for, in any letter case; the user's own where undefined
 * @throws RefusedError where whoami does not name the namespace
 */
export function accessTo(identity: Identity, wanted?: string): Access {
  const isWanted = (name: string) => name.toLowerCase() === (wanted ?? identity.name).toLowerCase()
  if (isWanted(identity.name))
    return {namespace: identity.name, ...tokenLimits(identity, 'user', identity.name)}
  const organisation = identity.organisations.find(({name}) => isWanted(name))
  if (!organisation) {
    const known = namespacesOf(identity).join(', ')
    throw new UnknownNamespaceError(
      `\`namespace\` ${JSON.stringify(wanted)}: this token belongs to ${identity.name} and knows ${known}.`,
      {suggestions: ['Name one of these, or use a token of a member of that organisation.']},
    )
  }

  const {name, role, restrictions, hasResourceGroups} = organisation
  if (restrictions.length > 0) {
    const why = `${name} restricts this token (${restrictions.join(', ')})`
    return {namespace: name, readLimit: why, writeLimit: why}
  }

  const access: Access = {namespace: name, ...tokenLimits(identity, 'org', name)}
  if (role === 'no_access') access.readLimit = `${identity.name} has no access to ${name}`
  if (role !== undefined && !WRITING_ROLES.has(role))
    access.writeLimit = `${identity.name} may only read in ${name} (role ${safe(role)})`
  if (hasResourceGroups && role !== 'admin')
    access.partial = `${name} has resource groups, and ${identity.name} is not an admin of it`
  return access
}

/** Any other role that the Hub may name is not known to write. */
const WRITING_ROLES: ReadonlySet<string> = new Set(['admin', 'contributor', 'write'])

/**
 * A fine-grained token must name the whole namespace; one that names only some datasets lists only those, and a run
 * seen in part looks incomplete.
 */
function tokenLimits(
  {tokenRole, scopes, isOAuth}: Identity,
  type: 'org' | 'user',
  name: string,
): Omit<Access, 'namespace'> {
  if (tokenRole === 'write' || tokenRole === 'god') return {}
  // An organisation, or the right to read, may have been withheld where the owner consented to the token.
  if (tokenRole === undefined && isOAuth) return {partial: 'an OAuth token does not say what it may see'}
  if (tokenRole === undefined) return {writeLimit: 'whoami does not say what the token may do'}
  if (tokenRole === 'read') return {writeLimit: 'the token is read-only'}
  if (tokenRole !== 'fineGrained') return {writeLimit: `the token has a role that is not known: ${tokenRole}`}
  const own = scopes.filter((scope) => scope.type === type && scope.name === name)
  const granted = new Set(own.flatMap(({permissions}) => permissions))
  const lacking = (permission: string) =>
    granted.has(permission) ? undefined : `the fine-grained token lacks ${permission} on the whole of ${name}`
  const readLimit = lacking('repo.content.read')
  return {readLimit, writeLimit: readLimit ?? lacking('repo.write')}
}

/**
 * Stops a job that writes before anything is listed, where the token cannot do it or may not see everything.
 * @throws NotAllowedError
 */
export function requireWriteAccess({namespace, readLimit, writeLimit}: Access): void {
  const why = readLimit ?? writeLimit
  if (why === undefined) return
  throw new NotAllowedError(`Refused: ${why}.`, {
    suggestions: [`Use a token with write access to all datasets of ${namespace}.`],
  })
}

/**
 * Refuses rules that rest on what is not there, where it may only be hidden.
 * @param resting these rules, by their options
 * @throws RefusedError
 */
export function requireFullView(access: Access, resting: string[]): void {
  const {namespace, readLimit, partial} = access
  const why = readLimit ?? partial
  if (why === undefined || resting.length === 0) return
  throw new RefusedError(
    `${resting.join(', ')}: this selects runs for what they lack, and some of ${namespace} may only be hidden: ${why}.`,
    {suggestions: ['Go by `olderThan` or `keepRecent`, or use a token that sees all of it.']},
  )
}
