import {UsageError} from '../base/errors.js'

/** How many requests a window of time allows. */
export interface Quota {
  requests: number
  windowSeconds: number
}

/** The longest time that a window may have, in seconds. */
const LONGEST_WINDOW = 86_400

/**
 * Reads a quota such as `100/20`: 100 requests in 20 seconds.
 * @throws UsageError
 */
export function parseQuota(text: string): Quota {
  const [, requests, windowSeconds] = /^([1-9]\d{0,8})\/([1-9]\d{0,4})$/.exec(text)?.map(Number) ?? []
  if (requests !== undefined && windowSeconds !== undefined && windowSeconds <= LONGEST_WINDOW)
    return {requests, windowSeconds}
  throw new UsageError(
    `give requests and seconds, such as 100/20, of at most ${LONGEST_WINDOW} seconds, not ${JSON.stringify(text)}.`,
  )
}

/** Counts requests in fixed windows, one count for each caller and bucket. */
export interface Quotas {
  /**
   * Counts one request.
   * @param caller who is counted: a user's name, or undefined for the anonymous address
   * @returns the headers that tell how much is left, and the message of the 429 where there was nothing left
   */
  count: (path: string, caller: string | undefined) => {headers: Record<string, string>; exhausted?: string}
}

type Bucket = 'api' | 'pages' | 'resolvers'

const FREE: Record<Bucket, number> = {api: 1000, resolvers: 5000, pages: 200}
const ANONYMOUS: Record<Bucket, number> = {api: 500, resolvers: 3000, pages: 100}
const WINDOW_SECONDS = 300

/**
 * The quotas of the Hub.
 * @param clock decides when a window ends
 * @param own replaces the size of the `api` bucket, for everyone, and the length of every window
 */
export function createQuotas(clock: () => Date, own?: Quota): Quotas {
  const windowSeconds = own?.windowSeconds ?? WINDOW_SECONDS
  const windows = new Map<string, {endsAt: number; used: number}>()

  return {
    count(path, caller) {
      const bucket = bucketOf(path)
      const size =
        (bucket === 'api' ? own?.requests : undefined) ?? (caller === undefined ? ANONYMOUS : FREE)[bucket]
      const now = clock().getTime()
      const key = `${bucket} ${caller ?? ''}`
      const current = windows.get(key)
      const window = current && now < current.endsAt ? current : {endsAt: now + windowSeconds * 1000, used: 0}
      windows.set(key, window)
      window.used += 1

      const headers = {
        RateLimit: `"${bucket}";r=${Math.max(0, size - window.used)};t=${Math.ceil((window.endsAt - now) / 1000)}`,
        'RateLimit-Policy': `"fixed window";"${bucket}";q=${size};w=${windowSeconds}`,
      }
      return window.used > size ? {headers, exhausted: exhausted(caller, size, bucket)} : {headers}
    },
  }
}

function bucketOf(path: string): Bucket {
  if (path.includes('/resolve/')) return 'resolvers'
  return path.startsWith('/api/') ? 'api' : 'pages'
}

function exhausted(caller: string | undefined, size: number, bucket: Bucket): string {
  return caller === undefined
    ? "We had to rate limit your IP (127.0.0.1). To continue using our service, create a HF account or login to your existing account, and make sure you pass a HF_TOKEN if you're using the API."
    : `We had to rate limit you, you hit the quota of ${size} ${bucket} requests per window. To continue using our service, wait for the next window or upgrade your account.`
}
