import {setTimeout as sleep} from 'node:timers/promises'

import {CancelledError} from '../errors.js'
import {HubError, HubFormatError, HubUnreachableError} from '../hub/errors.js'

/** How long the Hub is waited for. */
export interface Patience {
  /** How long a body may bring nothing, in ms. */
  stallMs: number
  /** Pauses before a request that failed is repeated, in ms; afterwards it is given up. */
  pausesMs: readonly number[]
}

export const PATIENCE: Patience = {stallMs: 60_000, pausesMs: [250, 1000, 2000, 4000]}

/**
 * Asks again, a few times, where it failed for a reason that may pass. Only for what may be asked twice.
 * @throws what the last attempt threw; CancelledError
 */
export async function persistently<T>(
  ask: () => Promise<T>,
  {patience = PATIENCE, signal}: {patience?: Patience | undefined; signal?: AbortSignal | undefined},
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await ask()
    } catch (error) {
      const ms = isPassing(error) ? patience.pausesMs[attempt] : undefined
      if (ms === undefined) throw error
      await sleep(ms, undefined, signal && {signal}).catch(() => {
        throw new CancelledError('Interrupted.')
      })
    }
  }
}

/** Whether it is worth trying again: the network or the Hub failed, not the disk, and the Hub did not say no. */
export function isPassing(error: unknown): boolean {
  if (error instanceof HubUnreachableError || error instanceof HubFormatError) return true
  return error instanceof HubError && (error.status >= 500 || error.status === 408)
}
