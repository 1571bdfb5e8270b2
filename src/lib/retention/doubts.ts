import {cellsOf, type GroupValues} from '../account/leaderboard/groups.js'
import {rowsOf} from '../account/leaderboard/index.js'
import {scoreOfRun} from '../account/leaderboard/scores.js'
import {type Run} from '../account/runs.js'
import {no, type Verdict, yes} from '../base/verdict.js'
import {type Knowledge} from './knowledge.js'
import {type Reason} from './reasons.js'
import {type RetentionRules} from './rules.js'

/**
 * Why nobody can tell whether a keeper would keep a run: its score is in doubt, or its group. Such a run is kept beside those
 * that are, and takes no place among them.
 */
export function doubtsAbout(
  run: Run,
  {keepBest, by, groupBy}: RetentionRules,
  {rows: index}: Knowledge,
): Reason[] {
  // Then every run stays, whatever a keeper would say of it.
  if (index === 'unknown') return []
  const group = groupBy.length > 0 ? groupOf(run, groupBy, index) : no('nothing is grouped')
  const score = keepBest === undefined ? no('nothing is ranked') : scoreOfRun(run, index, by)
  const reasons: Reason[] = [
    ...(group.is === 'doubt'
      ? [{rule: 'leaderboard', text: `its group is in doubt: ${group.why}`} as const]
      : []),
    ...(score.is === 'doubt'
      ? [{rule: 'keep-best', text: `its place is in doubt: ${score.why}`} as const]
      : []),
  ]
  return group.is === 'doubt' && score.is === 'doubt' && group.why === score.why
    ? reasons.slice(0, 1)
    : reasons
}

/** What a run has in the columns that runs are grouped by. */
export function groupOf(
  run: Run,
  columns: RetentionRules['groupBy'],
  index: Knowledge['rows'],
): Verdict<GroupValues> {
  const rows = rowsOf(run, index)
  if (rows.is === 'doubt') return rows
  return rows.is === 'no' ? yes('no row' as const) : cellsOf(rows.value, columns)
}
