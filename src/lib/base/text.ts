import {inspect} from 'node:util'

/** Controls, invisible marks, among them those that turn the direction of writing, and what has no meaning of its own. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]+/gu
const TOKEN = /hf_[\w.-]+/g
const LONG_TOKEN = /hf_(?:[a-z]+_)?[a-z\d]{16,}[\w.-]*/gi

/**
 * Makes text from outside safe for a terminal: control characters, among them the escape that begins a terminal's
 * command, and invisible marks become one space.
 */
export function printable(text: string): string {
  return text.replaceAll(UNPRINTABLE, ' ').trim()
}

/** Escapes the same for a shell, to stand in `$'…'`: so the word can still be copied. @returns undefined where nothing needs it */
export function escapeUnprintable(text: string): string | undefined {
  if (text.search(UNPRINTABLE) === -1) return undefined
  const escaped = text.replaceAll(/[\\']/g, String.raw`\$&`)
  return escaped.replaceAll(UNPRINTABLE, (found) => [...found].map((each) => escapeOf(each)).join(''))
}

function escapeOf(character: string): string {
  const code = character.codePointAt(0) ?? 0
  const hex = code.toString(16)
  // From here on this would be a byte, and not a character.
  if (code < 0x80) return String.raw`\x${hex.padStart(2, '0')}`
  return hex.length <= 4 ? String.raw`\u${hex.padStart(4, '0')}` : String.raw`\U${hex.padStart(8, '0')}`
}

/** Whether a value from outside is a text that says something. */
export function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

/** The tokens that this process sends, each as the pattern of every form in which it may come back. */
const secrets = new Map<string, RegExp>()

/** From now on this token is redacted in every text, with any characters in it. Called before it is first sent. */
export function registerSecret(token: string): void {
  if (token !== '' && !secrets.has(token)) secrets.set(token, new RegExp(formsOf(token).join('|'), 'gi'))
}

/** Redacts the tokens in use and whatever else looks like one: the other side may repeat what it was sent. */
export function redact(text: string): string {
  return redactSecrets(text).replaceAll(TOKEN, 'hf_…')
}

/** Redacts the tokens in use alone: in a name that a person chose, `hf_archive` is not a token. */
export function redactSecrets(text: string): string {
  let left = text
  for (const pattern of secrets.values()) left = left.replaceAll(pattern, 'hf_…')
  return left
}

/** Shorter ones would be found in words. */
const MIN_ENCODED = 8

const ENTITIES: Readonly<Record<string, string>> = {
  '"': 'quot',
  '&': 'amp',
  "'": 'apos',
  '<': 'lt',
  '>': 'gt',
}

/** Patterns of a token as it is, in an address, in JSON, in HTML, and in Base64. */
function formsOf(token: string): string[] {
  const letters = [...token].map((letter) => {
    const code = letter.codePointAt(0) ?? 0
    const hex = code.toString(16).padStart(2, '0')
    const entity = `&(?:${ENTITIES[letter] ?? `#${code}`}|#0*${code}|#x0*${hex});`
    return String.raw`(?:\\?${letter.replace(/[^a-z\d]/i, String.raw`\$&`)}|%${hex}|\\u00${hex}|${entity})`
  })
  return [letters.join(''), ...encodedFormsOf(token)]
}

/** In Base64 it looks different after 0, 1 and 2 other bytes; the letters at its ends are its neighbours' too. */
function encodedFormsOf(token: string): string[] {
  return [0, 1, 2].flatMap((before) => {
    const start = Math.ceil((before * 8) / 6)
    const end = Math.floor(((before + token.length) * 8) / 6)
    const letters = Buffer.from(`${' '.repeat(before)}${token}`)
      .toString('base64')
      .slice(start, end)
    if (letters.length < MIN_ENCODED) return []
    return [letters.replaceAll('+', '[+-]').replaceAll('/', '[/_]')]
  })
}

/** Text from outside as it is kept and shown: fit for a terminal, and without tokens. */
export function safe(text: string): string {
  return redact(printable(text))
}

/** A name that a person chose, of a folder or a model, as it is kept and shown: `hf_archive` is not a token, and must be found again. */
export function safeName(name: string): string {
  return redactSecrets(printable(name)).replaceAll(LONG_TOKEN, 'hf_…')
}

const MAX_NAME_SHOWN = 80

/** A name from outside in the middle of a sentence: safe, and cut to a readable length. */
export function brief(name: string): string {
  return cutTo(MAX_NAME_SHOWN, safeName(name))
}

const MAX_REASON_SHOWN = 300

/** What a person wrote for others to read: safe, and cut before it takes up a screen. */
export function briefReason(reason: string): string {
  return cutTo(MAX_REASON_SHOWN, safe(reason))
}

function cutTo(max: number, text: string): string {
  return text.length > max ? `${printable(text.slice(0, max))}…` : text
}

/** Orders texts by code unit: the language of the machine must not change an order. */
export function byText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}

/** A text that begins a sentence. */
export function capitalize(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`
}

/** `a`, `a and b`, `a, b and c`, or with another word before the last. */
export function joinWords(items: readonly string[], word = 'and'): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} ${word} ${items.at(-1)}`
}

/** The first few of many, and how many more there are. */
export function firstFew(items: readonly string[], most: number): string[] {
  const rest = items.length - most
  return rest > 0 ? [...items.slice(0, most), `${formatNumber(rest)} more`] : [...items]
}

/** An error in words, as a reason that is kept or shown. */
export function messageOf(error: unknown): string {
  const message: unknown = error instanceof Error ? error.message : error
  // Anything can be thrown, also what has no text of its own.
  return safe(typeof message === 'string' ? message : inspect(message))
}

/** `1 dataset`, `3 datasets`, `1,024 datasets`. */
export function formatCount(number: number, noun: string): string {
  return `${formatNumber(number)} ${noun}${number === 1 ? '' : 's'}`
}

/** `12,345`, whatever the machine's language. */
export function formatNumber(number: number): string {
  return String(number).replaceAll(/\B(?=(\d{3})+$)/g, ',')
}
