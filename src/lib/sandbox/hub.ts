import {createHash} from 'node:crypto'

import {whoami} from './access.js'
import {commit, lfsBatch, preupload} from './commits.js'
import {datasetInfo, listDatasets, orgInventory, userInventory} from './datasets.js'
import {resolve, resolveCache, tree} from './files.js'
import {
  type Answer,
  bytesAnswer,
  type Handler,
  type Hub,
  Refusal,
  refusalAnswer,
  text,
  unauthenticated,
} from './http.js'
import {factsOf} from './objects.js'
import {type requestCounter} from './quota.js'
import {createRepo, deleteRepo, moveRepo} from './repos.js'
import {type RawRequest} from './server.js'

const DATASET = '/api/datasets/:namespace/:name'

/** In a pattern `:x` is one segment and `*x`, at the end, all that are left, at least one. */
const ROUTES = (
  [
    ['GET', '/api/whoami-v2', whoami],
    ['GET', '/api/datasets', listDatasets],
    ['GET', DATASET, datasetInfo],
    ['GET', `${DATASET}/revision/:revision`, datasetInfo],
    ['GET', `${DATASET}/tree/:revision`, tree],
    ['POST', `${DATASET}/preupload/:revision`, preupload],
    ['POST', `${DATASET}/commit/:revision`, commit],
    ['POST', '/datasets/:namespace/:name.git/info/lfs/objects/batch', lfsBatch],
    ['GET', '/datasets/:namespace/:name/resolve/:revision/*path', resolve],
    ['GET', '/api/resolve-cache/datasets/:namespace/:name/:revision/*path', resolveCache],
    ['GET', '/api/settings/repositories', userInventory],
    ['GET', '/api/organizations/:name/settings/repositories', orgInventory],
    ['POST', '/api/repos/create', createRepo],
    ['POST', '/api/repos/move', moveRepo],
    ['DELETE', '/api/repos/delete', deleteRepo],
  ] satisfies Array<[method: string, pattern: string, handler: Handler]>
).map(([method, pattern, handler]) => {
  const groups = pattern.replace(/\*(\w+)$/, '(?<$1>.+)').replaceAll(/:(\w+)/g, '(?<$1>[^/]+)')
  return {method, handler, matcher: new RegExp(`^${groups}$`)}
})

/** Answers every request to the Hub: the endpoint's own answer, within the quota, with the headers that all have. */
export function hubAnswers(
  hub: Hub,
  count: ReturnType<typeof requestCounter>,
): (request: RawRequest) => Answer {
  let served = 0
  return (request) => {
    const [, path = '/', search = ''] = /^([^?]*)(.*)$/s.exec(request.path) ?? []
    const {headers, exhausted} = count(path)
    const answer =
      exhausted === undefined
        ? refusing(path, () => endpointAnswer(request, {path, search}, hub))
        : text(exhausted, {}, 429)
    return {...answer, headers: {'X-Request-Id': requestId(hub, ++served), ...headers, ...answer.headers}}
  }
}

/** What is thrown as the answer that it is. */
function refusing(path: string, answer: () => Answer): Answer {
  try {
    return answer()
  } catch (error) {
    return refusalAnswer(error instanceof Refusal ? error : new Refusal(500, String(error)), path)
  }
}

function endpointAnswer(
  {method, headers, body}: RawRequest,
  {path, search}: {path: string; search: string},
  hub: Hub,
): Answer {
  const {authorization} = headers
  const token = hub.tokens.find(({secret}) => authorization === `Bearer ${secret}`)
  if (authorization !== undefined && !token) throw unauthenticated()
  const {handler, params} = route(method, path)
  return handler({path, search, query: new URLSearchParams(search), headers, body, params, token, hub})
}

function route(method: string, path: string): {handler: Handler; params: Record<string, string>} {
  for (const {method: answered, matcher, handler} of ROUTES) {
    const found = answered === method ? matcher.exec(path) : undefined
    if (!found) continue
    const params = Object.entries(found.groups ?? {}).map(([name, value]) => [name, decode(value)])
    return {handler, params: Object.fromEntries(params) as Record<string, string>}
  }

  throw new Refusal(404, "Sorry, we can't find the page you are looking for.")
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    throw new Refusal(400, `Failed to decode param '${part}'`)
  }
}

function requestId(hub: Hub, served: number): string {
  const seconds = Math.floor(hub.clock().getTime() / 1000)
  const unique = createHash('sha256').update(`request ${served}`).digest('hex').slice(0, 24)
  return `Root=1-${seconds.toString(16).padStart(8, '0')}-${unique}`
}

/** Answers every request to the CDN: its URL is enough to read or upload, and a token must never get here. */
export function cdnAnswers({state}: Hub): (request: RawRequest) => Answer {
  return ({method, path, headers, body}) => {
    state.cdn.requests += 1
    if (headers.authorization !== undefined) state.cdn.sawAuthorization = true
    const hash = path.split('/').at(-1) ?? ''
    return refusing(path, () => {
      if (method === 'PUT') {
        if (createHash('sha256').update(body).digest('hex') !== hash)
          throw new Refusal(400, `The content does not match its SHA-256 ${hash}`)
        state.uploads.set(hash, body)
        return text('')
      }

      const file = state.cdn.objects.get(hash)
      if (!file) throw new Refusal(404, 'Not Found')
      const own = {'Content-Type': 'application/octet-stream', ETag: `"${factsOf(file).lfs?.xetHash}"`}
      return bytesAnswer(file.bytes(), headers.range, own)
    })
  }
}
