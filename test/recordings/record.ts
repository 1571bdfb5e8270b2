import nock from 'nock'
import {brotliDecompressSync, gunzipSync} from 'node:zlib'

import {runCli} from '../support/cli.js'
import {at, envOf, withHub} from '../support/hub.js'
import {type Exchange, isContent, ORIGIN} from './play.js'
import {RECORDED_AT, type Scenario} from './scenarios.js'

/** Records a scenario from a sandbox whose clock is stopped: the same every time. */
export function recordFromSandbox(scenario: Scenario): Promise<Exchange[]> {
  return at(RECORDED_AT, () =>
    withHub({...scenario.hub, clock: () => RECORDED_AT}, async (hub) => {
      await scenario.arrange?.(hub)
      return recordHub(hub.url, () => perform(scenario, envOf(hub, scenario.token)))
    }),
  )
}

/** Records a scenario from the real Hub, for a person with a token. */
export function recordFromHub(scenario: Scenario, endpoint: string, token: string): Promise<Exchange[]> {
  const env = {HF_ENDPOINT: endpoint, HF_TOKEN: scenario.token ?? token}
  return recordHub(endpoint, () => perform(scenario, env))
}

/** Runs the command; what ends otherwise than the scenario says is not recorded. */
async function perform({argv, exitCode}: Scenario, env: Record<string, string>): Promise<void> {
  const result = await runCli(argv, env)
  if (result.exitCode === exitCode) return
  throw new Error(`${argv.join(' ')} ended with ${result.exitCode} instead of ${exitCode}: ${result.stderr}`)
}

/** Where large files are, in every recording. */
export const CDN = 'https://cdn.hf.example'

/** What a reader of the traffic needs, but no weak ETag; the rest changes with each request, or says who asked. */
export const HEADERS = new Set([
  'accept-ranges',
  'content-range',
  'content-type',
  'date',
  'etag',
  'link',
  'location',
  'ratelimit',
  'ratelimit-policy',
  'retry-after',
  'www-authenticate',
  'x-error-code',
  'x-error-message',
  'x-repo-commit',
])

/** Records the traffic of a job with the Hub at an origin, tidied. */
export async function recordHub(origin: string, job: () => Promise<unknown>): Promise<Exchange[]> {
  nock.recorder.rec({output_objects: true, dont_print: true})
  try {
    await job()
    const recorded = nock.recorder.play() as unknown as Exchange[]
    const places = new Set([origin, ...redirectedTo(recorded)])
    return tidy(
      recorded.filter(({scope}) => places.has(new URL(scope).origin)),
      origin
    )
  } finally {
    nock.recorder.clear()
    nock.restore()
  }
}

/** Origins of large files, to which the Hub leads with redirects. */
export function redirectedTo(exchanges: Exchange[]): string[] {
  const places = exchanges.map(({rawHeaders}) => rawHeaders?.location ?? '')
  return places.filter((place) => URL.canParse(place)).map((place) => new URL(place).origin)
}

/** Makes a recording readable, independent of where and when it was made, and free of what is private. */
export function tidy(exchanges: Exchange[], origin: string): Exchange[] {
  const others = new Set(redirectedTo(exchanges).filter((place) => place !== origin))
  const readable = exchanges.map(
    ({scope, method, path, body, status, response, responseIsBinary, rawHeaders = {}}) => ({
      scope: others.has(new URL(scope).origin) ? CDN : ORIGIN,
      method,
      path,
      ...(body !== '' && {body}),
      status,
      response: asSent(path, scrub(readableBody(response, rawHeaders['content-encoding']))),
      ...(responseIsBinary && {responseIsBinary}),
      rawHeaders: Object.fromEntries(
        Object.entries(rawHeaders).filter(([name, value]) => HEADERS.has(name) && !value.startsWith('W/'))
      ),
    })
  )
  const text = replaceAll(JSON.stringify(readable), [
    [origin, ORIGIN],
    ...[...others].map((other): [string, string] => [other, CDN]),
  ])
  return JSON.parse(replaceAll(text, [...pseudonyms(readable), ...pageNumbers(text)])) as Exchange[]
}

/** nock keeps a compressed body as pieces of hexadecimal text. */
function readableBody(response: unknown, encoding: string | undefined): unknown {
  if (encoding === undefined || !Array.isArray(response)) return response
  const bytes = Buffer.from(response.join(''), 'hex')
  const text = (encoding === 'br' ? brotliDecompressSync(bytes) : gunzipSync(bytes)).toString('utf8')
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** nock parses JSON in a file, too, where every byte counts: it is kept as text, as the program writes it. */
function asSent(path: string, response: unknown): unknown {
  const isFile = isContent(path) && typeof response === 'object'
  return isFile ? `${JSON.stringify(response, undefined, 2)}\n` : response
}

/** Of whoami's answer, only what the program reads: the rest is a person's. */
function scrub(response: unknown): unknown {
  if (!isIdentity(response)) return response
  const {type, name, orgs, auth} = response
  const {role, fineGrained} = auth.accessToken
  return {
    type,
    name,
    orgs: orgs.map((org) => ({name: org.name, roleInOrg: org.roleInOrg})),
    auth: {accessToken: {role, ...(fineGrained !== undefined && {fineGrained})}},
  }
}

interface IdentityAnswer {
  type: 'user'
  name: string
  orgs: Array<{name: string; roleInOrg: string}>
  auth: {accessToken: {role: string; fineGrained?: unknown}}
}
function isIdentity(response: unknown): response is IdentityAnswer {
  return (response as Partial<IdentityAnswer> | null)?.type === 'user'
}

/** Who recorded is mira, her organisations have numbers, and so have her datasets that are not SMOLTRACE's. */
function pseudonyms(exchanges: Exchange[]): Array<[from: string, to: string]> {
  const identity = exchanges.map(({response}) => response).find((response) => isIdentity(response))
  if (!identity) return []
  const {name, orgs} = identity
  const listed = exchanges.flatMap(
    ({response}) => (Array.isArray(response) ? response : []) as Array<{id: string}>
  )
  const others = [...new Set(listed.map(({id}) => id))].filter(
    (id) => typeof id === 'string' && !/smoltrace/i.test(id)
  )
  return [
    ...others.map((id, index): [string, string] => [`"id":"${id}"`, `"id":"mira/other-${index + 1}"`]),
    ...orgs.map((org, index): [string, string] => [`"name":"${org.name}"`, `"name":"org-${index + 1}"`]),
    [`"name":"${name}"`, '"name":"mira"'],
    [`${name}/`, 'mira/'],
    [`author=${name}&`, 'author=mira&'],
  ]
}

/** A cursor of the Hub holds the id of a dataset; a page's number says as much to a reader, and more. */
function pageNumbers(text: string): Array<[from: string, to: string]> {
  const cursors = new Set([...text.matchAll(/cursor=([^&>"\\]+)/g)].map(([whole]) => whole))
  return [...cursors].map((cursor, index) => [cursor, `cursor=page-${index + 2}`])
}

function replaceAll(text: string, pairs: Array<[from: string, to: string]>): string {
  let result = text
  for (const [from, to] of pairs) result = result.replaceAll(from, to)
  return result
}
