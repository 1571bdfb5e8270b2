import {UsageError} from './errors.js'
import {didYouMean} from './nearest.js'

/**
 * Checks an option that counts.
 * @param flag what a person writes before it
 * @throws UsageError where it is there and no whole number from 1 up
 */
export function checkCount(number: number | undefined, flag: string): void {
  if (number !== undefined && !(Number.isSafeInteger(number) && number > 0))
    throw new UsageError(`${flag} takes a whole number from 1 up.`)
}

/**
 * Checks an option that takes some of a few words.
 * @param what one of them is
 * @throws UsageError naming the first that is none, and all that there are
 */
export function checkWords<T>(words: readonly T[], known: readonly T[], flag: string, what: string): void {
  const unknown = words.find((word) => !known.includes(word))
  if (unknown !== undefined)
    throw new UsageError(`${flag} "${String(unknown)}" is no ${what}: give ${known.join(', ')}.`, {
      suggestions: didYouMean(flag, String(unknown), known.map(String)),
    })
}
