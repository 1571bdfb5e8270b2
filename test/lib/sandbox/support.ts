/* eslint-disable mocha/no-exports -- its hooks are those of several suites */
import {type Sandbox, type SandboxOptions, startSandbox} from '../../support/sandbox.js'

/** The moment at which most tests take place. */
export const NOW = new Date('2026-10-05T12:00:00.000Z')

/** What came back, with the body read. */
export interface Reply extends Pick<Response, 'headers' | 'status'> {
  text: string
  json: <T = any>() => T
}

/** How to ask: the body is sent as JSON unless it is text. The token is the write token by default; null for none. */
export interface Ask {
  token?: null | string
  body?: unknown
}

/** Starts a sandbox whose clock is stopped, empty unless the options say otherwise. */
export function sandboxAt(options: SandboxOptions = {}): Promise<Sandbox> {
  return startSandbox({clock: () => NOW, seed: 'empty', ...options})
}

/** A sandbox for each test of a suite, filled before it and ended after it. */
export function sandboxForEach(options: SandboxOptions, fill: (sandbox: Sandbox) => unknown): () => Sandbox {
  let sandbox: Sandbox
  beforeEach(async () => {
    sandbox = await sandboxAt(options)
    await fill(sandbox)
  })
  afterEach(() => sandbox.close())
  return () => sandbox
}

/** Sends one request and follows no redirect. */
export async function ask(sandbox: Sandbox, line: string, options: Ask = {}): Promise<Reply> {
  const [method = 'GET', path = '/'] = line.split(' ')
  const {token = sandbox.token, body} = options
  const response = await fetch(path.startsWith('http') ? path : sandbox.url + path, {
    method,
    redirect: 'manual',
    ...(token !== null && {headers: {authorization: `Bearer ${token}`}}),
    ...(body !== undefined && {body: typeof body === 'string' ? body : JSON.stringify(body)}),
  })
  const text = await response.text()
  const {status, headers} = response
  return {status, headers, text, json: () => JSON.parse(text)}
}

/** Status and error code of an answer. */
export function refusal({status, headers}: Reply): [status: number, code: null | string] {
  return [status, headers.get('x-error-code')]
}

/** The URL of the next page, from a Link header. */
export function nextOf(reply: Reply): string | undefined {
  return /^<([^>]+)>; rel="next"$/.exec(reply.headers.get('link') ?? '')?.[1]
}
