import {CHUNK, pacer} from '../../base/steps.js'

/** A text in pieces: a long one is neither made nor written at once. An empty piece is a place to pause. */
export type Pieces = Iterable<string>

/** The text as one. */
export function whole(pieces: Pieces): string {
  return [...pieces].join('')
}

/** Parts with a separator between them; those without any text are left out. */
export function* joined(parts: Iterable<Pieces | string>, separator: string): Generator<string> {
  let hasBegun = false
  for (const part of parts) {
    let isFirst = true
    for (const piece of typeof part === 'string' ? [part] : part) {
      if (piece !== '' && isFirst && hasBegun) yield separator
      if (piece !== '') [isFirst, hasBegun] = [false, true]
      yield piece
    }
  }
}

/** The parts of a page, a blank line between them. */
export function paragraphs(parts: Iterable<Pieces | string>): Generator<string> {
  return joined(parts, '\n\n')
}

/** Lines without a newline after the last. */
export function* lines(texts: Iterable<string>): Generator<string> {
  let isFirst = true
  for (const text of texts) {
    yield isFirst ? text : `\n${text}`
    isFirst = false
  }
}

/** Makes something of each item when it is asked for. */
export function* each<T, U>(items: Iterable<T>, make: (item: T, index: number) => U): Generator<U> {
  let index = 0
  for (const item of items) yield make(item, index++)
}

/**
 * Writes a text while it is made; a short one at once. The next part is made when the one before has left the process, so a slow
 * reader holds it up. Lets the event loop have its turn after each slice.
 */
export async function writePieces(stream: Sink, pieces: Pieces): Promise<void> {
  const pause = pacer()
  let text = ''
  for (const piece of pieces) {
    text += piece
    if (text.length >= CHUNK) {
      await written(stream, text)
      text = ''
    }

    // An empty piece is a step too: those who make the text may have had much to do.
    const over = pause()
    if (over) await over
  }

  if (text) await written(stream, text)
}

/** What text is written to: stdout, or a test's own. */
export interface Sink {
  write: (text: string, encoding: 'utf8', onTaken: () => void) => boolean
}

/** Writes a text and waits until it has left the process, or cannot: the stream's listeners know why. */
export function written(stream: Sink, text: string): Promise<void> {
  return new Promise((resolve) => {
    stream.write(text, 'utf8', () => resolve())
  })
}
