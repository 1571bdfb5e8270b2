import {type SmoltraceError} from '../../base/errors.js'
import {printable, safe} from '../../base/text.js'

/** Makes the error that ends the reading of a document, from the end of a sentence about it. */
export type Refuse = (why: string) => SmoltraceError

const LONGEST_QUOTE = 100

/** One value of an external document, and its path. Reads it strictly, or refuses the document. */
export class Field {
  readonly value: unknown
  private readonly refuse: Refuse
  private readonly place: string

  constructor(value: unknown, refuse: Refuse, place = '') {
    this.value = value
    this.refuse = refuse
    this.place = place
  }

  /** The parts of an object that has exactly these. */
  parts<K extends string>(...names: K[]): Record<K, Field> {
    const {value} = this
    if (!isObject(value)) throw this.wrong('an object')
    const known = new Set<string>(names)
    const unknown = Object.keys(value).find((name) => !known.has(name))
    if (unknown !== undefined)
      throw this.error(`has a part that this version does not know: ${quote(unknown)}`)
    const absent = names.find((name) => !Object.hasOwn(value, name))
    if (absent !== undefined) throw this.error(`lacks ${quote(absent)}`)
    return Object.fromEntries(names.map((name) => [name, this.at(name)])) as Record<K, Field>
  }

  /** One part of an object or a list; that of an unknown name has no value. */
  at(name: string): Field {
    const {value} = this
    const part = typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    const place = Array.isArray(value)
      ? `${this.place}[${name}]`
      : this.place
        ? `${this.place}.${name}`
        : name
    return new Field(part ? (value as Record<string, unknown>)[name] : undefined, this.refuse, place)
  }

  list(): Field[] {
    const {value, refuse, place} = this
    if (!Array.isArray(value)) throw this.wrong('a list')
    return value.map((entry, index) => new Field(entry, refuse, `${place}[${index}]`))
  }

  nullOr<T>(read: (field: Field) => T): T | undefined {
    return this.value === null ? undefined : read(this)
  }

  /** Some text that a terminal shows as it is. */
  text(longest = Number.MAX_SAFE_INTEGER): string {
    const {value} = this
    if (typeof value !== 'string' || value === '' || value !== printable(value) || value.length > longest)
      throw this.wrong(
        longest < Number.MAX_SAFE_INTEGER ? `a text of 1 to ${longest} characters` : 'a plain text',
      )
    return value
  }

  boolean(): boolean {
    if (typeof this.value !== 'boolean') throw this.wrong('true or false')
    return this.value
  }

  /** A whole number from 0 up. */
  wholeNumber(): number {
    const {value} = this
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
      throw this.wrong('a whole number')
    return value
  }

  number(): number {
    const {value} = this
    if (typeof value !== 'number' || !Number.isFinite(value)) throw this.wrong('a number')
    return value
  }

  /** A moment as this program writes it: ISO 8601 in UTC, to the millisecond. */
  date(): Date {
    const {value} = this
    const date = new Date(typeof value === 'string' ? value : Number.NaN)
    if (Number.isNaN(date.getTime()) || date.toISOString() !== value)
      throw this.wrong('a moment such as 2026-01-31T23:59:59.000Z')
    return date
  }

  oneOf<T extends string>(choices: readonly T[]): T {
    const choice = choices.find((each) => each === this.value)
    if (choice === undefined) throw this.wrong(`one of ${choices.join(', ')}`)
    return choice
  }

  /** The error of a value that is something else than wanted. */
  wrong(wanted: string): SmoltraceError {
    return this.error(`is ${quote(this.value)}, not ${wanted}`)
  }

  error(why: string): SmoltraceError {
    return this.refuse(`${this.place || 'it'} ${why}`)
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A value in a message: short, on one line, and without what a terminal would obey. */
export function quote(value: unknown): string {
  const text =
    typeof value === 'bigint' ? String(value) : ((JSON.stringify(value) as string | undefined) ?? 'nothing')
  const short = text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text
  return safe(short)
}
