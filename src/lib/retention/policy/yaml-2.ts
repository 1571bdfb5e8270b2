import {type Document, type ErrorCode, LineCounter, parseAllDocuments, type ParsedNode} from 'yaml'

import {type Refuse} from './problems.js'
import {NOT_TAKEN, readTree, type Tree} from './yaml.js'

/** The parser's reasons in our words; what is not here is rare. */
const REASONS: Partial<Record<ErrorCode, string>> = {
  BAD_ALIAS: NOT_TAKEN.alias,
  BAD_DQ_ESCAPE: 'a backslash in double quotes has a meaning of its own: put the text in single quotes',
  BAD_INDENT: 'lines that belong together have to begin in the same column, and a bracket needs its end',
  BAD_SCALAR_START: 'a text that begins with this sign has to stand in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a line holds one key and one colon: begin a new line, or put the text in quotes',
  BLOCK_IN_FLOW: 'a list in brackets holds plain values',
  MISSING_CHAR: 'a sign is missing: a quote, a bracket, a comma or a colon',
  MULTILINE_IMPLICIT_KEY: 'a key has to stand on one line, with a colon and a blank behind it',
  TAB_AS_INDENT: 'indent with blanks: YAML takes no tabs there',
  TAG_RESOLVE_FAILED: NOT_TAKEN.tag,
  UNEXPECTED_TOKEN: 'this does not belong here',
}

/**
 * Reads the plain part of YAML that a policy needs: keys, values and lists.
 * @throws what `refuse` makes, where it is no YAML or more than that
 */
export function readYaml(text: string, refuse: Refuse): Tree {
  const counter = new LineCounter()
  const lineOf = (offset: number) => counter.linePos(offset).line
  const [first, second] = parse(text, counter, refuse)
  const directive = text.split('\n').findIndex((line) => line.startsWith('%'))
  if (directive !== -1)
    throw refuse({line: directive + 1, text: 'directives (%) are not taken: leave the line out'})
  const [error] = [...(first?.errors ?? []), ...(first?.warnings ?? [])]
  if (error) throw refuse({line: lineOf(error.pos[0]), text: REASONS[error.code] ?? 'this is no YAML'})
  if (second)
    throw refuse({line: lineOf(second.range[0]), text: 'a policy is one document, and here another begins'})
  const {tree, problems} = readTree(first?.contents ?? null, lineOf)
  if (problems.length > 0) throw refuse(...problems)
  if (tree.value === null) throw refuse({text: 'there is nothing in it: begin with "version: 1"'})
  return tree
}

/** With texts for all values: how each was written decides what it means, and that is looked at later. */
function parse(text: string, lineCounter: LineCounter, refuse: Refuse): Array<Document.Parsed<ParsedNode>> {
  const deep = text.split('\n').findIndex(nestsTooDeep())
  if (deep !== -1) throw refuse({line: deep + 1, text: 'lists and keys are nested too deeply here'})
  const options = {schema: 'failsafe', prettyErrors: false, uniqueKeys: false, logLevel: 'silent'} as const
  const documents = parseAllDocuments(text, {...options, lineCounter})
  return 'empty' in documents ? [] : documents
}

/** More than a policy can ever need, and far less than what the parser's own recursion can bear. */
const DEEPEST = 100

/** Looks at one line after the other; brackets in texts count too, as long as they stay open. */
function nestsTooDeep(): (line: string) => boolean {
  let depth = 0
  return (line) => {
    if (/^\s*#/.test(line)) return false
    for (const sign of line) {
      if (sign === '[' || sign === '{') depth++
      else if ((sign === ']' || sign === '}') && depth > 0) depth--
      if (depth > DEEPEST) return true
    }

    return (line.match(/[-?](?=[ \t])/g) ?? []).length > DEEPEST
  }
}
