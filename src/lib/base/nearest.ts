import {distance} from 'fastest-levenshtein'

/** A start of at least so many letters says which word was meant. */
const MIN_PREFIX = 3
/** However long a word, one that differs in more letters is not meant. */
const MAX_EDITS = 3

/**
 * Finds the word that was probably meant by one that is unknown: the one with the fewest slips of a letter between them, at most one
 * for every three letters, rounded, and never more than three; else the only one that begins with it. Capitals do not count. Of
 * several words in one, such as a flag's, each must be near: `keep-last` is not `keep-best`.
 * @returns the first of the nearest candidates; undefined where none is near enough to be worth naming
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = word.toLowerCase()
  const most = slipsIn(wanted)
  const all = Array.from(candidates, (candidate) => ({
    candidate,
    slips: arePartsNear(wanted, candidate.toLowerCase())
      ? distance(wanted, candidate.toLowerCase())
      : Infinity,
  }))
  const best = Math.min(...all.map(({slips}) => slips))
  if (best <= most) return all.find(({slips}) => slips === best)?.candidate
  if (wanted.length < MIN_PREFIX) return undefined
  const longer = all.filter(({candidate}) => candidate.toLowerCase().startsWith(wanted))
  return longer.length === 1 ? longer[0]?.candidate : undefined
}

/** Slips of a letter that a word of this length may have. */
function slipsIn(word: string): number {
  return Math.min(MAX_EDITS, Math.round(word.length / 3))
}

function arePartsNear(one: string, other: string): boolean {
  const [parts, others] = [one.split(/[- ]/), other.split(/[- ]/)] as const
  if (parts.length !== others.length || parts.length === 1) return true
  return parts.every((part, index) => {
    const letters = others[index] ?? ''
    // Two letters in the wrong order are one slip.
    const isSwapped = [...part].sort().join('') === [...letters].sort().join('')
    return isSwapped || distance(part, letters) <= slipsIn(part)
  })
}

/** Says which word of a flag was probably meant; nothing where none is near. */
export function didYouMean(flag: string, word: string, known: Iterable<string>): string[] {
  const meant = nearest(word, known)
  return meant === undefined ? [] : [`Did you mean ${flag} ${meant}?`]
}
