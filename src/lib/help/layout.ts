import {columnsOf} from '../ui/columns.js'

/** A term and what it means. */
export type Entry = [term: string, meaning: string]

/** Blanks between a term and its meaning. */
const GAP = 2
/** Narrower than this, a meaning stands below its term. */
const LEAST_MEANING = 32
const INDENT = '    '

/** Breaks a text between words so that no line is wider, but for a word that is wider itself; its own lines stay. */
export function wrapText(text: string, width: number): string {
  return text
    .split('\n')
    .map((line) => wrapWords(line.split(' '), width).join('\n'))
    .join('\n')
}

/** Words set in lines that are no wider, but for a word that is wider itself. */
export function wrapWords(words: readonly string[], width: number): string[] {
  const lines: string[] = []
  for (const word of words) {
    const line = lines.at(-1)
    if (line === undefined || columnsOf(line) + 1 + columnsOf(word) > width) lines.push(word)
    else lines[lines.length - 1] = `${line} ${word}`
  }

  return lines
}

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
 * @param broken what a shell wants at the end of a line that goes on
 */
export function wrapCommand(command: string, width: number, broken: string): string {
  const words = command.match(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g) ?? []
  const [first = '', ...more] = wrapWords(words, width - broken.length - 1 - INDENT.length)
  return [first, ...more.map((line) => `${INDENT}${line}`)].join(` ${broken}\n`)
}

/** Puts blanks before every line. */
export function indented(text: string, margin: string): string {
  return text.replaceAll(/^(?=.)/gm, margin)
}
