import type {IncomingHttpHeaders} from 'node:http'

import type {Accounts, Identity} from './accounts.js'
import type {HubState} from './state.js'

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
  method: string
  /** Path without the query, as sent. */
  path: string
  /** Query with its `?`, or empty, as sent. */
  search: string
  query: URLSearchParams
  headers: IncomingHttpHeaders
  body: Buffer
  /** The variable parts of the path, decoded. */
  params: Record<string, string>
  identity: Identity | undefined
}

export type Handler = (call: Call, hub: Hub) => Answer

/** The request's body as a JSON object. */
export function jsonBody(call: Call): Record<string, unknown> {
  return jsonObject(call.body.toString('utf8'))
}

/** Reads a JSON object from text; anything else is the caller's mistake. */
export function jsonObject(text: string): Record<string, unknown> {
  return asObject(parse(text))
}

/** A value from JSON that must be an object. */
export function asObject(value: unknown, field?: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid('Invalid input: expected object', field)
  return value as Record<string, unknown>
}

/** A text property of a JSON body. */
export function textOf(body: Record<string, unknown>, field: string): string {
  const value = body[field]
  if (typeof value !== 'string')
    throw invalid(`Invalid input: expected string, received ${value === null ? 'null' : typeof value}`, field)
  return value
}

/** A part of a URL, decoded. */
export function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    throw new Refusal(400, `Failed to decode param '${part}'`)
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Refusal(400, 'Invalid JSON')
  }
}
