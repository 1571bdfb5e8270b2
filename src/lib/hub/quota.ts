/** What the `RateLimit` header says (the Hub's contract, section 9). */
interface RateLimit {
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

/** After so many windows in a row without a success the next one is not waited for. */
export const MAX_EXHAUSTED_WINDOWS = 3
/** No window of the Hub's is longer, and a timer of weeks would not wait at all, in ms. */
const MAX_WINDOW = 3_600_000
/** The header counts whole seconds, so the end of a window moves a little between responses, in ms. */
const TOLERANCE = 1500
/** A 429 that says "no wait" must not become a storm of requests, in ms. */
const MIN_WAIT = 100
/** The Hub counts whole seconds: "no wait" a second time may still mean a part of one, in ms. */
const MIN_NEXT_WAIT = 1000

/** A pause until the quota is filled again. */
export interface QuotaWait {
  why: 'quota'
  ms: number
}

/** The pause until a quota is filled again, after so many windows in a row in which nothing succeeded. */
export function waitForQuota(refillMs: number, windows: number): QuotaWait {
  const shortest = windows === 0 ? MIN_WAIT : MIN_NEXT_WAIT
  return {why: 'quota', ms: Math.min(Math.max(refillMs, shortest), MAX_WINDOW)}
}

/** Reads `RateLimit`: `"api";r=499;t=289`. Of several limits the one that is used up first counts, in the bucket named first. */
export function readRateLimit(headers: {get: (name: string) => string | null}): RateLimit | undefined {
  const limits = (headers.get('ratelimit') ?? '').split(',').flatMap((text) => readLimit(text) ?? [])
  const [first] = limits
  const [tightest] = limits.toSorted((a, b) => a.remaining - b.remaining || b.resetMs - a.resetMs)
  if (!first || !tightest) return undefined
  const size = readPolicy(headers.get('ratelimit-policy') ?? '', first.bucket)
  return {...tightest, bucket: first.bucket, ...(size && {size})}
}

function readLimit(text: string): RateLimit | undefined {
  const remaining = /;\s*r\s*=\s*(\d+)/.exec(text)?.[1]
  const seconds = /;\s*t\s*=\s*(\d+)/.exec(text)?.[1]
  if (remaining === undefined || seconds === undefined) return undefined
  const bucket = /^\s*"?([^";]*)/.exec(text)?.[1] ?? ''
  return {bucket, remaining: Number(remaining), resetMs: Number(seconds) * 1000}
}

/** Reads the `RateLimit-Policy` header: `"fixed window";"api";q=500;w=300`. */
function readPolicy(text: string, bucket: string): QuotaSize | undefined {
  const policy = text.split(',').find((each) => each.includes(`"${bucket}"`)) ?? ''
  const requests = Number(/;\s*q\s*=\s*(\d+)/.exec(policy)?.[1])
  const windowMs = Number(/;\s*w\s*=\s*(\d+)/.exec(policy)?.[1]) * 1000
  return requests > 0 && windowMs > 0 ? {requests, windowMs: Math.min(windowMs, MAX_WINDOW)} : undefined
}

/** Which bucket a request is counted in (the Hub's contract, section 9). */
export function bucketOf(url: string): string {
  const {pathname} = new URL(url)
  if (pathname.includes('/resolve/')) return 'resolvers'
  return pathname.includes('/api/') ? 'api' : 'pages'
}

/** Tracks the quota of one bucket: the program waits before it is used up, and does not run into a 429. */
export class Quota {
  /** The whole of it; undefined where the Hub has not said. */
  size: QuotaSize | undefined
  /** Windows in a row that were waited for and in which nothing succeeded. */
  exhaustedWindows = 0
  private window = {left: 0, endsAt: Number.NEGATIVE_INFINITY}
  private inFlight = 0
  /** Called when one of the requests in flight is answered. */
  private answered: Array<() => void> = []
  /** The wait in progress, which later requests join. */
  private refilling: Promise<void> | undefined
  private readonly pause: (wait: QuotaWait) => Promise<void>
  private readonly now: () => number

  /** @param now milliseconds of a monotonic clock */
  constructor(pause: (wait: QuotaWait) => Promise<void>, now = () => performance.now()) {
    this.pause = pause
    this.now = now
  }

  /** Responses arrive in any order: within one window the lowest count is the latest. */
  note({remaining, resetMs, size}: Omit<RateLimit, 'bucket'>): void {
    if (size) this.size = size
    const {left, endsAt} = this.window
    const now = this.now()
    const ends = now + Math.min(resetMs, MAX_WINDOW)
    if (endsAt > now && Math.abs(ends - endsAt) <= TOLERANCE) this.window.left = Math.min(left, remaining)
    else this.window = {left: remaining, endsAt: ends}
  }

  /**
   * How many requests may be sent now, `Infinity` where the Hub has not said, and in how many ms there will be more where none is
   * left, else 0.
   */
  get allowance(): {left: number; refillMs: number} {
    const {left, endsAt} = this.window
    const leftMs = endsAt - this.now()
    return leftMs > 0
      ? {left, refillMs: left > 0 ? 0 : leftMs}
      : {left: Number.POSITIVE_INFINITY, refillMs: 0}
  }

  /** Sends one more request as soon as it may: no more are in flight than are left. */
  async run<T>(send: () => Promise<T>): Promise<T> {
    for (;;) {
      const {left, refillMs} = this.allowance
      if (refillMs > 0 && this.exhaustedWindows < MAX_EXHAUSTED_WINDOWS) await this.refilled(refillMs)
      else if (this.inFlight > 0 && this.inFlight >= left)
        await new Promise<void>((resolve) => {
          this.answered.push(resolve)
        })
      else break
    }

    this.inFlight++
    try {
      return await send()
    } finally {
      this.inFlight--
      for (const resume of this.answered.splice(0)) resume()
    }
  }

  /** Waits for a used-up quota, together with all other requests that do. */
  async refilled(ms: number): Promise<void> {
    this.refilling ??= this.pause(waitForQuota(ms, this.exhaustedWindows++)).finally(() => {
      this.refilling = undefined
    })
    await this.refilling
  }

  succeeded(): void {
    this.exhaustedWindows = 0
  }
}
