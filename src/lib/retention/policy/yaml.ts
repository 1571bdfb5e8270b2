import {isAlias, isMap, isScalar, isSeq, type ParsedNode, type Scalar, type YAMLMap} from 'yaml'

import {type Problem} from './problems.js'
import {AMBIGUOUS, readPlain, type ScalarValue} from './scalars.js'

/** A value as it stands in the file. */
export interface Written {
  line: number
  /** `5`, `"many"`, `a list`: for messages. */
  text: string
}

/** What a file says, and where it says it. Parts are named by JSON pointers, such as `/select/status/0`. */
export interface Tree {
  value: unknown
  written: Map<string, Written>
}

/** Why parts of YAML are not taken that a policy has no need of. */
export const NOT_TAKEN = {
  alias: 'aliases (*) are not taken: write the value out, and put a text that begins with * in quotes',
  anchor: 'anchors (&) are not taken: write the value out, and put a text that begins with & in quotes',
  tag: 'tags (!) are not taken: leave it out, and put a text that begins with ! in quotes',
  merge: 'merge keys (<<) are not taken: write the keys out',
  key: 'a key has to be a word with a colon behind it',
}

/** What the parts of a file are read with. */
interface Reading {
  lineOf: (offset: number) => number
  written: Map<string, Written>
  problems: Problem[]
}

/** Takes the parsed document apart, and collects all that has no place in a policy. */
export function readTree(
  root: ParsedNode | null,
  lineOf: (offset: number) => number,
): {tree: Tree; problems: Problem[]} {
  const reading: Reading = {lineOf, written: new Map(), problems: []}
  const value = readNode(root, '', root ? lineOf(root.range[0]) : 1, reading)
  return {tree: {value, written: reading.written}, problems: reading.problems}
}

function readNode(node: ParsedNode | null, pointer: string, line: number, reading: Reading): unknown {
  if (node) refuseExtras(node, pointer, line, reading)
  const note = (text: string) => reading.written.set(pointer, {line, text})
  if (isMap<ParsedNode, ParsedNode | null>(node)) {
    note(node.items.length > 0 ? 'keys' : 'a part without keys')
    return readMap(node, pointer, reading)
  }

  if (isSeq<ParsedNode>(node)) {
    note(node.items.length > 0 ? 'a list' : 'an empty list')
    return node.items.map((item, index) =>
      readNode(item, below(pointer, index), reading.lineOf(item.range[0]), reading),
    )
  }

  const value = isScalar(node) ? valueOf(node) : null
  note(isScalar(node) ? describe(node, value) : 'an empty value')
  return value
}

function readMap(map: YAMLMap<ParsedNode, ParsedNode | null>, pointer: string, reading: Reading): object {
  const value: Record<string, unknown> = Object.create(null)
  for (const {key, value: node} of map.items) {
    const line = reading.lineOf(key.range[0])
    const name = isScalar(key) ? String(key.value) : ''
    const path = below(pointer, name)
    refuseExtras(key, path, line, reading)
    if (isAlias(key)) continue
    const problem = keyProblem(name, reading.written.get(path))
    if (problem) reading.problems.push({line, key: keyOf(path), text: problem})
    else value[name] = readNode(node, path, line, reading)
  }

  return value
}

function keyProblem(name: string, before: Written | undefined): string | undefined {
  if (name === '') return NOT_TAKEN.key
  if (name === '<<') return NOT_TAKEN.merge
  return before && `it stands here again, after line ${before.line}: leave one of them out`
}

function refuseExtras(node: ParsedNode, pointer: string, line: number, {problems}: Reading): void {
  const key = keyOf(pointer)
  if (isAlias(node)) problems.push({line, key, text: NOT_TAKEN.alias})
  else if (node.anchor) problems.push({line, key, text: NOT_TAKEN.anchor})
  else if (node.tag) problems.push({line, key, text: NOT_TAKEN.tag})
}

function isPlain({type}: Scalar): boolean {
  return type === 'PLAIN'
}

function valueOf(node: Scalar): ScalarValue {
  return isPlain(node) ? readPlain(node.source ?? '') : String(node.value)
}

const LONGEST_QUOTE = 60

function describe(node: Scalar, value: ScalarValue): string {
  if (value === null) return 'an empty value'
  const source = cut(node.source ?? '')
  if (value === AMBIGUOUS) return `${source}, which not every program reads the same way`
  if (typeof value !== 'string') return source
  const isQuotedNumber = !isPlain(node) && typeof readPlain(value) !== 'string'
  return `${isQuotedNumber ? 'the text ' : ''}"${cut(value)}"`
}

function cut(text: string): string {
  return text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text
}

/** The JSON pointer of a part. */
export function below(pointer: string, key: number | string): string {
  return `${pointer}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`
}

/** The name of a part as a person writes it, without places in lists: `select.status`; undefined for the whole. */
export function keyOf(pointer: string): string | undefined {
  const parts = pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
  return parts.filter((part, index) => index === 0 || !/^\d+$/.test(part)).join('.') || undefined
}
