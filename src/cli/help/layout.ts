import {columnsOf, indented, wrapText, wrapWords} from '../../lib/views/terminal/layout.js'

/** A term and what it means. */
export type Entry = [term: string, meaning: string]

/** Blanks between a term and its meaning. */
const GAP = 2
/** Narrower than this, a meaning is printed below its term. */
const LEAST_MEANING = 32
const INDENT = '    '

/**
 * Sets terms and their meanings, the meanings under each other, or below their terms where there is little room.
 * @param terms how wide the column of the terms is
 */
export function layOutEntries(entries: readonly Entry[], terms: number, width: number): string {
  const room = width - terms - GAP
  const isStacked = room < LEAST_MEANING
  return entries
    .map(([term, meaning]) => {
      if (meaning === '') return term
      if (isStacked) return `${term}\n${indented(wrapText(meaning, width - INDENT.length), INDENT)}`
      const margin = ' '.repeat(terms + GAP)
      return `${term.padEnd(terms + GAP)}${indented(wrapText(meaning, room), margin).trimStart()}`
    })
    .join('\n')
}

/** The widest term. */
export function widthOfTerms(entries: readonly Entry[]): number {
  return Math.max(0, ...entries.map(([term]) => columnsOf(term)))
}

/**
 * Breaks a command line where a shell lets it be broken, not within quotes, so that it may be copied.
 * @param broken what a shell wants at the end of a continued line
 */
export function wrapCommand(command: string, width: number, broken: string): string {
  const words = command.match(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g) ?? []
  const [first = '', ...more] = wrapWords(words, width - broken.length - 1 - INDENT.length)
  return [first, ...more.map((line) => `${INDENT}${line}`)].join(` ${broken}\n`)
}
