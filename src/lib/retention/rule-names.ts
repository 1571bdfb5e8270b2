import {PERIODS} from './buckets.js'
import {type RetentionRules} from './rules.js'

/** Every selector, by its option. */
export const SELECTORS =
  '`olderThan`, `incompleteOnly`, `run`, `model`, `team`, `purpose`, `status`, `unreferenced`, `scoreBelow` or `all`'

/** Every keeper, by its option. */
export const KEEPERS = optionNames(['recent', 'within', ...PERIODS, 'best'].map((name) => `--keep-${name}`))

/** The selectors given, as a person types them. */
export function selectorsOf(rules: RetentionRules): string[] {
  return [
    ...(rules.olderThan ? ['--older-than'] : []),
    ...(rules.incompleteOnly ? ['--incomplete-only'] : []),
    ...(rules.runs.length > 0 ? ['--run'] : []),
    ...rowSelectorsOf(rules),
    ...(rules.all ? ['--all'] : []),
  ]
}

/** The keepers given, as a person types them. */
export function keepersOf({keepRecent, keepWithin, keepBuckets, keepBest}: RetentionRules): string[] {
  return [
    ...(keepRecent === undefined ? [] : ['--keep-recent']),
    ...(keepWithin ? ['--keep-within'] : []),
    ...PERIODS.filter((period) => keepBuckets[period] !== undefined).map((period) => `--keep-${period}`),
    ...(keepBest === undefined ? [] : ['--keep-best']),
  ]
}

/** The rules given that need a run's row on the leaderboard, as a person types them. */
export function rowRulesOf(rules: RetentionRules): string[] {
  return [
    ...rowSelectorsOf(rules),
    ...(rules.keepBest === undefined ? [] : ['--keep-best']),
    ...(rules.groupBy.length > 0 ? ['--group-by'] : []),
  ]
}

/** Whether a rule needs a run's row on the leaderboard. */
export function needsRows(rules: RetentionRules): boolean {
  return rowRulesOf(rules).length > 0
}

function rowSelectorsOf(rules: RetentionRules): string[] {
  return [
    ...(rules.models.length > 0 ? ['--model'] : []),
    ...(rules.teams.length > 0 ? ['--team'] : []),
    ...(rules.purposes.length > 0 ? ['--purpose'] : []),
    ...(rules.statuses.length > 0 ? ['--status'] : []),
    ...(rules.unreferenced ? ['--unreferenced'] : []),
    ...(rules.scoreBelow === undefined ? [] : ['--score-below']),
  ]
}

/** Whether a rule goes by scores. */
export function goesByScores({keepBest, scoreBelow}: RetentionRules): boolean {
  return keepBest !== undefined || scoreBelow !== undefined
}

/** The rules given that rest on what the leaderboard says, as a person types them. */
export function leaderboardRulesOf(rules: RetentionRules): string[] {
  return [
    ...(rules.incompleteOnly && !rules.ignoreLeaderboard ? ['--incomplete-only'] : []),
    ...rowRulesOf(rules),
  ]
}

/** Whether a rule needs to know what the leaderboard says. */
export function asksLeaderboard(rules: RetentionRules): boolean {
  return leaderboardRulesOf(rules).length > 0
}

/** Whether nothing but `--only` says what may go: that type of every run, which needs the phrase of `--all`. */
export function isEveryRunByScope(rules: RetentionRules): boolean {
  return rules.only.length > 0 && selectorsOf(rules).length === 0 && keepersOf(rules).length === 0
}

/** Whether the rules choose runs at all; `--delete-leaderboard` alone does not. */
export function choosesRuns(rules: RetentionRules): boolean {
  return rules.only.length > 0 || selectorsOf(rules).length > 0 || keepersOf(rules).length > 0
}

/** The rules given that take for broken, or for forgotten, what lacks something, by their options. */
export function absenceRulesOf(rules: RetentionRules): string[] {
  return [
    ...(rules.incompleteOnly ? ['`incompleteOnly`'] : []),
    ...(rules.unreferenced ? ['`unreferenced`'] : []),
  ]
}

/** What flags are called in a message: by the options that they stand for. */
export function optionNames(flags: readonly string[]): string {
  return flags
    .map((flag) => flag.slice(2).replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase()))
    .map((option) => `\`${option}\``)
    .join(', ')
}
