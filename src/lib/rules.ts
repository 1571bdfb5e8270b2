import {type Age, parseAge, parseGrace, parseSpan} from './duration.js'
import {UsageError} from './errors.js'
import {DEFAULT_METRIC, type Metric, METRICS, parseMetric} from './metrics.js'
import {checkTimestamps, RUN_TYPES, type RunType} from './naming.js'
import {goesByScores, KEEPER_FLAGS, keepersOf, SELECTOR_FLAGS, selectorsOf} from './rule-names.js'
import {
  GROUP_COLUMNS,
  type GroupColumn,
  LONGEST_NAME,
  type Period,
  type Status,
  STATUSES,
} from './rule-words.js'
import {printable} from './text.js'

/** How long an incomplete run may still be uploading, by default. */
export const DEFAULT_GRACE = '6h'

/** What may go and what must stay, as the flags of `cleanup` say it. */
export interface RetentionOptions {
  /** Selector: `30d`, `12h`, `1w3d`, `2026-01-31`, … */
  olderThan?: string | undefined
  /** Selector: runs that lack at least one of results, traces, metrics, and did not finish. */
  incompleteOnly?: boolean | undefined
  /** Does not ask the leaderboard whether an incomplete run finished. */
  ignoreLeaderboard?: boolean | undefined
  /** Selector: timestamps of single runs. */
  run?: string[] | undefined
  /** Selector: runs of a model that one of these patterns matches: `*` stands for any letters, `?` for one. */
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
  /** Selector: every run. Goes with no other selector and no keeper. */
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
  /** What `keepBest` and `scoreBelow` go by, a column or its short name; default `success_rate`. */
  by?: string | undefined
  /** Keepers that count do so within each group of runs that agree in all of these. */
  groupBy?: GroupColumn[] | undefined
  /** Guard: how long an incomplete run may still be uploading; default `6h`, `0` turns it off. */
  grace?: string | undefined
  /** Scope: only these types of the chosen runs. Without selector and keeper: these types of every run. */
  only?: RunType[] | undefined
  /** Scope: the leaderboard as well. */
  deleteLeaderboard?: boolean | undefined
}

/** The options, checked and read. */
export interface RetentionRules {
  olderThan: Age | undefined
  incompleteOnly: boolean
  ignoreLeaderboard: boolean
  runs: string[]
  models: string[]
  teams: string[]
  purposes: string[]
  /** In the order of `STATUSES`. */
  statuses: Status[]
  unreferenced: boolean
  scoreBelow: number | undefined
  all: boolean
  keepRecent: number | undefined
  keepWithin: Age | undefined
  keepBuckets: Record<Period, number | undefined>
  keepBest: number | undefined
  by: Metric
  /** In the order of `GROUP_COLUMNS`. */
  groupBy: GroupColumn[]
  graceMs: number
  /** In the order results, traces, metrics. */
  only: RunType[]
  deleteLeaderboard: boolean
}

/**
 * Checks and reads the options.
 * @param options as the flags of `cleanup` say them
 * @param how who else says what may go
 * @param how.byHand a person does, picking the runs: the options need not
 * @throws UsageError where a value is bad, two of them clash, or none says what may go
 */
export function readRules(options: RetentionOptions, how: {byHand?: boolean} = {}): RetentionRules {
  const rules = rulesOf(options)
  checkCombination(rules, options, how.byHand ?? false)
  return rules
}

/**
 * Reads the options one by one, whether they make sense together or not.
 * @throws UsageError where a value is bad
 */
export function rulesOf(options: RetentionOptions): RetentionRules {
  checkValues(options)
  const {olderThan, keepWithin, by = DEFAULT_METRIC} = options
  return {
    olderThan: olderThan === undefined ? undefined : parseAge(String(olderThan)),
    incompleteOnly: options.incompleteOnly ?? false,
    ignoreLeaderboard: options.ignoreLeaderboard ?? false,
    runs: [...new Set(options.run)],
    models: [...new Set(options.model)],
    teams: [...new Set(options.team)],
    purposes: [...new Set(options.purpose)],
    statuses: STATUSES.filter((status) => options.status?.includes(status)),
    unreferenced: options.unreferenced ?? false,
    scoreBelow: options.scoreBelow,
    all: options.all ?? false,
    keepRecent: options.keepRecent,
    keepWithin: keepWithin === undefined ? undefined : parseSpan(String(keepWithin)),
    keepBuckets: {
      hourly: options.keepHourly,
      daily: options.keepDaily,
      weekly: options.keepWeekly,
      monthly: options.keepMonthly,
      yearly: options.keepYearly,
    },
    keepBest: options.keepBest,
    by: parseMetric(String(by)),
    groupBy: GROUP_COLUMNS.filter((column) => options.groupBy?.includes(column)),
    graceMs: parseGrace(String(options.grace ?? DEFAULT_GRACE)),
    only: RUN_TYPES.filter((type) => options.only?.includes(type)),
    deleteLeaderboard: options.deleteLeaderboard ?? false,
  }
}

const LISTS = ['run', 'model', 'team', 'purpose', 'status', 'groupBy', 'only'] as const

function checkValues(options: RetentionOptions): void {
  for (const name of LISTS) {
    if (options[name] !== undefined && !Array.isArray(options[name]))
      throw new UsageError(`\`${name}\` takes an array.`)
  }

  for (const [flag, number] of countsIn(options)) {
    if (number !== undefined && !(Number.isSafeInteger(number) && number > 0))
      throw new UsageError(`${flag} takes a whole number from 1 up.`)
  }

  const {run = [], only = [], status = [], groupBy = []} = options
  checkTimestamps(run, '--run ')
  checkWords(only, RUN_TYPES, '--only', 'type')
  checkWords(status, STATUSES, '--status', 'status')
  checkWords(groupBy, GROUP_COLUMNS, '--group-by', 'column to group by')
  for (const name of ['model', 'team', 'purpose'] as const) {
    if (options[name]?.some((text) => !isPlainText(text)))
      throw new UsageError(`--${name} takes a plain text of 1 to ${LONGEST_NAME} characters.`)
  }
}

function isPlainText(text: unknown): boolean {
  return typeof text === 'string' && text !== '' && text.length <= LONGEST_NAME && text === printable(text)
}

function checkWords<T>(words: readonly T[], known: readonly T[], flag: string, what: string): void {
  const unknown = words.find((word) => !known.includes(word))
  if (unknown !== undefined)
    throw new UsageError(`${flag} "${String(unknown)}" is no ${what}: give ${known.join(', ')}.`)
}

/** The options that count runs, with the flags that stand for them. */
function countsIn(options: RetentionOptions): Array<[flag: string, number: number | undefined]> {
  const {keepRecent, keepHourly, keepDaily, keepWeekly, keepMonthly, keepYearly, keepBest} = options
  return [
    ['--keep-recent', keepRecent],
    ['--keep-hourly', keepHourly],
    ['--keep-daily', keepDaily],
    ['--keep-weekly', keepWeekly],
    ['--keep-monthly', keepMonthly],
    ['--keep-yearly', keepYearly],
    ['--keep-best', keepBest],
  ]
}

function checkCombination(rules: RetentionRules, {by}: RetentionOptions, byHand: boolean): void {
  const {all, only, deleteLeaderboard, scoreBelow, groupBy} = rules
  if (rules.ignoreLeaderboard && !rules.incompleteOnly)
    throw new UsageError('--ignore-leaderboard goes with --incomplete-only: it is about that alone.')
  if (by !== undefined && !goesByScores(rules))
    throw new UsageError('--by goes with --keep-best or --score-below: nothing else goes by scores.')
  if (scoreBelow !== undefined) checkScore(scoreBelow, rules.by)
  const counting = keepersOf(rules).filter((name) => name !== '--keep-within')
  if (groupBy.length > 0 && counting.length === 0)
    throw new UsageError('--group-by goes with a keeper that counts, such as --keep-recent or --keep-best.')
  const others = [...selectorsOf(rules).filter((name) => name !== '--all'), ...keepersOf(rules)]
  if (all && others.length > 0) {
    throw new UsageError(
      `--all goes with no other selector and no keeper: drop ${others.join(' and ')}, or drop --all.`,
    )
  }

  if (!all && others.length === 0 && only.length === 0 && !deleteLeaderboard && !byHand) {
    throw new UsageError(
      `Say what may go: a selector (${SELECTOR_FLAGS}), a keeper (${KEEPER_FLAGS}), --only or --delete-leaderboard.`,
    )
  }
}

/** "Below" has to mean "worse", and a threshold that nothing can reach would select everything. */
function checkScore(score: number, by: Metric): void {
  const {better, most} = METRICS[by]
  if (better === 'lower')
    throw new UsageError(
      `--score-below with --by ${by} would select the best, where less is better: give success_rate or pass_at_1.`,
    )
  if (!(score > 0 && score <= most))
    throw new UsageError(`--score-below takes a number above 0 and up to ${most} with --by ${by}.`)
}
