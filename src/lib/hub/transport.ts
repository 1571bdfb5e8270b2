import {randomUUID} from 'node:crypto'

import {CancelledError, SmoltraceError} from '../base/errors.js'
import {withoutTokens} from '../base/text.js'
import {VERSION} from '../base/version.js'
import {type Answer} from './answer.js'
import {type BodyRules, watchedBody, wholeAnswer} from './body.js'
import {expectHubAnswer, expectWhole, toHubError} from './check-response.js'
import {HubError, HubUnreachableError} from './errors.js'
import {exchange, ProxyError, type WireRequest} from './http.js'
import {agentFor, proxyOnTheWayTo} from './proxy.js'
import {bucketOf, QuotaWatch, readQuota} from './quota.js'
import {pause, type Wait, waitAfter, waitForQuota} from './retry.js'
import {DEFAULT_SILENCE, type TimeLimit, timeLimit} from './time-limit.js'

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
  /** Bodies are handed on as they arrive, and are not in memory as a whole: files may be large. */
  hasLongBodies?: boolean | undefined
}

/** What is asked for. */
export interface Question {
  /** Default: `GET`. */
  method?: string | undefined
  headers?: Record<string, string> | undefined
  body?: Blob | string | undefined
  /** `manual`: an answer that leads elsewhere is not followed, and is an error as any other. */
  redirect?: 'manual' | undefined
}

/** Sends a request and brings the answer, which is a success. */
export type Ask = (url: string, question?: Question) => Promise<Answer>

/** What one request is. */
interface Call {
  url: string
  method: string
  question: Question
  isDelete: boolean
  /** Goes to the Hub itself, not to a store of files that it names. */
  isToHub: boolean
}

/**
 * Makes the one way in which anything is sent. It sends the token to no origin but the endpoint's, waits before the quota is used
 * up, repeats what may be repeated where it failed for a reason that may pass, and turns every answer that is not a success
 * into a typed error, because `@huggingface/hub` drops the headers that tell one error from another (the Hub's contract,
 * section 13).
 *
 * A DELETE is never repeated here, nor held back: what is deleted must first be looked at again.
 * @returns what throws HubError, HubFormatError, HubUnreachableError or CancelledError, and whose answers are all successes;
 *   their bodies are whole, or end with one of these errors
 */
export function createTransport(options: TransportOptions): Ask {
  const {endpoint, onWait, signal, quota = new QuotaWatch()} = options
  const send = createSender({...options, quota})
  const wait = async (next: Wait) => {
    onWait?.(next)
    await pause(next, signal)
  }

  return async (url, question = {}) => {
    const {method = 'GET'} = question
    const isDelete = method === 'DELETE'
    const isToHub = new URL(url).origin === new URL(endpoint).origin
    const call: Call = {url, method, question, isDelete, isToHub}
    const bucket = bucketOf(url)
    let isAskedAnew = false
    const refill = (ms: number) => wait(waitForQuota(ms, quota.vainWindows(bucket)))
    for (let repeats = 0; ;) {
      const leave = isToHub && !isDelete ? await quota.enter(bucket, refill) : undefined
      let next: Wait
      try {
        const answer = await send(call)
        if (isToHub) quota.succeeded(bucket)
        return answer
      } catch (error) {
        if (isExpired(error) && isToHub && !isAskedAnew && mayRepeat(call, error)) {
          isAskedAnew = true
          continue
        }

        const tries = {repeats, windows: quota.vainWindows(bucket)}
        const found = mayRepeat(call, error) ? waitAfter(error, tries) : undefined
        if (!found) throw error
        next = found
      } finally {
        leave?.()
      }

      if (next.why === 'trouble') {
        repeats++
        await wait(next)
      } else await quota.refilled(bucket, () => wait(next))
    }
  }
}

/** The Hub signs each address of a file for a while; asked again, it signs another. */
function isExpired(error: unknown): boolean {
  if (!(error instanceof HubError) || error.answer.store === undefined) return false
  return error.status === 403 || (error.status === 400 && /expired/i.test(error.answer.text))
}

/** What asks with POST, and changes nothing (the Hub's contract, sections 6 and 7). */
const ASKING = /\/(preupload|paths-info)\/|\/info\/lfs\/objects\/batch$/

/** Whether sending it a second time does no harm: it changes nothing, changes the same once more, or was not heeded. */
function mayRepeat({url, method, isDelete}: Call, error: unknown): boolean {
  if (isDelete) return false
  if (method !== 'POST') return true
  return ASKING.test(new URL(url).pathname) || (error instanceof HubError && error.status === 429)
}

type Sender = (call: Call) => Promise<Answer>

/** Sends a request once. */
function createSender(options: TransportOptions & {quota: QuotaWatch}): Sender {
  const {endpoint, quota, silenceMs = DEFAULT_SILENCE, hasLongBodies = false} = options
  /** Whether anything has answered at that address yet: until then it is likelier to be wrong than to be down. */
  let isKnown = false

  return async (call) => {
    const {url, method} = call
    const signal = call.isDelete ? undefined : options.signal
    const limit = timeLimit(silenceMs)
    limit.start()
    let asked = url
    const answer = await exchange(requestFor(call), {
      signal: signal ? AbortSignal.any([signal, limit.signal]) : limit.signal,
      onPiece: () => limit.start(),
      onRedirect(to) {
        asked = to
      },
      agentFor,
    })
      .catch((error: unknown) => {
        throw unanswered(error, {signal, limit, isKnown, asked, endpoint})
      })
      .finally(() => limit.stop())
    isKnown = true
    const said = call.isToHub ? readQuota(answer.headers) : undefined
    if (said) quota.note(said)
    const rules = bodyRules(call, {isOk: answer.ok, hasLongBodies, silenceMs})
    const watched = answer.with(watchedBody(answer.body, limit, signal, rules))
    try {
      if (!answer.ok) throw await toHubError(watched, method, url, endpoint)
      expectWhole(watched, method, call.question.headers?.range)
      const checked = await expectHubAnswer(watched, method, url, endpoint)
      return hasLongBodies ? checked : await wholeAnswer(checked)
    } catch (error) {
      // A connection whose answer nobody has read would keep the program from ending.
      answer.discard()
      throw error
    }
  }
}

/** What a listing, a table or a text of ours may weigh, unpacked, in bytes: far more than they do. */
const MOST_OF_ANSWER = 64 * 1024 * 1024
/** What says only that something was done, or why not, in bytes. */
const MOST_OF_WORDS = 1024 * 1024

/** An answer that is read as a whole may take so many times as long as the Hub may be silent. */
const TOTAL_TIMES = 5

interface BodyFacts {
  isOk: boolean
  hasLongBodies: boolean
  silenceMs: number
}

function bodyRules({method, isDelete}: Call, {isOk, hasLongBodies, silenceMs}: BodyFacts): BodyRules {
  if (!isOk || isDelete) return {isShort: true, most: MOST_OF_WORDS}
  if (method !== 'GET') return {isShort: true, most: MOST_OF_ANSWER}
  return hasLongBodies ? {} : {most: MOST_OF_ANSWER, totalMs: TOTAL_TIMES * silenceMs}
}

/** A `Link` or a redirect could name another origin: the token must not go there. */
function requestFor({url, method, question, isDelete, isToHub}: Call): WireRequest {
  const named = Object.entries(question.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value])
  const {authorization, ...others} = Object.fromEntries(named) as Record<string, string>
  return {
    url,
    method,
    body: question.body,
    redirect: isDelete ? 'manual' : (question.redirect ?? redirectFor(question)),
    headers: {
      accept: '*/*',
      ...others,
      'user-agent': `smoltrace/${VERSION}; node/${process.versions.node}`,
      ...(isToHub && {'x-amzn-trace-id': randomUUID(), ...(authorization !== undefined && {authorization})}),
    },
  }
}

/** Where a file goes is said by the Hub right before. */
function redirectFor({body}: Question): WireRequest['redirect'] {
  return body instanceof Blob ? 'error' : 'follow'
}

interface Circumstances {
  signal: AbortSignal | undefined
  limit: TimeLimit
  isKnown: boolean
  /** The address that did not answer: a redirect may lead to a store for files. */
  asked: string
  endpoint: string
}

function unanswered(error: unknown, {signal, limit, isKnown, asked, endpoint}: Circumstances): Error {
  if (error instanceof SmoltraceError) return error
  if (signal?.aborted) return new CancelledError('Interrupted.', {cause: error})
  const reason = limit.isOver ? `no answer within ${limit.ms / 1000} s` : reasonOf(error)
  const {origin, host} = new URL(asked)
  const isHub = origin === new URL(endpoint).origin
  const proxy = proxyOnTheWayTo(asked)
  const who = isHub ? `The Hub at ${origin}` : `The file store ${host}, to which the Hub leads,`
  const by = proxy ? ` by the proxy ${proxy.host} that ${proxy.variable} names` : ''
  return new HubUnreachableError(`${who} cannot be reached${by}: ${reason}.`, {
    cause: error,
    reason,
    isLasting: !limit.isOver && isLasting(error, isKnown),
    suggestions: [
      proxy
        ? `Check ${proxy.variable}; to go without the proxy, name ${host} in NO_PROXY.`
        : isHub
          ? 'Check the network and HF_ENDPOINT, then try again.'
          : `Check whether a firewall lets ${host} through, then try again.`,
    ],
  })
}

const NOBODY_THERE = new Set(['ECONNREFUSED', 'EINVAL', 'ENOTFOUND'])
const WRONG_CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_|^ERR_(?:SSL|TLS)/

function isLasting(error: unknown, isKnown: boolean): boolean {
  if (error instanceof ProxyError) return error.isLasting
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
