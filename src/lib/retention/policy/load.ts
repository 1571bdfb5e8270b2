import {DEFAULT_METRIC, parseMetric} from '../../account/leaderboard/metrics.js'
import {OptionError, renameOptions, UsageError} from '../../base/errors.js'
import {readTextFile} from '../../base/files.js'
import {readText as readFileName} from '../../base/options.js'
import {formatWords} from '../../base/shell.js'
import {printable, safe} from '../../base/text.js'
import {cutoffOf} from '../../base/time.js'
import {readRules, RETENTION} from '../read-rules.js'
import {flagOf, type PolicyKey, type RetentionOptions, RULE_NAMES, type RuleName, ruleOf} from '../rules.js'
import {type PolicyDocument} from './schema.js'
import {type Problem, type Refuse} from './yaml.js'

/** Rules from a file. */
export interface Policy {
  /** As it was named. */
  file: string
  /** What the file says, as `cleanupDatasets` and `filterRuns` take it. */
  options: RetentionOptions
  /** The line, from 1, of each key, in the file's order: `keep.weekly` on 7. */
  lines: ReadonlyMap<PolicyKey, number>
}

/** A policy is a page; this bounds what reading one costs. */
const LIMIT = {bytes: 64 * 1024, text: '64 KiB'}

/**
 * Reads a policy file: the rules of `cleanup` in YAML, in the form of `schemas/policy.schema.json`. The rules are checked
 * as those of `cleanupDatasets`; nothing is asked of the Hub. No file is ever looked for: only the one named is read.
 * @param now the clock by which a date in the file is in the past
 * @throws UsageError that names the file, the line and the key, where it is not such a file or its rules make no sense
 */
export async function loadPolicy(file: string, now = new Date()): Promise<Policy> {
  readFileName(file, '`file`')
  // A parser and a schema are only for those who have a policy.
  const {readYaml} = await import('./yaml.js')
  const {faultsIn, keyAt} = await import('./schema.js')
  const refuse = refuserFor(file)
  const {value, at} = readYaml(await readText(file, refuse), refuse)
  const lineOf = (key = '') => at(key.split('.'))?.line
  const faults = faultsIn(value).map(({path, advice, kind}): Problem => {
    const {line, text = ''} = at(path) ?? {}
    // Where neither part is there, what is there instead says nothing.
    const isGiven = kind === 'wrong' && !(path.length === 0 && text === 'a section')
    return {line, key: keyAt(path) || undefined, text: isGiven ? `${text} is not valid: ${advice}` : advice}
  })
  if (faults.length > 0) throw refuse(...faults)
  const document = value as PolicyDocument
  const problems = problemsOfMetrics(document).map((problem) => ({...problem, line: lineOf(problem.key)}))
  if (problems.length > 0) throw refuse(...problems)
  const options = policyOptions(document)
  try {
    const {olderThan} = readRules(options)
    if (olderThan) cutoffOf(olderThan, now)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    const problem = inKeys(error, (key) => lineOf(key) !== undefined)
    throw refuse({...problem, line: lineOf(problem.key)})
  }

  const keys: PolicyKey[] = ['select.by', ...RULE_NAMES.flatMap((name) => ruleOf(name).policy ?? [])]
  const lines = keys.map((key): [PolicyKey, number] => [key, lineOf(key) ?? 0]).filter(([, line]) => line > 0)
  return {file, options, lines: new Map(lines.toSorted(([, a], [, b]) => a - b))}
}

async function readText(file: string, refuse: Refuse): Promise<string> {
  const suggestions = ['Use the path of a policy file in YAML.']
  const bytes = await readTextFile(file, LIMIT, (text, isContent) =>
    isContent ? refuse({text}) : new UsageError(`${printable(file)}: ${text}.`, {suggestions}),
  )
  try {
    return new TextDecoder('utf8', {fatal: true}).decode(bytes)
  } catch {
    throw refuse({text: 'it is not valid UTF-8 text'})
  }
}

const MAX_SHOWN = 10

/** Errors that name the file, the line and the key: the first as the message, the others below it. */
function refuserFor(file: string): Refuse {
  const place = printable(file)
  const next = `Fix the file, then check it: smoltrace ${formatWords(['policy', 'explain', place])}`
  const format = ({line, key, text}: Problem) =>
    safe([[place, ...(line ? [line] : [])].join(':'), ...(key ? [key] : []), text].join(': '))
  return (...problems) => {
    const [first = '', ...others] = problems
      .toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0))
      .map((problem) => format(problem))
    const shown = others.slice(0, MAX_SHOWN)
    const rest = others.length - shown.length
    return new UsageError(`${first}.`, {
      suggestions: [...shown.map((text) => `${text}.`), ...(rest > 0 ? [`And ${rest} more.`] : []), next],
    })
  }
}

/** The options that a policy gives. */
function policyOptions(document: PolicyDocument): RetentionOptions {
  const valueAt = (key: string) => {
    const [part = '', name] = key.split('.')
    return name === undefined ? document[part] : (document[part] as PolicyDocument | undefined)?.[name]
  }

  const options = RULE_NAMES.flatMap((name): Array<[RuleName, unknown]> => {
    const {policy} = ruleOf(name)
    const value = policy && (valueAt(policy) ?? (name === 'by' ? valueAt('select.by') : undefined))
    if (value === undefined) return []
    const given = RETENTION[name]
    return [[name, given === 'texts' ? [value].flat() : given === 'text' ? String(value) : value]]
  })
  return Object.fromEntries(options)
}

/** What is wrong with the metrics, which have a key in both parts: there is one for all rules, but a key means the rule next to it. */
function problemsOfMetrics({select = {}, keep = {}}: PolicyDocument): Problem[] {
  const [selects, keeps] = [select['score-below'] !== undefined, keep.best !== undefined]
  const problems: Problem[] = []
  if (select.by !== undefined && !selects) problems.push({key: 'select.by', text: 'needs select.score-below'})
  if (keep.by !== undefined && !keeps) problems.push({key: 'keep.by', text: 'needs keep.best'})
  if (!selects || !keeps) return problems
  const [selecting, keeping] = [select.by, keep.by].map((by) => parseMetric(String(by ?? DEFAULT_METRIC)))
  if (selecting === keeping) return []
  const text = `keep.best ranks by ${keeping}, but select.score-below by ${selecting}: use the same metric in both parts`
  return [{key: keep.by === undefined ? 'select.by' : 'keep.by', text}]
}

/** Says what is wrong with options in the words of the file. @param isWritten whether a key is in the file */
function inKeys(error: UsageError, isWritten: (key: PolicyKey) => boolean): Problem {
  const keyOf = (option: string) => {
    const name = RULE_NAMES.find((each) => each === option)
    const key = name && ruleOf(name).policy
    return key === 'keep.by' && !isWritten(key) ? 'select.by' : (key ?? (name && `--${flagOf(name)}`))
  }

  if (error instanceof OptionError)
    return {key: keyOf(error.option), text: renameOptions(error.problem, keyOf)}
  return {text: renameOptions(error.message, keyOf).replace(/\.$/, '')}
}
