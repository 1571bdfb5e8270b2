import type {Call, Hub} from './call.js'
import type {Commit, Repo} from './repo.js'

import {canRead} from './access.js'
import {type Answer, invalid, json} from './answers.js'
import {cardOf, tagsOf} from './card.js'
import {listFields, show} from './fields.js'
import {type Order, pageOf} from './paging.js'

const SORTS: Record<string, (repo: Repo) => number | string> = {
  createdAt: (repo) => repo.createdAt.getTime(),
  lastModified: (repo) => repo.lastModified.getTime(),
  likes: (repo) => repo.likes,
  downloads: (repo) => repo.downloads,
  trendingScore: (repo) => repo.trendingScore,
  id: (repo) => repo.id,
}
const DEFAULT_SORT = 'trendingScore'

/** `GET /api/datasets`: what matches and the caller may see; never an error for an author nobody knows. */
export function listDatasets(call: Call, hub: Hub): Answer {
  const order = {...orderOf(call), isShown: visibility(call, hub)}
  const fields = listFields(call)
  const page = pageOf(call, hub, order.isSorted ? hub.state.newestFirst() : hub.state.datasets(), order)
  return json(
    page.items.map((repo) => show({repo}, fields, hub)),
    page.headers,
  )
}

function orderOf(call: Call): Order<Repo> {
  const sort = call.query.get('sort') ?? DEFAULT_SORT
  const valueOf = Object.hasOwn(SORTS, sort) ? SORTS[sort] : undefined
  if (!valueOf) throw invalid(`Invalid sort parameter: ${sort}`)
  return {keyOf: (repo) => [valueOf(repo), repo._id], descending: true, isSorted: sort === 'createdAt'}
}

function visibility(call: Call, hub: Hub): (repo: Repo) => boolean {
  const author = call.query.get('author')
  const search = call.query.get('search')?.toLowerCase() ?? ''
  const gated = call.query.get('gated')
  const tags = call.query.getAll('filter')
  return (repo) =>
    (author === null || repo.namespace === author) &&
    repo.name.toLowerCase().includes(search) &&
    (gated === null || String(repo.gated !== false) === gated) &&
    canRead(call.identity, repo) &&
    (tags.length === 0 || hasTags(hub.state.indexedFiles(repo), tags))
}

function hasTags(files: Commit['files'], wanted: string[]): boolean {
  const tags = new Set(tagsOf(cardOf(files), files.keys()))
  return wanted.every((tag) => tags.has(tag))
}
