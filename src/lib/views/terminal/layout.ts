import stringWidth from 'string-width'

/** The parts of a page, a blank line between them; empty ones are omitted. */
export function paragraphs(parts: readonly string[]): string {
  return parts.filter(Boolean).join('\n\n')
}

/** Of Latin letters, and of what bars are made of. */
const PLAIN = /^[\u0020-\u007E\u00A1-\u00A8\u00AA-\u00AC\u00AF-\u00FF…█]*$/

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

/** Cuts a name such as `owner/model` to a width: first its owner, then the middle, since models of one owner differ at both ends. */
export function cutName(name: string, width: number): string {
  const over = columnsOf(name) - width
  if (over <= 0) return name
  const owner = name.slice(0, Math.max(0, name.indexOf('/')))
  const own = columnsOf(owner)
  if (own > over) return `${cut(owner, own - over)}${name.slice(owner.length)}`
  const rest = own > 0 ? name.slice(owner.length + 1) : name
  if (columnsOf(rest) < width) return `…${rest}`
  // Parts that are cut in the middle would name another model: 2B of 32B.
  const tails = [...rest.matchAll(/-/g)].map(({index}) => rest.slice(index))
  const whole = tails.find((tail) => columnsOf(tail) <= width - MIN_START)
  const end = whole ?? lastOf(rest, Math.floor((width - 1) / 2))
  return `${cut(rest, width - columnsOf(end))}${end}`
}

/** What is left of the start of a name at least, in columns, with the ellipsis. */
const MIN_START = 6

/** The end of a text that takes up so many columns. */
function lastOf(text: string, width: number): string {
  let end = ''
  for (const {segment} of [...new Intl.Segmenter().segment(text)].reverse()) {
    if (columnsOf(segment) + columnsOf(end) > width) break
    end = `${segment}${end}`
  }

  return end
}

/** Breaks a text between words so that no line is wider, but for a word that is wider itself; its own line breaks are kept. */
export function wrapText(text: string, width = Infinity): string {
  return text
    .split('\n')
    .map((line) => wrapLine(line, width))
    .join('\n')
}

function wrapLine(text: string, width: number): string {
  if (columnsOf(text) <= width) return text
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const line = lines.at(-1)
    if (line === undefined || columnsOf(line) + 1 + columnsOf(word) > width) lines.push(word)
    else lines[lines.length - 1] = `${line} ${word}`
  }

  return lines.join('\n')
}

/** Breaks words that are wider than a line of their own, so that each line of `wrapText` fits: for text that is not copied. */
export function breakWords(text: string, width: number): string {
  if (columnsOf(text) <= width) return text
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

export function indented(text: string, margin: string): string {
  return text.replaceAll(/^(?=.)/gm, margin)
}
