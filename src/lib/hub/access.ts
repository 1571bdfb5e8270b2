import {NotAllowedError, RefusedError} from '../base/errors.js'
import {joinWords, safe} from '../base/text.js'
import {type Fields, fieldsOf} from './dataset-info.js'
import {HubFormatError} from './errors.js'

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

/** Who the token's owner is, and what the token may do in one namespace (the Hub's contract, section 1). */
export interface Account {
  user: string
  /** Every namespace that the token knows: its owner's first, then those of their organisations. */
  namespaces: string[]
  access: Access
  /** The Hub's clock, from the answer's `Date` header. */
  date: Date | undefined
}

/** The namespace that was asked for is none of the token's. */
export class UnknownNamespaceError extends RefusedError {}

/**
 * Reads whoami's answer, for which the types of `@huggingface/hub` are incomplete. The Hub answers an unknown author with an empty
 * list, so a namespace that whoami does not name is an error and not an empty account (the Hub's contract, sections 1 and 2).
 * @param wanted the namespace asked for, in any letter case; the user's own where undefined
 * @throws HubFormatError where the answer does not say who the owner is
 * @throws UnknownNamespaceError where it does not name the namespace
 */
export function readAccount(answer: unknown, date?: string | undefined, wanted?: string): Account {
  const {name: user, orgs, auth} = fieldsOf(answer)
  if (!isName(user)) throw new HubFormatError("The Hub's whoami response names no user.")
  const organisations = asList(orgs).map((org) => fieldsOf(org))
  const namespaces = [
    ...new Set([user, ...organisations.map(({name}) => name).filter((name) => isName(name))]),
  ]
  const namespace = namespaces.find((name) => name.toLowerCase() === (wanted ?? user).toLowerCase())
  if (namespace === undefined)
    throw new UnknownNamespaceError(
      `\`namespace\` ${JSON.stringify(wanted)}: ${user}'s token has access to ${joinWords(namespaces)}.`,
      {suggestions: ['Use one of these, or a token of a member of that organisation.']},
    )
  // Of an organisation that is named twice every limit holds.
  const own = organisations.filter(({name}) => name === namespace)
  const limits: Limits =
    namespace === user
      ? tokenLimits(fieldsOf(auth), 'user', user)
      : Object.assign({}, ...own.map((org) => organisationLimits(org, namespace, user, fieldsOf(auth))))
  const hubDate = new Date(date ?? Number.NaN)
  return {
    user,
    namespaces,
    access: {namespace, ...limits},
    date: Number.isNaN(hubDate.getTime()) ? undefined : hubDate,
  }
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && /^[\w.-]+$/.test(value)
}

function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

type Limits = Omit<Access, 'namespace'>

/** Any other role that the Hub may name is not known to write. */
const WRITING_ROLES: ReadonlySet<string> = new Set(['admin', 'contributor', 'write'])

function organisationLimits(org: Fields, name: string, user: string, auth: Fields): Limits {
  const {roleInOrg: role, securityRestrictions, resourceGroups} = org
  const restrictions = asList(securityRestrictions)
  if (restrictions.length > 0) {
    const why = `${name} restricts this token (${restrictions.join(', ')})`
    return {readLimit: why, writeLimit: why}
  }

  const limits = tokenLimits(auth, 'org', name)
  if (role === 'no_access') limits.readLimit = `${user} has no access to ${name}`
  if (typeof role === 'string' && !WRITING_ROLES.has(role))
    limits.writeLimit = `${user} has read-only access to ${name} (role ${safe(role)})`
  // Datasets in a group are seen by its members alone.
  if (asList(resourceGroups).length > 0 && role !== 'admin')
    limits.partial = `${name} has resource groups, and ${user} is not an admin of it`
  return limits
}

/** A fine-grained token must name the whole namespace: one for some datasets lists only those, and a run seen in part looks incomplete. */
function tokenLimits({type: tokenType, accessToken}: Fields, type: 'org' | 'user', name: string): Limits {
  const {role, fineGrained} = fieldsOf(accessToken)
  if (role === 'write' || role === 'god') return {}
  // An organisation, or the right to read, may have been withheld where the owner consented to the token.
  if (typeof role !== 'string' && tokenType === 'oauth')
    return {partial: 'an OAuth token does not show what it can see'}
  if (typeof role !== 'string') return {writeLimit: 'the Hub does not report what the token may do'}
  if (role === 'read') return {writeLimit: 'the token is read-only'}
  if (role !== 'fineGrained') return {writeLimit: `the token has an unknown role: ${role}`}
  const granted = new Set<unknown>()
  for (const scope of asList(fieldsOf(fineGrained).scoped)) {
    const {entity, permissions} = fieldsOf(scope)
    const {type: scopeType, name: scopeName} = fieldsOf(entity)
    if (scopeType === type && scopeName === name)
      for (const permission of asList(permissions)) granted.add(permission)
  }

  const lacking = (permission: string) =>
    granted.has(permission) ? undefined : `the fine-grained token lacks ${permission} on all of ${name}`
  const readLimit = lacking('repo.content.read')
  return {readLimit, writeLimit: readLimit ?? lacking('repo.write')}
}

/** Stops a job that writes before anything is listed. @throws NotAllowedError where the token cannot do it or may not see everything */
export function requireWriteAccess({namespace, readLimit, writeLimit}: Access): void {
  const why = readLimit ?? writeLimit
  if (why === undefined) return
  throw new NotAllowedError(`Refused: ${why}.`, {
    suggestions: [`Use a token with write access to all datasets in ${namespace}.`],
  })
}

/** Why datasets may be hidden from this token; undefined where it sees all of them. */
export function whyHidden({readLimit, partial}: Access): string | undefined {
  return readLimit ?? partial
}

/** @throws RefusedError for rules, by their options, that rest on what is not there, where it may only be hidden */
export function requireFullView(access: Access, resting: string[]): void {
  const {namespace} = access
  const why = whyHidden(access)
  if (why === undefined || resting.length === 0) return
  throw new RefusedError(
    `${resting.join(', ')}: this decides by what is missing, and some of ${namespace} may just be hidden from this token: ${why}.`,
    {suggestions: ['Use `olderThan` or `keepRecent` instead, or a token that can see everything.']},
  )
}
