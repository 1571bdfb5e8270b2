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
    organisations: listOf(orgs).flatMap((org) => readOrganisation(fieldsOf(org)) ?? []),
    isOAuth: type === 'oauth',
    tokenRole: textOf(role),
    scopes: listOf(fieldsOf(fineGrained).scoped).map((each) => readScope(fieldsOf(each))),
    date: Number.isNaN(hubDate.getTime()) ? undefined : hubDate,
  }
}

function readOrganisation(org: Fields): Organisation | undefined {
  if (typeof org.name !== 'string' || !NAME.test(org.name)) return undefined
  return {
    name: org.name,
    role: textOf(org.roleInOrg),
    restrictions: textsOf(org.securityRestrictions),
    hasResourceGroups: listOf(org.resourceGroups).length > 0,
  }
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
