import {randomUUID} from 'node:crypto'

import {CancelledError} from '../errors.js'
import {withoutTokens} from '../text.js'
import {VERSION} from '../version.js'
import {expectHubAnswer, toHubError} from './answers.js'
import {type Body, watchedBody, wholeAnswer} from './body.js'
import {HubError, HubUnreachableError} from './errors.js'
import {type Dispatcher} from './proxy.js'
import {bucketOf, QuotaWatch, readQuota} from './quota.js'
import {pause, type Wait, waitAfter, waitForQuota} from './repeats.js'
import {DEFAULT_SILENCE, type TimeLimit, timeLimit} from './time-limit.js'
import {watchedBlob} from './watched-blob.js'

export interface TransportOptions {
  /** Origin of the Hub, without a slash at the end. */
  endpoint: string
  /** Ends every request but a DELETE under way, whose result must be known. */
  signal?: AbortSignal | undefined
  /** Called before each pause. */
  onWait?: ((wait: Wait) => void) | undefined
  /** What is known of the quota; to be shared by all that sends to one Hub. */
  quota?: QuotaWatch | undefined
  /** How long the Hub may be silent: before its answer begins, and within it. In ms. */
  silenceMs?: number | undefined
  /** The way to take where it is not the direct one; asked for once. */
  dispatcher?: (() => Promise<Dispatcher | undefined>) | undefined
  /** Bodies are handed on as they arrive, and are not in memory as a whole: files may be large. */
  hasLongBodies?: boolean | undefined
}

/** What one request is. */
interface Call {
  url: string
  init: RequestInit
  isDelete: boolean
  /** Goes to the Hub itself, not to a store of files that it names. */
  isToHub: boolean
}

/**
 * Makes the one `fetch` under everything. It sends the token to no origin but the endpoint's, waits before the quota is used
 * up, repeats what may be repeated where it failed for a reason that may pass, and turns every answer that is not a success
 * into a typed error, because `@huggingface/hub` drops the headers that tell one error from another (the Hub's contract,
 * section 13).
 *
 * A DELETE is never repeated here, nor held back: what is deleted must first be looked at again.
 * @returns a `fetch` that throws HubError, HubFormatError, HubUnreachableError or CancelledError, and whose answers are
 *   all successes; their bodies are whole, or end with one of these errors
 */
export function createTransport(options: TransportOptions): typeof fetch {
  const {endpoint, onWait, signal, quota = new QuotaWatch()} = options
  const send = createSender({...options, quota})
  const wait = async (next: Wait) => {
    onWait?.(next)
    await pause(next, signal)
  }

  return async (input, init = {}) => {
    const url = String(input)
    const isDelete = init.method === 'DELETE'
    const call: Call = {url, init, isDelete, isToHub: new URL(url).origin === new URL(endpoint).origin}
    const {refillMs} = quota.allowance(bucketOf(url))
    if (call.isToHub && !isDelete && refillMs > 0) await wait(waitForQuota(refillMs))
    for (let repeats = 0; ;) {
      try {
        return await send(call)
      } catch (error) {
        const next = mayRepeat(call, error) ? waitAfter(error, repeats) : undefined
        if (!next) throw error
        if (next.why === 'trouble') repeats++
        await wait(next)
      }
    }
  }
}

/** What asks with POST, and changes nothing (the Hub's contract, sections 6 and 7). */
const ASKING = /\/(preupload|paths-info)\/|\/info\/lfs\/objects\/batch$/

/** Whether sending it a second time does no harm: it changes nothing, changes the same once more, or was not heeded. */
function mayRepeat({url, init: {method = 'GET'}, isDelete}: Call, error: unknown): boolean {
  if (isDelete) return false
  if (method !== 'POST') return true
  return ASKING.test(new URL(url).pathname) || (error instanceof HubError && error.status === 429)
}

type Sender = (call: Call) => Promise<Response>

/** Sends a request once. */
function createSender(options: TransportOptions & {quota: QuotaWatch}): Sender {
  const {endpoint, quota, silenceMs = DEFAULT_SILENCE, hasLongBodies = false} = options
  /** Whether anything has answered at that address yet: until then it is likelier to be wrong than to be down. */
  let isKnown = false
  let way: Promise<Dispatcher | undefined> | undefined

  return async (call) => {
    way ??= options.dispatcher?.()
    const dispatcher = await way
    const signal = call.isDelete ? undefined : options.signal
    const limit = timeLimit(silenceMs)
    const init = {...requestInit(call, limit), ...(dispatcher && {dispatcher})}
    const both = signal ? AbortSignal.any([signal, limit.signal]) : limit.signal
    limit.start()
    const answer = await fetch(call.url, {...init, signal: both})
      .catch((error: unknown) => {
        throw unanswered(error, call, {signal, limit, isKnown})
      })
      .finally(() => limit.stop())
    isKnown = true
    const said = call.isToHub ? readQuota(answer.headers) : undefined
    if (said) quota.note(said)
    const watched = answer.body ? copyWith(answer, watchedBody(answer.body, limit, signal)) : answer
    if (!answer.ok) throw await toHubError(watched, init, call.url)
    const checked = await expectHubAnswer(watched, init, call.url, endpoint)
    return hasLongBodies ? checked : wholeAnswer(checked)
  }
}

/** Where an answer came from is read from its address, which a copy has not. */
function copyWith(answer: Response, body: Body): Response {
  const {status, statusText, headers, url} = answer
  return Object.defineProperty(new Response(body, {status, statusText, headers}), 'url', {value: url})
}

/** A `Link` or a redirect could name another origin: the token must not go there. */
function requestInit({init, isDelete, isToHub}: Call, limit: TimeLimit): RequestInit {
  const headers = new Headers(init.headers)
  headers.set('user-agent', `smoltrace/${VERSION}; node/${process.versions.node}`)
  if (isToHub) headers.set('x-amzn-trace-id', randomUUID())
  else headers.delete('authorization')
  return {
    ...init,
    headers,
    ...(isDelete && {redirect: 'manual'}),
    ...(init.body instanceof Blob && sentOnce(init.body, () => limit.start())),
  }
}

/** A file that is sent is not held in memory only where it may not be redirected: else `fetch` keeps it for a second time. */
function sentOnce(body: Blob, onPiece: () => void): RequestInit {
  return {body: watchedBlob(body, onPiece), redirect: 'error'}
}

interface Circumstances {
  signal: AbortSignal | undefined
  limit: TimeLimit
  isKnown: boolean
}

function unanswered(error: unknown, {url}: Call, {signal, limit, isKnown}: Circumstances): Error {
  if (signal?.aborted) return new CancelledError('Interrupted.', {cause: error})
  const reason = limit.isOver ? `no answer within ${limit.seconds} s` : reasonOf(error)
  return new HubUnreachableError(`The Hub at ${new URL(url).origin} cannot be reached: ${reason}.`, {
    cause: error,
    reason,
    isLasting: !limit.isOver && isLasting(error, isKnown),
    suggestions: ['Check the network and HF_ENDPOINT, then try again.'],
  })
}

const NOBODY_THERE = new Set(['ECONNREFUSED', 'EINVAL', 'ENOTFOUND'])
const WRONG_CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_|^ERR_(?:SSL|TLS)/

function isLasting(error: unknown, isKnown: boolean): boolean {
  const {code = ''} = causeOf(error) as NodeJS.ErrnoException
  return WRONG_CERTIFICATE.test(code) || (!isKnown && NOBODY_THERE.has(code))
}

function causeOf(error: unknown): Error {
  if (error instanceof Error) return error.cause instanceof Error ? error.cause : error
  return new Error(String(error))
}

function reasonOf(error: unknown): string {
  const cause = causeOf(error)
  const reason = cause.message || (cause as NodeJS.ErrnoException).code || cause.name
  return withoutTokens(reason.replaceAll(/\/\/[^/@\s]*@/g, '//'))
}
