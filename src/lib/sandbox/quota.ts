import {UsageError} from '../base/errors.js'

/** How many requests a window of time allows. */
export interface Quota {
  requests: number
  windowSeconds: number
}

const MAX_WINDOW_SECONDS = 86_400

/** Reads a quota such as `100/20`: 100 requests in 20 seconds. @throws UsageError */
export function parseQuota(text: string): Quota {
  const [, requests, windowSeconds] = /^([1-9]\d{0,8})\/([1-9]\d{0,4})$/.exec(text)?.map(Number) ?? []
  if (requests !== undefined && windowSeconds !== undefined && windowSeconds <= MAX_WINDOW_SECONDS)
    return {requests, windowSeconds}
  throw new UsageError(
    `use REQUESTS/SECONDS, such as 100/20, with at most ${MAX_WINDOW_SECONDS} seconds, not ${JSON.stringify(text)}.`,
  )
}

const SIZES = {api: 1000, resolvers: 5000, pages: 200}

type Count = (path: string) => {headers: Record<string, string>; exhausted?: string}

/**
 * Counts requests in fixed windows, one count for each bucket of the Hub.
 * @param own the size of the `api` bucket, and the length of every window
 * @returns counts one request: the headers that say how much is left, and the text of the 429 where nothing was
 */
export function requestCounter(clock: () => Date, own?: Quota): Count {
  const {requests, windowSeconds} = own ?? {requests: SIZES.api, windowSeconds: 300}
  const windows = new Map<string, {endsAt: number; used: number}>()
  return (path) => {
    const bucket = path.includes('/resolve/') ? 'resolvers' : path.startsWith('/api/') ? 'api' : 'pages'
    const size = bucket === 'api' ? requests : SIZES[bucket]
    const now = clock().getTime()
    const current = windows.get(bucket)
    const window = current && now < current.endsAt ? current : {endsAt: now + windowSeconds * 1000, used: 0}
    windows.set(bucket, window)
    window.used += 1
    const headers = {
      RateLimit: `"${bucket}";r=${Math.max(0, size - window.used)};t=${Math.ceil((window.endsAt - now) / 1000)}`,
      'RateLimit-Policy': `"fixed window";"${bucket}";q=${size};w=${windowSeconds}`,
    }
    if (window.used <= size) return {headers}
    const exhausted =
      `We had to rate limit you, you hit the quota of ${size} ${bucket} requests per window. ` +
      'To continue using our service, wait for the next window or upgrade your account.'
    return {headers, exhausted}
  }
}
