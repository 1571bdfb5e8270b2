/** What the `RateLimit` header says (the Hub's contract, section 9). */
export interface Quota {
  /** Requests left in the current window. */
  remaining: number
  /** Milliseconds until the window ends. */
  resetMs: number
}

/**
 * Reads the `RateLimit` header: `"api";r=499;t=289`.
 * @returns undefined where there is no such header, or none that can be read
 */
export function readQuota(headers: Headers): Quota | undefined {
  const text = headers.get('ratelimit') ?? ''
  const remaining = /;\s*r\s*=\s*(\d+)/.exec(text)?.[1]
  const seconds = /;\s*t\s*=\s*(\d+)/.exec(text)?.[1]
  if (remaining === undefined || seconds === undefined) return undefined
  return {remaining: Number(remaining), resetMs: Number(seconds) * 1000}
}
