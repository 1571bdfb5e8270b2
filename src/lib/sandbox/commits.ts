import {requireRepo, requireToken, requireWrite} from './access.js'
import {
  type Answer,
  asObject,
  type Call,
  type Hub,
  invalid,
  json,
  jsonBody,
  type JsonObject,
  jsonObject,
  notFound,
  objectsIn,
  Refusal,
  textIn,
} from './http.js'
import {belongsInLfs, type StoredFile, storedFile} from './objects.js'
import {type Repo} from './state.js'

type Change = [path: string, file: StoredFile | null]

/** `POST /api/datasets/{id}/preupload/{branch}`: which of these files belong in LFS. */
export function preupload(call: Call): Answer {
  const repo = requireBranch(call)
  const files = objectsIn(jsonBody(call), 'files').map((file) => {
    const path = textIn(file, 'path')
    const sample = Buffer.from(textIn(file, 'sample'), 'base64')
    const isLarge = belongsInLfs({path, size: Number(file.size), sample})
    return {path, uploadMode: isLarge ? 'lfs' : 'regular', shouldIgnore: false}
  })
  return json({files, commitOid: repo.sha})
}

/** `POST /datasets/{id}.git/info/lfs/objects/batch`: where to put the objects that are not there yet. */
export function lfsBatch(call: Call): Answer {
  const {hub} = call
  requireWritable(call)
  const objects = objectsIn(jsonBody(call), 'objects').map(({size, ...object}) => {
    const oid = textIn(object, 'oid')
    // No action says that the object need not be uploaded.
    if (hub.state.uploads.get(oid)?.length === size) return {oid, size}
    return {oid, size, authenticated: true, actions: {upload: {href: `${hub.cdnUrl}/uploads/${oid}`}}}
  })
  return json({transfer: 'basic', objects}, {'Content-Type': 'application/vnd.git-lfs+json; charset=utf-8'})
}

/** `POST /api/datasets/{id}/commit/{branch}`: all changes of one commit, or none of them. */
export function commit(call: Call): Answer {
  const {hub} = call
  const repo = requireBranch(call)
  const lines = call.body
    .toString('utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => jsonObject(line))
  const header = asObject(lines.find(({key}) => key === 'header')?.value, 'header')
  const summary = textIn(header, 'summary')
  if (summary === '') throw invalid('Commit summary must not be empty', 'summary')
  if ((header.parentCommit ?? repo.sha) !== repo.sha)
    throw new Refusal(412, 'The branch was updated since you opened this page. Please refresh and try again.')

  const changes = lines.filter((line) => line.key !== 'header').map((line) => changeOf(line, repo, call.hub))
  const {oid} = hub.state.commit(repo, summary, new Map(changes))
  const commitUrl = `${hub.url}/datasets/${repo.id}/commit/${oid}`
  return json({success: true, commitOid: oid, commitUrl, hookOutput: ''})
}

function requireWritable(call: Call): Repo {
  requireToken(call)
  const repo = requireRepo(call)
  requireWrite(call, repo, 'Forbidden: you must use a write token to upload to a repository.')
  return repo
}

/** The dataset to be written to; main is the only branch. */
function requireBranch(call: Call): Repo {
  const repo = requireWritable(call)
  const {revision = ''} = call.params
  if (revision !== 'main') throw notFound('RevisionNotFound', `Invalid rev id: ${revision}`)
  return repo
}

function changeOf({key, value: part}: JsonObject, repo: Repo, hub: Hub): Change {
  const value = asObject(part, 'value')
  const path = textIn(value, 'path')
  if (path.split('/').some((name) => ['', '.', '..', '.git'].includes(name)))
    throw new Refusal(422, `Invalid path: ${path}`)
  switch (key) {
    case 'file': {
      const encoding = value.encoding === 'base64' ? 'base64' : 'utf8'
      return [path, storedFile(Buffer.from(textIn(value, 'content'), encoding), false)]
    }

    case 'lfsFile': {
      const content = hub.state.uploads.get(textIn(value, 'oid'))
      if (content && content.length === value.size) return [path, storedFile(content, true)]
      const refusal = 'Your push was rejected because an LFS pointer pointed to a file that does not exist'
      throw new Refusal(400, `${refusal}: ${path}`)
    }

    case 'deletedFile': {
      if (repo.files.has(path)) return [path, null]
      throw notFound('EntryNotFound', `A file with the name "${path}" does not exist`)
    }

    default: {
      throw invalid(`Invalid operation: ${String(key)}`, 'key')
    }
  }
}
