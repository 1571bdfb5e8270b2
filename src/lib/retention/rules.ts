import {type Metric, METRIC_LIST, METRICS} from '../account/leaderboard/metrics.js'
import {GROUP_COLUMNS, type GroupColumn, type Status, STATUSES} from '../account/leaderboard/row.js'
import {DEFAULT_GRACE} from '../account/runs.js'
import {RUN_TYPES, type RunType} from '../base/names.js'
import {formatNumber, joinWords} from '../base/text.js'
import {type Age, formatAge, usesCalendarUnits} from '../base/time.js'

/** What can be deleted and what is kept: the flags of `cleanup`. */
export interface RetentionOptions {
  /** Selector: `30d`, `12h`, `1w3d`, `2026-01-31`, … */
  olderThan?: string | undefined
  /** Selector: runs that lack at least one of results, traces, metrics, and did not finish. */
  incompleteOnly?: boolean | undefined
  /** Does not ask the leaderboard whether an incomplete run finished. */
  ignoreLeaderboard?: boolean | undefined
  /** Selector: timestamps of single runs. */
  run?: string[] | undefined
  /** Selector: runs of a model that one of these patterns matches: `*` matches any letters, `?` one. */
  model?: string[] | undefined
  /** Selector: runs of one of these teams. */
  team?: string[] | undefined
  /** Selector: runs with one of these purposes. */
  purpose?: string[] | undefined
  /** Selector: runs whose evaluation came to one of these. */
  status?: Status[] | undefined
  /** Selector: runs that no row of the leaderboard cites. */
  unreferenced?: boolean | undefined
  /** Selector: runs whose score by `by` is below this. */
  scoreBelow?: number | undefined
  /** Selector: every run. Excludes other selectors and keepers. */
  all?: boolean | undefined
  /** Keeper: the N newest runs, whatever selects them. */
  keepRecent?: number | undefined
  /** Keeper: runs no older than this, `30d`, `12h`, …, counted from now. */
  keepWithin?: string | undefined
  /** Keeper: the newest run of each of the N newest hours that have one, in UTC. */
  keepHourly?: number | undefined
  /** Keeper: the same by days. */
  keepDaily?: number | undefined
  /** Keeper: the same by ISO weeks. */
  keepWeekly?: number | undefined
  /** Keeper: the same by months. */
  keepMonthly?: number | undefined
  /** Keeper: the same by years. */
  keepYearly?: number | undefined
  /** Keeper: the N runs with the best scores by `by`. */
  keepBest?: number | undefined
  /** The metric of `keepBest` and `scoreBelow`, a column or its short name; default `success_rate`. */
  by?: string | undefined
  /** Keepers that count do so within each group of runs that agree in all of these. */
  groupBy?: GroupColumn[] | undefined
  /** Guard: how long an incomplete run may still be uploading; default `6h`, `0` turns it off. */
  grace?: string | undefined
  /** Scope: only these types of the chosen runs. Without selector and keeper: these types of every run. */
  only?: RunType[] | undefined
  /** Scope: renames the datasets into the trash, from which they can be restored, instead of deleting them. */
  trash?: boolean | undefined
  /** Scope: empties, last of all, the references of leaderboard rows about runs that were deleted completely. */
  pruneLeaderboard?: boolean | undefined
  /** Scope: the leaderboard as well. */
  deleteLeaderboard?: boolean | undefined
}

export type RuleName = keyof RetentionOptions

/** The kinds of values, and how each is given. */
export interface ValueKinds {
  age: string
  /** An age that counts from now: not a date. */
  span: string
  grace: string
  metric: string
  count: number
  score: number
  switch: boolean
  texts: string[]
  timestamps: string[]
  /** Some of the rule's `words`. */
  words: string[]
}
export type ValueKind = keyof ValueKinds

/** A value as it is read. */
type Read<T> = T extends string ? Age : T

/** What there is to know of a rule whose option holds a T. */
export interface Rule<T = unknown> {
  kind: 'guard' | 'keeper' | 'scope' | 'selector'
  value: unknown extends T ? ValueKind : {[V in ValueKind]: T extends ValueKinds[V] ? V : never}[ValueKind]
  words?: readonly string[]
  /** What one value is called, where its kind does not say it. */
  placeholder?: string
  /** Why no policy file may say it, and what to do instead. */
  notInPolicy?: string
  /** What it asks the leaderboard: whether a run finished, its row, or the scores in it as well. */
  needs?: 'rows' | 'scores' | 'standing'
  /** Rests on what is not there, which may only be hidden. */
  restsOnAbsence?: boolean
  /** The rules that it changes, where it is not one by itself. */
  modifies?: (other: Rule) => boolean
  /** What it does, for the help and for editors of policies; names other rules as options. */
  summary: string
  /** The runs it selects or keeps: "older than 30d", "the best run of each model". The cutoff is that of an age. */
  says?(value: Read<T>, rules: RetentionRules, cutoff?: string): string
}

/** A keeper of the newest run of each of N parts of the calendar. */
const calendar = (unit: string, note = 'UTC') =>
  ({
    kind: 'keeper',
    value: 'count',
    summary: `Keep the newest run of each of the last N ${unit}s that have runs (${note}).`,
    says(number: number, {groupBy}: RetentionRules) {
      const units =
        number === 1
          ? `the last ${unit} that has one`
          : `each of the last ${formatNumber(number)} ${unit}s that have one`
      return `the newest run of ${units}${groupBy.length > 0 ? ',' : ''}${ofEach(groupBy)} (${note})`
    },
  }) as const

/**
 * Every rule, once, in the order of the help and of documents. Flags, policy files, saved plans, `--json`, sentences and schemas
 * are made from this table; what a selector or keeper does is in `selectors.ts` and `keepers.ts`, under its name.
 */
const RULES = {
  olderThan: {
    kind: 'selector',
    value: 'age',
    summary:
      'Only runs older than this: 30d, 12h, 2w, 1m (30 days), 1y, 1w3d, or before a date such as 2026-01-31.',
    says: (age, _, cutoff) =>
      `older than ${formatAge(age)}${cutoff ? `, before ${cutoff}` : ''}${unitNote(age)}`,
  },
  incompleteOnly: {
    kind: 'selector',
    value: 'switch',
    needs: 'standing',
    restsOnAbsence: true,
    summary:
      'Only incomplete runs. They lack results, traces or metrics and, according to the leaderboard, did not finish.',
    says: (_, {ignoreLeaderboard}) => (ignoreLeaderboard ? 'incomplete' : 'incomplete and not finished'),
  },
  ignoreLeaderboard: {
    kind: 'selector',
    value: 'switch',
    modifies: ({needs}) => needs === 'standing',
    summary: 'Do not ask the leaderboard which runs finished. Needs `incompleteOnly`.',
  },
  run: {
    kind: 'selector',
    value: 'timestamps',
    notInPolicy: 'a policy cannot name single runs: use "cleanup --run"',
    summary: 'Only the run with this timestamp.',
    says: (runs) => `named with --run (${joinWords(runs)})`,
  },
  model: {
    kind: 'selector',
    value: 'texts',
    placeholder: 'PATTERN',
    needs: 'rows',
    summary: 'Only runs of models matching PATTERN, such as "gpt-4*".',
    says: (models) => `of a model that matches ${joinWords(models, 'or')}`,
  },
  team: {
    kind: 'selector',
    value: 'texts',
    placeholder: 'NAME',
    needs: 'rows',
    summary: 'Only runs of this team.',
    says: (teams) => `of team ${joinWords(teams, 'or')}`,
  },
  purpose: {
    kind: 'selector',
    value: 'texts',
    placeholder: 'NAME',
    needs: 'rows',
    summary: 'Only runs with this purpose.',
    says: (purposes) => `for the purpose ${joinWords(purposes, 'or')}`,
  },
  status: {
    kind: 'selector',
    value: 'words',
    words: STATUSES,
    placeholder: 'STATUS',
    needs: 'rows',
    summary: `Only runs with this status on the leaderboard (${STATUSES.join(', ')}).`,
    says: (statuses) => `${joinWords(statuses, 'or')}, according to the leaderboard`,
  },
  unreferenced: {
    kind: 'selector',
    value: 'switch',
    needs: 'rows',
    restsOnAbsence: true,
    summary: 'Only runs without a row on the leaderboard.',
    says: () => 'cited by no leaderboard row',
  },
  scoreBelow: {
    kind: 'selector',
    value: 'score',
    needs: 'scores',
    summary: 'Only finished runs that score below X. Runs without a score are never selected.',
    says: (limit, {by}) => `scoring below ${limit} by ${METRICS[by].words}`,
  },
  all: {
    kind: 'selector',
    value: 'switch',
    notInPolicy: 'a policy cannot select every run at once: use "cleanup --all", which asks to confirm it',
    summary: 'Every run. Excludes other selectors and keepers.',
    says: () => 'all runs in this namespace',
  },
  keepRecent: {
    kind: 'keeper',
    value: 'count',
    summary: 'Keep the N newest runs. Pinned runs do not count.',
    says: (number, {groupBy}) => `${several(number, 'most recent')}${ofEach(groupBy)}`,
  },
  keepWithin: {
    kind: 'keeper',
    value: 'span',
    summary: 'Keep every run that is not older than this: 30d, 12h, 2w, 1m (30 days), 1y.',
    says: (age) => `runs no older than ${formatAge(age)}${unitNote(age)}`,
  },
  keepHourly: calendar('hour'),
  keepDaily: calendar('day'),
  keepWeekly: calendar('week', 'ISO weeks, UTC'),
  keepMonthly: calendar('month'),
  keepYearly: calendar('year'),
  keepBest: {
    kind: 'keeper',
    value: 'count',
    needs: 'scores',
    summary: 'Keep the N finished runs with the best scores. Ties go to the newer run.',
    says: (number, {by, groupBy}) =>
      `${several(number, 'best')} by ${METRICS[by].words}, ${METRICS[by].better} is better` +
      `${groupBy.length > 0 ? ',' : ''}${ofEach(groupBy)}`,
  },
  by: {
    kind: 'keeper',
    value: 'metric',
    modifies: ({needs}) => needs === 'scores',
    summary:
      `The metric of \`keepBest\` and \`scoreBelow\` (default success_rate): ${METRIC_LIST}. ` +
      'Higher is better for the first two, lower for the others.',
  },
  groupBy: {
    kind: 'keeper',
    value: 'words',
    words: GROUP_COLUMNS,
    placeholder: 'COLUMN',
    needs: 'rows',
    modifies: ({value}) => value === 'count',
    summary: `Apply keepers that take N to each group separately: ${GROUP_COLUMNS.join(', ')}.`,
  },
  grace: {
    kind: 'guard',
    value: 'grace',
    summary: `Keep incomplete runs that changed within this time (default ${DEFAULT_GRACE}): 30min, 6h, 1d. 0 turns it off.`,
  },
  only: {
    kind: 'scope',
    value: 'words',
    words: RUN_TYPES,
    placeholder: 'TYPE',
    summary: `Only datasets of this type (${RUN_TYPES.join(', ')}).`,
  },
  trash: {
    kind: 'scope',
    value: 'switch',
    summary: 'Move datasets to the trash instead of deleting them.',
  },
  pruneLeaderboard: {
    kind: 'scope',
    value: 'switch',
    restsOnAbsence: true,
    summary: 'Afterwards, empty the references of leaderboard rows about these runs. Keeps their scores.',
  },
  deleteLeaderboard: {
    kind: 'scope',
    value: 'switch',
    notInPolicy: 'a policy never deletes the leaderboard: use "cleanup --delete-leaderboard"',
    summary: 'Also delete the leaderboard, last of all. Refused while it is protected or runs are pinned.',
  },
} as const satisfies {[K in RuleName]-?: Rule<NonNullable<RetentionOptions[K]>>}

type Table = typeof RULES
/** The rules of a kind, but for those that only change others. */
type NameOf<Part> = {
  [K in RuleName]: Table[K] extends Part ? (Table[K] extends {modifies: unknown} ? never : K) : never
}[RuleName]
export type SelectorName = NameOf<{kind: 'selector'}>
export type KeeperName = NameOf<{kind: 'keeper'}>

/** A key of a policy: `keep.weekly`. The metric may be next to the selector or to the keeper that ranks by it. */
export type PolicyKey =
  'grace' | 'only' | 'prune-leaderboard' | 'trash' | `keep.${string}` | `select.${string}`

export const RULE_NAMES = Object.keys(RULES) as RuleName[]

const PARTS: Record<Rule['kind'], string> = {selector: 'select.', keeper: 'keep.', guard: '', scope: ''}

/** The key of a rule in a policy file, which some have only in explanations: its flag, in the part of its kind. */
export function keyOf(name: RuleName): PolicyKey {
  const {kind}: Rule = RULES[name]
  return `${PARTS[kind]}${flagOf(name).replace(/^keep-/, '')}` as PolicyKey
}

/** What there is to know of a rule, and its key where a policy file may have it. */
export function ruleOf(name: RuleName): Rule & {policy?: PolicyKey} {
  const rule: Rule = RULES[name]
  return rule.notInPolicy === undefined ? {...rule, policy: keyOf(name)} : rule
}

/** Options as messages name them; a command and a policy put their own names in place. */
export function nameOptions(names: readonly RuleName[]): string[] {
  return names.map((name) => `\`${name}\``)
}

/** The rules of a kind among some, but for those that only change others. */
export function ofKind(kind: Rule['kind'], among = RULE_NAMES): RuleName[] {
  return among.filter((name) => ruleOf(name).kind === kind && !ruleOf(name).modifies)
}

type Kebab<S extends string> = S extends `${infer Letter}${infer Rest}`
  ? `${Letter extends Lowercase<Letter> ? Letter : `-${Lowercase<Letter>}`}${Kebab<Rest>}`
  : ''
/** A rule as its flag and its reasons name it: `keep-recent`. */
export type FlagName<K extends RuleName = RuleName> = Kebab<K>

export function flagOf<K extends RuleName>(name: K): FlagName<K> {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`) as FlagName<K>
}

/** The options, checked and read, and what follows from them. */
export interface RetentionRules extends RuleValues {
  by: Metric
  graceMs: number
  /** The selectors given: a run is a candidate where all of them select it. */
  selectors: SelectorName[]
  /** The keepers given: each of them saves runs. */
  keepers: KeeperName[]
  /** Of the rules given, those that need a run's row. */
  needRows: RuleName[]
  /** Those that use scores. */
  needScores: RuleName[]
  /** Those that rest on anything that the leaderboard says. */
  needLeaderboard: RuleName[]
  /** Those that rest on what is not there. */
  restOnAbsence: RuleName[]
  /** Whether they choose runs at all; `deleteLeaderboard` alone does not. */
  choosesRuns: boolean
  /** Whether `only` alone says what may be deleted: that type of every run, which needs the phrase of `all`. */
  everyRunByScope: boolean
}

type RuleValues = {
  [K in Exclude<RuleName, 'by' | 'grace'>]-?: ReadOption<NonNullable<RetentionOptions[K]>>
}
type ReadOption<T> = T extends number | string ? Read<T> | undefined : T extends boolean ? boolean : T

function unitNote(age: Age): string {
  return usesCalendarUnits(age) ? ' (a month is 30 days, a year 365)' : ''
}

function several(number: number, which: string): string {
  return number === 1 ? `the ${which} run` : `the ${formatNumber(number)} ${which} runs`
}

function ofEach(groupBy: GroupColumn[]): string {
  const words = groupBy.map((column) => column.replaceAll('_', ' '))
  if (words.length === 0) return ''
  return words.length === 1 ? ` of each ${words[0]}` : ` of each group with the same ${joinWords(words)}`
}
