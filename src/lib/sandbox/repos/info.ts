import type {Call, Hub} from '../http/call.js'

import {requireRepo} from '../accounts/access.js'
import {type Answer, invalid, json, notFound} from '../http/answers.js'
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
export function datasetInfo(call: Call, hub: Hub): Answer {
  const repo = requireRepo(call, hub)
  const {revision} = call.params
  const commit = revision === undefined ? repo.head : commitAt(repo, revision)
  const indexed = commit === repo.head ? hub.state.indexedFiles(repo) : commit.files
  return json(show({repo, commit, indexed}, fieldsAsked(call)))
}

/**
 * The fields that a request shows: those of `expand`, else all.
 * @throws Refusal 400 for an unknown one
 */
export function fieldsAsked({query}: Call): string[] {
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
export function show(view: View, fields: readonly string[]): Record<string, unknown> {
  const shown = Object.fromEntries(fields.map((field) => [field, FIELDS[field]?.(view)]))
  return {_id: view.repo._id, id: view.repo.id, ...shown}
}

/**
 * The commit of a revision: `main`, `HEAD`, or the full sha of any commit.
 * @throws Refusal 404 for any other
 */
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
