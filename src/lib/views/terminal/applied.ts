import {printable} from '../../base/text.js'
import {type Outcome} from '../../cleanup/outcomes.js'
import {plannedDatasets} from '../../plan/plan.js'
import {type SavedPlan} from '../../plan/saved/saved-plan.js'
import {count, moment, thousands} from '../format.js'
import {joined, paragraphs} from './layout.js'
import {
  formatDatasets,
  formatRunsToDelete,
  formatTitle,
  goingText,
  type PlanNotes,
  rulePairs,
} from './plan.js'
import {formatOutcomes} from './result.js'
import {type Screen} from './style.js'
import {formatPairs} from './table.js'

/**
 * A saved plan as a person reads it before it is applied: who made it, what is left of it, and what is not.
 * @param saved with what is left of the plan
 * @param stale what has fallen out of it
 */
export function formatAppliedPlan(
  saved: SavedPlan,
  stale: Outcome[],
  notes: PlanNotes,
  screen: Screen,
): string {
  const {plan, madeBy, madeAt, digest} = saved
  const planned = plannedDatasets(plan).length
  const board = plan.leaderboard?.goes ? plan.leaderboard.dataset.name : undefined
  return paragraphs([
    formatTitle(plan, notes.title, screen),
    formatPairs(
      [
        ['Plan', `made by ${printable(madeBy)}, ${moment(madeAt)} (${digest.slice(0, 19)}…)`],
        ...rulePairs(plan, notes),
        ['Left of it', `${thousands(planned)} of ${count(planned + stale.length, 'dataset')}`],
        ...(board
          ? [
              ['Leaderboard', `${board}: DELETED as well, archived first to ${notes.leaderboardArchive}`] as [
                string,
                string,
              ],
            ]
          : []),
      ],
      screen,
    ),
    formatStale(stale, screen),
    planned > 0 ? formatRunsToDelete(plan, notes, screen) : '',
    formatDatasets(plan, notes, screen.style),
    planned > 0 ? formatPairs([['Total', goingText(plan, notes)]], screen) : '',
  ])
}

function formatStale(stale: Outcome[], screen: Screen): string {
  if (stale.length === 0) return ''
  return joined(
    [screen.style.bold(`Not any more: ${thousands(stale.length)}`), formatOutcomes(stale, screen)],
    '\n',
  )
}
