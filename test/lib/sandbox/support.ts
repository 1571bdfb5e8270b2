import {type Sandbox, type SandboxOptions, startSandbox} from '../../../src/lib/sandbox/index.js'

/** The moment at which most tests take place. */
export const NOW = new Date('2026-10-05T12:00:00.000Z')

/** What came back, with the body read. */
export interface Reply {
  status: number
  headers: Headers
  text: string
  /** The body as JSON. */
  json: <T = any>() => T
}

/** How to ask. */
export interface Ask {
  /** Default: the write token; null for none. */
  token?: null | string
  /** Sent as JSON unless it is text or bytes. */
  body?: unknown
  headers?: Record<string, string>
}

/** Starts a sandbox whose clock stands still, unless the options say otherwise. */
export function sandboxAt(options: SandboxOptions = {}): Promise<Sandbox> {
  return startSandbox({clock: () => NOW, ...options})
}

/** Sends one request and follows no redirect. */
export async function ask(sandbox: Sandbox, line: string, options: Ask = {}): Promise<Reply> {
  const [method = 'GET', path = '/'] = line.split(' ')
  const {token = sandbox.token, body, headers = {}} = options
  const response = await fetch(path.startsWith('http') ? path : sandbox.url + path, {
    method,
    redirect: 'manual',
    headers: {
      ...(token !== null && {authorization: `Bearer ${token}`}),
      ...(body !== undefined && {'content-type': 'application/json'}),
      ...headers,
    },
    ...(body !== undefined && {
      body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
    }),
  })
  const text = await response.text()
  return {status: response.status, headers: response.headers, text, json: () => JSON.parse(text)}
}

/** The URL of the next page, from a Link header. */
export function nextOf(reply: Reply): string | undefined {
  return /^<([^>]+)>; rel="next"$/.exec(reply.headers.get('link') ?? '')?.[1]
}

/** A commit's body: one JSON document a line. */
export function ndjson(...lines: Array<[key: string, value: unknown]>): string {
  return lines.map(([key, value]) => JSON.stringify({key, value})).join('\n')
}

/** What a promise is rejected with; undefined where it is not. */
export function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {},
    (error: unknown) => error,
  )
}
