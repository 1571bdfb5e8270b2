import {
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
  type ParsedNode,
  type Scalar,
  visit,
} from 'yaml'

import {type UsageError} from '../../base/errors.js'

/** What is wrong with a policy file. */
export interface Problem {
  /** From 1. */
  line?: number | undefined
  /** `keep.weekly`. */
  key?: string | undefined
  /** What to do about it, without a full stop. */
  text: string
}

/** Makes the one error that a file is refused with. */
export type Refuse = (...problems: Problem[]) => UsageError

/**
 * Replaces an unquoted value that not every program reads the same way: `no`, `1:30` and `010` are texts or numbers
 * by the version of YAML. It fits no form.
 */
const AMBIGUOUS = Symbol('ambiguous')

/** As every version of YAML reads them. */
const CLEAR = /^(?:|~|null|true|false|-?(?:0|[1-9]\d*)(?:\.\d+)?)$/
const AMBIGUOUS_FORMS = [
  /^(?:y|yes|n|no|on|off|true|false|null)$/i,
  // Binary, octal, hexadecimal, with underscores or signs.
  /^[-+]?(?:0b[01_]+|0o[0-7_]+|0x[\da-f_]+|\d[\d_]*)$/i,
  // With a point that lacks digits on one side, or with an exponent.
  /^[-+]?(?:\d[\d_]*)?(?:\.[\d_]*(?:e[-+]?\d+)?|e[-+]?\d+)$/i,
  // To the base of sixty.
  /^[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.[\d_]*)?$/,
  /^(?:[-+]?\.inf|\.nan)$/i,
]

/** Whether programs read a value without quotes in different ways. */
export function isAmbiguous(source: string): boolean {
  return !CLEAR.test(source) && AMBIGUOUS_FORMS.some((form) => form.test(source))
}

/** What a file says, and where. */
interface Tree {
  value: unknown
  /** The line, from 1, of a part, and what messages call its value: `5`, `"many"`, `a list`. */
  at: (path: readonly PropertyKey[]) => {line: number; text: string} | undefined
}

const NOT_TAKEN = {
  alias: 'aliases (*) are not allowed: write the value itself, and quote a text that starts with *',
  anchor: 'anchors (&) are not allowed: write the value itself, and quote a text that starts with &',
  tag: 'tags (!) are not allowed: remove it, and quote a text that starts with !',
  key: 'a key must be a word followed by a colon',
}

/**
 * Reads the plain part of YAML that a policy needs: keys, values and lists.
 * @throws what `refuse` makes, where it is not YAML or more than that
 */
export function readYaml(text: string, refuse: Refuse): Tree {
  const deep = text.split('\n').findIndex(nestsTooDeep())
  if (deep !== -1) throw refuse({line: deep + 1, text: 'lists and keys are nested too deeply here'})
  const lineCounter = new LineCounter()
  const lineOf = (offset = 0) => lineCounter.linePos(offset).line
  const parsed = parseAllDocuments(text, {
    schema: 'core',
    lineCounter,
    prettyErrors: false,
    logLevel: 'silent',
  })
  const [first, second] = 'empty' in parsed ? [] : parsed
  const directive = text.split('\n').findIndex((line) => line.startsWith('%'))
  if (directive !== -1)
    throw refuse({line: directive + 1, text: 'directives (%) are not allowed: remove the line'})
  const [error] = [...(first?.errors ?? []), ...(first?.warnings ?? [])]
  if (error) {
    // A pattern without quotes that begins with * looks like one.
    const text = error.code === 'BAD_ALIAS' ? NOT_TAKEN.alias : `not YAML: ${error.message}`
    throw refuse({line: lineOf(error.pos[0]), text})
  }

  if (second)
    throw refuse({
      line: lineOf(second.range[0]),
      text: 'a policy is a single document, but another one starts here',
    })
  if (!first?.contents || (isScalar(first.contents) && first.contents.value === null))
    throw refuse({text: 'it is empty: start the file with "version: 1"'})
  const problems: Problem[] = []
  const refuseNode = (node: Node, path: readonly unknown[], why: string | false | '' | undefined) => {
    const parent = path.at(-1)
    // An anchor or tag may be on the line of the key, before its value.
    const {range} = isPair<Node>(parent) ? parent.key : node
    if (why) problems.push({line: lineOf(range?.[0]), text: why})
  }

  const refuseExtras = (node: Node & {anchor?: string}, path: readonly unknown[]) =>
    refuseNode(node, path, node.anchor ? NOT_TAKEN.anchor : node.tag && NOT_TAKEN.tag)
  visit(first, {
    Alias: (_, node, path) => refuseNode(node, path, NOT_TAKEN.alias),
    Collection: (_, node, path) => refuseExtras(node, path),
    Scalar(key, node, path) {
      refuseExtras(node, path)
      if (key !== 'key' && isPlain(node) && isAmbiguous(node.source ?? '')) node.value = AMBIGUOUS
    },
    Pair(_, {key}, path) {
      if (isScalar(key) && key.source) key.value = key.source
      else refuseNode(key as Node, path, NOT_TAKEN.key)
    },
  })
  if (problems.length > 0) throw refuse(...problems)
  return {
    value: first.toJS({maxAliasCount: 0}),
    at(path) {
      const node = first.getIn(path, true) as Node | undefined
      const parent = first.getIn(path.slice(0, -1), true)
      const pairs = isMap<ParsedNode>(parent) ? parent.items : []
      const key = pairs.find((pair) => isScalar(pair.key) && pair.key.value === path.at(-1))?.key
      const {range} = key ?? node ?? {}
      return range ? {line: lineOf(range[0]), text: describe(node)} : undefined
    },
  }
}

/** More than a policy can ever need, and far less than what the parser's own recursion can bear. */
const MAX_DEPTH = 100

/** Looks at one line after the other; brackets in texts count too, while they are open. */
function nestsTooDeep(): (line: string) => boolean {
  let depth = 0
  return (line) => {
    if (/^\s*#/.test(line)) return false
    for (const sign of line) {
      if (sign === '[' || sign === '{') depth++
      else if ((sign === ']' || sign === '}') && depth > 0) depth--
      if (depth > MAX_DEPTH) return true
    }

    return (line.match(/[-?](?=[ \t])/g) ?? []).length > MAX_DEPTH
  }
}

function isPlain({type}: Scalar): boolean {
  return type === 'PLAIN'
}

const MAX_QUOTE = 60

function describe(node: unknown): string {
  if (isMap(node)) return node.items.length > 0 ? 'a section' : 'an empty section'
  if (isSeq(node)) return node.items.length > 0 ? 'a list' : 'an empty list'
  if (!isScalar(node) || node.value === null) return 'an empty value'
  const source = node.source ?? ''
  const shown = source.length > MAX_QUOTE ? `${source.slice(0, MAX_QUOTE)}…` : source
  if (node.value === AMBIGUOUS) return `${shown} (YAML versions disagree on its meaning)`
  if (!isPlain(node)) return `the text "${shown}"`
  return typeof node.value === 'string' ? `"${shown}"` : shown
}
