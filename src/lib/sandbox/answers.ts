import {createHash} from 'node:crypto'

/** What goes back to the caller, but for the headers that every answer has. */
export interface Answer {
  status: number
  headers: Record<string, string>
  body: Buffer
}

/** Thrown where the Hub says no. How it is written depends on the route: see {@link refusalAnswer}. */
export class Refusal extends Error {
  readonly status: number
  readonly code: string | undefined
  readonly headers: Record<string, string>
  readonly extra: Record<string, unknown>

  constructor(
    status: number,
    message: string,
    details: {code?: string; headers?: Record<string, string>; extra?: Record<string, unknown>} = {},
  ) {
    super(message)
    this.status = status
    this.code = details.code
    this.headers = details.headers ?? {}
    this.extra = details.extra ?? {}
  }
}

/** Thrown where the dataset has another name now. */
export class Moved extends Error {
  readonly location: string

  constructor(location: string) {
    super(`Temporary Redirect. Redirecting to ${location}`)
    this.location = location
  }
}

/** A 400 in the Hub's style. */
export function invalid(problem: string, field?: string): Refusal {
  return new Refusal(400, field === undefined ? `✖ ${problem}` : `✖ ${problem}\n  → at ${field}`)
}

/** The 401 for no token or a wrong one, and for what an anonymous caller may not know about. */
export function unauthenticated(message = 'Invalid username or password.'): Refusal {
  return new Refusal(401, message, {
    headers: {'WWW-Authenticate': 'Bearer realm="Authentication required", charset="UTF-8"'},
  })
}

/** The 404 for what does not exist. */
export function notFound(
  code: 'EntryNotFound' | 'RepoNotFound' | 'RevisionNotFound',
  message: string,
  headers: Record<string, string> = {},
): Refusal {
  return new Refusal(404, message, {code, headers})
}

/** A JSON answer. */
export function json(value: unknown, headers: Record<string, string> = {}, status = 200): Answer {
  return {
    status,
    headers: {'Content-Type': 'application/json; charset=utf-8', ...headers},
    body: Buffer.from(JSON.stringify(value)),
  }
}

/** A plain text answer. */
export function text(body: string, headers: Record<string, string> = {}, status = 200): Answer {
  return {status, headers: {'Content-Type': 'text/plain; charset=utf-8', ...headers}, body: Buffer.from(body)}
}

/** A temporary redirect on this server: always to a relative location. */
export function redirect(location: string, headers: Record<string, string> = {}): Answer {
  return text(
    `Temporary Redirect. Redirecting to ${location}`,
    {Location: location, Vary: 'Origin, Accept', ...headers},
    307,
  )
}

/** Writes a refusal: as JSON where the request's path is under `/api/`, as plain text elsewhere. */
export function refusalAnswer(refusal: Refusal, path: string): Answer {
  const headers = {
    ...(refusal.code !== undefined && {'X-Error-Code': refusal.code}),
    'X-Error-Message': asciiOnly(refusal.message),
    ...refusal.headers,
  }
  return isApi(path)
    ? json({error: refusal.message, ...refusal.extra}, headers, refusal.status)
    : text(refusal.message, headers, refusal.status)
}

/** Whether a path belongs to the API, LFS's included, rather than to the web routes, which never answer in JSON. */
export function isApi(path: string): boolean {
  return (
    (path.startsWith('/api/') && !path.startsWith('/api/resolve-cache/')) ||
    path.endsWith('/info/lfs/objects/batch')
  )
}

/** The weak ETag that the Hub's framework puts on every 200 of the API. */
export function weakEtag(body: Buffer): string {
  const digest = createHash('sha1').update(body).digest('base64').slice(0, 27)
  return `W/"${body.length.toString(16)}-${digest}"`
}

/** A header holds one line of ASCII: every other byte becomes a star, as on the Hub. */
function asciiOnly(message: string): string {
  return Buffer.from(message.replaceAll(/\s+/g, ' '))
    .toString('latin1')
    .replaceAll(/[^ -~]/g, '*')
}
