import {createHash} from 'node:crypto'

import type {Hub} from './call.js'
import type {RawRequest} from './server.js'

import {type Answer, Refusal, refusalAnswer, text} from './answers.js'
import {factsOf} from './objects.js'
import {bytesAnswer} from './ranges.js'
import {isSigned} from './signature.js'

/** Answers every request to the CDN: whoever has a signed URL may read or upload, and tokens have no business here. */
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

function answer(request: RawRequest, hub: Hub): Answer {
  const [path = '', search = ''] = request.path.split('?')
  if (!isSigned(path, new URLSearchParams(search), hub.clock())) throw new Refusal(403, 'Access Denied')
  const [kind, hash = ''] = [path.split('/')[1], path.split('/').at(-1)]
  if (kind === 'uploads' && request.method === 'PUT') return store(request.body, hash, hub)
  const file = kind === 'xet-bridge-us' ? hub.state.cdn.objects.get(hash) : undefined
  if (!file || (request.method !== 'GET' && request.method !== 'HEAD')) throw new Refusal(404, 'Not Found')
  const etag = factsOf(file).lfs?.xetHash ?? ''
  return bytesAnswer(
    file.bytes(),
    {
      'Content-Type': 'application/octet-stream',
      ETag: `"${etag}"`,
      'Cache-Control': 'public, max-age=31536000',
    },
    request.headers,
  )
}

function store(bytes: Buffer, sha256: string, hub: Hub): Answer {
  const actual = createHash('sha256').update(bytes).digest('hex')
  if (actual !== sha256) throw new Refusal(400, `The content does not match its SHA-256 ${sha256}`)
  hub.state.uploads.set(sha256, bytes)
  return text('', {ETag: `"${sha256}"`})
}
