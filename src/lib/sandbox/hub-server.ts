import {createHash} from 'node:crypto'

import type {Hub} from './call.js'
import type {Quotas} from './quota.js'
import type {RawRequest} from './server.js'

import {type Identity, tokenOf} from './accounts.js'
import {type Answer, isApi, Moved, redirect, Refusal, refusalAnswer, text, weakEtag} from './answers.js'
import {route} from './router.js'

const EXPOSED =
  'X-Repo-Commit,X-Request-Id,X-Error-Code,X-Error-Message,X-Total-Count,ETag,Link,Accept-Ranges,Content-Range,X-Linked-Size,X-Linked-ETag,X-Xet-Hash'

/** Answers every request to the Hub: the endpoint's own answer, within the quota, with the headers that all have. */
export function hubAnswers(hub: Hub, quotas: Quotas): (request: RawRequest) => Answer {
  let served = 0
  return (request) => {
    served += 1
    const [path = '/', search = ''] = splitUrl(request.path)
    const identity = identify(request, hub)
    const caller = identity instanceof Refusal ? undefined : identity?.accounts.user.name
    const quota = quotas.count(path, caller)
    const answer =
      quota.exhausted === undefined
        ? endpointAnswer({...request, path, search}, identity, hub)
        : text(quota.exhausted, {}, 429)
    return {
      ...answer,
      headers: {...commonHeaders(request, hub, served), ...quota.headers, ...answer.headers},
    }
  }
}

function endpointAnswer(
  request: RawRequest & {search: string},
  identity: Identity | Refusal | undefined,
  hub: Hub,
): Answer {
  const {method, path, search} = request
  try {
    if (identity instanceof Refusal) throw identity
    const {handler, params} = route(method, path)
    const call = {...request, query: new URLSearchParams(search), params, identity}
    return withEtag(handler(call, hub), request)
  } catch (error) {
    if (error instanceof Moved) return redirect(error.location)
    if (error instanceof Refusal) return refusalAnswer(error, path)
    return refusalAnswer(new Refusal(500, `Internal Error - ${String(error)}`), path)
  }
}

/** Who calls; a wrong token is kept as the refusal it will be, since the request still counts. */
function identify(request: RawRequest, hub: Hub): Identity | Refusal | undefined {
  try {
    const token = tokenOf(hub.accounts, request.headers.authorization)
    return token && {accounts: hub.accounts, token}
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
}

function withEtag(answer: Answer, request: RawRequest): Answer {
  if (answer.status !== 200 || answer.headers.ETag !== undefined || !isApi(request.path)) return answer
  const etag = weakEtag(answer.body)
  const headers = {...answer.headers, ETag: etag}
  const reading = request.method === 'GET' || request.method === 'HEAD'
  return reading && request.headers['if-none-match'] === etag
    ? {status: 304, headers, body: Buffer.alloc(0)}
    : {...answer, headers}
}

function commonHeaders(request: RawRequest, hub: Hub, served: number): Record<string, string> {
  const seconds = Math.floor(hub.clock().getTime() / 1000)
  const unique = createHash('sha256').update(`request ${served}`).digest('hex').slice(0, 24)
  const trace = request.headers['x-amzn-trace-id']
  return {
    'X-Powered-By': 'huggingface-moon',
    'X-Request-Id': `Root=1-${seconds.toString(16).padStart(8, '0')}-${unique}${trace === undefined ? '' : `;${String(trace)}`}`,
    'Access-Control-Expose-Headers': EXPOSED,
    Vary: 'Origin',
  }
}

/** Path and query as sent; some clients send the whole URL. */
function splitUrl(url: string): [path: string, search: string] {
  const local = url.replace(/^https?:\/\/[^/]+/, '')
  const at = local.indexOf('?')
  return at === -1 ? [local, ''] : [local.slice(0, at), local.slice(at)]
}
