import type {Call, Hub} from './call.js'
import type {Commit, Repo} from './repo.js'

import {requireRepo, requireUngated} from './access.js'
import {type Answer, json, notFound, redirect} from './answers.js'
import {commitAt} from './info.js'
import {factsOf, gitBytes, type LfsFacts, type StoredFile} from './objects.js'
import {bytesAnswer} from './ranges.js'
import {signedUrl} from './signature.js'

const XET_FILE_INFO = 'application/vnd.xet-fileinfo+json'
const CAS = 'https://cas-server.invalid/v1/reconstructions'

interface Located {
  repo: Repo
  commit: Commit
  path: string
  file: StoredFile
}

/** `GET /datasets/{id}/resolve/{rev}/{path}`: a redirect to where the bytes are. */
export function resolve(call: Call, hub: Hub): Answer {
  const located = locate(call, hub)
  const {lfs} = factsOf(located.file)
  return lfs ? resolveLfs(call, hub, located, lfs) : resolveGit(call, located)
}

/** `GET /api/resolve-cache/datasets/{id}/{sha}/{path}`: the bytes of a file that git holds. */
export function resolveCache(call: Call, hub: Hub): Answer {
  return gitAnswer(call, locate(call, hub))
}

/** `GET /datasets/{id}/raw/{rev}/{path}`: the git blob itself, for a file in LFS the pointer. */
export function raw(call: Call, hub: Hub): Answer {
  return gitAnswer(call, locate(call, hub))
}

function locate(call: Call, hub: Hub): Located {
  const repo = requireRepo(call, hub)
  const {revision = '', path = ''} = call.params
  requireUngated(call, repo, path)
  const commit = commitAt(repo, revision)
  const file = commit.files.get(path)
  if (!file) throw notFound('EntryNotFound', 'Entry not found', {'X-Repo-Commit': commit.oid})
  return {repo, commit, path, file}
}

function gitAnswer(call: Call, {commit, file}: Located): Answer {
  return bytesAnswer(
    gitBytes(file),
    {
      'Content-Type': 'text/plain; charset=utf-8',
      ETag: `"${factsOf(file).oid}"`,
      'X-Repo-Commit': commit.oid,
    },
    call.headers,
  )
}

function resolveGit(call: Call, {repo, commit, path, file}: Located): Answer {
  const etag = `"${factsOf(file).oid}"`
  const query = `${encodeURIComponent(call.path)}=&etag=${encodeURIComponent(etag)}`
  const place = path.split('/').map((part) => encodeURIComponent(part))
  return redirect(`/api/resolve-cache/datasets/${repo.id}/${commit.oid}/${place.join('/')}?${query}`, {
    'X-Repo-Commit': commit.oid,
    'X-Linked-ETag': etag,
    'Accept-Ranges': 'bytes',
  })
}

function resolveLfs(call: Call, hub: Hub, {repo, commit, file}: Located, lfs: LfsFacts): Answer {
  const refreshUrl = `${hub.url}/api/datasets/${repo.id}/xet-read-token/${commit.oid}`
  const reconstructionUrl = `${CAS}/${lfs.xetHash}`
  const {size} = factsOf(file)
  const headers = {
    'X-Repo-Commit': commit.oid,
    'X-Linked-Size': String(size),
    'X-Linked-ETag': `"${lfs.sha256}"`,
    'X-Xet-Hash': lfs.xetHash,
    Link: `<${refreshUrl}>; rel="xet-auth", <${reconstructionUrl}>; rel="xet-reconstruction-info"`,
    'Cache-Control': 'no-store',
    'Accept-Ranges': 'bytes',
  }
  if (call.headers.accept?.includes(XET_FILE_INFO))
    return json(
      {hash: lfs.xetHash, refreshUrl, reconstructionUrl, etag: `"${lfs.sha256}"`, size},
      {...headers, 'Content-Type': XET_FILE_INFO},
    )
  const location = signedUrl(hub, `/xet-bridge-us/${repo._id}/${lfs.xetHash}`)
  hub.state.cdn.objects.set(lfs.xetHash, file)
  return {
    status: 302,
    headers: {
      'Content-Type': 'text/plain; charset=utf-8',
      Location: location,
      Vary: 'Origin, Accept',
      ...headers,
    },
    body: Buffer.from(`Found. Redirecting to ${location}`),
  }
}
