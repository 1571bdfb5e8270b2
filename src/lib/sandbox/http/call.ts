import type {IncomingHttpHeaders} from 'node:http'

import type {Accounts, Identity} from '../accounts/accounts.js'
import type {HubState} from '../repos/state.js'

import {type Answer, invalid, Refusal} from './answers.js'

/** What every handler can see of the Hub. */
export interface Hub {
  readonly state: HubState
  readonly accounts: Accounts
  readonly clock: () => Date
  readonly pageSize: number
  /** Origin of the Hub. */
  readonly url: string
  /** Origin of the CDN, which is another one. */
  readonly cdnUrl: string
}

/** One request, read completely. */
export interface Call {
  /** Path without the query, as sent. */
  path: string
  /** Query with its `?`, or empty, as sent. */
  search: string
  query: URLSearchParams
  headers: IncomingHttpHeaders
  body: Buffer
  /** The variable parts of the path, decoded. */
  params: Record<string, string>
  /** Undefined for an anonymous caller. */
  identity: Identity | undefined
}

export type Handler = (call: Call, hub: Hub) => Answer

export type JsonObject = Record<string, unknown>

/** The request's body as a JSON object. */
export function jsonBody(call: Call): JsonObject {
  return jsonObject(call.body.toString('utf8'))
}

/** Reads a JSON object from text. @throws Refusal 400 */
export function jsonObject(text: string): JsonObject {
  try {
    return asObject(JSON.parse(text))
  } catch (error) {
    throw error instanceof Refusal ? error : new Refusal(400, 'Invalid JSON')
  }
}

/** A value from JSON that must be an object. @throws Refusal 400 */
export function asObject(value: unknown, field?: string): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid('Invalid input: expected object', field)
  return value as JsonObject
}

/** A list of objects in a JSON body. @throws Refusal 400 */
export function objectsIn(body: JsonObject, field: string): JsonObject[] {
  const value = body[field]
  if (!Array.isArray(value)) throw invalid('Invalid input: expected array', field)
  return value.map((each: unknown) => asObject(each, field))
}

/** A text in a JSON body. @throws Refusal 400 */
export function textIn(body: JsonObject, field: string): string {
  const value = body[field]
  if (typeof value !== 'string')
    throw invalid(`Invalid input: expected string, received ${value === null ? 'null' : typeof value}`, field)
  return value
}
