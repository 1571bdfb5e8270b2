import {goesByScores} from './rule-names.js'
import {type RetentionOptions, type RetentionRules} from './rules.js'

/** A rule that is left out would be lost from saved plans and journals without a word: the compiler asks for each of them. */
type RulesDocument = Record<'cutoff' | 'graceMs' | Exclude<keyof RetentionOptions, 'grace'>, unknown>

/** The rules that a plan was made by, and the moment that its age stands for. */
export function rulesDocument({
  rules,
  cutoff,
}: {
  rules: RetentionRules
  cutoff?: Date | undefined
}): RulesDocument {
  const {olderThan, runs, models, teams, purposes, statuses, keepWithin, keepBuckets, groupBy, only} = rules
  return {
    olderThan: olderThan?.text ?? null,
    cutoff: cutoff ?? null,
    incompleteOnly: rules.incompleteOnly,
    ignoreLeaderboard: rules.ignoreLeaderboard,
    run: [...runs],
    model: [...models],
    team: [...teams],
    purpose: [...purposes],
    status: [...statuses],
    unreferenced: rules.unreferenced,
    scoreBelow: rules.scoreBelow ?? null,
    all: rules.all,
    keepRecent: rules.keepRecent ?? null,
    keepWithin: keepWithin?.text ?? null,
    keepHourly: keepBuckets.hourly ?? null,
    keepDaily: keepBuckets.daily ?? null,
    keepWeekly: keepBuckets.weekly ?? null,
    keepMonthly: keepBuckets.monthly ?? null,
    keepYearly: keepBuckets.yearly ?? null,
    keepBest: rules.keepBest ?? null,
    by: goesByScores(rules) ? rules.by : null,
    groupBy: [...groupBy],
    graceMs: rules.graceMs,
    only: [...only],
    deleteLeaderboard: rules.deleteLeaderboard,
  }
}
