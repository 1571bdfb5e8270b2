import {type LimitFunction} from 'p-limit'

import {OptionError} from './errors.js'

/** Requests, datasets or files in progress at a time, unless an option says otherwise. */
export const DEFAULT_CONCURRENCY = 4
export const MAX_CONCURRENCY = 32

/** @throws UsageError where it is not a whole number in range */
export function checkConcurrency(concurrency: number): void {
  if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > MAX_CONCURRENCY)
    throw new OptionError('concurrency', `takes a whole number from 1 to ${MAX_CONCURRENCY}`)
}

/**
 * Runs a job for each item, as many at a time as the limit allows. After a failure no other begins.
 * @throws the first failure, in the order of the items, once every job that began has ended
 */
export async function mapLimited<T, R>(
  items: readonly T[],
  limit: LimitFunction,
  job: (item: T) => Promise<R>,
): Promise<R[]> {
  let hasFailed = false
  const run = async (item: T) => {
    if (hasFailed) throw new Error('Skipped after an earlier failure.')
    try {
      return await job(item)
    } catch (error) {
      hasFailed = true
      throw error
    }
  }

  const settled = await Promise.allSettled(items.map((item) => limit(run, item)))
  return settled.map((result) => {
    if (result.status === 'rejected') throw result.reason
    return result.value
  })
}
