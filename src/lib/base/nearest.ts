import {distance} from 'fastest-levenshtein'

/** A start of at least so many letters says which word was meant. */
const MIN_PREFIX = 3
/** However long a word, one that differs in more letters is not meant. */
const MAX_EDITS = 3

/**
 * Finds the word that was probably meant by one that is unknown: the one with the fewest slips of a letter between them, at most one
 * for every three letters, rounded, and never more than three; else the only one that begins with it. Capitals do not count.
 * @returns the first of the nearest candidates; undefined where none is near enough to be worth naming
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = word.toLowerCase()
  const most = Math.min(MAX_EDITS, Math.round(wanted.length / 3))
  const all = Array.from(candidates, (candidate) => ({
    candidate,
    slips: distance(wanted, candidate.toLowerCase()),
  }))
  const best = Math.min(...all.map(({slips}) => slips))
  if (best <= most) return all.find(({slips}) => slips === best)?.candidate
  if (wanted.length < MIN_PREFIX) return undefined
  const longer = all.filter(({candidate}) => candidate.toLowerCase().startsWith(wanted))
  return longer.length === 1 ? longer[0]?.candidate : undefined
}

/** Says which word of a flag was probably meant; nothing where none is near. */
export function didYouMean(flag: string, word: string, known: Iterable<string>): string[] {
  const meant = nearest(word, known)
  return meant === undefined ? [] : [`Did you mean ${flag} ${meant}?`]
}
