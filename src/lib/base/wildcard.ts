import {UsageError} from './errors.js'

/** Characters of a name or pattern, so that no text from outside can keep the matching busy for long. */
export const LONGEST_NAME = 500

/**
 * Makes a test of texts that at least one pattern matches as a whole, letter case included: `*` stands for any
 * characters, `?` for one that is no `/`, `[ab]`, `[a-f]` and `[!ab]` for one of these or none of these, `{a,b}` for one of
 * these patterns; a backslash takes that meaning away. `*` crosses `/`, since a model's name is no path.
 * @param flag what the person wrote before each pattern
 * @returns the test, which takes no longer than both lengths multiplied; of no patterns it is never true, nor of a text of
 *   more than 500 characters
 * @throws UsageError where a pattern is empty or longer than that
 */
export function matcherOf(patterns: readonly string[], flag = '--model'): (text: string) => boolean {
  const bad = patterns.find((pattern) => pattern === '' || pattern.length > LONGEST_NAME)
  if (bad !== undefined)
    throw new UsageError(`${flag} takes a pattern of 1 to ${LONGEST_NAME} characters, such as 'openai/*'.`)
  const parts = patterns.map((pattern) => partsOf([...pattern]))
  return (text) => {
    if (text === '' || text.length > LONGEST_NAME) return false
    const letters = [...text]
    const start = new Uint8Array(letters.length + 1)
    start[0] = 1
    return parts.some((part) => part(start, letters).at(-1) === 1)
  }
}

/**
 * A part of a pattern: from the places at which it may begin, to those at which it may end. A regular expression would
 * try the ways through several stars one after the other, and there are too many in a name that is made for it.
 */
type Part = (from: Uint8Array, text: readonly string[]) => Uint8Array

const anything: Part = (from) => {
  const first = from.indexOf(1)
  return first === -1 ? from : new Uint8Array(from.length).fill(1, first)
}

function oneLetter(isIt: (letter: string) => boolean): Part {
  return (from, text) => {
    const to = new Uint8Array(from.length)
    for (const [place, letter] of text.entries()) if (from[place] === 1 && isIt(letter)) to[place + 1] = 1
    return to
  }
}

function oneOf(choices: readonly Part[]): Part {
  return (from, text) => {
    const to = new Uint8Array(from.length)
    for (const choice of choices)
      for (const [place, ends] of choice(from, text).entries()) if (ends === 1) to[place] = 1
    return to
  }
}

/** Reads a pattern; brackets that nothing closes are letters. */
function partsOf(pattern: readonly string[]): Part {
  const parts: Part[] = []
  for (let at = 0; at < pattern.length;) {
    const [part, length] = partAt(pattern, at)
    parts.push(part)
    at += length
  }

  return (from, text) => {
    let places = from
    for (const part of parts) places = part(places, text)
    return places
  }
}

function partAt(pattern: readonly string[], at: number): [part: Part, length: number] {
  const [letter = '', next] = pattern.slice(at, at + 2)
  if (letter === '*') return [anything, 1]
  if (letter === '?') return [oneLetter((each) => each !== '/'), 1]
  if (letter === '\\' && next !== undefined) return [oneLetter((each) => each === next), 2]
  const bracket = letter === '[' ? classAt(pattern, at) : letter === '{' ? choiceAt(pattern, at) : undefined
  return bracket ?? [oneLetter((each) => each === letter), 1]
}

/** `[ab]`; a `]` that stands first is one of its letters. */
function classAt(pattern: readonly string[], at: number): [part: Part, length: number] | undefined {
  const isNegated = pattern[at + 1] === '!' || pattern[at + 1] === '^'
  const start = at + (isNegated ? 2 : 1)
  const end = pattern.indexOf(']', start + 1)
  if (end === -1) return undefined
  const letters = pattern.slice(start, end)
  const isMember = (letter: string) =>
    letters.some((each, index) =>
      letters[index + 1] === '-' && index + 2 < letters.length
        ? each <= letter && letter <= (letters[index + 2] ?? '')
        : each === letter,
    )
  return [oneLetter((letter) => isMember(letter) !== isNegated), end + 1 - at]
}

/** `{a,b}`, others of its kind in it; one without a comma is no choice. */
function choiceAt(pattern: readonly string[], at: number): [part: Part, length: number] | undefined {
  const choices: Array<readonly string[]> = []
  let depth = 0
  let start = at + 1
  for (let place = at; place < pattern.length; place++) {
    const letter = pattern[place]
    if (letter === '\\') place++
    if (letter === '{') depth++
    if (letter === '}') depth--
    if (depth > 1 || !(letter === ',' || depth === 0)) continue
    choices.push(pattern.slice(start, place))
    start = place + 1
    // Only now: what is read before it is known to be a choice would be read again, and what is in it again and again.
    if (depth === 0)
      return choices.length > 1 ? [oneOf(choices.map((each) => partsOf(each))), start - at] : undefined
  }

  return undefined
}
