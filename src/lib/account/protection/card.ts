import {isDeepStrictEqual} from 'node:util'
import {isMap, isScalar, isSeq, type ParsedNode, parseDocument, type Scalar, type YAMLSeq} from 'yaml'

import {RefusedError} from '../../base/errors.js'
import {coversUntil, isPinTag, pinTagFor} from '../../base/pin-tags.js'

/**
 * Pins in the front matter of a dataset's card. A card is spliced, not rewritten: the parser names the place, and what is not put
 * in or taken out there stays byte for byte. What comes of it is read again: but for the tag it has to say the same.
 */

/** A card that cannot be changed with certainty, and why; it is left alone then. */
export class CardError extends RefusedError {
  constructor(why: string) {
    super(`its card is left alone: ${why}`)
  }
}

/**
 * The tags of a card that pin its run, or may be meant to.
 * @returns undefined where the front matter cannot be read
 */
export function pinTagsOf(card: string): string[] | undefined {
  try {
    return textsIn(readFront(card).tags).filter((tag) => isPinTag(tag))
  } catch {
    return undefined
  }
}

/**
 * Pins: puts the tag in, unless one is there that holds as long. One that ends earlier stays as well, and does no harm.
 * @param card undefined where the dataset has none: then a minimal one is made
 * @param until the last day on which the pin holds, `YYYY-MM-DD`
 * @throws CardError where the card cannot be changed with certainty
 */
export function pinCard(card: string | undefined, until: string | undefined): string {
  const text = card ?? ''
  const {tags} = readFront(text)
  if (textsIn(tags).some((tag) => isPinTag(tag) && coversUntil(tag, until))) return text
  return put(text, pinTagFor(until))
}

/**
 * Unpins: takes out every tag that pins, or may be meant to.
 * @returns an empty text where nothing but the pin was in the card
 * @throws CardError where the card cannot be changed with certainty
 */
export function unpinCard(card: string): string {
  return taken(card, isPinTag)
}

const UNUSUAL = 'its front matter is laid out in an unusual way'

/** The front matter of a card, where it is, and what it says. */
interface Front {
  /** Where its YAML begins and ends in the card; undefined where the card has no front matter. */
  place: {start: number; end: number; eol: string} | undefined
  /** Where the first key is, in the card. */
  firstKey: number | undefined
  /** The value of `tags`, with places in the card; null without a value, undefined where the key is missing. */
  node: ParsedNode | null | undefined
  /** All that it says. */
  rest: Map<unknown, unknown>
  /** What it says in `tags`, apart from the rest. */
  tags: unknown
}

const OPENING = /^\s*---(\r?\n)/
const CLOSING = /(?:^|\n)(---)(?:\r?\n|$)/

function readFront(card: string): Front {
  if (card.includes('\uFFFD')) throw new CardError('it is not all UTF-8')
  const place = placeOf(card)
  if (!place) return {place, firstKey: undefined, node: undefined, rest: new Map(), tags: undefined}
  // Blanks in place of what precedes it, so that the parser's places are those in the card.
  const yaml = '\n'.repeat(place.start) + card.slice(place.start, place.end)
  const document = parseDocument(yaml)
  const [problem] = document.errors
  if (problem) throw new CardError(`its front matter is not valid YAML (${problem.code})`)
  const root = document.contents
  if (root !== null && !isMap(root) && !(isScalar(root) && root.value === null))
    throw new CardError('its front matter is not a map')
  const rest = (isMap(root) ? valueOf(() => document.toJS({mapAsMap: true})) : new Map()) as Map<
    unknown,
    unknown
  >
  const tags = rest.get('tags')
  rest.delete('tags')
  return {
    place,
    firstKey: isMap(root) ? root.range[0] : undefined,
    node: isMap(root)
      ? (root as {get: (key: string, keep: true) => ParsedNode | undefined}).get('tags', true)
      : undefined,
    rest,
    tags,
  }
}

function placeOf(card: string): Front['place'] {
  const opening = OPENING.exec(card)
  if (!opening) {
    if (/^\s*---/.test(card)) throw new CardError('its front matter has no clear beginning')
    return undefined
  }

  const start = opening[0].length
  const closing = CLOSING.exec(card.slice(start))
  if (!closing) throw new CardError('its front matter has no end')
  return {start, end: start + closing.index + closing[0].indexOf('---'), eol: opening[1] ?? '\n'}
}

/** A card that aliases blow up, or that YAML cannot make values of, is one that cannot be read. */
function valueOf(read: () => unknown): unknown {
  try {
    return read()
  } catch (error) {
    throw new CardError(`its front matter cannot be read (${(error as Error).message})`)
  }
}

/** What a card says in `tags`, in one form: a single text is a list of one, and no value is none. */
function listOf(tags: unknown): unknown[] {
  if (tags === undefined || tags === null) return []
  return Array.isArray(tags) ? tags : [tags]
}

function textsIn(tags: unknown): string[] {
  return listOf(tags).filter((tag) => typeof tag === 'string')
}

/** Puts a tag in. */
function put(card: string, tag: string): string {
  const before = readFront(card)
  const spliced = withTag(card, tag, before)
  return checked(spliced, before, (tags) => [tag, ...tags])
}

function withTag(card: string, tag: string, {place, node, firstKey}: Front): string {
  if (!place) {
    const start = /^\uFEFF?/.exec(card)?.[0].length ?? 0
    const eol = /\r?\n/.exec(card)?.[0] ?? '\n'
    return insert(card, start, blockOf(tag, eol))
  }

  const {eol} = place
  if (node === undefined) {
    const at = firstKey === undefined ? place.start : lineStart(card, firstKey)
    return insert(card, at, `${card.slice(at, firstKey ?? at)}tags: [${tag}]${eol}`)
  }

  if (isSeq(node)) return withItem(card, tag, node, eol)
  if (!isScalar(node)) throw new CardError('its tags are not a list')
  const [from = 0, to = from] = node.range ?? []
  if (node.value === null) return `${card.slice(0, from)}${gapBefore(card, from)}[${tag}]${card.slice(to)}`
  // The text becomes the second item of a list.
  return insert(card, from, `${eol}- ${tag}${eol}- `)
}

/** A front matter of nothing but one tag. */
function blockOf(tag: string, eol: string): string {
  return ['---', 'tags:', `- ${tag}`, '---', ''].join(eol)
}

/** A colon wants a blank after it. */
function gapBefore(card: string, at: number): string {
  return card[at - 1] === ':' ? ' ' : ''
}

function withItem(card: string, tag: string, list: YAMLSeq, eol: string): string {
  const [from = 0] = list.range ?? []
  if (list.flow) {
    const separator = list.items.length > 0 ? ', ' : ''
    return insert(card, from + 1, `${tag}${separator}`)
  }

  const start = lineStart(card, from)
  return insert(card, start, `${card.slice(start, from)}- ${tag}${eol}`)
}

/** Takes tags out, one after the other. */
function taken(card: string, isMeant: (tag: string) => boolean): string {
  const before = readFront(card)
  const index = listOf(before.tags).findIndex((tag) => typeof tag === 'string' && isMeant(tag))
  if (index === -1) return card
  const tag = String(listOf(before.tags)[index])
  const spliced = withoutTag(card, {index, tag}, before)
  return taken(
    checked(spliced, before, (tags) => tags.filter((_, place) => place !== index)),
    isMeant,
  )
}

function withoutTag(card: string, {index, tag}: {index: number; tag: string}, {place, node}: Front): string {
  if (!place || !node) throw new CardError('its tags are nowhere')
  const {start, end, eol} = place
  const whole = blockOf(tag, eol)
  const isOwn = card.slice(start - 3 - eol.length, end + 3 + eol.length) === whole
  if (isOwn) return cut(card, start - 3 - eol.length, end + 3 + eol.length)
  if (isSeq(node)) return withoutItem(card, {index, tag}, node)
  const [from = 0, to = from] = node.range ?? []
  return `${card.slice(0, from)}[]${card.slice(to)}`
}

function withoutItem(card: string, {index, tag}: {index: number; tag: string}, list: YAMLSeq): string {
  const [from, to] = rangeOf(list.items[index])
  const start = lineStart(card, from)
  const nextLine = card.indexOf('\n', to) + 1
  if (!list.flow) {
    if (card.slice(start, from).trim() !== '-') throw new CardError(UNUSUAL)
    return cut(card, start, nextLine)
  }

  const line = card.slice(start, nextLine).trim()
  const separator = /^[ \t]*,[ \t]*/.exec(card.slice(to))?.[0]
  const isOwnLine = line === `tags: [${tag}]` || (separator && line === `${card.slice(from, to)},`)
  if (isOwnLine) return cut(card, start, nextLine)
  if (separator !== undefined || index === 0) return cut(card, from, to + (separator?.length ?? 0))
  const [, endBefore] = rangeOf(list.items[index - 1])
  if (!/^\s*,\s*$/.test(card.slice(endBefore, from))) throw new CardError(UNUSUAL)
  return cut(card, endBefore, to)
}

function rangeOf(item: unknown): [from: number, to: number] {
  const {range} = item as Scalar
  if (!range) throw new CardError(UNUSUAL)
  return [range[0], range[1]]
}

function lineStart(card: string, at: number): number {
  return card.lastIndexOf('\n', at - 1) + 1
}

function insert(card: string, at: number, text: string): string {
  return card.slice(0, at) + text + card.slice(at)
}

function cut(card: string, from: number, to: number): string {
  return card.slice(0, from) + card.slice(to)
}

/** @throws CardError where a changed card does not say the same but for that tag */
function checked(card: string, before: Front, edit: (tags: unknown[]) => unknown[]): string {
  const after = readAgain(card)
  const isRight =
    isDeepStrictEqual(after.rest, before.rest) &&
    isDeepStrictEqual(listOf(after.tags), edit(listOf(before.tags)))
  if (!isRight) throw new CardError(UNUSUAL)
  return card
}

function readAgain(card: string): Front {
  try {
    return readFront(card)
  } catch {
    throw new CardError(UNUSUAL)
  }
}
