/** The rules that can make a run go or stay, by the names that programs see. */
export const REASON_RULES = [
  'all',
  'finished',
  'future',
  'grace',
  'incomplete-only',
  'keep-best',
  'keep-daily',
  'keep-hourly',
  'keep-monthly',
  'keep-recent',
  'keep-weekly',
  'keep-within',
  'keep-yearly',
  'leaderboard',
  'model',
  'older-than',
  'only',
  'picked',
  'pinned',
  'purpose',
  'run',
  'score-below',
  'status',
  'team',
  'unreferenced',
] as const
/**
 * The rule that a reason comes from.
 */
export type ReasonRule = (typeof REASON_RULES)[number]

/** Those of the rules that are guards: they win over everything, a person's choice too. */
export const GUARD_RULES = ['pinned', 'grace', 'future'] as const satisfies ReasonRule[]
export type GuardRule = (typeof GUARD_RULES)[number]

/** Whether a rule is a guard. */
export function isGuard(rule: ReasonRule): rule is GuardRule {
  return (GUARD_RULES as readonly ReasonRule[]).includes(rule)
}

/** Why a run goes or stays. `rule` is stable for programs, `text` is for people. */
export interface Reason {
  rule: ReasonRule
  text: string
}
