import {setTimeout as sleep} from 'node:timers/promises'

import {CancelledError} from '../base/errors.js'
import {HubError, HubFormatError, HubUnreachableError} from './errors.js'
import {ownSignal} from './own-signal.js'
import {LONGEST_WINDOW, MOST_WINDOWS} from './quota.js'

/** A pause until the quota is filled again. */
export interface QuotaWait {
  why: 'quota'
  ms: number
}

/** A pause before what failed is tried again, since it may go well the next time. */
export interface TroubleWait {
  why: 'trouble'
  ms: number
  /** What went wrong: `the Hub answered 503`. */
  cause: string
  /** Which repeat follows, from 1 up. */
  repeat: number
  /** How many there are at most. */
  of: number
}

/** A pause before a request is sent, or sent again. */
export type Wait = QuotaWait | TroubleWait

/** How often a request is repeated at most where it failed for a reason that may pass. */
const REPEATS = 5
/** The first pause is at most this long, each later one at most twice as long as the one before, in ms. */
const FIRST_PAUSE = 500
const LONGEST_PAUSE = 8000
/** An answer 429 that says "no wait" must not become a storm of requests, in ms. */
const SHORTEST_WAIT = 100
/** The Hub counts whole seconds: "no wait" a second time may still mean a part of one, in ms. */
const SHORTEST_NEXT_WAIT = 1000
/** What an answer may ask for, where it fails for another reason than the quota, in ms. */
const LONGEST_ASKED = 300_000
const PASSING = new Set([408, 500, 502, 503, 504])

/**
 * How long to pause before a repeat, with full jitter: many programs that failed together do not come back together.
 * @param repeats how often the request was repeated already
 * @param random gives a number from 0 up to 1
 * @returns milliseconds
 */
export function backoff(repeats: number, random: () => number = Math.random): number {
  return random() * Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** repeats)
}

/** Whether the network or the Hub failed for a reason that may pass, rather than said no. */
export function isPassing(error: unknown): boolean {
  if (error instanceof HubUnreachableError) return !error.isLasting
  if (!(error instanceof HubError)) return false
  return PASSING.has(error.status) || isBusy(error)
}

/**
 * Whether nobody knows if the Hub acted: no answer, one that is not the Hub's, one that leads elsewhere, or one of a server that
 * broke down over it. What changes anything is sent again only after a look at what became of it.
 */
export function isLost(error: unknown): boolean {
  if (error instanceof HubFormatError) return true
  if (!(error instanceof HubError)) return isPassing(error)
  return error.status === 408 || error.status < 400 || error.status >= 500
}

/** A 429 that says nothing of a quota comes from before the Hub (the Hub's contract, section 9, third shape). */
function isBusy({status, answer}: HubError): boolean {
  return status === 429 && !answer.actionLimit && answer.resetMs === undefined
}

/** Whether an answer says that the Hub has more to do than it can. */
export function isOverload(error: unknown): boolean {
  return error instanceof HubError && (error.status === 429 || error.status >= 500)
}

/** What was waited for already before a request is sent once more. */
export interface Tries {
  /** How often it was repeated for another reason than the quota. */
  repeats: number
  /** Windows of the quota in a row in which nothing went well. */
  windows: number
}

/**
 * What to wait for before a request that failed is sent again.
 * @returns undefined where there is no use in it
 */
export function waitAfter(
  error: unknown,
  {repeats, windows}: Tries,
  random?: () => number,
): Wait | undefined {
  const resetMs = error instanceof HubError && error.status === 429 ? error.answer.resetMs : undefined
  if (resetMs !== undefined) return windows < MOST_WINDOWS ? waitForQuota(resetMs, windows) : undefined
  return isPassing(error) ? waitToRepeat(error, repeats, random) : undefined
}

/**
 * The pause until a quota is filled again.
 * @param windows how many were waited for in a row in which nothing went well
 */
export function waitForQuota(refillMs: number, windows = 0): QuotaWait {
  const shortest = windows === 0 ? SHORTEST_WAIT : SHORTEST_NEXT_WAIT
  return {why: 'quota', ms: Math.min(Math.max(refillMs, shortest), LONGEST_WINDOW)}
}

/** The pause before the next repeat; undefined where there were enough. */
export function waitToRepeat(
  error: unknown,
  repeats: number,
  random?: () => number,
): TroubleWait | undefined {
  if (repeats >= REPEATS) return undefined
  const asked = error instanceof HubError ? (error.answer.retryAfterMs ?? 0) : 0
  const ms = Math.max(backoff(repeats, random), Math.min(asked, LONGEST_ASKED))
  return {why: 'trouble', ms, cause: causeOf(error), repeat: repeats + 1, of: REPEATS}
}

function causeOf(error: unknown): string {
  if (error instanceof HubError) return `the Hub answered ${error.status}`
  return error instanceof HubUnreachableError
    ? `no answer from the Hub (${error.reason})`
    : 'the answer was not one of the Hub'
}

/**
 * Waits; a signal ends the wait at once.
 * @throws CancelledError
 */
export async function pause(wait: Wait, signal?: AbortSignal): Promise<void> {
  try {
    await sleep(wait.ms, undefined, signal && {signal: ownSignal(signal)})
  } catch (error) {
    const reason = wait.why === 'quota' ? 'the quota of the Hub' : 'the Hub'
    throw new CancelledError(`Interrupted while waiting for ${reason}.`, {cause: error})
  }
}
