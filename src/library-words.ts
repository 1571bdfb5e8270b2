import {SmoltraceError} from './lib/base/errors.js'

/**
 * The commands and the library share their functions, and these speak to a person who types flags. Here their errors are put into
 * the words of the library: options in place of flags, and no placeholders.
 */

/** Flags that are not named like their option. */
const SPECIAL: ReadonlyMap<string, string> = new Map([
  ['--apply', '`applyPlan`'],
  ['--no-dry-run', '`dryRun: false`'],
  ['--no-journal', '`journal: false`'],
  ['--plan', '`savePlan`'],
])

/** Flags, but not within what a caller gave, which is quoted. */
const FLAG_OR_QUOTE = /"[^"]*"|--[a-z][a-z-]*[a-z]/g

/**
 * Makes a function of the library of one that a command calls.
 * @returns the same, but that its errors name options
 */
export function ofLibrary<F extends (...parts: never[]) => unknown>(work: F): F {
  const call = (...parts: Parameters<F>): unknown => {
    try {
      const result = work(...parts)
      return result instanceof Promise ? result.catch(rethrow) : result
    } catch (error) {
      return rethrow(error)
    }
  }

  return Object.defineProperty(call, 'name', {value: work.name}) as F
}

function rethrow(error: unknown): never {
  if (error instanceof SmoltraceError) {
    error.message = inOptions(error.message)
    error.suggestions.splice(0, Infinity, ...error.suggestions.map((text) => inLibraryWords(text)))
  }

  throw error
}

/** A suggestion in the words of the library. One that is a line to type keeps its flags. */
export function inLibraryWords(suggestion: string): string {
  if (suggestion.includes('{bin}')) return suggestion.replaceAll('{bin}', 'smoltrace')
  if (suggestion.includes('{help}')) return 'See what the options mean in the documentation of the library.'
  return inOptions(suggestion)
}

function inOptions(text: string): string {
  return text.replaceAll(FLAG_OR_QUOTE, (found) => (found.startsWith('"') ? found : optionOf(found)))
}

function optionOf(flag: string): string {
  const option = flag.slice(2).replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
  return SPECIAL.get(flag) ?? `\`${option}\``
}
