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

/** The types of `@huggingface/hub` for this answer are incomplete, so its fields are read from plain JSON. */
interface WhoAmIAnswer {
  name?: unknown
  orgs?: Array<{
    name?: unknown
    roleInOrg?: unknown
    securityRestrictions?: unknown
    resourceGroups?: unknown
  }>
  auth?: {
    type?: unknown
    accessToken?: {
      role?: unknown
      fineGrained?: {scoped?: Array<{entity?: {type?: unknown; name?: unknown}; permissions?: unknown}>}
    }
  }
}

const NAMESPACE = /^[\w.-]+$/

/**
 * Reads whoami's answer.
 * @throws HubFormatError where it does not say who the owner is
 */
export function readIdentity(answer: unknown, date: string | null | undefined): Identity {
  const {name, orgs, auth} = answer as WhoAmIAnswer
  if (typeof name !== 'string' || !NAMESPACE.test(name))
    throw new HubFormatError('The answer of whoami names no user.')
  const hubDate = new Date(date ?? Number.NaN)
  return {
    name,
    organisations: listOf(orgs).flatMap((org) =>
      typeof org.name === 'string' && NAMESPACE.test(org.name)
        ? [
            {
              name: org.name,
              role: textOf(org.roleInOrg),
              restrictions: textsOf(org.securityRestrictions),
              hasResourceGroups: Array.isArray(org.resourceGroups) && org.resourceGroups.length > 0,
            },
          ]
        : [],
    ),
    isOAuth: auth?.type === 'oauth',
    tokenRole: textOf(auth?.accessToken?.role),
    scopes: listOf(auth?.accessToken?.fineGrained?.scoped).map(({entity, permissions}) => ({
      type: textOf(entity?.type) ?? '',
      name: textOf(entity?.name),
      permissions: textsOf(permissions),
    })),
    date: Number.isNaN(hubDate.getTime()) ? undefined : hubDate,
  }
}

function listOf<T>(value: T[] | undefined): T[] {
  return Array.isArray(value) ? value : []
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}
