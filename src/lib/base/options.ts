import {isObject} from './collections.js'
import {OptionError, UsageError} from './errors.js'
import {didYouMean, nearest} from './nearest.js'

/** What an option may hold: the words for it, and whether a value is that. */
const KINDS = {
  boolean: ['true or false', (value) => typeof value === 'boolean'],
  // Where only `false` changes anything, nothing else can do harm.
  any: ['anything', () => true],
  text: ['a string', isString],
  number: ['a finite number', Number.isFinite],
  'number or text': ['a finite number or a string', (value) => isString(value) || Number.isFinite(value)],
  // An empty one, such as a search that found nothing has made, must not count as no rule at all.
  texts: ['an array of one or more strings', (value) => isTexts(value) && value.length > 0],
  function: ['a function', (value) => typeof value === 'function'],
  date: ['a valid date', (value) => value instanceof Date && !Number.isNaN(value.getTime())],
  // Not only one of this realm. A controller in its place would never stop anything.
  signal: ['an AbortSignal', (value) => isObject(value) && typeof value.aborted === 'boolean'],
  array: ['an array', Array.isArray],
  object: ['an object', isObject],
  'object or text': ['an object or a string', (value) => isString(value) || isObject(value)],
} as const satisfies Record<string, readonly [wanted: string, is: (value: unknown) => boolean]>

function isString(value: unknown): value is string {
  return typeof value === 'string'
}

/** Which kind the type of an option is of: the first that takes all its values. */
type KindsByType = [
  [boolean, 'boolean' | 'any'],
  [string, 'text'],
  [number, 'number'],
  [number | string, 'number or text'],
  [readonly string[], 'texts'],
  [(...parts: never[]) => unknown, 'function'],
  [Date, 'date'],
  [AbortSignal, 'signal'],
  [readonly unknown[], 'array'],
  [object, 'object'],
  [unknown, 'object or text'],
]
type KindOf<T, Kinds = KindsByType> = Kinds extends [[infer Type, infer Kind], ...infer Others]
  ? [T] extends [Type]
    ? Kind
    : KindOf<T, Others>
  : never

/**
 * The names of all options of a function, and what each holds. A keeper whose name is misspelt would keep nothing, `yes: 'false'`
 * would delete, and JavaScript has no compiler to say so. Ours asks for each option of the interface here.
 */
export type OptionTable<T> = {readonly [K in keyof T]-?: KindOf<Exclude<T[K], undefined>>}

/**
 * Reads the options of a function, once: what a getter or a callback changes later has no effect.
 * @returns a copy with every option of the table as its own, undefined where it was not given: a polluted prototype says nothing
 * @throws UsageError naming the first option that is unknown, or holds something else than it may
 */
export function readOptions<T extends object>(given: T, table: OptionTable<T>): T {
  if (!isPlain(given)) throw new UsageError('Options must be a plain object, such as `{dryRun: false}`.')
  const values = new Map<string, unknown>()
  for (const name of Object.getOwnPropertyNames(given)) {
    const found: unknown = given[name as keyof T]
    if (found === undefined) continue
    if (!Object.hasOwn(table, name)) {
      const meant = nearest(name, Object.keys(table))
      const suggestions = meant === undefined ? [] : [`Did you mean \`${meant}\`?`]
      throw new UsageError(`Unknown option \`${name}\`.`, {suggestions})
    }

    // Copied before it is checked: what the caller, or a getter, changes later has no effect.
    const value: unknown = Array.isArray(found) ? [...(found as unknown[])] : found
    const [wanted, is] = KINDS[table[name as keyof T] as keyof typeof KINDS]
    // The value itself is not repeated: it may be a token.
    if (!is(value)) throw new UsageError(`\`${name}\` takes ${wanted}.`)
    values.set(name, value)
  }

  return Object.fromEntries(Object.keys(table).map((name) => [name, values.get(name)])) as T
}

/** Inherited properties of a class or a prototype would be overlooked, but for those of `Object`, of whichever realm. */
function isPlain(value: unknown): boolean {
  if (!isObject(value) || Array.isArray(value)) return false
  const prototype = Object.getPrototypeOf(value) as object | null
  if (prototype === null) return true
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf')
}

/** Reads a list of names. @throws UsageError where it is not an array, or one of them not a string */
export function readTexts(given: readonly string[], what: string): string[] {
  const texts: unknown = Array.isArray(given) ? [...(given as unknown[])] : given
  if (!isTexts(texts)) throw new UsageError(`${what} must be an array of strings.`)
  return texts
}

/** Reads a single string, such as the name of a file. @throws UsageError where it is not one, or empty */
export function readText(given: string, what: string): string {
  if (typeof given !== 'string' || given === '') throw new UsageError(`${what} must be a non-empty string.`)
  return given
}

/** Spread, since `every` passes over holes. */
function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && [...(value as unknown[])].every((each) => isString(each))
}

/** Checks an option that counts. @throws UsageError where it is there and not a whole number from 1 up */
export function checkCount(number: number | undefined, option: string): void {
  if (number !== undefined && !(Number.isSafeInteger(number) && number > 0))
    throw new OptionError(option, 'takes a whole number of at least 1')
}

/** Checks an option that takes some of a few words. @throws UsageError naming the first that is not one, and all that there are */
export function checkWords<T>(words: readonly T[], known: readonly T[], option: string, what: string): void {
  const unknown = words.find((word) => !known.includes(word))
  if (unknown !== undefined)
    throw new OptionError(option, `"${String(unknown)}" is not a valid ${what}: use ${known.join(', ')}`, {
      suggestions: didYouMean(`\`${option}\``, String(unknown), known.map(String)),
    })
}
