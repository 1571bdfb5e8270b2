import {type Citations} from '../account/leaderboard/citations.js'
import {type Evidence} from '../account/leaderboard/evidence.js'
import {type Protection} from '../account/protection/pins.js'
import {needsRows} from './rule-names.js'
import {type RetentionRules} from './rules.js'

/** What is known of runs beside their datasets. */
export interface Knowledge {
  /** Pinned runs are kept by every rule. */
  protection: Protection
  /** What the leaderboard says; `unknown` where it was not, or could not be, read: then no run counts as unfinished. */
  evidence: Evidence | 'unknown'
  /** The rows of each run; `unknown` as `evidence`: then rules that need rows make no run go. */
  citations: Citations | 'unknown'
}

/** Whether the rules rest on rows that are not known. */
export function lacksRows(rules: RetentionRules, citations: Citations | 'unknown'): boolean {
  return citations === 'unknown' && needsRows(rules)
}
