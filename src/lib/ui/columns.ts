import stringWidth from 'string-width'

const PLAIN = /^[\u0020-\u007E]*$/

/** Whether each character of a text takes exactly one column. */
export function isPlain(text: string): boolean {
  return PLAIN.test(text)
}

/** Columns of the terminal that a text takes; asking the library for every text would take most of the time of a table. */
export function columnsOf(text: string): number {
  return isPlain(text) ? text.length : stringWidth(text)
}

/** A text cut to so many columns, between characters. */
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
