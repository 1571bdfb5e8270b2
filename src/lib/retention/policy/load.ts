import {UsageError} from '../../base/errors.js'
import {readTextFile} from '../../base/files.js'
import {readText as readFileName} from '../../base/options.js'
import {cutoffOf} from '../../base/time.js'
import {readRules} from '../read-rules.js'
import {type RetentionOptions} from '../rules.js'
import {type PolicyKey} from './keys.js'
import {type Refuse} from './problems.js'

/** Rules that stand in a file. */
export interface Policy {
  /** As it was named. */
  file: string
  /** What the file says, as `cleanupDatasets` and `filterRuns` take it. */
  options: RetentionOptions
  /** The line, from 1, on which each key of the file stands, in the file's order: `keep.weekly` on 7. */
  lines: ReadonlyMap<PolicyKey, number>
}

/** In bytes. A policy is a page; this bounds what reading one costs. */
const LARGEST_POLICY = 64 * 1024

/**
 * Reads a policy file: the rules of `cleanup` in YAML, in the form of `schemas/policy.schema.json`. The rules are checked
 * as those of `cleanupDatasets`; nothing is asked of the Hub. No file is ever looked for: only the one named is read.
 * @param now the clock by which a date in the file is in the past
 * @throws UsageError that names the file, the line and the key, where it is no such file or its rules make no sense
 */
export async function loadPolicy(file: string, now = new Date()): Promise<Policy> {
  readFileName(file, '`file`')
  // A parser and a validator are only for those who have a policy.
  const {readYaml} = await import('./yaml-2.js')
  const {validate} = await import('./validate.js')
  const {inKeys, optionsOf, problemsOfMetrics} = await import('./keys.js')
  const {refusing} = await import('./problems.js')
  const refuse = refusing(file)
  const tree = readYaml(await readText(file, refuse), refuse)
  const document = validate(tree)
  if (Array.isArray(document)) throw refuse(...document)
  const lineOf = (key = '') => tree.written.get(`/${key.replace('.', '/')}`)?.line
  const problems = problemsOfMetrics(document).map((problem) => ({...problem, line: lineOf(problem.key)}))
  if (problems.length > 0) throw refuse(...problems)
  const options = optionsOf(document)
  try {
    const {olderThan} = readRules(options)
    if (olderThan) cutoffOf(olderThan, now)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    const problem = inKeys(error, (key) => lineOf(key) !== undefined)
    throw refuse({...problem, line: lineOf(problem.key)})
  }

  return {file, options, lines: linesOf(tree.written)}
}

async function readText(file: string, refuse: Refuse): Promise<string> {
  const limit = {bytes: LARGEST_POLICY, text: '64 KiB'}
  const bytes = await readTextFile(file, limit, (text) => refuse({text}))
  try {
    return new TextDecoder('utf8', {fatal: true}).decode(bytes)
  } catch {
    throw refuse({text: 'it is no text in UTF-8'})
  }
}

/** Only parts that say something by themselves: not `select` and `keep`, and no items of lists. */
function linesOf(written: ReadonlyMap<string, {line: number}>): Map<PolicyKey, number> {
  const keys = [...written].flatMap(([pointer, {line}]): Array<[PolicyKey, number]> => {
    const [part = '', name = '', ...items] = pointer.split('/').slice(1)
    const isKey = items.length === 0 && (part === 'select' || part === 'keep' ? name !== '' : name === '')
    if (!isKey || part === '' || part === 'version') return []
    return [[[part, name].filter(Boolean).join('.') as PolicyKey, line]]
  })
  return new Map(keys)
}
