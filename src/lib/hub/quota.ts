/** What the `RateLimit` header says (the Hub's contract, section 9). */
export interface Quota {
  /** The Hub counts requests of several kinds apart, each in a bucket of its own. */
  bucket: string
  /** Requests left in the current window. */
  remaining: number
  /** Milliseconds until the window ends. */
  resetMs: number
}

/** How many requests may be sent now, and when there will be more. */
export interface Allowance {
  /** `Infinity` where the Hub has not said, or the window that it spoke of is over. */
  left: number
  /** Milliseconds until the quota is filled again, where none is left; else 0. */
  refillMs: number
}

/** No window of the Hub's is longer, and a timer that is told of weeks would not wait at all, in ms. */
export const LONGEST_WINDOW = 3_600_000
/** The header counts whole seconds, so one window's end moves a little from answer to answer, in ms. */
const BLUR = 1500

/**
 * Reads the `RateLimit` header: `"api";r=499;t=289`.
 * @returns undefined where there is no such header, or none that can be read
 */
export function readQuota(headers: {get: (name: string) => string | null}): Quota | undefined {
  const text = headers.get('ratelimit') ?? ''
  const remaining = /;\s*r\s*=\s*(\d+)/.exec(text)?.[1]
  const seconds = /;\s*t\s*=\s*(\d+)/.exec(text)?.[1]
  if (remaining === undefined || seconds === undefined) return undefined
  const bucket = /^\s*"?([^";]*)/.exec(text)?.[1] ?? ''
  return {bucket, remaining: Number(remaining), resetMs: Number(seconds) * 1000}
}

/** Which bucket a request is counted in (the Hub's contract, section 9). */
export function bucketOf(url: string): string {
  const {pathname} = new URL(url)
  if (pathname.includes('/resolve/')) return 'resolvers'
  return pathname.includes('/api/') ? 'api' : 'pages'
}

/** Remembers what the Hub said of the quota, so that the program stops before it is used up instead of running into it. */
export class QuotaWatch {
  private readonly windows = new Map<string, {left: number; endsAt: number}>()
  private readonly now: () => number

  /** @param now milliseconds of a clock that nobody sets */
  constructor(now: () => number = () => performance.now()) {
    this.now = now
  }

  /** Takes note of an answer. Answers arrive in any order: within one window the lowest count is the latest. */
  note({bucket, remaining, resetMs}: Quota): void {
    const endsAt = this.now() + Math.min(resetMs, LONGEST_WINDOW)
    const known = this.windowOf(bucket)
    const isSame = known !== undefined && Math.abs(endsAt - known.endsAt) <= BLUR
    this.windows.set(
      bucket,
      isSame ? {...known, left: Math.min(known.left, remaining)} : {left: remaining, endsAt},
    )
  }

  /** What may be sent now to a bucket. */
  allowance(bucket: string): Allowance {
    const window = this.windowOf(bucket)
    if (!window) return {left: Number.POSITIVE_INFINITY, refillMs: 0}
    return {left: window.left, refillMs: window.left > 0 ? 0 : window.endsAt - this.now()}
  }

  private windowOf(bucket: string): {left: number; endsAt: number} | undefined {
    const window = this.windows.get(bucket)
    return window && window.endsAt > this.now() ? window : undefined
  }
}
