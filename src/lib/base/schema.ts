import * as z from 'zod/mini'
import en from 'zod/v4/locales/en.js'

import {MAX_JSON} from './files.js'
import {printable} from './text.js'

z.config(en())

/** A schema reports every fault, and a hostile file may hold one in every two bytes: more than the memory could take. */
const MAX_COMMAS = 2_000_000
const MAX_PROBLEM = 300
const MAX_DEPTH = 100

/** The same, described: for the JSON Schema that is published of it. */
export function about<S extends z.ZodMiniType>(schema: S, description: string): S {
  return schema.check(z.meta({description})) as S
}

/** A text that says something. */
export const nonEmptyText = z.string().check(z.minLength(1, 'empty text'))

/** A git commit, or another SHA-1. */
export const sha1 = z.string().check(z.regex(/^[\da-f]{40}$/, 'not a SHA-1'))
export const sha256 = z.string().check(z.regex(/^[\da-f]{64}$/, 'not a SHA-256'))

/** A number of things or bytes. */
export const wholeNumber = z.int().check(z.nonnegative())

/** A moment, as `Date.toJSON` writes it. */
export const date = z.codec(
  z.string().check(z.refine(isMoment, 'not a date in UTC'), z.meta({format: 'date-time'})),
  z.date(),
  {
    decode: (iso) => new Date(iso),
    encode: (moment) => moment.toISOString(),
  },
)

/**
 * Reads a JSON text from outside.
 * @param refuse makes the error from what is wrong, in one line with its place: `files[3].oid: not a SHA-1`
 * @throws what `refuse` makes of the first thing that is wrong; else as `readJson`
 */
export function parseJson<S extends z.core.$ZodType>(
  json: string,
  schema: S,
  refuse: (why: string) => Error,
): z.output<S> {
  return parseValue(readJson(json, refuse), schema, refuse)
}

/**
 * The value of a JSON text from outside, of whatever form. It has no name twice in one object: only the last one counts for
 * `JSON.parse`, while a person, or a tool that merged the file, may have looked at the first.
 * @throws what `refuse` makes of what is wrong with it
 */
export function readJson(json: string, refuse: (why: string) => Error): unknown {
  requireReadable(json, refuse)
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    throw refuse('not JSON')
  }

  if (countNames(json) !== countKeys(value, refuse)) throw refuse('an object has the same key twice')
  return value
}

/** Checks a value from outside. @throws what `refuse` makes of the first thing that is wrong */
export function parseValue<S extends z.core.$ZodType>(
  value: unknown,
  schema: S,
  refuse: (why: string) => Error,
): z.output<S> {
  let result: z.core.util.SafeParseResult<z.output<S>>
  try {
    result = z.safeParse(schema, value)
  } catch (error) {
    // More faults than JavaScript passes on at once.
    if (error instanceof RangeError) throw refuse('too many errors')
    throw error
  }

  if (result.success) return result.data
  throw refuse(problemIn(result.error))
}

/** The first fault that a schema found, in one line with its place. */
export function problemIn({issues: [issue]}: z.core.$ZodError): string {
  const message = (issue?.message ?? 'not valid')
    .replace(/^Invalid input: /, '')
    .replace(/^.*, received undefined$/, 'missing')
  const place = issue?.path.length ? `${z.core.toDotPath(issue.path)}: ` : ''
  return printable(`${place}${message}`.slice(0, MAX_PROBLEM))
}

/** Refuses a JSON text that is larger, or has more values, than is read. @throws what `refuse` makes */
export function requireReadable(json: string, refuse: (why: string) => Error): void {
  if (Buffer.byteLength(json) > MAX_JSON.bytes) throw refuse(`larger than ${MAX_JSON.text}`)
  let commas = 0
  for (let at = json.indexOf(','); at !== -1; at = json.indexOf(',', at + 1)) commas++
  if (commas > MAX_COMMAS) throw refuse('too many values')
}

function isMoment(iso: string): boolean {
  const date = new Date(iso)
  // Years beyond four digits have another form.
  return iso.length === 24 && !Number.isNaN(date.getTime()) && date.toISOString() === iso
}

/** Names in the objects of a JSON text: each is followed by a colon outside of every string. */
function countNames(text: string): number {
  let count = 0
  let isInString = false
  for (const [mark] of text.matchAll(/\\.|[":]/g)) {
    if (mark === '"') isInString = !isInString
    else if (mark === ':' && !isInString) count++
  }

  return count
}

/** Names in the objects of a value; refuses what would use up the stack, and the one name that a schema passes over. */
function countKeys(value: unknown, refuse: (why: string) => Error, levels = MAX_DEPTH): number {
  if (typeof value !== 'object' || value === null) return 0
  if (levels === 0) throw refuse('nested too deeply')
  if (Object.hasOwn(value, '__proto__')) throw refuse('Unrecognized key: "__proto__"')
  let count = Array.isArray(value) ? 0 : Object.keys(value).length
  for (const part of Object.values(value))
    if (typeof part === 'object') count += countKeys(part, refuse, levels - 1)
  return count
}
