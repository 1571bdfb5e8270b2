import {Refusal} from './answers.js'
import {decode, type Handler} from './call.js'
import {commit, preupload} from './commits.js'
import {raw, resolve, resolveCache} from './files.js'
import {authCheck, authCheckWrite, datasetInfo} from './info.js'
import {orgInventory, userInventory} from './inventory.js'
import {lfsBatch} from './lfs.js'
import {listDatasets} from './listing.js'
import {createRepo, deleteRepo, moveRepo, updateSettings} from './repos.js'
import {pathsInfo, tree} from './tree.js'
import {whoami} from './whoami.js'

const DATASET = '/api/datasets/:namespace/:name'
const WEB = '/datasets/:namespace/:name'

/** In a pattern `:x` is one segment and `*x`, at the end, all that are left, at least one. */
const ROUTES: ReadonlyArray<readonly [method: string, pattern: string, handler: Handler]> = [
  ['GET', '/api/whoami-v2', whoami],
  ['GET', '/api/datasets', listDatasets],
  ['GET', '/api/datasets/:name', datasetInfo],
  ['GET', DATASET, datasetInfo],
  ['GET', `${DATASET}/revision/:revision`, datasetInfo],
  ['GET', `${DATASET}/auth-check`, authCheck],
  ['GET', `${DATASET}/auth-check/write`, authCheckWrite],
  ['GET', `${DATASET}/tree/:revision`, tree],
  ['GET', `${DATASET}/tree/:revision/*path`, tree],
  ['POST', `${DATASET}/paths-info/:revision`, pathsInfo],
  ['POST', `${DATASET}/preupload/:revision`, preupload],
  ['POST', `${DATASET}/commit/:revision`, commit],
  ['PUT', `${DATASET}/settings`, updateSettings],
  ['GET', '/api/resolve-cache/datasets/:namespace/:name/:revision/*path', resolveCache],
  ['GET', '/api/settings/repositories', userInventory],
  ['GET', '/api/organizations/:name/settings/repositories', orgInventory],
  ['POST', '/api/repos/create', createRepo],
  ['POST', '/api/repos/move', moveRepo],
  ['DELETE', '/api/repos/delete', deleteRepo],
  ['GET', `${WEB}/resolve/:revision/*path`, resolve],
  ['GET', `${WEB}/raw/:revision/*path`, raw],
  ['POST', `${WEB}/info/lfs/objects/batch`, lfsBatch],
]

const COMPILED = ROUTES.map(([method, pattern, handler]) => ({
  method,
  handler,
  matcher: new RegExp(`^${pattern.replace(/\*(\w+)$/, '(?<$1>.+)').replaceAll(/:(\w+)/g, '(?<$1>[^/]+)')}$`),
}))

/**
 * Finds who answers a request. HEAD is answered wherever GET is.
 * @throws Refusal 404 where nobody does.
 */
export function route(method: string, path: string): {handler: Handler; params: Record<string, string>} {
  const wanted = method === 'HEAD' ? 'GET' : method
  for (const candidate of COMPILED) {
    const found = candidate.method === wanted ? candidate.matcher.exec(path) : undefined
    if (!found) continue
    const params = Object.entries(found.groups ?? {}).map(([name, value]) => [name, decode(value)])
    return {handler: candidate.handler, params: Object.fromEntries(params) as Record<string, string>}
  }

  throw new Refusal(404, "Sorry, we can't find the page you are looking for.")
}
