import {canCreateIn, requireExactRepo, requireIdentity, requireRepo, requireWrite} from './access.js'
import {type Answer, invalid, json, notFound, Refusal, text} from './answers.js'
import {asObject, type Call, type Hub, jsonBody, textOf} from './call.js'
import {type Change, fileChange} from './changes.js'
import {nameProblem} from './names.js'
import {storedFile} from './objects.js'

const OTHER_TYPES = new Set(['model', 'space'])

/** `POST /api/repos/create`: a new dataset with its first commit. */
export function createRepo(call: Call, hub: Hub): Answer {
  const identity = requireIdentity(call)
  const body = jsonBody(call)
  if (body.type !== 'dataset') throw invalid('Only datasets can be created here', 'type')
  const name = textOf(body, 'name')
  const namespace = namespaceOf(call, body)
  const problem = nameProblem(name)
  if (problem !== undefined) throw invalid(problem, 'name')
  if (!canCreateIn(identity, namespace))
    throw new Refusal(403, `You don't have the rights to create a dataset under the namespace "${namespace}"`)

  const id = `${namespace}/${name}`
  const url = `${hub.url}/datasets/${id}`
  if (taken(hub, id)) throw new Refusal(409, 'You already created this dataset repo', {extra: {url}})

  const files = startingFiles(body)
  const repo = hub.state.add({
    id,
    createdAt: hub.state.now(),
    createdBy: identity.accounts.user.name,
    private: isPrivate(body) ?? false,
    trendingScore: 0,
  })
  if (files.length > 0) hub.state.commit(repo, 'initial files', new Map(files))
  return json({url, name: id, id: repo._id})
}

/** `DELETE /api/repos/delete`: final, by exact name, without any precondition. */
export function deleteRepo(call: Call, hub: Hub): Answer {
  requireIdentity(call)
  const body = jsonBody(call)
  requireDatasetType(body)
  const repo = requireExactRepo(call, hub, `${namespaceOf(call, body)}/${textOf(body, 'name')}`)
  requireWrite(call, repo)
  hub.state.remove(repo.id)
  return text('OK')
}

/** `POST /api/repos/move`: renames a dataset; the former name redirects from then on. */
export function moveRepo(call: Call, hub: Hub): Answer {
  requireIdentity(call)
  const body = jsonBody(call)
  requireDatasetType(body)
  const repo = requireExactRepo(call, hub, textOf(body, 'fromRepo'))
  requireWrite(call, repo)
  const target = textOf(body, 'toRepo')
  const [namespace = '', name = '', ...more] = target.split('/')
  const problem = more.length > 0 ? 'Invalid repo name' : nameProblem(name)
  if (problem !== undefined) throw invalid(problem, 'toRepo')
  if (!canCreateIn(requireIdentity(call), namespace))
    throw new Refusal(403, `You don't have the rights to move a dataset to the namespace "${namespace}"`)
  if (taken(hub, target)) throw new Refusal(409, `A dataset repository called ${target} already exists`)
  hub.state.rename(repo, target)
  return text('OK')
}

/** `PUT /api/datasets/{id}/settings`: who sees it, and whether its files are gated. */
export function updateSettings(call: Call, hub: Hub): Answer {
  const repo = requireRepo(call, hub)
  requireWrite(call, repo)
  const body = jsonBody(call)
  repo.private = isPrivate(body) ?? repo.private
  if (body.gated === false || body.gated === 'auto' || body.gated === 'manual') repo.gated = body.gated
  return json({private: repo.private, gated: repo.gated})
}

/** Anything but a dataset does not exist here; a missing type means a model. */
function requireDatasetType(body: Record<string, unknown>): void {
  const type = body.type ?? 'model'
  if (type === 'dataset') return
  if (typeof type === 'string' && OTHER_TYPES.has(type))
    throw notFound('RepoNotFound', 'Repository not found')
  throw invalid('Invalid option: expected one of "model"|"dataset"|"space"', 'type')
}

function namespaceOf(call: Call, body: Record<string, unknown>): string {
  return body.organization === undefined || body.organization === null
    ? requireIdentity(call).accounts.user.name
    : textOf(body, 'organization')
}

function isPrivate(body: Record<string, unknown>): boolean | undefined {
  const {visibility} = body
  if (visibility === undefined) return typeof body.private === 'boolean' ? body.private : undefined
  if (visibility === 'public' || visibility === 'private') return visibility === 'private'
  throw invalid('Invalid option: expected one of "public"|"private"', 'visibility')
}

/** A name is taken in every letter case, but a former name is free again. */
function taken(hub: Hub, repoId: string): boolean {
  return hub.state.locate(repoId)?.id.toLowerCase() === repoId.toLowerCase()
}

function startingFiles(body: Record<string, unknown>): Change[] {
  const {license, files} = body
  const card: Change[] =
    typeof license === 'string' ? [['README.md', storedFile(`---\nlicense: ${license}\n---\n`, false)]] : []
  return [
    ...card,
    ...(Array.isArray(files) ? files : []).map((file: unknown) => fileChange(asObject(file, 'files'))),
  ]
}
