import {UsageError} from './errors.js'

/** How many things are worked on at a time when nothing else is said. */
export const DEFAULT_CONCURRENCY = 4
export const MAX_CONCURRENCY = 32

/**
 * Checks how many things are to be worked on at a time.
 * @throws UsageError
 */
export function checkConcurrency(concurrency: number): void {
  if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > MAX_CONCURRENCY)
    throw new UsageError(`--concurrency takes a whole number from 1 to ${MAX_CONCURRENCY}.`)
}
