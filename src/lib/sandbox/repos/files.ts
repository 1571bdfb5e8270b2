import type {Call, Hub} from '../http/call.js'

import {requireRepo} from '../accounts/access.js'
import {type Answer, bytesAnswer, json, notFound, redirect, text} from '../http/answers.js'
import {commitAt} from './info.js'
import {pageOf} from './listing.js'
import {factsOf, sha1, type StoredFile} from './objects.js'
import {type Commit, type Repo} from './state.js'

/** `GET /api/datasets/{id}/tree/{rev}?recursive=true`: every directory and file, a page at a time. */
export function tree(call: Call, hub: Hub): Answer {
  const {files} = commitAt(requireRepo(call, hub), call.params.revision ?? '')
  const folders = new Set([...files.keys()].flatMap((path) => parentsOf(path)))
  const entries = [
    ...[...folders].toSorted().map((path) => ({type: 'directory', oid: sha1(path), size: 0, path})),
    ...[...files]
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([path, file]) => fileEntry(path, file)),
  ]
  const {items, headers} = pageOf(call, hub, entries, {
    keyOf: ({type, path}) => [type === 'file' ? 1 : 0, path],
  })
  return json(items, headers)
}

function parentsOf(path: string): string[] {
  const parts = path.split('/').slice(0, -1)
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'))
}

function fileEntry(path: string, file: StoredFile) {
  const {size, oid, lfs} = factsOf(file)
  const large = lfs && {
    lfs: {oid: lfs.sha256, size, pointerSize: lfs.pointerSize},
    xetHash: lfs.xetHash,
  }
  return {type: 'file', oid, size, path, ...large}
}

/** `GET /datasets/{id}/resolve/{rev}/{path}`: a redirect to where the bytes are. */
export function resolve(call: Call, hub: Hub): Answer {
  const {repo, commit, path, file} = locate(call, hub)
  const {oid, size, lfs} = factsOf(file)
  const shared = {'X-Repo-Commit': commit.oid, 'Accept-Ranges': 'bytes'}
  if (!lfs) {
    const place = path
      .split('/')
      .map((part) => encodeURIComponent(part))
      .join('/')
    const query = `etag=${encodeURIComponent(`"${oid}"`)}`
    return redirect(`/api/resolve-cache/datasets/${repo.id}/${commit.oid}/${place}?${query}`, {
      ...shared,
      'X-Linked-ETag': `"${oid}"`,
    })
  }

  hub.state.cdn.objects.set(lfs.xetHash, file)
  const location = `${hub.cdnUrl}/xet-bridge-us/${repo._id}/${lfs.xetHash}`
  const headers = {
    ...shared,
    Location: location,
    'X-Linked-Size': String(size),
    'X-Linked-ETag': `"${lfs.sha256}"`,
    'X-Xet-Hash': lfs.xetHash,
    'Cache-Control': 'no-store',
  }
  return text(`Found. Redirecting to ${location}`, headers, 302)
}

/** `GET /api/resolve-cache/datasets/{id}/{sha}/{path}`: the bytes of a file that git holds. */
export function resolveCache(call: Call, hub: Hub): Answer {
  const {commit, file} = locate(call, hub)
  return bytesAnswer(file.bytes(), call.headers.range, {
    'Content-Type': 'text/plain; charset=utf-8',
    ETag: `"${factsOf(file).oid}"`,
    'X-Repo-Commit': commit.oid,
  })
}

function locate(call: Call, hub: Hub): {repo: Repo; commit: Commit; path: string; file: StoredFile} {
  const repo = requireRepo(call, hub)
  const {revision = '', path = ''} = call.params
  const commit = commitAt(repo, revision)
  const file = commit.files.get(path)
  if (!file) throw notFound('EntryNotFound', 'Entry not found', {'X-Repo-Commit': commit.oid})
  return {repo, commit, path, file}
}
