import stringWidth from 'string-width'

/** Of Latin letters, and of what bars are made of. */
const PLAIN = /^[\u0020-\u007E\u00A1-\u00A8\u00AA-\u00AC\u00AF-\u00FF…█]*$/

/** Whether each character of a text takes exactly one column. */
export function isPlain(text: string): boolean {
  return PLAIN.test(text)
}

/** Columns of the terminal that a text takes; asking the library for every text would take most of the time of a table. */
export function columnsOf(text: string): number {
  return isPlain(text) ? text.length : stringWidth(text)
}

/** Cuts a text to a width, between characters; what was cut off shows as an ellipsis. */
export function cut(text: string, width: number): string {
  if (columnsOf(text) <= width) return text
  const kept: string[] = []
  let used = 1
  for (const {segment} of new Intl.Segmenter().segment(text)) {
    used += columnsOf(segment)
    if (used > width) break
    kept.push(segment)
  }

  return `${kept.join('')}…`
}
