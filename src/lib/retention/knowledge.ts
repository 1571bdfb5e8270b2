import {type RowIndex} from '../account/leaderboard/index.js'
import {type Protection} from '../account/protection/pins.js'
import {needsRows} from './rule-names.js'
import {type RetentionRules} from './rules.js'

/** What is known of runs beside their datasets. */
export interface Knowledge {
  /** Pinned runs are kept by every rule. */
  protection: Protection
  /**
   * What the leaderboard says; `unknown` where it was not, or could not be, read: then no run counts as unfinished, and rules that
   * need rows select none.
   */
  rows: RowIndex | 'unknown'
}

/** Whether the rules rest on rows that are not known. */
export function lacksRows(rules: RetentionRules, rows: RowIndex | 'unknown'): boolean {
  return rows === 'unknown' && needsRows(rules)
}
