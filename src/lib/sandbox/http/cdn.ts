import {createHash} from 'node:crypto'

import type {Hub} from './call.js'
import type {RawRequest} from './server.js'

import {factsOf} from '../repos/objects.js'
import {type Answer, bytesAnswer, Refusal, refusalAnswer, text} from './answers.js'

/** Answers every request to the CDN: its URL is enough to read or upload, and a token must never get here. */
export function cdnAnswers(hub: Hub): (request: RawRequest) => Answer {
  return ({method, path, headers, body}) => {
    hub.state.cdn.requests += 1
    if (headers.authorization !== undefined) hub.state.cdn.sawAuthorization = true
    const hash = path.split('/').at(-1) ?? ''
    try {
      return method === 'PUT' ? store(body, hash, hub) : stored(hash, headers.range, hub)
    } catch (error) {
      return refusalAnswer(error instanceof Refusal ? error : new Refusal(500, String(error)), path)
    }
  }
}

function stored(hash: string, range: string | undefined, hub: Hub): Answer {
  const file = hub.state.cdn.objects.get(hash)
  if (!file) throw new Refusal(404, 'Not Found')
  const headers = {'Content-Type': 'application/octet-stream', ETag: `"${factsOf(file).lfs?.xetHash}"`}
  return bytesAnswer(file.bytes(), range, headers)
}

function store(bytes: Buffer, sha256: string, hub: Hub): Answer {
  if (createHash('sha256').update(bytes).digest('hex') !== sha256)
    throw new Refusal(400, `The content does not match its SHA-256 ${sha256}`)
  hub.state.uploads.set(sha256, bytes)
  return text('')
}
