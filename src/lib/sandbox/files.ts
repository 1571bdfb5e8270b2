import {foldersOf} from '../base/files.js'
import {byText} from '../base/text.js'
import {requireRepo} from './access.js'
import {commitAt, pageOf} from './datasets.js'
import {type Answer, bytesAnswer, type Call, jsonAnswer, notFound, redirect, textAnswer} from './http.js'
import {sha1, type StoredFile, treeFacts} from './objects.js'
import {type Commit, type Repo} from './state.js'

/** `GET /api/datasets/{id}/tree/{rev}?recursive=true`: every directory and file, a page at a time. */
export function listTree(call: Call): Answer {
  const {files} = commitAt(requireRepo(call), call.params.revision ?? '')
  const folders = new Set([...files.keys()].flatMap((path) => foldersOf(path)))
  const sorted = [...files].toSorted(([one], [other]) => byText(one, other))
  const entries = [
    ...[...folders].toSorted().map((path) => ({type: 'directory', oid: sha1(path), size: 0, path})),
    ...sorted.map(([path, file]) => {
      const {oid, size, ...large} = treeFacts(file)
      return {type: 'file', oid, size, path, ...large}
    }),
  ]
  const {items, headers} = pageOf(call, entries, ({type, path}) => [type === 'file' ? 1 : 0, path])
  return jsonAnswer(items, headers)
}

/** `GET /datasets/{id}/resolve/{rev}/{path}`: a redirect to where the bytes are. */
export function resolveFile(call: Call): Answer {
  const {repo, commit, path, file} = requireFile(call)
  const {oid, lfs, xetHash = ''} = treeFacts(file)
  const shared = {'X-Repo-Commit': commit.oid, 'Accept-Ranges': 'bytes'}
  if (!lfs) {
    const parts = path.split('/').map((part) => encodeURIComponent(part))
    const query = `etag=${encodeURIComponent(`"${oid}"`)}`
    const place = `/api/resolve-cache/datasets/${repo.id}/${commit.oid}/${parts.join('/')}?${query}`
    return redirect(place, {...shared, 'X-Linked-ETag': `"${oid}"`})
  }

  call.hub.state.cdn.objects.set(xetHash, file)
  const location = `${call.hub.cdnUrl}/xet-bridge-us/${repo._id}/${xetHash}`
  const headers = {
    ...shared,
    Location: location,
    'X-Linked-Size': String(lfs.size),
    'X-Linked-ETag': `"${lfs.oid}"`,
    'X-Xet-Hash': xetHash,
    'Cache-Control': 'no-store',
  }
  return textAnswer(`Found. Redirecting to ${location}`, headers, 302)
}

/** `GET /api/resolve-cache/datasets/{id}/{sha}/{path}`: the bytes of a file that git holds. */
export function resolveCachedFile(call: Call): Answer {
  const {commit, file} = requireFile(call)
  return bytesAnswer(file.bytes(), call.headers.range, {
    'Content-Type': 'text/plain; charset=utf-8',
    ETag: `"${treeFacts(file).oid}"`,
    'X-Repo-Commit': commit.oid,
  })
}

function requireFile(call: Call): {repo: Repo; commit: Commit; path: string; file: StoredFile} {
  const repo = requireRepo(call)
  const {revision = '', path = ''} = call.params
  const commit = commitAt(repo, revision)
  const file = commit.files.get(path)
  if (!file) throw notFound('EntryNotFound', 'Entry not found', {'X-Repo-Commit': commit.oid})
  return {repo, commit, path, file}
}
