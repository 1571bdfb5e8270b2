import {UsageError} from '../../base/errors.js'

/** How many requests a window of time allows. */
export interface Quota {
  requests: number
  windowSeconds: number
}

const LONGEST_WINDOW_SECONDS = 86_400

/** Reads a quota such as `100/20`: 100 requests in 20 seconds. @throws UsageError */
export function parseQuota(text: string): Quota {
  const [, requests, windowSeconds] = /^([1-9]\d{0,8})\/([1-9]\d{0,4})$/.exec(text)?.map(Number) ?? []
  if (requests !== undefined && windowSeconds !== undefined && windowSeconds <= LONGEST_WINDOW_SECONDS)
    return {requests, windowSeconds}
  throw new UsageError(
    `give requests and seconds, such as 100/20, of at most ${LONGEST_WINDOW_SECONDS} seconds, not ${JSON.stringify(text)}.`,
  )
}

/** Counts requests in fixed windows, one count for each bucket. */
export interface Quotas {
  /** Counts one request. @returns the headers that say how much is left, and the text of the 429 where nothing was */
  count: (path: string) => {headers: Record<string, string>; exhausted?: string}
}

const SIZES = {api: 1000, resolvers: 5000, pages: 200}
const WINDOW_SECONDS = 300

/**
 * The quotas of the Hub.
 * @param clock decides when a window ends
 * @param own replaces the size of the `api` bucket, and the length of every window
 */
export function createQuotas(clock: () => Date, own?: Quota): Quotas {
  const windowSeconds = own?.windowSeconds ?? WINDOW_SECONDS
  const sizes = {...SIZES, ...(own && {api: own.requests})}
  const windows = new Map<string, {endsAt: number; used: number}>()

  return {
    count(path) {
      const bucket = bucketOf(path)
      const size = sizes[bucket]
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
      return {
        headers,
        exhausted:
          `We had to rate limit you, you hit the quota of ${size} ${bucket} requests per window. ` +
          'To continue using our service, wait for the next window or upgrade your account.',
      }
    },
  }
}

function bucketOf(path: string): keyof typeof SIZES {
  if (path.includes('/resolve/')) return 'resolvers'
  return path.startsWith('/api/') ? 'api' : 'pages'
}
