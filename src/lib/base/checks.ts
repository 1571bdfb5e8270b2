import {OptionError} from './errors.js'
import {didYouMean} from './nearest.js'

/**
 * Checks an option that counts.
 * @throws UsageError where it is there and not a whole number from 1 up
 */
export function checkCount(number: number | undefined, option: string): void {
  if (number !== undefined && !(Number.isSafeInteger(number) && number > 0))
    throw new OptionError(option, 'takes a whole number from 1 up')
}

/**
 * Checks an option that takes some of a few words.
 * @param what one of them is
 * @throws UsageError naming the first that is none, and all that there are
 */
export function checkWords<T>(words: readonly T[], known: readonly T[], option: string, what: string): void {
  const unknown = words.find((word) => !known.includes(word))
  if (unknown !== undefined)
    throw new OptionError(option, `"${String(unknown)}" is not a ${what}: give ${known.join(', ')}`, {
      suggestions: didYouMean(`\`${option}\``, String(unknown), known.map(String)),
    })
}
