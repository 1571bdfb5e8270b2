import {LazyList} from './lazy-list.js'
import {type Steps} from './slices.js'

/** The text of a value, or where that is a list the texts of its entries. */
export type JsonPart = LazyList<string> | string

/**
 * Finds the members of an object in a JSON text that is too long to be parsed at a time.
 * @returns names and texts in the order of the text, a name that stands there twice too; undefined where the text is no
 *   object. What is in the texts is not looked at yet: only where all of them can be parsed is the whole JSON
 * @throws SyntaxError where there is no JSON between them
 */
export function* findingMembers(text: string): Steps<Array<[name: string, part: JsonPart]> | undefined> {
  const reader = new Reader(text)
  if (!reader.takes('{')) return undefined
  const members: Array<[string, JsonPart]> = []
  if (!reader.takes('}')) {
    do {
      const name = JSON.parse(textAt(text, yield* reader.value())) as unknown
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

function textAt(text: string, [start, end]: Span): string {
  return text.slice(start, end)
}

/** Walks over a JSON text without making anything of it. */
class Reader {
  private readonly text: string
  private place = 0

  constructor(text: string) {
    this.text = text
  }

  takes(mark: string): boolean {
    this.skipBlanks()
    if (this.text[this.place] !== mark) return false
    this.place++
    return true
  }

  require(mark: string): void {
    if (!this.takes(mark)) throw this.broken()
  }

  requireEnd(): void {
    this.skipBlanks()
    if (this.place < this.text.length) throw this.broken()
  }

  broken(): SyntaxError {
    return new SyntaxError(`no JSON at ${this.place}`)
  }

  *part(): Steps<JsonPart> {
    const {text} = this
    if (!this.takes('[')) return textAt(text, yield* this.value())
    const spans: Span[] = []
    if (!this.takes(']')) {
      do spans.push(yield* this.value())
      while (this.takes(','))
      this.require(']')
    }

    return LazyList.of(spans, (span) => textAt(text, span))
  }

  *value(): Steps<Span> {
    this.skipBlanks()
    const start = this.place
    const mark = this.text[start]
    if (mark === '"') this.skipString()
    else if (mark === '{' || mark === '[') yield* this.skipContainer()
    else this.skipWord()
    if (this.place === start) throw this.broken()
    return [start, this.place]
  }

  private skipBlanks(): void {
    BLANKS.lastIndex = this.place
    BLANKS.test(this.text)
    this.place = BLANKS.lastIndex
  }

  private skipWord(): void {
    WORD.lastIndex = this.place
    if (WORD.test(this.text)) this.place = WORD.lastIndex
  }

  private *skipContainer(): Steps<void> {
    let depth = 0
    do {
      MARK.lastIndex = this.place
      const mark = MARK.exec(this.text)
      if (!mark) throw this.broken()
      this.place = mark.index
      if (mark[0] === '"') this.skipString()
      else {
        depth += mark[0] === '{' || mark[0] === '[' ? 1 : -1
        this.place++
        yield
      }
    } while (depth > 0)
  }

  /** A quotation mark ends a string unless an odd number of backslashes stands before it. */
  private skipString(): void {
    const {text} = this
    for (let end = text.indexOf('"', this.place + 1); end !== -1; end = text.indexOf('"', end + 1)) {
      let before = end
      while (text[before - 1] === '\\') before--
      if ((end - before) % 2 === 1) continue
      this.place = end + 1
      return
    }

    throw this.broken()
  }
}

const BLANKS = /[\t\n\r ]*/y
const WORD = /[^\s,:"[\]{}]+/y
const MARK = /["[\]{}]/g
