import type {Call, Hub} from './call.js'
import type {Commit, Repo} from './repo.js'

import {requireRepo, requireUngated, requireWrite} from './access.js'
import {type Answer, json, notFound, text} from './answers.js'
import {infoFields, show} from './fields.js'
import {factsOf} from './objects.js'

/** `GET /api/datasets/{id}` and `…/revision/{rev}`. */
export function datasetInfo(call: Call, hub: Hub): Answer {
  const repo = requireRepo(call, hub)
  const {revision} = call.params
  const commit = revision === undefined ? undefined : commitAt(repo, revision)
  const shown = show({repo, ...(commit && {commit})}, infoFields(call), hub)
  if (call.query.get('blobs') === 'true' && 'siblings' in shown) shown.siblings = blobsOf(commit ?? repo.head)
  return json(shown)
}

/** `GET /api/datasets/{id}/auth-check`: whether the caller may read the files. */
export function authCheck(call: Call, hub: Hub): Answer {
  requireUngated(call, requireRepo(call, hub), '')
  return text('OK')
}

/** `GET /api/datasets/{id}/auth-check/write`: whether the caller may change the dataset. */
export function authCheckWrite(call: Call, hub: Hub): Answer {
  requireWrite(call, requireRepo(call, hub))
  return text('OK')
}

/**
 * The commit of a revision: `main`, `HEAD`, or the sha of any commit.
 * @throws Refusal 404 for any other.
 */
export function commitAt(repo: Repo, revision: string): Commit {
  if (revision === 'main' || revision === 'HEAD' || revision === 'refs/heads/main') return repo.head
  const commit = repo.history.find(({oid}) => oid === revision)
  if (!commit) throw notFound('RevisionNotFound', `Invalid rev id: ${revision}`)
  return commit
}

function blobsOf(commit: Commit): unknown[] {
  return [...commit.files]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([rfilename, file]) => {
      const {size, oid, lfs} = factsOf(file)
      return {
        rfilename,
        blobId: oid,
        size,
        ...(lfs && {lfs: {sha256: lfs.sha256, size, pointerSize: lfs.pointer.length}}),
      }
    })
}
