import * as z from 'zod/mini'

import {isAllowed, requireReadable, requireRepo, requireToken, requireWrite} from './access.js'
import {USER} from './accounts.js'
import {
  type Answer,
  type Call,
  invalid,
  jsonAnswer,
  notFound,
  parseBody,
  Refusal,
  textAnswer,
} from './http.js'

/** A missing type means a model, and there are only datasets here. */
const type = z.optional(z.string())
const organization = z.optional(z.nullable(z.string()))
const NAMED = z.object({type, organization, name: z.string()})
const CREATE = z.extend(NAMED, {visibility: z.optional(z.string()), private: z.optional(z.boolean())})
const SETTINGS = z.object({private: z.boolean()})
const MOVE = z.object({type, fromRepo: z.string(), toRepo: z.string()})

/** `POST /api/repos/create`: a new dataset with its first commit. */
export function createRepo(call: Call): Answer {
  const {hub} = call
  const body = datasetBody(call, CREATE)
  const namespace = body.organization ?? USER
  const id = `${namespace}/${requireName(body.name, 'name')}`
  if (!isAllowed(call, 'repo.write', {namespace}))
    throw new Refusal(403, `You don't have the rights to create a dataset under the namespace "${namespace}"`)
  if (isTaken(hub, id)) throw new Refusal(409, 'You already created this dataset repo')
  const isPrivate = body.visibility === 'private' || body.private === true
  const repo = hub.state.add({id, createdAt: hub.state.now(), private: isPrivate})
  return jsonAnswer({url: `${hub.url}/datasets/${id}`, name: id, id: repo._id})
}

/** `DELETE /api/repos/delete`: final, by name, without any precondition. */
export function deleteRepo(call: Call): Answer {
  const {hub} = call
  const {organization, name} = datasetBody(call, NAMED)
  const id = `${organization ?? USER}/${name}`
  const found = hub.state.moves.letDeleteFollow ? hub.state.locate(id) : hub.state.get(id)
  const repo = requireReadable(call, found)
  requireWrite(call, repo)
  hub.state.remove(repo.id)
  return textAnswer('OK')
}

/** `POST /api/repos/move`: renames a dataset; the former name redirects from then on. */
export function moveRepo(call: Call): Answer {
  const {hub} = call
  const {fromRepo, toRepo: target} = datasetBody(call, MOVE)
  const repo = requireReadable(call, hub.state.get(fromRepo))
  requireWrite(call, repo)
  const [namespace = ''] = target.split('/', 1)
  requireName(target.slice(namespace.length + 1), 'toRepo')
  if (!isAllowed(call, 'repo.write', {namespace}))
    throw new Refusal(403, `You don't have the rights to move a dataset to the namespace "${namespace}"`)
  if (isTaken(hub, target)) throw new Refusal(409, `A dataset repository called ${target} already exists`)
  hub.state.rename(repo, target)
  return textAnswer('OK')
}

/** `PUT /api/datasets/{id}/settings`: who may see it; what was set is repeated. */
export function changeSettings(call: Call): Answer {
  requireToken(call)
  const repo = requireRepo(call)
  requireWrite(call, repo)
  const settings = parseBody(SETTINGS, call.body)
  repo.private = settings.private
  return jsonAnswer(settings)
}

type Typed = z.ZodMiniType<{type?: string | undefined}>

/** What a logged-in caller sends. */
function datasetBody<S extends Typed>(call: Call, schema: S): z.output<S> {
  requireToken(call)
  const body = parseBody(schema, call.body)
  if (body.type !== 'dataset') throw notFound('RepoNotFound', 'Repository not found')
  return body
}

/** A name is taken in every letter case, but a former name is free again. */
function isTaken({state}: Call['hub'], id: string): boolean {
  return state.locate(id)?.id.toLowerCase() === id.toLowerCase()
}

function requireName(name: string, field: string): string {
  if (!/^[\w.-]{1,96}$/.test(name))
    throw invalid("Repo name must be at most 96 characters, of letters, digits, '-', '_' and '.'", field)
  const forbidden = "start or end with '-' or '.', contain '--' or '..', or end with '.git'"
  if (/^[.-]|[.-]$|--|\.\.|\.git$/.test(name)) throw invalid(`Repo name cannot ${forbidden}`, field)
  return name
}
