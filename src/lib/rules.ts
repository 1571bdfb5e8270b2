import {type Age, parseAge, parseGrace} from './duration.js'
import {UsageError} from './errors.js'
import {checkTimestamps, isRunType, RUN_TYPES, type RunType} from './naming.js'

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
  /** Selector: every run. Goes with no other selector and no keeper. */
  all?: boolean | undefined
  /** Keeper: the N newest runs, whatever selects them. */
  keepRecent?: number | undefined
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
  all: boolean
  keepRecent: number | undefined
  graceMs: number
  /** In the order results, traces, metrics. */
  only: RunType[]
  deleteLeaderboard: boolean
}

const SELECTORS = '--older-than, --incomplete-only, --run or --all'
const KEEPERS = '--keep-recent'

/**
 * Checks and reads the options.
 * @throws UsageError where a value is bad, two of them clash, or none says what may go
 */
export function readRules(options: RetentionOptions): RetentionRules {
  checkValues(options)
  const rules: RetentionRules = {
    olderThan: options.olderThan === undefined ? undefined : parseAge(String(options.olderThan)),
    incompleteOnly: options.incompleteOnly ?? false,
    ignoreLeaderboard: options.ignoreLeaderboard ?? false,
    runs: [...new Set(options.run)],
    all: options.all ?? false,
    keepRecent: options.keepRecent,
    graceMs: parseGrace(String(options.grace ?? DEFAULT_GRACE)),
    only: RUN_TYPES.filter((type) => options.only?.includes(type)),
    deleteLeaderboard: options.deleteLeaderboard ?? false,
  }
  checkCombination(rules)
  return rules
}

function checkValues({keepRecent, run = [], only = []}: RetentionOptions): void {
  if (!Array.isArray(run) || !Array.isArray(only)) throw new UsageError('`run` and `only` take arrays.')
  if (keepRecent !== undefined && !(Number.isSafeInteger(keepRecent) && keepRecent > 0)) {
    throw new UsageError('--keep-recent takes a whole number from 1 up.')
  }

  checkTimestamps(run, '--run ')
  for (const type of only) {
    if (!isRunType(type))
      throw new UsageError(`--only "${String(type)}" is no type: give ${RUN_TYPES.join(', ')}.`)
  }
}

function checkCombination(rules: RetentionRules): void {
  const {all, only, deleteLeaderboard} = rules
  if (rules.ignoreLeaderboard && !rules.incompleteOnly)
    throw new UsageError(
      '--ignore-leaderboard goes with --incomplete-only: no other rule asks the leaderboard.',
    )
  const others = [...selectorsOf(rules).filter((name) => name !== '--all'), ...keepersOf(rules)]
  if (all && others.length > 0) {
    throw new UsageError(
      `--all goes with no other selector and no keeper: drop ${others.join(' and ')}, or drop --all.`,
    )
  }

  if (!all && others.length === 0 && only.length === 0 && !deleteLeaderboard) {
    throw new UsageError(
      `Say what may go: a selector (${SELECTORS}), a keeper (${KEEPERS}), --only or --delete-leaderboard.`,
    )
  }
}

/** The selectors given, as a person types them. */
export function selectorsOf({olderThan, incompleteOnly, runs, all}: RetentionRules): string[] {
  return [
    ...(olderThan ? ['--older-than'] : []),
    ...(incompleteOnly ? ['--incomplete-only'] : []),
    ...(runs.length > 0 ? ['--run'] : []),
    ...(all ? ['--all'] : []),
  ]
}

/** The keepers given, as a person types them. */
export function keepersOf({keepRecent}: RetentionRules): string[] {
  return keepRecent === undefined ? [] : ['--keep-recent']
}

/** Whether a rule needs to know what the leaderboard says. */
export function asksLeaderboard({incompleteOnly, ignoreLeaderboard}: RetentionRules): boolean {
  return incompleteOnly && !ignoreLeaderboard
}

/** Whether nothing but `--only` says what may go: that type of every run, which needs the phrase of `--all`. */
export function isEveryRunByScope(rules: RetentionRules): boolean {
  return rules.only.length > 0 && selectorsOf(rules).length === 0 && keepersOf(rules).length === 0
}

/** Whether the rules choose runs at all; `--delete-leaderboard` alone does not. */
export function choosesRuns(rules: RetentionRules): boolean {
  return rules.only.length > 0 || selectorsOf(rules).length > 0 || keepersOf(rules).length > 0
}
