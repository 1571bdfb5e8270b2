import {DEFAULT_METRIC, type Metric, METRICS, parseMetric} from '../account/leaderboard/metrics.js'
import {DEFAULT_GRACE_MS} from '../account/runs.js'
import {OptionError, UsageError} from '../base/errors.js'
import {checkTimestamps} from '../base/names.js'
import {checkCount, checkWords, type OptionTable} from '../base/options.js'
import {type GivenFlags} from '../base/shell.js'
import {joinWords, printable} from '../base/text.js'
import {type Age, formatSum, MINUTE, parseAge, parseGrace, parseSpan} from '../base/time.js'
import {MAX_NAME} from '../base/wildcard.js'
import {
  flagOf,
  nameOptions,
  ofKind,
  type RetentionOptions,
  type RetentionRules,
  type Rule,
  RULE_NAMES,
  type RuleName,
  ruleOf,
  type ValueKind,
  type ValueKinds,
} from './rules.js'

/** How each kind of value is given and read, and what it is where it is not given. */
const VALUES: {
  [V in ValueKind]: {
    given: 'boolean' | 'number' | 'text' | 'texts'
    read: (given: ValueKinds[V], option: RuleName) => unknown
    absent?: unknown
  }
} = {
  age: {given: 'text', read: parseAge},
  span: {given: 'text', read: parseSpan},
  grace: {given: 'text', read: parseGrace, absent: DEFAULT_GRACE_MS},
  metric: {given: 'text', read: parseMetric, absent: DEFAULT_METRIC},
  count: {given: 'number', read: readCount},
  score: {given: 'number', read: (score) => score},
  switch: {given: 'boolean', read: (isOn) => isOn, absent: false},
  texts: {given: 'texts', read: readTexts, absent: []},
  timestamps: {given: 'texts', read: readTimestamps, absent: []},
  words: {given: 'texts', read: readWords, absent: []},
}

/** How the library takes each option. */
export const RETENTION = Object.fromEntries(
  RULE_NAMES.map((name) => [name, VALUES[ruleOf(name).value].given]),
) as unknown as OptionTable<RetentionOptions>

/**
 * Checks and reads the options. Where a person picks the runs (`byHand`), they need not say what may be deleted.
 * @throws UsageError where a value is bad, two of them clash, or none says what may be deleted
 */
export function readRules(options: RetentionOptions, {byHand = false} = {}): RetentionRules {
  const rules = makeRules(options)
  checkCombination(rules, options, byHand)
  return rules
}

/**
 * Reads the options one by one, whether they make sense together or not.
 * @returns frozen
 * @throws UsageError where a value is bad
 */
export function makeRules(options: RetentionOptions): RetentionRules {
  const values = Object.fromEntries(
    RULE_NAMES.map((name) => {
      const {read, absent} = VALUES[ruleOf(name).value]
      const given = valueOf(options, name)
      return [fieldOf(name), given === undefined ? absent : read(given as never, name)]
    }),
  ) as unknown as RetentionRules
  const given = RULE_NAMES.filter((name) => isGiven(valueOf(options, name)))
  const those = (isOne: (rule: Rule) => boolean) => given.filter((name) => isOne(ruleOf(name)))
  const selectors = ofKind('selector', given)
  const keepers = ofKind('keeper', given)
  const isScoped = values.only.length > 0
  const rules = {
    ...values,
    selectors,
    keepers,
    needRows: those(({needs}) => needs === 'rows' || needs === 'scores'),
    needScores: those(({needs}) => needs === 'scores'),
    needLeaderboard: those(
      ({needs}) => needs !== undefined && !(needs === 'standing' && values.ignoreLeaderboard),
    ),
    restOnAbsence: those(({restsOnAbsence = false}) => restsOnAbsence),
    choosesRuns: isScoped || selectors.length > 0 || keepers.length > 0,
    everyRunByScope: isScoped && selectors.length === 0 && keepers.length === 0,
  } as RetentionRules
  for (const value of Object.values(rules)) Object.freeze(value)
  return Object.freeze(rules)
}

/** Its own properties alone: what a polluted `Object.prototype` says is not a rule. */
function valueOf(options: RetentionOptions, name: RuleName): unknown {
  return Object.hasOwn(options, name) ? options[name] : undefined
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0)
}

/** The field of the rules, and of their document: a duration is read as milliseconds. */
export function fieldOf(name: RuleName): string {
  return name === 'grace' ? 'graceMs' : name
}

function readCount(count: number, option: RuleName): number {
  checkCount(count, option)
  return count
}

function readTexts(texts: string[], option: RuleName): string[] {
  const isPlain = (text: unknown) =>
    typeof text === 'string' && text !== '' && text.length <= MAX_NAME && text === printable(text)
  if (!texts.every((text) => isPlain(text)))
    throw new OptionError(option, `takes plain text of 1 to ${MAX_NAME} characters`)
  return [...new Set(texts)]
}

function readTimestamps(timestamps: string[], option: RuleName): string[] {
  checkTimestamps(timestamps, option)
  return [...new Set(timestamps)]
}

/** In the order of the table. */
function readWords(given: string[], option: RuleName): string[] {
  const {words = [], placeholder = ''} = ruleOf(option)
  checkWords(given, words, option, placeholder.toLowerCase())
  return words.filter((word) => given.includes(word))
}

function checkCombination(rules: RetentionRules, options: RetentionOptions, byHand: boolean): void {
  const {all, selectors, keepers, choosesRuns, deleteLeaderboard, pruneLeaderboard, trash} = rules
  const given: RuleName[] = [...selectors, ...keepers]
  for (const name of RULE_NAMES) {
    const {modifies} = ruleOf(name)
    if (!modifies || !isGiven(valueOf(options, name)) || given.some((each) => modifies(ruleOf(each))))
      continue
    const others = RULE_NAMES.filter((each) => modifies(ruleOf(each)))
    throw new OptionError(name, `needs ${joinWords(nameOptions(others), 'or')}`)
  }

  if (rules.scoreBelow !== undefined) checkScore(rules.scoreBelow, rules.by)
  const others = given.filter((name) => name !== 'all')
  if (all && others.length > 0)
    throw new OptionError(
      'all',
      `cannot be combined with another selector or a keeper: remove ${joinWords(nameOptions(others))}, or \`all\``,
    )
  if (trash && deleteLeaderboard)
    throw new OptionError(
      'trash',
      'cannot be combined with `deleteLeaderboard`: the leaderboard is never moved to the trash',
    )
  if (pruneLeaderboard && (trash || deleteLeaderboard))
    throw new OptionError(
      'pruneLeaderboard',
      trash
        ? 'cannot be combined with `trash`: what is in the trash is not gone'
        : 'cannot be combined with `deleteLeaderboard`',
    )
  if (choosesRuns || deleteLeaderboard || byHand) return
  throw new UsageError(
    'Nothing selected: add a selector such as `olderThan`, a keeper such as `keepRecent`, `only` or `deleteLeaderboard`.',
    {
      suggestions: [
        'For example: smoltrace cleanup --older-than 30d --keep-recent 5',
        'To list every rule: smoltrace cleanup --help',
      ],
    },
  )
}

/** "Below" has to mean "worse", and a threshold that nothing can reach would select everything. */
function checkScore(score: number, by: Metric): void {
  const {better, most} = METRICS[by]
  if (better === 'lower')
    throw new OptionError(
      'scoreBelow',
      `with \`by\` ${by} would select the best runs, because less is better: use success_rate or pass_at_1`,
    )
  if (!(score > 0 && score <= most))
    throw new OptionError('scoreBelow', `takes a number above 0 and up to ${most} with \`by\` ${by}`)
}

/** The rules that a plan was made by, as `--json`, journals and saved plans have them; null where one is not given. */
export function rulesDocument(plan: {
  rules: RetentionRules
  cutoff?: Date | undefined
}): Record<string, unknown> {
  const {rules, cutoff = null} = plan
  const values: Record<string, unknown> = {...rules}
  const ranks = RULE_NAMES.some((name) => ruleOf(name).needs === 'scores' && isGiven(values[name]))
  const fields = RULE_NAMES.map((name): [string, unknown] => {
    const field = fieldOf(name)
    return [field, name === 'by' && !ranks ? null : inDocument(values[field])]
  })
  const {olderThan, ...rest} = Object.fromEntries(fields)
  return {olderThan, cutoff, ...rest}
}

/** Whatever it is: a plan from a caller is compared with its own document. */
function inDocument(value: unknown): unknown {
  if (Array.isArray(value)) return [...(value as unknown[])]
  return (typeof value === 'object' ? (value as Age | null)?.text : value) ?? null
}

/** The options that the rules of a document represent: the checks of options are those of saved rules, too. */
export function optionsOf(rules: Readonly<Record<string, unknown>>): RetentionOptions {
  return Object.fromEntries(
    RULE_NAMES.map((name) => {
      const value = rules[fieldOf(name)]
      if (name === 'grace') return [name, value === 0 ? '0' : `${Number(value) / MINUTE}min`]
      const isAbsent = value === null || (Array.isArray(value) && value.length === 0)
      return [name, isAbsent ? undefined : value]
    }),
  )
}

/** The flags that the rules of a document were given by, without those at their default; of a document of any version. */
export function flagsOf(rules: Readonly<Record<string, unknown>>): GivenFlags {
  const flags = RULE_NAMES.map((name) => {
    const {absent} = VALUES[ruleOf(name).value]
    const value = rules[fieldOf(name)]
    if (value === absent || (value ?? undefined) === undefined) return [flagOf(name), undefined]
    return [flagOf(name), name === 'grace' ? graceText(Number(value)) : value]
  })
  return Object.fromEntries(flags) as GivenFlags
}

function graceText(ms: number): string {
  return ms === 0 ? '0' : formatSum(ms)
}
