import {setTimeout as sleep} from 'node:timers/promises'

import {CancelledError} from '../base/errors.js'
import {HubError, HubFormatError, HubUnreachableError} from './errors.js'
import {MAX_EXHAUSTED_WINDOWS, type QuotaWait, waitForQuota} from './quota.js'

/** A pause before a request that failed is sent again. */
export interface RetryWait {
  why: 'retry'
  ms: number
  /** What went wrong: `the Hub returned 503`. */
  cause: string
  /** Which retry follows, from 1 up. */
  retry: number
  /** How many there are at most. */
  of: number
}

/** A pause before a request is sent, or sent again. */
export type Wait = QuotaWait | RetryWait

const MAX_RETRIES = 5
/** The longest first pause; each later one may be twice as long as the one before. In ms. */
const FIRST_PAUSE = 500
const MAX_PAUSE = 8000
/** The longest `Retry-After` that is honoured, in ms. */
const MAX_RETRY_AFTER = 300_000
const TRANSIENT = new Set([408, 500, 502, 503, 504])

/** Whether the same request may succeed later: no response, a 5xx, a 408, or a 429 of a gateway. */
export function isTransient(error: unknown): boolean {
  if (error instanceof HubUnreachableError) return !error.isPermanent
  if (!(error instanceof HubError)) return false
  const {status, answer} = error
  // Without a word about a quota it comes from a gateway (the Hub's contract, section 9).
  const isGateway = status === 429 && !answer.actionLimit && answer.resetMs === undefined
  return TRANSIENT.has(status) || isGateway
}

/** Whether the request may or may not have been processed: one that changes anything is sent again only after a check. */
export function isOutcomeUnknown(error: unknown): boolean {
  if (error instanceof HubFormatError) return true
  if (!(error instanceof HubError)) return isTransient(error)
  return error.status === 408 || error.status < 400 || error.status >= 500
}

/** Whether a response says that the Hub has more to do than it can. */
export function isOverload(error: unknown): boolean {
  return error instanceof HubError && (error.status === 429 || error.status >= 500)
}

/**
 * The wait before a request is sent again, after so many retries and exhausted windows of the quota; undefined where that would not
 * help.
 */
export function waitBeforeRetry(
  error: unknown,
  {retries, windows}: {retries: number; windows: number},
): Wait | undefined {
  const resetMs = error instanceof HubError ? error.answer.resetMs : undefined
  if (resetMs !== undefined)
    return windows < MAX_EXHAUSTED_WINDOWS ? waitForQuota(resetMs, windows) : undefined
  return isTransient(error) ? retryDelay(error, retries) : undefined
}

/** The pause before the next retry: exponential with full jitter, or what the answer asks for; undefined after enough of them. */
export function retryDelay(error: unknown, retries: number, random = Math.random): RetryWait | undefined {
  if (retries >= MAX_RETRIES) return undefined
  const backoff = random() * Math.min(MAX_PAUSE, FIRST_PAUSE * 2 ** retries)
  const requested = error instanceof HubError ? (error.answer.retryAfterMs ?? 0) : 0
  const ms = Math.max(backoff, Math.min(requested, MAX_RETRY_AFTER))
  return {why: 'retry', ms, cause: causeOf(error), retry: retries + 1, of: MAX_RETRIES}
}

function causeOf(error: unknown): string {
  if (error instanceof HubError) return `the Hub returned ${error.status}`
  return error instanceof HubUnreachableError
    ? `no response from the Hub (${error.reason})`
    : 'the response did not come from the Hub'
}

/** Waits; a signal ends the wait at once. @throws CancelledError */
export async function pause(wait: Wait, signal?: AbortSignal): Promise<void> {
  try {
    await sleep(wait.ms, undefined, signal && {signal: jobSignal(signal)})
  } catch (error) {
    const reason = wait.why === 'quota' ? "the Hub's rate limit" : 'the Hub'
    throw new CancelledError(`Interrupted while waiting for ${reason}.`, {cause: error})
  }
}

/** Derives a signal per job, so that listeners do not accumulate on the program's (MaxListenersExceededWarning). */
export function jobSignal(signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal])
}
