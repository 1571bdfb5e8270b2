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

/** Puts blanks before every line. */
export function indented(text: string, margin: string): string {
  return text.replaceAll(/^(?=.)/gm, margin)
}
