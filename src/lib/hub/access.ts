import {NotAllowedError, RefusedError} from '../base/errors.js'
import {safe} from '../base/text.js'
import {type Identity} from './whoami.js'

/** What a token may see and do in one namespace. */
export interface Access {
  /** Spelled as whoami spells it. */
  namespace: string
  /** Why the token may not see every dataset; undefined where it sees all. */
  readLimit?: string | undefined
  /**
   * Why some datasets may be hidden from a token that reads all others: nobody can tell. A job goes on, but no rule that rests
   * on what is not there does.
   */
  partial?: string | undefined
  /** Why the token cannot delete or change; undefined where it can, as far as whoami tells. */
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
 * that whoami does not name is an error and not an empty account (the Hub's contract, sections 1 and 2.2).
 * @param wanted the namespace asked for, in any letter case; the user's own where undefined
 * @throws RefusedError where whoami does not name the namespace
 */
export function accessTo(identity: Identity, wanted?: string): Access {
  const named = wanted ?? identity.name
  const isSame = (name: string) => name.toLowerCase() === named.toLowerCase()
  if (isSame(identity.name))
    return {
      namespace: identity.name,
      ...tokenLimits(identity, 'user', identity.name),
      ...partialSight(identity),
    }
  const organisation = identity.organisations.find(({name}) => isSame(name))
  if (!organisation) {
    const known = namespacesOf(identity).join(', ')
    throw new UnknownNamespaceError(
      `\`namespace\` ${JSON.stringify(named)}: this token belongs to ${identity.name} and knows ${known}.`,
      {
        suggestions: ['Name one of these, or use a token of a member of that organisation.'],
      },
    )
  }

  const {name, role, restrictions, hasResourceGroups} = organisation
  const limits = tokenLimits(identity, 'org', name)
  if (restrictions.length > 0) {
    const why = `${name} restricts this token (${restrictions.join(', ')})`
    return {namespace: name, readLimit: why, writeLimit: why}
  }

  const isMember = role !== 'no_access'
  const mayWrite = role === undefined || WRITING_ROLES.has(role)
  const hidden = `${name} has resource groups, and ${identity.name} is not an admin of it`
  return {
    namespace: name,
    readLimit: isMember ? limits.readLimit : `${identity.name} has no access to ${name}`,
    ...(hasResourceGroups && role !== 'admin' ? {partial: hidden} : partialSight(identity)),
    writeLimit: mayWrite
      ? limits.writeLimit
      : `${identity.name} may only read in ${name} (role ${safe(role)})`,
  }
}

/** Any other role that the Hub may name is not known to write. */
const WRITING_ROLES: ReadonlySet<string> = new Set(['admin', 'contributor', 'write'])

/** An organisation, or the right to read, may have been withheld where the owner consented to the token. */
function partialSight({isOAuth, tokenRole}: Identity): Pick<Access, 'partial'> {
  return isOAuth && tokenRole === undefined ? {partial: 'an OAuth token does not say what it may see'} : {}
}

/**
 * A fine-grained token must name the whole namespace; one that names only some datasets lists only those, and a run
 * seen in part looks incomplete.
 */
function tokenLimits(identity: Identity, type: 'org' | 'user', name: string): Omit<Access, 'namespace'> {
  const {tokenRole, scopes} = identity
  if (tokenRole === 'write' || tokenRole === 'god' || (tokenRole === undefined && identity.isOAuth)) return {}
  if (tokenRole === 'read') return {writeLimit: 'the token is read-only'}
  if (tokenRole === undefined) return {writeLimit: 'whoami does not say what the token may do'}
  if (tokenRole !== 'fineGrained') return {writeLimit: `the token has a role that is not known: ${tokenRole}`}
  const granted = new Set(
    scopes
      .filter((scope) => scope.type === type && scope.name === name)
      .flatMap(({permissions}) => permissions),
  )
  const lacking = (permission: string) =>
    granted.has(permission) ? undefined : `the fine-grained token lacks ${permission} on the whole of ${name}`
  return {
    readLimit: lacking('repo.content.read'),
    writeLimit: lacking('repo.content.read') ?? lacking('repo.write'),
  }
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
