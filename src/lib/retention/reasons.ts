import {type FlagName, flagOf, type KeeperName, ofKind, type SelectorName} from './rules.js'

/** The guards: they win over everything, a person's choice too. */
export const GUARD_RULES = ['pinned', 'grace', 'future', 'trash'] as const
export type GuardRule = (typeof GUARD_RULES)[number]

/** Reasons that come from no selector and no keeper: `picked` is a person's choice. */
const OTHER_RULES = [...GUARD_RULES, 'finished', 'leaderboard', 'only', 'picked'] as const

/** The rule that a reason comes from: the name of a selector or keeper as its flag has it, or another. */
export type ReasonRule = FlagName<KeeperName | SelectorName> | (typeof OTHER_RULES)[number]

/** Every one of them. */
export const REASON_RULES: readonly ReasonRule[] = [
  ...OTHER_RULES,
  ...[...ofKind('selector'), ...ofKind('keeper')].map((name) => flagOf(name) as ReasonRule),
].toSorted()

/** Whether a rule is a guard. */
export function isGuard(rule: ReasonRule): rule is GuardRule {
  return (GUARD_RULES as readonly ReasonRule[]).includes(rule)
}

/** Why a run is deleted or kept. `rule` is stable for programs, `text` is for people. */
export interface Reason {
  rule: ReasonRule
  text: string
  /** The group among whose runs a keeper counted it, as `model gpt-4o`, and the text without it: for what shows that beside. */
  within?: {group: string; text: string}
  /** The run is kept because something about it is unknown or contradictory. */
  isUnclear?: true
}

/** What one selector or keeper says of one run. */
export interface Answer {
  name: KeeperName | SelectorName
  /** The selector selects the run, the keeper keeps it. */
  holds: boolean
  reason: Reason
}
