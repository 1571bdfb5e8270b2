import {byText} from '../base/text.js'
import {canRead, requireRepo, requireToken} from './access.js'
import {USER} from './accounts.js'
import {type Answer, type Call, invalid, json, notFound, Refusal} from './http.js'
import {type Commit, type Files, type Repo} from './state.js'

/** A dataset at one of its commits. */
interface View {
  repo: Repo
  commit: Commit
  /** The files that the Hub knows its tags from. */
  indexed: Files
}

/** What `expand` may ask for; a request without it is shown all. */
const FIELDS: Record<string, (view: View) => unknown> = {
  author: ({repo}) => repo.namespace,
  createdAt: ({repo}) => repo.createdAt.toISOString(),
  downloads: ({repo}) => repo.downloads,
  gated: ({repo}) => repo.gated,
  lastModified: ({repo}) => repo.lastModified.toISOString(),
  likes: () => 0,
  private: ({repo}) => repo.private,
  sha: ({commit}) => commit.oid,
  siblings: ({commit}) => [...commit.files.keys()].toSorted().map((rfilename) => ({rfilename})),
  tags: ({indexed}) => tagsOf(indexed),
}

/** `GET /api/datasets/{id}` and `…/revision/{rev}`. */
export function datasetInfo(call: Call): Answer {
  const repo = requireRepo(call)
  const {revision} = call.params
  const commit = revision === undefined ? repo.head : commitAt(repo, revision)
  const indexed = commit === repo.head ? call.hub.state.indexedFiles(repo) : commit.files
  return json(show({repo, commit, indexed}, fieldsAsked(call)))
}

/** The fields that a request shows: those of `expand`, else all. @throws Refusal 400 for an unknown one */
function fieldsAsked({query}: Call): string[] {
  const known = Object.keys(FIELDS)
  const asked = query.getAll('expand')
  const unknown = asked.findIndex((field) => !known.includes(field))
  if (unknown !== -1)
    throw invalid(
      `Invalid option: expected one of ${known.map((field) => `"${field}"`).join('|')}`,
      `expand[${unknown}]`,
    )
  return asked.length > 0 ? asked : known
}

/** A dataset with the fields asked for; `_id` and `id` always come along. */
function show(view: View, fields: readonly string[]): Record<string, unknown> {
  const shown = Object.fromEntries(fields.map((field) => [field, FIELDS[field]?.(view)]))
  return {_id: view.repo._id, id: view.repo.id, ...shown}
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
    const inBrackets = /^\[(.*)\]$/.exec(value)?.[1]
    const values = inBrackets?.split(',') ?? [value]
    const texts = values.map((each) => each.trim().replace(/^(["'])(.*)\1$/, '$2'))
    // What YAML takes for no value.
    entries[last] = [
      ...(entries[last] ?? []),
      ...texts.filter((each) => !['', 'null', '{}', '~'].includes(each)),
    ]
  }

  return entries
}

/** `GET /api/datasets`: what the caller may see, newest first; never an error for an unknown author. */
export function listDatasets(call: Call): Answer {
  const {state} = call.hub
  const sort = call.query.get('sort') ?? 'createdAt'
  if (sort !== 'createdAt') throw invalid(`Invalid sort parameter: ${sort}`)
  const author = call.query.get('author')
  const fields = fieldsAsked(call)
  const all = state
    .newestFirst()
    .filter((repo) => (author === null || repo.namespace === author) && canRead(call, repo))
  const {items, headers} = pageOf(call, all, (repo) => [-repo.createdAt.getTime(), repo._id])
  return json(
    items.map((repo) => show({repo, commit: repo.head, indexed: state.indexedFiles(repo)}, fields)),
    headers,
  )
}

/** `GET /api/settings/repositories`: what the user's datasets take up. */
export function userInventory(call: Call): Answer {
  return inventory(call, USER)
}

/** `GET /api/organizations/{name}/settings/repositories`: the same for an organisation the user is in. */
export function orgInventory(call: Call): Answer {
  requireToken(call)
  const org = call.hub.state.orgs.find(({name}) => name === call.params.name)
  if (!org || org.roleInOrg === 'no_access')
    throw new Refusal(403, 'You are not a member of this organization')
  return inventory(call, org.name)
}

function inventory(call: Call, namespace: string): Answer {
  const {role, scoped} = requireToken(call)
  // A fine-grained token that names single datasets is not for the account that they are in.
  const isNamed = scoped.some(({entity}) => entity.type !== 'dataset' && entity.name === namespace)
  if (role === 'fineGrained' && !isNamed)
    throw new Refusal(403, `This token may not read the settings of ${namespace}`)
  const own = call.hub.state
    .datasets()
    .filter((repo) => repo.namespace === namespace && canRead(call, repo))
    .toSorted((one, other) => compare(largest(one), largest(other)))
  const total = own.reduce((sum, {storage}) => sum + storage, 0)
  const {items, headers} = pageOf(call, own, largest)
  const entries = items.map((repo) => ({
    id: repo.id,
    type: 'dataset',
    updatedAt: repo.lastModified.toISOString(),
    visibility: repo.private ? 'private' : 'public',
    storage: repo.storage,
    storagePercent: total === 0 ? 0 : repo.storage / total,
  }))
  return json(entries, headers)
}

/** Where an item is in a listing: what it is sorted by, ascending, and an id that decides between equals. */
type Key = readonly [number, string]

function largest(repo: Repo): Key {
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
  const after = cursorOf(query.get('cursor'))
  const rest = after ? all.filter((item) => compare(keyOf(item), after) > 0) : all
  const items = rest.slice(0, Math.min(Number(limit), pageSize))
  const last = items.at(-1)
  if (last === undefined || items.length === rest.length) return {items, headers: {}}
  const next = new URLSearchParams(query)
  next.set('cursor', Buffer.from(JSON.stringify(keyOf(last))).toString('base64'))
  return {items, headers: {Link: `<${url}${path}?${next.toString()}>; rel="next"`}}
}

function compare([one, oneId]: Key, [other, otherId]: Key): number {
  return one - other || byText(oneId, otherId)
}

function cursorOf(cursor: string | null): Key | undefined {
  if (cursor === null) return undefined
  try {
    return JSON.parse(Buffer.from(cursor, 'base64').toString('utf8')) as Key
  } catch {
    throw invalid('Invalid cursor', 'cursor')
  }
}
