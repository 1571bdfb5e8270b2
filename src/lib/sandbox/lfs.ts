import {requireIdentity, requireRepo, requireWrite} from './access.js'
import {type Answer, invalid, json} from './answers.js'
import {asObject, type Call, type Hub, jsonBody, textOf} from './call.js'
import {signedUrl} from './signature.js'

/** `POST /datasets/{id}.git/info/lfs/objects/batch`: where to put the objects that are not there yet. */
export function lfsBatch(call: Call, hub: Hub): Answer {
  requireIdentity(call)
  const name = call.params.name?.replace(/\.git$/, '') ?? ''
  const repo = requireRepo({...call, params: {...call.params, name}}, hub)
  requireWrite(call, repo, 'Forbidden: you must use a write token to upload to a repository.')
  const body = jsonBody(call)
  if (body.operation !== 'upload') throw invalid('Invalid option: expected "upload"', 'operation')
  if (!Array.isArray(body.objects)) throw invalid('Invalid input: expected array', 'objects')
  const objects = body.objects.map((object: unknown) => uploadOf(asObject(object, 'objects'), hub))
  return json({transfer: 'basic', objects}, {'Content-Type': 'application/vnd.git-lfs+json; charset=utf-8'})
}

/** An object that is already stored gets no action: that is how a client knows it need not upload it. */
function uploadOf(object: Record<string, unknown>, hub: Hub): unknown {
  const oid = textOf(object, 'oid')
  if (!/^[\da-f]{64}$/.test(oid)) throw invalid('Invalid SHA-256', 'oid')
  const {size} = object
  if (hub.state.uploads.get(oid)?.length === size) return {oid, size}
  return {oid, size, authenticated: true, actions: {upload: {href: signedUrl(hub, `/uploads/${oid}`)}}}
}
