import {LazyList} from './lazy-list.js'
import {type Steps} from './steps.js'

/** The text of a value, or where that is a list the texts of its entries. */
export type JsonPart = LazyList<string> | string

/**
 * Finds the members of an object in a JSON text that is too long to be parsed, or made, at a time.
 * @param bytes the text in UTF-8
 * @returns names and texts in the order of the text, a name that stands there twice too; undefined where the text is no
 *   object. What is in the texts is not looked at yet: only where all of them can be parsed is the whole JSON
 * @throws SyntaxError where there is no JSON between them
 */
export function* findingMembers(bytes: Buffer): Steps<Array<[name: string, part: JsonPart]> | undefined> {
  const reader = new Reader(bytes)
  if (!reader.takes('{')) return undefined
  const members: Array<[string, JsonPart]> = []
  if (!reader.takes('}')) {
    do {
      const name: unknown = JSON.parse(reader.textOf(yield* reader.value()))
      if (typeof name !== 'string') throw reader.broken()
      reader.require(':')
      members.push([name, yield* reader.part()])
    } while (reader.takes(','))

    reader.require('}')
  }

  reader.requireEnd()
  return members
}

/** Where a value begins and ends in a text. */
type Span = [start: number, end: number]

const codesOf = (marks: string): Set<number> => new Set(Buffer.from(marks))
const BLANKS = codesOf('\t\n\r ')
const OPENING = codesOf('{[')
const CLOSING = codesOf('}]')
const AFTER_WORD = codesOf('\t\n\r ,:"{}[]')
const QUOTE = 0x22
const BACKSLASH = 0x5c

/** Walks over a JSON text without making anything of it. No mark of JSON is a part of another character in UTF-8. */
class Reader {
  private readonly bytes: Buffer
  private place = 0

  constructor(bytes: Buffer) {
    this.bytes = bytes
  }

  textOf([start, end]: Span): string {
    return this.bytes.toString('utf8', start, end)
  }

  takes(mark: string): boolean {
    this.skipBlanks()
    if (this.bytes[this.place] !== mark.codePointAt(0)) return false
    this.place++
    return true
  }

  require(mark: string): void {
    if (!this.takes(mark)) throw this.broken()
  }

  requireEnd(): void {
    this.skipBlanks()
    if (this.place < this.bytes.length) throw this.broken()
  }

  broken(): SyntaxError {
    return new SyntaxError(`no JSON at ${this.place}`)
  }

  *part(): Steps<JsonPart> {
    if (!this.takes('[')) return this.textOf(yield* this.value())
    const spans: Span[] = []
    if (!this.takes(']')) {
      do spans.push(yield* this.value())
      while (this.takes(','))
      this.require(']')
    }

    return LazyList.of(spans, (span) => this.textOf(span))
  }

  *value(): Steps<Span> {
    this.skipBlanks()
    const start = this.place
    const code = this.bytes[start] ?? 0
    if (code === QUOTE) this.skipString()
    else if (OPENING.has(code)) yield* this.skipContainer()
    else this.skipWord()
    if (this.place === start) throw this.broken()
    return [start, this.place]
  }

  private skipBlanks(): void {
    while (BLANKS.has(this.bytes[this.place] ?? 0)) this.place++
  }

  private skipWord(): void {
    while (this.place < this.bytes.length && !AFTER_WORD.has(this.bytes[this.place] ?? 0)) this.place++
  }

  private *skipContainer(): Steps<void> {
    let depth = 0
    do {
      const code = this.bytes[this.place]
      if (code === undefined) throw this.broken()
      if (code === QUOTE) {
        this.skipString()
        yield
        continue
      }

      if (OPENING.has(code)) depth++
      else if (CLOSING.has(code)) depth--
      this.place++
    } while (depth > 0)
  }

  /** A quotation mark ends a string unless an odd number of backslashes stands before it. */
  private skipString(): void {
    const {bytes} = this
    for (let end = bytes.indexOf(QUOTE, this.place + 1); end !== -1; end = bytes.indexOf(QUOTE, end + 1)) {
      let before = end
      while (bytes[before - 1] === BACKSLASH) before--
      if ((end - before) % 2 === 1) continue
      this.place = end + 1
      return
    }

    throw this.broken()
  }
}
