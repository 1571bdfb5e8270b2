/** What the `RateLimit` header says (the Hub's contract, section 9). */
export interface Quota {
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

/** After so many windows in a row in which nothing went well the next one is not waited for. */
export const MOST_WINDOWS = 3
/** No window of the Hub's is longer, and a timer that is told of weeks would not wait at all, in ms. */
export const LONGEST_WINDOW = 3_600_000
/** The header counts whole seconds, so one window's end moves a little from answer to answer, in ms. */
const BLUR = 1500

/**
 * Reads the `RateLimit` header: `"api";r=499;t=289`. It may tell of several limits; the one that is used up first counts, in
 * the bucket that stands first.
 * @returns undefined where there is no such header, or none that can be read
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
  return requests > 0 && windowMs > 0 ? {requests, windowMs: Math.min(windowMs, LONGEST_WINDOW)} : undefined
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

/** Remembers what the Hub said of the quota, so that the program stops before it is used up instead of running into it. */
export class QuotaWatch {
  private readonly windows = new Map<string, {left: number; endsAt: number}>()
  private readonly sizes = new Map<string, QuotaSize>()
  /** Requests under way by bucket, and who waits for one of them to be answered. */
  private readonly underWay = new Map<string, number>()
  private answered: Array<() => void> = []
  /** Waits that are on, by bucket: whoever comes meanwhile joins. */
  private readonly refills = new Map<string, Promise<void>>()
  /** Windows in a row that were waited for and in which nothing went well, by bucket. */
  private readonly vain = new Map<string, number>()
  private readonly now: () => number

  /** @param now milliseconds of a clock that nobody sets */
  constructor(now: () => number = () => performance.now()) {
    this.now = now
  }

  /** Takes note of an answer. Answers arrive in any order: within one window the lowest count is the latest. */
  note({bucket, remaining, resetMs, size}: Quota): void {
    if (size) this.sizes.set(bucket, size)
    const endsAt = this.now() + Math.min(resetMs, LONGEST_WINDOW)
    const known = this.windowOf(bucket)
    const isSame = known !== undefined && Math.abs(endsAt - known.endsAt) <= BLUR
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
   * Settles when one more request may be sent: there are no more under way than are left of the quota.
   * @param refill waits so many ms and says so; called once for all who have to
   * @returns to be called when the request was answered, or was not
   */
  async enter(bucket: string, refill: (ms: number) => Promise<void>): Promise<() => void> {
    for (;;) {
      const {left, refillMs} = this.allowance(bucket)
      const count = this.underWay.get(bucket) ?? 0
      if (refillMs > 0 && this.vainWindows(bucket) < MOST_WINDOWS)
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

  /** Waits for what an answer says is used up, together with all others who do. */
  async refilled(bucket: string, refill: () => Promise<void>): Promise<void> {
    let current = this.refills.get(bucket)
    if (!current) {
      current = refill().finally(() => this.refills.delete(bucket))
      this.refills.set(bucket, current)
      this.vain.set(bucket, this.vainWindows(bucket) + 1)
    }

    await current
  }

  /** How many windows in a row were waited for since a request to this bucket last went well. */
  vainWindows(bucket: string): number {
    return this.vain.get(bucket) ?? 0
  }

  /** A request to this bucket went well. */
  succeeded(bucket: string): void {
    this.vain.delete(bucket)
  }

  private count(bucket: string, change: number): void {
    this.underWay.set(bucket, (this.underWay.get(bucket) ?? 0) + change)
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
