import {isDeepStrictEqual} from 'node:util'
import {isMap, isScalar, isSeq, type ParsedNode, parseDocument, type YAMLMap} from 'yaml'

import {RefusedError} from '../../base/errors.js'
import {coversUntil, isPinTag, pinTagFor} from '../../base/pin-tags.js'

/** A card that cannot be changed with certainty, and why; it is left alone then. */
export class CardError extends RefusedError {
  constructor(why: string) {
    super(`its card was not changed: ${why}`)
  }
}

const UNUSUAL = 'its front matter has an unusual layout'

/** The tags of a card that pin its run, or may be meant to; undefined where its front matter cannot be read. */
export function pinTagsOf(card: string): string[] | undefined {
  try {
    return readFront(card).tags.filter((tag) => isPin(tag))
  } catch {
    return undefined
  }
}

/**
 * Puts a tag into the front matter, unless one is there that holds as long. A card is spliced, not rewritten: the parser names the
 * place, and every other byte is kept. The result is read again: but for the tag it has to say the same.
 * @param card empty where the dataset has none: then a minimal one is made
 * @param until the last day on which the pin holds, `YYYY-MM-DD`
 * @throws CardError where the card cannot be changed with certainty
 */
export function pinCard(card: string, until: string | undefined): string {
  const front = readFront(card)
  if (front.tags.some((tag) => isPin(tag) && coversUntil(tag, until))) return card
  const tag = pinTagFor(until)
  return checkCard(withTag(card, tag, front), front, [tag, ...front.tags])
}

/**
 * Takes out every tag that pins, or may be meant to, in the same way. @returns an empty text where the card had nothing else
 * @throws CardError where the card cannot be changed with certainty
 */
export function unpinCard(card: string): string {
  const front = readFront(card)
  const index = front.tags.findIndex((tag) => isPin(tag))
  if (index === -1) return card
  return unpinCard(checkCard(withoutTag(card, index, front), front, front.tags.toSpliced(index, 1)))
}

function isPin(tag: unknown): tag is string {
  return typeof tag === 'string' && isPinTag(tag)
}

/** The front matter of a card: places in the card, and what it says. */
interface Front {
  /** Where its YAML begins, after the opening line; undefined where the card has none. */
  start?: number
  eol: string
  firstKey?: number | undefined
  /** The value of `tags`; undefined where the key is missing. */
  node?: ParsedNode | null | undefined
  /** A single text is a list of one, and no value an empty one. */
  tags: unknown[]
  /** All that it says other than tags. */
  rest: Map<unknown, unknown>
}

function readFront(card: string): Front {
  const found = parseFront(card)
  if (!found) return {eol: /\r?\n/.exec(card)?.[0] ?? '\n', tags: [], rest: new Map()}
  const {start, eol, map, data} = found
  const node = map?.items.find(({key}) => isScalar(key) && key.value === 'tags')?.value
  const tags = [data.get('tags') ?? []].flat()
  data.delete('tags')
  return {start, eol, firstKey: map?.range[0], node, tags, rest: data}
}

/** A front matter as the YAML parser reads it; places are those in the card. */
interface ParsedFront {
  start: number
  eol: string
  /** Undefined where it is empty. */
  map: YAMLMap.Parsed | undefined
  /** What it says. */
  data: Map<unknown, unknown>
}

/** @returns undefined for a card without front matter @throws CardError where it is not certain what it says */
export function parseFront(card: string): ParsedFront | undefined {
  if (card.includes('\uFFFD')) throw new CardError('it is not valid UTF-8')
  const opening = /^\s*---(\r?\n)?/.exec(card)
  if (!opening) return undefined
  const [{length: start}, eol] = opening
  if (!eol) throw new CardError('its front matter has no clear start')
  const closing = /(?<=^|\n)---(?=\r?\n|$)/.exec(card.slice(start))
  if (!closing) throw new CardError('its front matter has no end')
  // Line ends in place of what precedes it, so that the parser's places are those in the card.
  const document = parseDocument('\n'.repeat(start) + card.slice(start, start + closing.index))
  const [problem] = document.errors
  if (problem) throw new CardError(`its front matter is not valid YAML (${problem.code})`)
  const root = document.contents
  if (!isMap(root) && root !== null && !(isScalar(root) && root.value === null))
    throw new CardError('its front matter is not a YAML mapping')
  try {
    const data = (document.toJS({mapAsMap: true}) ?? new Map()) as Map<unknown, unknown>
    return {start, eol, map: isMap(root) ? root : undefined, data}
  } catch (error) {
    // Aliases that blow up, for one.
    throw new CardError(`its front matter cannot be read (${(error as Error).message})`)
  }
}

/** Puts a tag in as the first. */
function withTag(card: string, tag: string, {start, eol, firstKey, node}: Front): string {
  if (start === undefined) {
    const at = card.startsWith('\uFEFF') ? 1 : 0
    return splice(card, at, at, blockOf(tag, eol))
  }

  if (node === undefined) {
    const key = firstKey ?? start
    const at = lineStart(card, key)
    return splice(card, at, at, `${card.slice(at, key)}tags: [${tag}]${eol}`)
  }

  const [from, to] = rangeOf(node)
  if (isSeq(node)) {
    if (node.flow) return splice(card, from + 1, from + 1, `${tag}${node.items.length > 0 ? ', ' : ''}`)
    const at = lineStart(card, from)
    return splice(card, at, at, `${card.slice(at, from)}- ${tag}${eol}`)
  }

  if (!isScalar(node)) throw new CardError('its tags are not a list')
  // The text becomes the second item of a list.
  if (node.value !== null) return splice(card, from, from, `${eol}- ${tag}${eol}- `)
  return splice(card, from, to, `${card[from - 1] === ':' ? ' ' : ''}[${tag}]`)
}

/** Takes the tag at an index out, with the front matter where that is nothing but the tag. */
function withoutTag(card: string, index: number, {start = 0, eol, node, tags}: Front): string {
  const block = blockOf(String(tags[index]), eol)
  const blockStart = start - 3 - eol.length
  if (card.startsWith(block, blockStart)) return splice(card, blockStart, blockStart + block.length)
  if (!isSeq(node)) return splice(card, ...rangeOf(node), '[]')
  const [from, to] = rangeOf(node.items[index])
  const line = [lineStart(card, from), card.indexOf('\n', to) + 1] as const
  if (!node.flow) {
    if (card.slice(line[0], from).trim() !== '-') throw new CardError(UNUSUAL)
    return splice(card, ...line)
  }

  const tag = card.slice(from, to)
  const isCommaBelow = /^\s*,/.test(card.slice(line[1]))
  // In a line of its own.
  if (!isCommaBelow && [`${tag},`, `tags: [${tag}]`, tag].includes(card.slice(...line).trim()))
    return splice(card, ...line)
  const separator = /^[ \t]*,[ \t]*/.exec(card.slice(to))?.[0]
  if (separator !== undefined || index === 0) return splice(card, from, to + (separator?.length ?? 0))
  const [, endBefore] = rangeOf(node.items[index - 1])
  if (!/^\s*,\s*$/.test(card.slice(endBefore, from))) throw new CardError(UNUSUAL)
  return splice(card, endBefore, to)
}

/** A front matter of nothing but one tag. */
function blockOf(tag: string, eol: string): string {
  return ['---', 'tags:', `- ${tag}`, '---', ''].join(eol)
}

function rangeOf(node: unknown): [from: number, to: number] {
  const range = (node as ParsedNode | null | undefined)?.range
  if (!range) throw new CardError(UNUSUAL)
  return [range[0], range[1]]
}

function lineStart(card: string, at: number): number {
  return card.lastIndexOf('\n', at - 1) + 1
}

export function splice(card: string, from: number, to: number, text = ''): string {
  return card.slice(0, from) + text + card.slice(to)
}

/** @throws CardError where a changed card does not say the same but for that tag */
function checkCard(card: string, before: Front, tags: unknown[]): string {
  let after: Front
  try {
    after = readFront(card)
  } catch {
    throw new CardError(UNUSUAL)
  }

  if (!isDeepStrictEqual([after.rest, after.tags], [before.rest, tags])) throw new CardError(UNUSUAL)
  return card
}
