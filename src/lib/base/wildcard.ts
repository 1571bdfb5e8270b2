import {OptionError} from './errors.js'

/** In characters: matching takes up to the product of both lengths. */
export const MAX_NAME = 500

/**
 * Compiles wildcard patterns: `*` matches any characters, `/` included since a model's name is not a path, and `?` for one
 * that is not `/`. Letter case counts, and a pattern matches the whole text.
 * @returns whether any pattern matches a text; never one of more than 500 characters, nor an empty one
 * @throws UsageError where a pattern is empty or longer than that
 */
export function matcherOf(patterns: readonly string[], option = 'model'): (text: string) => boolean {
  const bad = patterns.find((pattern) => pattern === '' || pattern.length > MAX_NAME)
  if (bad !== undefined)
    throw new OptionError(option, `takes a pattern of 1 to ${MAX_NAME} characters, such as "openai/*"`)
  const compiled = patterns.map((pattern) => [...pattern])
  return (text) => {
    if (text === '' || text.length > MAX_NAME) return false
    const letters = [...text]
    return compiled.some((pattern) => matches(pattern, letters))
  }
}

/** Backtracks to the last star only: a regular expression would try every way through several stars. */
function matches(pattern: readonly string[], text: readonly string[]): boolean {
  let at = 0
  let star = -1
  let afterStar = 0
  for (let place = 0; place < text.length;) {
    if (pattern[at] === '*') {
      star = at++
      afterStar = place
    } else if (pattern[at] === text[place] || (pattern[at] === '?' && text[place] !== '/')) {
      at++
      place++
    } else if (star === -1) return false
    else {
      at = star + 1
      place = ++afterStar
    }
  }

  return pattern.slice(at).every((letter) => letter === '*')
}
