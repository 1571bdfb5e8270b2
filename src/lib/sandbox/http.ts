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

/** A request whose body has been read. */
export interface RawRequest {
  method: string
  /** With the query. */
  path: string
  headers: IncomingHttpHeaders
  body: Buffer
}

/** A request to one of the Hub's endpoints; its path is without the query. */
export interface Call extends RawRequest {
  /** The query with its `?`, or empty, as sent. */
  search: string
  query: URLSearchParams
  /** The variable parts of the path, decoded. */
  params: Record<string, string>
  /** Undefined for an anonymous caller. */
  token: AccessToken | undefined
  hub: Hub
}

type Headers = Record<string, string>

/** What is sent back, but for the headers of every answer. */
export interface Answer {
  status: number
  headers: Headers
  body: Buffer
}

/** Thrown where the Hub says no; with 307, where the dataset has another name: the message is its address. */
export class Refusal extends Error {
  readonly status: number
  readonly headers: Headers

  constructor(status: number, message: string, headers: Headers = {}) {
    super(message)
    this.status = status
    this.headers = headers
  }
}

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
  headers: Headers = {},
): Refusal {
  return new Refusal(404, message, {'X-Error-Code': code, ...headers})
}

export function jsonAnswer(value: unknown, headers: Headers = {}, status = 200): Answer {
  const body = Buffer.from(JSON.stringify(value))
  return {status, headers: {'Content-Type': 'application/json; charset=utf-8', ...headers}, body}
}

export function textAnswer(body: string, headers: Headers = {}, status = 200): Answer {
  return {status, headers: {'Content-Type': 'text/plain; charset=utf-8', ...headers}, body: Buffer.from(body)}
}

/** A temporary redirect on this server, always to a relative location. */
export function redirect(location: string, headers: Headers = {}): Answer {
  return textAnswer(`Temporary Redirect. Redirecting to ${location}`, {Location: location, ...headers}, 307)
}

/** What a handler answers, or what it throws as the answer that it is: JSON where the path belongs to the API, else text. */
export function answerOrRefusal(path: string, handle: () => Answer): Answer {
  try {
    return handle()
  } catch (error) {
    const {status, message, headers} = error instanceof Refusal ? error : new Refusal(500, String(error))
    if (status === 307) return redirect(message)
    const isApi =
      (path.startsWith('/api/') && !path.startsWith('/api/resolve-cache/')) ||
      path.endsWith('/info/lfs/objects/batch')
    // A header holds one line of ASCII: every other byte becomes a star, as on the Hub.
    const line = Buffer.from(message.replaceAll(/\s+/g, ' ')).toString('latin1')
    const all = {'X-Error-Message': line.replaceAll(/[^ -~]/g, '*'), ...headers}
    return isApi ? jsonAnswer({error: message}, all, status) : textAnswer(message, all, status)
  }
}

/** Answers with bytes: all of them, or those from `bytes=N-` on, the only range that a resumed download asks for. */
export function bytesAnswer(bytes: Buffer, range: string | undefined, headers: Headers): Answer {
  const all = {...headers, 'Accept-Ranges': 'bytes'}
  const [, from] = /^bytes=(\d+)-$/.exec(range ?? '') ?? []
  if (from === undefined) return {status: 200, headers: all, body: bytes}
  const [start, {length}] = [Number(from), bytes]
  if (start >= length)
    throw new Refusal(416, 'The requested range cannot be satisfied', {'Content-Range': `bytes */${length}`})
  const part = {'Content-Range': `bytes ${start}-${length - 1}/${length}`}
  return {status: 206, headers: {...all, ...part}, body: bytes.subarray(start)}
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
