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

/** Parts with a separator between them; those without any text are left out. */
export function joined(parts: string[], separator: string): string {
  return parts.filter((part) => part !== '').join(separator)
}

/** The parts of a page, a blank line between them. */
export function paragraphs(parts: string[]): string {
  return joined(parts, '\n\n')
}
