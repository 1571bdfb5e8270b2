import {createHash} from 'node:crypto'

import type {Quotas} from '../accounts/quota.js'
import type {Handler, Hub} from './call.js'
import type {RawRequest} from './server.js'

import {whoami} from '../accounts/access.js'
import {identityOf} from '../accounts/accounts.js'
import {commit, lfsBatch, preupload} from '../repos/commits.js'
import {resolve, resolveCache, tree} from '../repos/files.js'
import {datasetInfo} from '../repos/info.js'
import {listDatasets, orgInventory, userInventory} from '../repos/listing.js'
import {createRepo, deleteRepo, moveRepo} from '../repos/repos.js'
import {type Answer, Moved, redirect, Refusal, refusalAnswer, text} from './answers.js'

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
export function hubAnswers(hub: Hub, quotas: Quotas): (request: RawRequest) => Answer {
  let served = 0
  return (request) => {
    const [, path = '/', search = ''] = /^([^?]*)(.*)$/s.exec(request.path) ?? []
    const quota = quotas.count(path)
    const answer =
      quota.exhausted === undefined
        ? endpointAnswer(request, {path, search}, hub)
        : text(quota.exhausted, {}, 429)
    const headers = {'X-Request-Id': requestId(hub, ++served), ...quota.headers, ...answer.headers}
    return {...answer, headers}
  }
}

function endpointAnswer(
  {method, headers, body}: RawRequest,
  {path, search}: {path: string; search: string},
  hub: Hub,
): Answer {
  try {
    const identity = identityOf(hub.accounts, headers.authorization)
    const {handler, params} = route(method, path)
    return handler({path, search, query: new URLSearchParams(search), headers, body, params, identity}, hub)
  } catch (error) {
    if (error instanceof Moved) return redirect(error.location)
    return refusalAnswer(error instanceof Refusal ? error : new Refusal(500, String(error)), path)
  }
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
