import {createHash, createHmac} from 'node:crypto'

import type {Hub} from './call.js'
import type {RawRequest} from './server.js'

import {factsOf} from '../repos/objects.js'
import {type Answer, bytesAnswer, Refusal, refusalAnswer, text} from './answers.js'

const LIFETIME_MS = 3_600_000

/** Answers every request to the CDN: a signed URL is enough to read or upload, and a token must never get here. */
export function cdnAnswers(hub: Hub): (request: RawRequest) => Answer {
  return (request) => {
    hub.state.cdn.requests += 1
    if (request.headers.authorization !== undefined) hub.state.cdn.sawAuthorization = true
    try {
      return answer(request, hub)
    } catch (error) {
      return refusalAnswer(error instanceof Refusal ? error : new Refusal(500, String(error)), '/')
    }
  }
}

/** A URL on the CDN that needs no token for an hour. */
export function signedUrl(hub: Hub, path: string): string {
  const expires = hub.clock().getTime() + LIFETIME_MS
  const query = new URLSearchParams({Expires: String(expires), Signature: signature(path, expires)})
  return `${hub.cdnUrl}${path}?${query.toString()}`
}

function signature(path: string, expires: number): string {
  return createHmac('sha256', 'sandbox').update(`${path}?${expires}`).digest('base64url')
}

function answer({method, path: url, headers, body}: RawRequest, hub: Hub): Answer {
  const [path = '', search = ''] = url.split('?')
  const query = new URLSearchParams(search)
  const expires = Number(query.get('Expires'))
  if (query.get('Signature') !== signature(path, expires) || expires <= hub.clock().getTime())
    throw new Refusal(403, 'Access Denied')
  const hash = path.split('/').at(-1) ?? ''
  if (method === 'PUT') return store(body, hash, hub)
  const file = hub.state.cdn.objects.get(hash)
  if (!file) throw new Refusal(404, 'Not Found')
  return bytesAnswer(file.bytes(), headers.range, {
    'Content-Type': 'application/octet-stream',
    ETag: `"${factsOf(file).lfs?.xetHash}"`,
  })
}

function store(bytes: Buffer, sha256: string, hub: Hub): Answer {
  if (createHash('sha256').update(bytes).digest('hex') !== sha256)
    throw new Refusal(400, `The content does not match its SHA-256 ${sha256}`)
  hub.state.uploads.set(sha256, bytes)
  return text('')
}
