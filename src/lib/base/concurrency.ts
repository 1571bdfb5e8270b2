import {OptionError} from './errors.js'

/** Requests, datasets or files in progress at a time, unless an option says otherwise. */
export const DEFAULT_CONCURRENCY = 4
export const MAX_CONCURRENCY = 32

/** @throws UsageError where it is not a whole number in range */
export function checkConcurrency(concurrency: number): void {
  if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > MAX_CONCURRENCY)
    throw new OptionError('concurrency', `takes a whole number from 1 to ${MAX_CONCURRENCY}`)
}

/** Waits for every job, also where one fails; then throws the first failure, in the order of the list. */
export async function settleAll<T>(jobs: Iterable<Promise<T>>): Promise<T[]> {
  const settled = await Promise.allSettled(jobs)
  return settled.map((result) => {
    if (result.status === 'rejected') throw result.reason
    return result.value
  })
}
