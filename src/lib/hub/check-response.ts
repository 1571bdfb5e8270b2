import {CancelledError} from '../base/errors.js'
import {safe} from '../base/text.js'
import {HubError, HubFormatError} from './errors.js'
import {type HubResponse} from './http.js'
import {readQuota} from './quota.js'

/** The request that a response answers. */
interface Asked {
  url: string
  method: string
  headers?: Record<string, string> | undefined
}

/**
 * Passes on the complete answer of the Hub, or of the file store that it names.
 * @throws HubError where it is not a success
 * @throws HubFormatError for a part of what was asked for, and for the page that a captive portal, a proxy or a wrong endpoint
 *   answers with 200
 */
export async function checkResponse(
  response: HubResponse,
  asked: Asked,
  endpoint: string,
): Promise<HubResponse> {
  const {status, ok, headers} = response
  const {url, method} = asked
  if (!ok) throw await toHubError(response, asked, endpoint)
  const isComplete = status === 200 || (status === 206 && asked.headers?.range !== undefined)
  if (method === 'GET' && !isComplete)
    throw new HubFormatError(`The Hub answered ${status}, which is not all of what was asked for.`)
  if (!isApiCall(url, endpoint)) return response
  const {origin} = new URL(response.url)
  const type = headers.get('content-type') ?? 'no content type'
  const isForeign = origin !== new URL(endpoint).origin
  if (method === 'DELETE') return requireDeleted(response, type, endpoint)
  if (!isForeign && type.includes('json')) return response
  throw notTheHub(endpoint, isForeign ? `a redirect to ${origin}` : `${type} instead of JSON`)
}

/** Whether a request is for the API, which answers in JSON, rather than for a file. An endpoint may have a path. */
function isApiCall(url: string, endpoint: string): boolean {
  const path = url.startsWith(endpoint) ? url.slice(endpoint.length) : new URL(url).pathname
  return path.startsWith('/api/') && !path.startsWith('/api/resolve-cache/')
}

/**
 * The Hub says 200 and `OK` (the Hub's contract, section 4). Any other answer leaves open what was done: 202 means "not
 * yet", and an empty body comes from before the Hub.
 */
async function requireDeleted(response: HubResponse, type: string, endpoint: string): Promise<HubResponse> {
  const body = await textOf(response, 'a broken answer')
  if (response.status === 200 && body.trim() === 'OK') return response.withBytes(Buffer.from(body))
  const found = body === '' ? 'nothing' : type
  throw notTheHub(endpoint, `${response.status} with ${found} instead of OK to a DELETE`)
}

/** A body that breaks off does not matter here, unless the job was interrupted. */
async function textOf(response: HubResponse, otherwise: string): Promise<string> {
  return response.text().catch((error: unknown) => {
    if (error instanceof CancelledError) throw error
    return otherwise
  })
}

function notTheHub(endpoint: string, found: string): HubFormatError {
  return new HubFormatError(`What answers at ${endpoint} is not the Hub: ${found}.`, {
    suggestions: ['Check HF_ENDPOINT, and whether a proxy or a login page is in between.'],
  })
}

/** The error of a response that is not a success. */
async function toHubError(response: HubResponse, {url, method}: Asked, endpoint: string): Promise<HubError> {
  const {status, headers} = response
  const body = await textOf(response, '')
  const {origin, host} = new URL(response.url)
  const store = origin === new URL(endpoint).origin ? undefined : host
  const quota = status === 429 ? readQuota(headers) : undefined
  const retryAfterMs = retryAfterIn(headers)
  const path = new URL(url).pathname
  // It has a limit of its own, and nothing can be done without it.
  const isWhoami = path.endsWith('/api/whoami-v2')
  const isUsedUp = quota !== undefined && (quota.remaining === 0 || isWhoami)
  const location = headers.get('location')
  return new HubError({
    method,
    path,
    status,
    // Only the Hub can say what is there and what is not.
    code: store === undefined ? (headers.get('x-error-code') ?? undefined) : undefined,
    requestId: headers.get('x-request-id') ?? undefined,
    location: location === null ? undefined : safe(location),
    text: messageOf(body, headers),
    store,
    resetMs: isUsedUp ? ((isWhoami ? retryAfterMs : undefined) ?? quota.resetMs) : undefined,
    retryAfterMs,
    actionLimit: quota !== undefined && !isUsedUp,
  })
}

/** A date as HTTP writes it begins with the day of the week. */
const HTTP_DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)/

/** `Retry-After`, which a gateway may send: seconds, or a date by its own clock. */
function retryAfterIn(headers: HubResponse['headers']): number | undefined {
  const text = headers.get('retry-after')?.trim() ?? ''
  if (/^\d+$/.test(text)) return Number(text) * 1000
  if (!HTTP_DATE.test(text)) return undefined
  const clock = Date.parse(headers.get('date') ?? '')
  const ms = Date.parse(text) - (Number.isNaN(clock) ? Date.now() : clock)
  return Number.isNaN(ms) ? undefined : Math.max(ms, 0)
}

/** The Hub's own words: in the JSON body, else in the header, else the body as it is unless it is a page. */
function messageOf(body: string, headers: HubResponse['headers']): string {
  const isPage = headers.get('content-type')?.includes('html')
  return (
    messageInJson(body) ||
    messageInXml(body) ||
    headers.get('x-error-message') ||
    (isPage ? 'an HTML page' : body)
  )
}

/** Of a file store: `<Error><Code>AccessDenied</Code><Message>Request has expired</Message>…`. */
function messageInXml(body: string): string {
  return [...body.matchAll(/<(?:Code|Message)>([^<]*)</g)].map(([, words]) => words).join(': ')
}

/** The forms that errors take on the Hub (the Hub's contract, section 0.1); empty where the body has none of them. */
function messageInJson(body: string): string {
  try {
    const {
      error,
      errors,
      error_description: description,
      message,
    } = JSON.parse(body) as Record<string, unknown>
    return [error ?? errors ?? message, description]
      .flat()
      .flatMap((each) => (typeof each === 'object' ? (each as {message?: unknown} | null)?.message : each))
      .filter((each) => typeof each === 'string')
      .join('; ')
  } catch {
    return ''
  }
}
