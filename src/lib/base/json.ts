import {isList} from './lazy-list.js'
import {atOnce, type Steps} from './steps.js'

/**
 * Whether an object in a JSON text has a name twice. Only the last one counts for `JSON.parse`, while a person, or a tool
 * that merged the file, may have looked at the first.
 * @param value what `JSON.parse` made of the text
 */
export function hasNameTwice(text: string, value: unknown): boolean {
  return atOnce(lookingForTwins(text, value))
}

/** The steps of `hasNameTwice`. */
function* lookingForTwins(text: string, value: unknown): Steps<boolean> {
  return (yield* countNames(text)) !== (yield* countKeys(value))
}

/** Names in the objects of a JSON text: each is followed by a colon that stands outside of every string. */
function* countNames(text: string): Steps<number> {
  let count = 0
  let isInString = false
  for (const [mark] of text.matchAll(/\\.|[":]/g)) {
    if (mark === '"') isInString = !isInString
    else if (mark === ':' && !isInString) {
      count++
      yield
    }
  }

  return count
}

function* countKeys(value: unknown): Steps<number> {
  if (typeof value !== 'object' || value === null) return 0
  yield
  let count = Array.isArray(value) ? 0 : Object.keys(value).length
  for (const part of Object.values(value)) if (typeof part === 'object') count += yield* countKeys(part)
  return count
}

/** Deeper than this, the documents of this program hold nothing long. */
const LONG_LEVELS = 4

/** The same text as `JSON.stringify` with two blanks for each level, in pieces: one of 30 MB is never made as a whole. */
export function* jsonPieces(value: unknown, level = 0): Generator<string> {
  const indent = '  '.repeat(level)
  if (level >= LONG_LEVELS || !isPlainContainer(value)) {
    yield ((JSON.stringify(value, undefined, 2) as string | undefined) ?? 'null').replaceAll(
      '\n',
      `\n${indent}`,
    )
    return
  }

  const hasNames = !isList(value)
  const [open, close] = hasNames ? '{}' : '[]'
  let mark = open
  for (const [name, part] of hasNames ? Object.entries(value) : unnamed(value)) {
    if (hasNames && (part === undefined || typeof part === 'function')) continue
    yield `${mark}\n${indent}  ${hasNames ? `${JSON.stringify(name)}: ` : ''}`
    yield* jsonPieces(part, level + 1)
    mark = ','
  }

  yield mark === open ? `${open}${close}` : `\n${indent}${close}`
}

function* unnamed(list: Iterable<unknown>): Generator<[string, unknown]> {
  for (const part of list) yield ['', part]
}

/** Whether an object's own parts are all that JSON shows of it. */
function isPlainContainer(value: unknown): value is object {
  if (isList(value)) return true
  if (typeof value !== 'object' || value === null || 'toJSON' in value) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
