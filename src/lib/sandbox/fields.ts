import type {Call, Hub} from './call.js'
import type {Commit, Repo} from './repo.js'

import {invalid} from './answers.js'
import {cardOf, descriptionOf, tagsOf} from './card.js'
import {factsOf} from './objects.js'

/** A dataset as the API shows it: at the end of main, or at an older commit. */
export interface View {
  repo: Repo
  /** Default: the end of main, whose history is then only built where a field needs the files. */
  commit?: Commit
}

type Field = (view: View, hub: Hub) => unknown

const FIELDS: Record<string, Field> = {
  author: ({repo}) => repo.namespace,
  cardData: (view) => cardOf(filesOf(view))?.data,
  createdAt: ({repo}) => repo.createdAt.toISOString(),
  description: (view, hub) => descriptionOf(cardOf(filesOf(view)), `${hub.url}/datasets/${view.repo.id}`),
  disabled: ({repo}) => repo.disabled,
  downloads: ({repo}) => repo.downloads,
  downloadsAllTime: ({repo}) => repo.downloads * 4,
  gated: ({repo}) => repo.gated,
  gitalyUid: ({repo}) => `${repo._id}${repo._id}`.padEnd(64, '0'),
  key: () => '',
  lastModified: ({repo}) => repo.lastModified.toISOString(),
  likes: ({repo}) => repo.likes,
  mainSize: (view) =>
    [...filesOf(view).values()].map((file) => factsOf(file).size).reduce((a, b) => a + b, 0),
  private: ({repo}) => repo.private,
  sha: ({repo, commit}) => commit?.oid ?? repo.sha,
  siblings: (view) => [...filesOf(view).keys()].toSorted().map((rfilename) => ({rfilename})),
  tags({repo, commit}, hub) {
    const files = commit?.files ?? hub.state.indexedFiles(repo)
    return tagsOf(cardOf(files), files.keys())
  },
  trendingScore: ({repo}) => repo.trendingScore,
  usedStorage: ({repo}) => repo.storage,
  xetEnabled: () => true,
}
/** Known to the Hub, but set for none of the datasets here: allowed in `expand`, never shown. */
const NEVER_SET = ['citation', 'paperswithcode_id', 'resourceGroup']

const EXPANDABLE = [...Object.keys(FIELDS).filter((field) => field !== 'key'), ...NEVER_SET]
/** The listing refuses `usedStorage`; only the info of one dataset knows it. */
const LIST_EXPANDABLE = EXPANDABLE.filter((field) => field !== 'usedStorage')

const BASIC: readonly string[] = [
  'author',
  'sha',
  'createdAt',
  'lastModified',
  'private',
  'gated',
  'disabled',
  'downloads',
  'likes',
  'trendingScore',
  'description',
  'tags',
  'key',
]
const FULL: readonly string[] = [...BASIC, 'cardData', 'siblings']
const INFO: readonly string[] = [...FULL, 'usedStorage']

/**
 * The fields a listing shows: a basic set, more with `full=true`, or exactly those of `expand`.
 * @throws Refusal 400 for an unknown `expand`.
 */
export function listFields(call: Call): readonly string[] {
  return expanded(call, LIST_EXPANDABLE) ?? (call.query.get('full') === 'true' ? FULL : BASIC)
}

/**
 * The fields that the info of one dataset shows.
 * @throws Refusal 400 for an unknown `expand`.
 */
export function infoFields(call: Call): readonly string[] {
  return expanded(call, EXPANDABLE) ?? INFO
}

/** One dataset with the fields asked for; `_id` and `id` always come along. */
export function show(view: View, fields: readonly string[], hub: Hub): Record<string, unknown> {
  const shown = Object.fromEntries(fields.map((field) => [field, FIELDS[field]?.(view, hub)]))
  return {_id: view.repo._id, id: view.repo.id, ...shown}
}

function expanded(call: Call, allowed: readonly string[]): string[] | undefined {
  const asked = [...call.query.getAll('expand'), ...call.query.getAll('expand[]')]
  if (asked.length === 0) return undefined
  return asked.map((value, index) => {
    if (!allowed.includes(value))
      throw invalid(
        `Invalid option: expected one of ${allowed.map((name) => `"${name}"`).join('|')}`,
        `expand[${index}]`,
      )
    return value
  })
}

function filesOf({repo, commit}: View): Commit['files'] {
  return (commit ?? repo).files
}
