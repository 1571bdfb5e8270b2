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
export type ReasonRule = (typeof REASON_RULES)[number]

/** Why a run goes or stays. `rule` is stable for programs, `text` is for people. */
export interface Reason {
  rule: ReasonRule
  text: string
}
