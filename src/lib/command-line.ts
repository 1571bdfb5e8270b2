/** A flag's value as oclif parses it. */
export type FlagValue = boolean | number | string | string[] | undefined

/** Words that a shell passes on as they are. */
const PLAIN = /^[\w./:@%+=,-]+$/

/**
 * Writes flags as a person would type them, quoted where a shell would take them apart.
 * @param flags by name, as oclif parses them; those left at their default, and false ones, must be left out before
 */
export function formatFlags(flags: Record<string, FlagValue>): string[] {
  return Object.entries(flags).flatMap(([name, value]) => {
    if (value === undefined || value === false) return []
    if (value === true) return [`--${name}`]
    return [value].flat().map((each) => `--${name} ${quote(String(each))}`)
  })
}

/** Writes words as a person would type them, quoted where a shell would take them apart. */
export function formatWords(words: string[]): string {
  return words.map((word) => quote(word)).join(' ')
}

/** Single quotes, in which a POSIX shell takes everything literally. */
function quote(word: string): string {
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}
