import {columnsOf} from './columns.js'

/** Breaks a text between words so that no line is wider, but for a word that is wider itself; its own lines stay. */
export function wrapText(text: string, width = Infinity): string {
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

/** Breaks words that are wider than a line of their own, so that each line of `wrapText` fits: for what nobody copies. */
export function breakWords(text: string, width: number): string {
  return text
    .split(' ')
    .map((word) => (columnsOf(word) > width ? inPieces(word, width).join(' ') : word))
    .join(' ')
}

/** Pieces that fill a line, but for the last. */
function inPieces(word: string, width: number): string[] {
  const pieces = ['']
  for (const {segment} of new Intl.Segmenter().segment(word)) {
    const longer = `${pieces.at(-1)}${segment}`
    if (columnsOf(longer) > width) pieces.push(segment)
    else pieces[pieces.length - 1] = longer
  }

  return pieces
}

/** Breaks a text between words, each of its lines behind the same margin. */
export function wrapIndented(text: string, margin: string, width = Infinity): string {
  return indented(wrapText(text, width - margin.length), margin)
}

/** Puts blanks before every line. */
export function indented(text: string, margin: string): string {
  return text.replaceAll(/^(?=.)/gm, margin)
}
