import {DEFAULT_METRIC, parseMetric} from '../../account/leaderboard/metrics.js'
import {OptionError, renameOptions, type UsageError} from '../../base/errors.js'
import {type RetentionOptions} from '../rules.js'
import {type Problem} from './problems.js'

/** Options that no policy may name: it is carried out again and again, and nobody looks at each of its plans. */
type LeftOut = 'all' | 'deleteLeaderboard' | 'run'
type Option = Exclude<keyof RetentionOptions, LeftOut>

/** Where each option stands in a policy. The compiler asks for every option that is not left out. */
export const KEYS = {
  olderThan: 'select.older-than',
  incompleteOnly: 'select.incomplete-only',
  ignoreLeaderboard: 'select.ignore-leaderboard',
  model: 'select.model',
  team: 'select.team',
  purpose: 'select.purpose',
  status: 'select.status',
  unreferenced: 'select.unreferenced',
  scoreBelow: 'select.score-below',
  keepRecent: 'keep.recent',
  keepWithin: 'keep.within',
  keepHourly: 'keep.hourly',
  keepDaily: 'keep.daily',
  keepWeekly: 'keep.weekly',
  keepMonthly: 'keep.monthly',
  keepYearly: 'keep.yearly',
  keepBest: 'keep.best',
  by: 'keep.by',
  groupBy: 'keep.group-by',
  only: 'only',
  grace: 'grace',
} as const satisfies Record<Option, string>

/**
 * A key that says something; the metric may stand beside the selector or beside the keeper that goes by it.
 */
export type PolicyKey = 'select.by' | (typeof KEYS)[Option]

/** A file of the right form. */
export interface PolicyDocument {
  version: 1
  select?: Record<string, unknown>
  keep?: Record<string, unknown>
  only?: unknown
  grace?: unknown
}

const LISTS: ReadonlySet<Option> = new Set(['groupBy', 'model', 'only', 'purpose', 'status', 'team'])
const SPANS: ReadonlySet<Option> = new Set(['grace', 'keepWithin', 'olderThan'])

/** The options that a policy stands for. */
export function optionsOf(document: PolicyDocument): RetentionOptions {
  const options: Record<string, unknown> = {}
  for (const [option, key] of Object.entries(KEYS) as Array<[Option, PolicyKey]>) {
    const value = valueAt(document, key)
    if (value === undefined) continue
    options[option] = LISTS.has(option) ? [value].flat() : SPANS.has(option) ? String(value) : value
  }

  const by = valueAt(document, 'keep.by') ?? valueAt(document, 'select.by')
  return by === undefined ? options : {...options, by: String(by)}
}

function valueAt({select, keep, ...rest}: PolicyDocument, key: PolicyKey): unknown {
  const [part = '', name = ''] = key.split('.')
  return part === 'select' ? select?.[name] : part === 'keep' ? keep?.[name] : rest[part as 'grace' | 'only']
}

/**
 * What is wrong with the metrics, which stand in two places. There is one metric for all rules, but who writes one beside
 * a rule means that rule.
 */
export function problemsOfMetrics({select = {}, keep = {}}: PolicyDocument): Problem[] {
  const problems: Problem[] = []
  if (select.by !== undefined && select['score-below'] === undefined)
    problems.push({key: 'select.by', text: 'it goes with select.score-below, which is not there'})
  if (keep.by !== undefined && keep.best === undefined)
    problems.push({key: 'keep.by', text: 'it goes with keep.best, which is not there'})
  if (problems.length > 0 || keep.best === undefined || select['score-below'] === undefined) return problems
  const [selecting, keeping] = [select.by, keep.by].map((by) => parseMetric(String(by ?? DEFAULT_METRIC)))
  if (selecting === keeping) return []
  const text = `keep.best goes by ${keeping} and select.score-below by ${selecting}: write the same metric in both parts`
  return [{key: keep.by === undefined ? 'select.by' : 'keep.by', text}]
}

/** The flag of `cleanup` that stands for an option. */
export function flagOf(option: string): string {
  return `--${option.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}

const KEY_OF_FLAG: ReadonlyMap<string, PolicyKey> = new Map(
  (Object.entries(KEYS) as Array<[string, PolicyKey]>).map(([option, key]) => [flagOf(option), key]),
)

/** The key that says what a flag says; undefined for flags that no policy has a key for. */
export function keyOfFlag(flag: string): PolicyKey | undefined {
  return KEY_OF_FLAG.get(flag)
}

/**
 * Says what is wrong with options in the words of the file.
 * @param isWritten whether a key stands in the file
 */
export function inKeys(error: UsageError, isWritten: (key: PolicyKey) => boolean): Problem {
  const keyOf = (option: string) => {
    const key: PolicyKey | undefined = Object.hasOwn(KEYS, option) ? KEYS[option as Option] : undefined
    return key === 'keep.by' && !isWritten(key) ? 'select.by' : key
  }

  const inFile = (text: string) => renameOptions(text, (option) => keyOf(option) ?? flagOf(option))
  if (error instanceof OptionError) return {key: keyOf(error.option), text: inFile(error.problem)}
  return {text: inFile(error.message).replace(/\.$/, '')}
}
