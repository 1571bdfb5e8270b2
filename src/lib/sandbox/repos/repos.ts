import {canCreateIn, requireExactRepo, requireIdentity, requireWrite} from '../accounts/access.js'
import {type Answer, invalid, json, notFound, Refusal, text} from '../http/answers.js'
import {type Call, type Hub, jsonBody, type JsonObject, textIn} from '../http/call.js'

/** `POST /api/repos/create`: a new dataset with its first commit. */
export function createRepo(call: Call, hub: Hub): Answer {
  const identity = requireIdentity(call)
  const body = jsonBody(call)
  requireDataset(body)
  const namespace = namespaceIn(body, identity.accounts.user.name)
  const id = `${namespace}/${requireName(textIn(body, 'name'), 'name')}`
  if (!canCreateIn(identity, namespace))
    throw new Refusal(403, `You don't have the rights to create a dataset under the namespace "${namespace}"`)
  if (isTaken(hub, id)) throw new Refusal(409, 'You already created this dataset repo')
  const isPrivate = body.visibility === 'private' || body.private === true
  const repo = hub.state.add({id, createdAt: hub.state.now(), private: isPrivate})
  return json({url: `${hub.url}/datasets/${id}`, name: id, id: repo._id})
}

/** `DELETE /api/repos/delete`: final, by exact name, without any precondition. */
export function deleteRepo(call: Call, hub: Hub): Answer {
  const {accounts} = requireIdentity(call)
  const body = jsonBody(call)
  requireDataset(body)
  const namespace = namespaceIn(body, accounts.user.name)
  const repo = requireExactRepo(call, hub, `${namespace}/${textIn(body, 'name')}`)
  requireWrite(call, repo)
  hub.state.remove(repo.id)
  return text('OK')
}

/** `POST /api/repos/move`: renames a dataset; the former name redirects from then on. */
export function moveRepo(call: Call, hub: Hub): Answer {
  const identity = requireIdentity(call)
  const body = jsonBody(call)
  requireDataset(body)
  const repo = requireExactRepo(call, hub, textIn(body, 'fromRepo'))
  requireWrite(call, repo)
  const target = textIn(body, 'toRepo')
  const [namespace = ''] = target.split('/', 1)
  requireName(target.slice(namespace.length + 1), 'toRepo')
  if (!canCreateIn(identity, namespace))
    throw new Refusal(403, `You don't have the rights to move a dataset to the namespace "${namespace}"`)
  if (isTaken(hub, target)) throw new Refusal(409, `A dataset repository called ${target} already exists`)
  hub.state.rename(repo, target)
  return text('OK')
}

/** A missing type means a model, and there are only datasets here. */
function requireDataset({type = 'model'}: JsonObject): void {
  if (type !== 'dataset') throw notFound('RepoNotFound', 'Repository not found')
}

function namespaceIn(body: JsonObject, own: string): string {
  return (body.organization ?? null) === null ? own : textIn(body, 'organization')
}

/** A name is taken in every letter case, but a former name is free again. */
function isTaken(hub: Hub, id: string): boolean {
  return hub.state.locate(id)?.id.toLowerCase() === id.toLowerCase()
}

function requireName(name: string, field: string): string {
  if (!/^[\w.-]{1,96}$/.test(name))
    throw invalid("Repo name must be at most 96 characters, of letters, digits, '-', '_' and '.'", field)
  if (/^[.-]|[.-]$|--|\.\.|\.git$/.test(name))
    throw invalid(
      `Repo name cannot start or end with '-' or '.', contain '--' or '..', or end with '.git'`,
      field,
    )
  return name
}
