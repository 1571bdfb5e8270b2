import * as z from 'zod/mini'

import {requireRepo, requireToken, requireWrite} from './access.js'
import {commitAt, pageOf} from './datasets.js'
import {type Answer, type Call, invalid, jsonAnswer, notFound, parseBody, Refusal} from './http.js'
import {belongsInLfs, type StoredFile, storedFile} from './objects.js'
import {type Repo} from './state.js'

const path = z.string()
const FILES = z.object({files: z.array(z.object({path, size: z.number(), sample: z.string()}))})
const OBJECTS = z.object({objects: z.array(z.object({oid: z.string(), size: z.number()}))})
const line = <Key extends string, Value extends z.ZodMiniType>(key: Key, value: Value) =>
  z.object({key: z.literal(key), value})
const summary = z.string().check(z.minLength(1, 'Commit summary must not be empty'))
const LINE = z.discriminatedUnion('key', [
  line('header', z.object({summary, parentCommit: z.optional(z.string())})),
  line('file', z.object({path, content: z.string(), encoding: z.optional(z.string())})),
  line('lfsFile', z.object({path, oid: z.string(), size: z.number()})),
  line('deletedFile', z.object({path})),
])
type Line = z.output<typeof LINE>

/** `POST /api/datasets/{id}/preupload/{branch}`: which of these files belong in LFS. */
export function chooseUploadModes(call: Call): Answer {
  const repo = requireWritable(call)
  const files = parseBody(FILES, call.body).files.map(({path, size, sample}) => {
    const isLarge = belongsInLfs({path, size, sample: Buffer.from(sample, 'base64')})
    return {path, uploadMode: isLarge ? 'lfs' : 'regular', shouldIgnore: false}
  })
  return jsonAnswer({files, commitOid: repo.sha})
}

/** `POST /datasets/{id}.git/info/lfs/objects/batch`: where to put the objects that are not there yet. */
export function locateUploads(call: Call): Answer {
  requireWritable(call)
  const {state, cdnUrl} = call.hub
  const objects = parseBody(OBJECTS, call.body).objects.map(({oid, size}) => {
    // No action says that the object need not be uploaded.
    if (state.uploads.get(oid)?.length === size) return {oid, size}
    return {oid, size, authenticated: true, actions: {upload: {href: `${cdnUrl}/uploads/${oid}`}}}
  })
  return jsonAnswer(
    {transfer: 'basic', objects},
    {'Content-Type': 'application/vnd.git-lfs+json; charset=utf-8'},
  )
}

/** `POST /api/datasets/{id}/commit/{branch}`: all changes of one commit, or none of them. */
export function createCommit(call: Call): Answer {
  const {state, url} = call.hub
  const repo = requireWritable(call)
  const texts = call.body.toString('utf8').split('\n')
  const lines = texts.filter((text) => text.trim() !== '').map((text) => parseBody(LINE, text))
  const header = lines.find((each) => each.key === 'header')?.value
  if (!header) throw invalid('Invalid input: expected object', 'header')
  if ((header.parentCommit ?? repo.sha) !== repo.sha)
    throw new Refusal(412, 'The branch was updated since you opened this page. Please refresh and try again.')
  const changes = lines.flatMap((each) =>
    each.key === 'header' ? [] : [changeOf(each, repo, state.uploads)],
  )
  const {oid} = state.commit(repo, header.summary, new Map(changes))
  const commitUrl = `${url}/datasets/${repo.id}/commit/${oid}`
  return jsonAnswer({success: true, commitOid: oid, commitUrl, hookOutput: ''})
}

/** `GET /api/datasets/{id}/commits/{rev}`: the commits up to a revision, the newest first, a page at a time. */
export function listCommits(call: Call): Answer {
  const repo = requireRepo(call)
  const all = repo.history.slice(0, repo.history.indexOf(commitAt(repo, call.params.revision ?? '')) + 1)
  const numbered = all.map((commit, at) => ({...commit, at})).toReversed()
  const {items, headers} = pageOf(call, numbered, ({at, oid}) => [-at, oid])
  const shown = items.map(({oid, title, date}) => {
    const authors = [{user: repo.namespace, avatar: ''}]
    return {id: oid, title, message: '', authors, date: date.toISOString()}
  })
  return jsonAnswer(shown, {...headers, 'X-Total-Count': String(all.length)})
}

/** The dataset to be written to; main is its only branch. */
function requireWritable(call: Call): Repo {
  requireToken(call)
  const repo = requireRepo(call)
  requireWrite(call, repo, 'Forbidden: you must use a write token to upload to a repository.')
  const {revision = 'main'} = call.params
  if (revision !== 'main') throw notFound('RevisionNotFound', `Invalid rev id: ${revision}`)
  return repo
}

function changeOf(
  {key, value}: Exclude<Line, {key: 'header'}>,
  repo: Repo,
  uploads: ReadonlyMap<string, Buffer>,
): [path: string, file: StoredFile | null] {
  const {path} = value
  if (path.split('/').some((name) => ['', '.', '..', '.git'].includes(name)))
    throw new Refusal(422, `Invalid path: ${path}`)
  if (key === 'file') {
    const encoding = value.encoding === 'base64' ? 'base64' : 'utf8'
    return [path, storedFile(Buffer.from(value.content, encoding), false)]
  }

  if (key === 'lfsFile') {
    const content = uploads.get(value.oid)
    if (content && content.length === value.size) return [path, storedFile(content, true)]
    const refusal = 'Your push was rejected because an LFS pointer pointed to a file that does not exist'
    throw new Refusal(400, `${refusal}: ${path}`)
  }

  if (repo.files.has(path)) return [path, null]
  throw notFound('EntryNotFound', `A file with the name "${path}" does not exist`)
}
