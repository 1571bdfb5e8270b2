import type {IncomingHttpHeaders} from 'node:http'

import * as z from 'zod/mini'

import '../base/schema.js'
import {type AccessToken} from './accounts.js'
import {type HubState} from './state.js'

/** What every handler can see of the Hub. */
export interface Hub {
  readonly state: HubState
  readonly tokens: readonly AccessToken[]
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
  token: AccessToken | undefined
  hub: Hub
}

export type Handler = (call: Call) => Answer

/** What is sent back, but for the headers that every answer has. */
export interface Answer {
  status: number
  headers: Record<string, string>
  body: Buffer
}

/** Thrown where the Hub says no; with 307, where the dataset has another name: the message is its address. */
export class Refusal extends Error {
  readonly status: number
  readonly headers: Record<string, string>

  constructor(status: number, message: string, headers: Record<string, string> = {}) {
    super(message)
    this.status = status
    this.headers = headers
  }
}

/** A 400 in the Hub's style. */
export function invalid(problem: string, field?: string): Refusal {
  return new Refusal(400, field === undefined ? `✖ ${problem}` : `✖ ${problem}\n  → at ${field}`)
}

/** The 401 for no token or a wrong one, and for what an anonymous caller may not know about. */
export function unauthenticated(): Refusal {
  return new Refusal(401, 'Invalid username or password.', {
    'WWW-Authenticate': 'Bearer realm="Authentication required", charset="UTF-8"',
  })
}

/** The 404 for what does not exist. */
export function notFound(
  code: 'EntryNotFound' | 'RepoNotFound' | 'RevisionNotFound',
  message: string,
  headers: Record<string, string> = {},
): Refusal {
  return new Refusal(404, message, {'X-Error-Code': code, ...headers})
}

export function json(value: unknown, headers: Record<string, string> = {}, status = 200): Answer {
  return {
    status,
    headers: {'Content-Type': 'application/json; charset=utf-8', ...headers},
    body: Buffer.from(JSON.stringify(value)),
  }
}

export function text(body: string, headers: Record<string, string> = {}, status = 200): Answer {
  return {status, headers: {'Content-Type': 'text/plain; charset=utf-8', ...headers}, body: Buffer.from(body)}
}

/** A temporary redirect on this server, always to a relative location. */
export function redirect(location: string, headers: Record<string, string> = {}): Answer {
  return text(`Temporary Redirect. Redirecting to ${location}`, {Location: location, ...headers}, 307)
}

/** Writes a refusal: as JSON where the path belongs to the API, as plain text elsewhere. */
export function refusalAnswer({status, message, headers}: Refusal, path: string): Answer {
  if (status === 307) return redirect(message)
  const isApi =
    (path.startsWith('/api/') && !path.startsWith('/api/resolve-cache/')) ||
    path.endsWith('/info/lfs/objects/batch')
  const all = {'X-Error-Message': asciiOnly(message), ...headers}
  return isApi ? json({error: message}, all, status) : text(message, all, status)
}

/** A header holds one line of ASCII: every other byte becomes a star, as on the Hub. */
function asciiOnly(message: string): string {
  return Buffer.from(message.replaceAll(/\s+/g, ' '))
    .toString('latin1')
    .replaceAll(/[^ -~]/g, '*')
}

/** Answers with bytes: all of them, or those from `bytes=N-` on, the only range that a resumed download asks for. */
export function bytesAnswer(
  bytes: Buffer,
  range: string | undefined,
  headers: Record<string, string>,
): Answer {
  const all = {...headers, 'Accept-Ranges': 'bytes'}
  const start = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? Number.NaN)
  if (Number.isNaN(start)) return {status: 200, headers: all, body: bytes}
  const {length} = bytes
  if (start >= length)
    throw new Refusal(416, 'The requested range cannot be satisfied', {'Content-Range': `bytes */${length}`})
  return {
    status: 206,
    headers: {...all, 'Content-Range': `bytes ${start}-${length - 1}/${length}`},
    body: bytes.subarray(start),
  }
}

/** What a request's body holds, or one line of it. @throws Refusal 400 in the Hub's words, which are those of zod */
export function parseBody<S extends z.ZodMiniType>(schema: S, body: Buffer | string): z.output<S> {
  let value: unknown
  try {
    value = JSON.parse(body.toString('utf8'))
  } catch {
    throw new Refusal(400, 'Invalid JSON')
  }

  const found = z.safeParse(schema, value)
  if (found.success) return found.data
  throw new Refusal(400, z.prettifyError(found.error))
}
