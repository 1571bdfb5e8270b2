import * as z from 'zod/mini'

import {byText} from '../base/text.js'
import {canRead, requireRepo, requireToken} from './access.js'
import {USER} from './accounts.js'
import {type Answer, type Call, invalid, jsonAnswer, notFound, parseBody, Refusal} from './http.js'
import {type Commit, type Files, type HubState, type Repo} from './state.js'

/** What `expand` may ask for of a dataset at a commit; a request without it is shown all. */
const FIELDS: Record<string, (repo: Repo, commit: Commit, state: HubState) => unknown> = {
  author: ({namespace}) => namespace,
  createdAt: ({createdAt}) => createdAt.toISOString(),
  downloads: ({downloads}) => downloads,
  gated: ({gated}) => gated,
  lastModified: ({lastModified}) => lastModified.toISOString(),
  likes: ({likes}) => likes,
  private: (repo) => repo.private,
  sha: (_, {oid}) => oid,
  siblings: (_, {files}) => [...files.keys()].toSorted().map((rfilename) => ({rfilename})),
  tags: (repo, commit, state) => tagsOf(commit === repo.head ? state.indexedFiles(repo) : commit.files),
}

/** `GET /api/datasets/{id}` and `…/revision/{rev}`. */
export function datasetInfo(call: Call): Answer {
  const repo = requireRepo(call)
  const commit = commitAt(repo, call.params.revision ?? 'main')
  return jsonAnswer(fieldReader(call)(repo, commit))
}

/**
 * Shows datasets with the fields that a request asks for: those of `expand`, else all; `_id` and `id` always come along.
 * @throws Refusal 400 for an unknown field
 */
function fieldReader({query, hub: {state}}: Call): (repo: Repo, commit: Commit) => Record<string, unknown> {
  const known = Object.keys(FIELDS)
  const asked = query.getAll('expand')
  const unknown = asked.findIndex((field) => !known.includes(field))
  const options = known.map((field) => `"${field}"`).join('|')
  if (unknown !== -1) throw invalid(`Invalid option: expected one of ${options}`, `expand[${unknown}]`)
  const fields = asked.length > 0 ? asked : known
  return (repo, commit) => {
    const shown: Record<string, unknown> = {_id: repo._id, id: repo.id}
    for (const field of fields) shown[field] = FIELDS[field]?.(repo, commit, state)
    return shown
  }
}

/** The commit of a revision: `main`, `HEAD`, or the full sha of any commit. @throws Refusal 404 for any other */
export function commitAt(repo: Repo, revision: string): Commit {
  if (revision === 'main' || revision === 'HEAD') return repo.head
  const commit = repo.history.find(({oid}) => oid === revision)
  if (!commit) throw notFound('RevisionNotFound', `Invalid rev id: ${revision}`)
  return commit
}

/** The `tags` of a dataset: first what the Hub derives, then those of the card as they are written there. */
function tagsOf(files: Files): string[] {
  const {license = [], tags = []} = frontMatterOf(files.get('README.md')?.bytes().toString('utf8') ?? '')
  const hasParquet = [...files.keys()].some((path) => path.endsWith('.parquet'))
  return [
    ...license.map((name) => `license:${name}`),
    ...(hasParquet ? ['size_categories:n<1K', 'format:parquet', 'modality:text', 'library:datasets'] : []),
    'region:us',
    ...tags,
  ]
}

const FRONT_MATTER = /^\s*---\r?\n(?:([\s\S]*?)\r?\n)??---(?:\r?\n|$)/
/** `key: value`, or an item of a list on a line of its own. */
const LINE = /^(?:([\w-]+):|\s*-\s)\s*(.*)$/

/** The plain values and lists in a card's front matter, each as a list of texts. */
function frontMatterOf(readme: string): Record<string, string[]> {
  const entries: Record<string, string[]> = {}
  let last = ''
  for (const line of FRONT_MATTER.exec(readme)?.[1]?.split(/\r?\n/) ?? []) {
    const [, key, written] = LINE.exec(line) ?? []
    if (written === undefined) continue
    last = key ?? last
    const value = written.replace(/(^|\s)#.*$/, '').trim()
    const items = /^\[(.*)\]$/.exec(value)?.[1]?.split(',') ?? [value]
    const texts = items.map((each) => each.trim().replace(/^(["'])(.*)\1$/, '$2'))
    // The others are what YAML takes for no value.
    const values = texts.filter((each) => !['', 'null', '{}', '~'].includes(each))
    entries[last] = [...(entries[last] ?? []), ...values]
  }

  return entries
}

/** `GET /api/datasets`: what the caller may see, newest first; never an error for an unknown author. */
export function listDatasets(call: Call): Answer {
  const sort = call.query.get('sort') ?? 'createdAt'
  if (sort !== 'createdAt') throw invalid(`Invalid sort parameter: ${sort}`)
  const author = call.query.get('author')
  const show = fieldReader(call)
  const {state} = call.hub
  const all = state
    .newestFirst()
    .filter((repo) => (author === null || repo.namespace === author) && canRead(call, repo))
  const {items, headers} = pageOf(call, all, (repo) => [-repo.createdAt.getTime(), repo._id])
  const shown = items.map((repo) => {
    const id = (state.moves.lagInListing && repo.formerId) || repo.id
    return {...show(repo, repo.head), id}
  })
  return jsonAnswer(shown, headers)
}

/** `GET /api/settings/repositories` and `GET /api/organizations/{org}/settings/repositories`: what datasets take up. */
export function listStorage(call: Call): Answer {
  const {role, scoped} = requireToken(call)
  const {org: name} = call.params
  const org = call.hub.state.orgs.find((each) => each.name === name)
  if (name !== undefined && (!org || org.roleInOrg === 'no_access'))
    throw new Refusal(403, 'You are not a member of this organization')
  const namespace = name ?? USER
  // A fine-grained token that names single datasets is not for the account that they are in.
  const isNamed = scoped.some(({entity}) => entity.type !== 'dataset' && entity.name === namespace)
  if (role === 'fineGrained' && !isNamed)
    throw new Refusal(403, `This token may not read the settings of ${namespace}`)
  const own = call.hub.state
    .datasets()
    .filter((repo) => repo.namespace === namespace && canRead(call, repo))
    .toSorted((one, other) => compareKeys(storageKey(one), storageKey(other)))
  const total = own.reduce((sum, {storage}) => sum + storage, 0)
  const {items, headers} = pageOf(call, own, storageKey)
  const entries = items.map((repo) => ({
    id: repo.id,
    type: 'dataset',
    updatedAt: repo.lastModified.toISOString(),
    visibility: repo.private ? 'private' : 'public',
    storage: repo.storage,
    storagePercent: total === 0 ? 0 : repo.storage / total,
  }))
  return jsonAnswer(entries, headers)
}

/** Where an item is in a listing: what it is sorted by, ascending, and an id that decides between equals. */
const KEY = z.tuple([z.number(), z.string()])
type Key = z.output<typeof KEY>

function storageKey(repo: Repo): Key {
  return [-repo.storage, repo._id]
}

/**
 * The page of a sorted listing that the request asks for with `limit` and `cursor`, and the header that leads to the next.
 * A cursor holds the place of the last item, not a count, so what is deleted between two pages shifts nothing.
 */
export function pageOf<Item>(
  {query, path, hub: {pageSize, url}}: Call,
  all: readonly Item[],
  keyOf: (item: Item) => Key,
): {items: Item[]; headers: Record<string, string>} {
  const limit = query.get('limit') ?? String(pageSize)
  if (!/^[1-9]\d{0,8}$/.test(limit)) throw invalid('Invalid input: expected number, received NaN', 'limit')
  const cursor = query.get('cursor')
  const after = cursor === null ? undefined : parseBody(KEY, Buffer.from(cursor, 'base64'))
  const rest = after ? all.filter((item) => compareKeys(keyOf(item), after) > 0) : all
  const items = rest.slice(0, Math.min(Number(limit), pageSize))
  const last = items.at(-1)
  if (last === undefined || items.length === rest.length) return {items, headers: {}}
  const next = new URLSearchParams(query)
  next.set('cursor', Buffer.from(JSON.stringify(keyOf(last))).toString('base64'))
  return {items, headers: {Link: `<${url}${path}?${next.toString()}>; rel="next"`}}
}

function compareKeys([one, oneId]: Key, [other, otherId]: Key): number {
  return one - other || byText(oneId, otherId)
}
