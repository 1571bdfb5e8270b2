import picomatch from 'picomatch'

import {UsageError} from './errors.js'
import {LONGEST_NAME} from './rule-words.js'

/**
 * `*` crosses `/`, since a model's name is no path. A leading `!` or dot means nothing special. Without `fastpaths`, `*`
 * would pass over names that begin with `./`; without `posix`, `[!a]` would mean its opposite; and a machine's system must
 * not change what matches.
 */
const OPTIONS = {
  bash: true,
  dot: true,
  nonegate: true,
  posix: true,
  fastpaths: false,
  windows: false,
  flags: 's',
} as const

/**
 * Makes a test of texts that at least one pattern matches as a whole, letter case included: `*` stands for any
 * characters, `?` for one that is no `/`, `[ab]` for one of these, `{a,b}` for one of these words.
 * @param flag what the person wrote before each pattern
 * @returns the test; of no patterns it is never true, nor of a text of more than 500 characters
 * @throws UsageError where a pattern is empty or longer than that
 */
export function matcherOf(patterns: readonly string[], flag = '--model'): (text: string) => boolean {
  const bad = patterns.find((pattern) => pattern === '' || pattern.length > LONGEST_NAME)
  if (bad !== undefined)
    throw new UsageError(`${flag} takes a pattern of 1 to ${LONGEST_NAME} characters, such as 'openai/*'.`)
  const matches = picomatch(
    patterns.map((pattern) => literalStart(pattern)),
    OPTIONS,
  )
  return (text) => text.length <= LONGEST_NAME && matches(text)
}

/** To picomatch a leading `./` says nothing, so that `./*` would match whatever there is; two stars are more than one. */
function literalStart(pattern: string): string {
  return pattern.replaceAll(/\*{2,}/g, '*').replace(/^\.\//, String.raw`\./`)
}
