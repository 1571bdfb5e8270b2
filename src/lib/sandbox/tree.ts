import type {Commit, Repo} from './repo.js'

import {requireRepo} from './access.js'
import {type Answer, invalid, json, notFound} from './answers.js'
import {type Call, type Hub, jsonBody} from './call.js'
import {commitAt} from './info.js'
import {factsOf, type StoredFile} from './objects.js'
import {pageOf} from './paging.js'
import {sha1} from './random.js'

interface Entry {
  path: string
  /** Undefined for a directory. */
  file: StoredFile | undefined
}

const LARGEST_EXPANDED_PAGE = 50
const MOST_PATHS = 2000

/** `GET /api/datasets/{id}/tree/{rev}[/{path}]`: files and directories, a page at a time. */
export function tree(call: Call, hub: Hub): Answer {
  const repo = requireRepo(call, hub)
  const {revision = '', path = ''} = call.params
  const commit = commitAt(repo, revision)
  const folder = path.replace(/\/$/, '')
  const entries = entriesUnder(commit, folder === '' ? '' : `${folder}/`)
  if (folder !== '' && entries.length === 0)
    throw notFound('EntryNotFound', `${folder} does not exist on "${revision}"`, {
      'X-Repo-Commit': commit.oid,
    })

  const shown = call.query.get('recursive') === 'true' ? entries : entries.filter(directlyIn(folder))
  const expand = call.query.get('expand') === 'true'
  const page = pageOf(call, hub, shown, {
    keyOf: ({path, file}) => [file ? 1 : 0, path],
    descending: false,
    ...(expand && {largestPage: LARGEST_EXPANDED_PAGE}),
  })
  return json(
    page.items.map((entry) => show(entry, repo, commit, expand)),
    page.headers,
  )
}

/** `POST /api/datasets/{id}/paths-info/{rev}`: the entries of these paths, without those that do not exist. */
export function pathsInfo(call: Call, hub: Hub): Answer {
  const repo = requireRepo(call, hub)
  const commit = commitAt(repo, call.params.revision ?? '')
  const {paths, expand} = askedPaths(call)
  if (paths.length > MOST_PATHS)
    throw invalid(`Too big: expected array to have <=${MOST_PATHS} items`, 'paths')
  const entries = new Map(entriesUnder(commit, '').map((entry) => [entry.path, entry]))
  return json(
    paths.flatMap((path) => {
      const entry = entries.get(path.replace(/\/$/, ''))
      return entry ? [show(entry, repo, commit, expand)] : []
    }),
  )
}

function askedPaths(call: Call): {paths: string[]; expand: boolean} {
  if (call.headers['content-type']?.startsWith('application/x-www-form-urlencoded')) {
    const form = new URLSearchParams(call.body.toString('utf8'))
    return {paths: form.getAll('paths'), expand: form.get('expand') === 'true'}
  }

  const {paths, expand} = jsonBody(call)
  if (!Array.isArray(paths) || !paths.every((path): path is string => typeof path === 'string'))
    throw invalid('Invalid input: expected array of strings', 'paths')
  return {paths, expand: expand === true}
}

function entriesUnder(commit: Commit, prefix: string): Entry[] {
  const files = [...commit.files].filter(([path]) => path.startsWith(prefix))
  const folders = new Set(
    files.flatMap(([path]) => parentsOf(path).filter((parent) => parent.startsWith(prefix))),
  )
  return [
    ...[...folders].map((path) => ({path, file: undefined})),
    ...files.map(([path, file]) => ({path, file})),
  ]
}

function parentsOf(path: string): string[] {
  const parts = path.split('/').slice(0, -1)
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'))
}

function directlyIn(folder: string): (entry: Entry) => boolean {
  const depth = folder === '' ? 1 : folder.split('/').length + 1
  return ({path}) => path.split('/').length === depth
}

function show({path, file}: Entry, repo: Repo, commit: Commit, expand: boolean): unknown {
  const extra = expand ? {lastCommit: lastCommitOf(path, repo, commit), securityFileStatus: SCANNED} : {}
  if (!file) return {type: 'directory', oid: treeId(path, commit), size: 0, path, ...extra}
  const {size, oid, lfs} = factsOf(file)
  return {
    type: 'file',
    oid,
    size,
    path,
    ...(lfs && {lfs: {oid: lfs.sha256, size, pointerSize: lfs.pointer.length}, xetHash: lfs.xetHash}),
    ...extra,
  }
}

/** What the Hub's scanners say; a client that reads one of them fails where it is missing. */
const SCANNED = {
  status: 'safe',
  avScan: {status: 'safe', virusNames: []},
  pickleImportScan: null,
  jFrogScan: {status: 'unscanned'},
}

/** Not git's own tree id, but like it: it changes exactly when something in the directory does. */
function treeId(folder: string, commit: Commit): string {
  const inside = [...commit.files].filter(([path]) => path.startsWith(`${folder}/`))
  return sha1(...inside.map(([path, file]) => `${path} ${factsOf(file).oid}`).toSorted())
}

function lastCommitOf(path: string, repo: Repo, commit: Commit): unknown {
  const past = repo.history.slice(0, repo.history.indexOf(commit) + 1)
  const changed = past.findLast(
    ({files}, index) => fingerprint(path, files) !== fingerprint(path, past[index - 1]?.files ?? new Map()),
  )
  return changed && {id: changed.oid, title: changed.title, date: changed.date.toISOString()}
}

function fingerprint(path: string, files: Commit['files']): string {
  return [...files]
    .filter(([name]) => name === path || name.startsWith(`${path}/`))
    .map(([name, file]) => `${name} ${factsOf(file).oid}`)
    .join('\n')
}
