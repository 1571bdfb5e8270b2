/** What the `RateLimit` header says (the Hub's contract, section 9). */
interface Quota {
  /** The Hub counts requests of several kinds apart, each in a bucket of its own. */
  bucket: string
  /** Requests left in the current window. */
  remaining: number
  /** Milliseconds until the window ends. */
  resetMs: number
  /** Undefined where `RateLimit-Policy` does not say. */
  size?: QuotaSize | undefined
}

/** How many requests a window of time allows. */
export interface QuotaSize {
  requests: number
  windowMs: number
}

/** How many requests may be sent now, and when there will be more. */
export interface Allowance {
  /** `Infinity` where the Hub has not said, or the window that it spoke of is over. */
  left: number
  /** Milliseconds until the quota is filled again, where none is left; else 0. */
  refillMs: number
}

/** After so many windows in a row in which nothing succeeded the next one is not waited for. */
export const MAX_VAIN_WINDOWS = 3
/** No window of the Hub's is longer, and a timer of weeks would not wait at all, in ms. */
export const MAX_WINDOW = 3_600_000
/** The header counts whole seconds, so the end of a window moves a little between responses, in ms. */
const TOLERANCE = 1500

/**
 * Reads the `RateLimit` header: `"api";r=499;t=289`. Of several limits the one that is used up first counts, in the bucket
 * named first.
 * @returns undefined where the header is missing or cannot be read
 */
export function readQuota(headers: {get: (name: string) => string | null}): Quota | undefined {
  const limits = (headers.get('ratelimit') ?? '').split(',').flatMap((text) => readLimit(text) ?? [])
  const [first] = limits
  const [tightest] = limits.toSorted((a, b) => a.remaining - b.remaining || b.resetMs - a.resetMs)
  if (!first || !tightest) return undefined
  const size = readPolicy(headers.get('ratelimit-policy') ?? '', first.bucket)
  return {...tightest, bucket: first.bucket, ...(size && {size})}
}

/** Reads the `RateLimit-Policy` header: `"fixed window";"api";q=500;w=300`. */
function readPolicy(text: string, bucket: string): QuotaSize | undefined {
  const policy = text.split(',').find((each) => each.includes(`"${bucket}"`)) ?? ''
  const requests = Number(/;\s*q\s*=\s*(\d+)/.exec(policy)?.[1])
  const windowMs = Number(/;\s*w\s*=\s*(\d+)/.exec(policy)?.[1]) * 1000
  return requests > 0 && windowMs > 0 ? {requests, windowMs: Math.min(windowMs, MAX_WINDOW)} : undefined
}

function readLimit(text: string): Quota | undefined {
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

/** Tracks the quota, so that the program waits before it is used up instead of running into a 429. */
export class QuotaWatch {
  private readonly windows = new Map<string, {left: number; endsAt: number}>()
  private readonly sizes = new Map<string, QuotaSize>()
  /** Requests in flight by bucket, and callbacks for when one of them is answered. */
  private readonly inFlight = new Map<string, number>()
  private answered: Array<() => void> = []
  /** Waits under way, by bucket: later requests join them. */
  private readonly refills = new Map<string, Promise<void>>()
  /** Windows in a row that were waited for and in which nothing succeeded, by bucket. */
  private readonly vain = new Map<string, number>()
  private readonly now: () => number

  /** @param now milliseconds of a monotonic clock */
  constructor(now: () => number = () => performance.now()) {
    this.now = now
  }

  /** Responses arrive in any order: within one window the lowest count is the latest. */
  note({bucket, remaining, resetMs, size}: Quota): void {
    if (size) this.sizes.set(bucket, size)
    const endsAt = this.now() + Math.min(resetMs, MAX_WINDOW)
    const known = this.windowOf(bucket)
    const isSame = known !== undefined && Math.abs(endsAt - known.endsAt) <= TOLERANCE
    this.windows.set(
      bucket,
      isSame ? {...known, left: Math.min(known.left, remaining)} : {left: remaining, endsAt},
    )
  }

  /** The whole quota of a bucket; undefined where the Hub has not said. */
  sizeOf(bucket: string): QuotaSize | undefined {
    return this.sizes.get(bucket)
  }

  /** What may be sent now to a bucket. */
  allowance(bucket: string): Allowance {
    const window = this.windowOf(bucket)
    if (!window) return {left: Number.POSITIVE_INFINITY, refillMs: 0}
    return {left: window.left, refillMs: window.left > 0 ? 0 : window.endsAt - this.now()}
  }

  /**
   * Resolves when one more request may be sent: no more are in flight than are left of the quota.
   * @param refill waits so many ms; called once for all requests that have to
   * @returns to be called when the request is over
   */
  async enter(bucket: string, refill: (ms: number) => Promise<void>): Promise<() => void> {
    for (;;) {
      const {left, refillMs} = this.allowance(bucket)
      const count = this.inFlight.get(bucket) ?? 0
      if (refillMs > 0 && this.vainWindows(bucket) < MAX_VAIN_WINDOWS)
        await this.refilled(bucket, () => refill(refillMs))
      else if (count > 0 && count >= left) await this.nextAnswer()
      else break
    }

    this.count(bucket, 1)
    return () => {
      this.count(bucket, -1)
      for (const go of this.answered.splice(0)) go()
    }
  }

  /** Waits for a used-up quota, together with all other requests that do. */
  async refilled(bucket: string, refill: () => Promise<void>): Promise<void> {
    let current = this.refills.get(bucket)
    if (!current) {
      current = refill().finally(() => this.refills.delete(bucket))
      this.refills.set(bucket, current)
      this.vain.set(bucket, this.vainWindows(bucket) + 1)
    }

    await current
  }

  /** Windows in a row that were waited for since a request to this bucket last succeeded. */
  vainWindows(bucket: string): number {
    return this.vain.get(bucket) ?? 0
  }

  succeeded(bucket: string): void {
    this.vain.delete(bucket)
  }

  private count(bucket: string, change: number): void {
    this.inFlight.set(bucket, (this.inFlight.get(bucket) ?? 0) + change)
  }

  private nextAnswer(): Promise<void> {
    return new Promise((resolve) => {
      this.answered.push(resolve)
    })
  }

  private windowOf(bucket: string): {left: number; endsAt: number} | undefined {
    const window = this.windows.get(bucket)
    return window && window.endsAt > this.now() ? window : undefined
  }
}
