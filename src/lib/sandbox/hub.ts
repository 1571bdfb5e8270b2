import {whoAmI} from './access.js'
import {chooseUploadModes, createCommit, listCommits, locateUploads} from './commits.js'
import {datasetInfo, listDatasets, listStorage} from './datasets.js'
import {listTree, resolveCachedFile, resolveFile} from './files.js'
import {
  type Answer,
  answerOrRefusal,
  bytesAnswer,
  type Call,
  type Hub,
  type RawRequest,
  Refusal,
  textAnswer,
  unauthenticated,
} from './http.js'
import {sha256Of} from './objects.js'
import {type Quota, requestCounter} from './quota.js'
import {changeSettings, createRepo, deleteRepo, moveRepo} from './repos.js'

const DATASET_PATH = '/api/datasets/:namespace/:name'

/** In a pattern `:x` is one segment and `*x`, at the end, all that are left, at least one. */
const ROUTES = (
  [
    ['GET', '/api/whoami-v2', whoAmI],
    ['GET', '/api/datasets', listDatasets],
    ['GET', DATASET_PATH, datasetInfo],
    ['GET', `${DATASET_PATH}/revision/:revision`, datasetInfo],
    ['GET', `${DATASET_PATH}/tree/:revision`, listTree],
    ['GET', `${DATASET_PATH}/commits/:revision`, listCommits],
    ['PUT', `${DATASET_PATH}/settings`, changeSettings],
    ['POST', `${DATASET_PATH}/preupload/:revision`, chooseUploadModes],
    ['POST', `${DATASET_PATH}/commit/:revision`, createCommit],
    ['POST', '/datasets/:namespace/:name.git/info/lfs/objects/batch', locateUploads],
    ['GET', '/datasets/:namespace/:name/resolve/:revision/*path', resolveFile],
    ['GET', '/api/resolve-cache/datasets/:namespace/:name/:revision/*path', resolveCachedFile],
    ['GET', '/api/settings/repositories', listStorage],
    ['GET', '/api/organizations/:org/settings/repositories', listStorage],
    ['POST', '/api/repos/create', createRepo],
    ['POST', '/api/repos/move', moveRepo],
    ['DELETE', '/api/repos/delete', deleteRepo],
  ] satisfies Array<[method: string, pattern: string, handler: (call: Call) => Answer]>
).map(([method, pattern, handler]) => {
  const groups = pattern.replace(/\*(\w+)$/, '(?<$1>.+)').replaceAll(/:(\w+)/g, '(?<$1>[^/]+)')
  return {method, handler, matcher: new RegExp(`^${groups}$`)}
})

/** Answers every request to the Hub: the endpoint's own answer, within the quota, with the headers that all have. */
export function hubAnswers(hub: Hub, quota: Quota | undefined): (request: RawRequest) => Answer {
  const count = requestCounter(hub.clock, quota)
  let served = 0
  return (request) => {
    const [, path = '/', search = ''] = /^([^?]*)(.*)$/s.exec(request.path) ?? []
    const {headers, exhausted} = count(path)
    const answer =
      exhausted === undefined
        ? answerOrRefusal(path, () => endpointAnswer(request, path, search, hub))
        : textAnswer(exhausted, {}, 429)
    return {...answer, headers: {'X-Request-Id': requestId(hub, ++served), ...headers, ...answer.headers}}
  }
}

function endpointAnswer(request: RawRequest, path: string, search: string, hub: Hub): Answer {
  const {authorization} = request.headers
  const token = hub.tokens.find(({secret}) => authorization === `Bearer ${secret}`)
  if (authorization !== undefined && !token) throw unauthenticated()
  for (const {method: answered, matcher, handler} of ROUTES) {
    const found = answered === request.method ? matcher.exec(path) : undefined
    if (!found) continue
    const params: Record<string, string> = {}
    for (const [name, value] of Object.entries(found.groups ?? {})) params[name] = decodePart(value)
    return handler({...request, path, search, query: new URLSearchParams(search), params, token, hub})
  }

  throw new Refusal(404, "Sorry, we can't find the page you are looking for.")
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    throw new Refusal(400, `Failed to decode param '${part}'`)
  }
}

function requestId({clock}: Hub, served: number): string {
  const seconds = Math.floor(clock().getTime() / 1000)
  return `Root=1-${seconds.toString(16).padStart(8, '0')}-${sha256Of(`request ${served}`).slice(0, 24)}`
}

/** Answers every request to the CDN: its URL is enough to read or upload, and a token must never get here. */
export function cdnAnswers({state}: Hub): (request: RawRequest) => Answer {
  return ({method, path, headers, body}) => {
    state.cdn.requests += 1
    if (headers.authorization !== undefined) state.cdn.sawAuthorization = true
    const hash = path.split('/').at(-1) ?? ''
    return answerOrRefusal(path, () => {
      if (method === 'PUT') {
        if (sha256Of(body) !== hash) throw new Refusal(400, `The content does not match its SHA-256 ${hash}`)
        state.uploads.set(hash, body)
        return textAnswer('')
      }

      const file = state.cdn.objects.get(hash)
      if (!file) throw new Refusal(404, 'Not Found')
      const own = {'Content-Type': 'application/octet-stream', ETag: `"${hash}"`}
      return bytesAnswer(file.bytes(), headers.range, own)
    })
  }
}
