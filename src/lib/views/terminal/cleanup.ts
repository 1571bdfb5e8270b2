import {type Sizes} from '../../account/sizes.js'
import {printable} from '../../base/text.js'
import {leaderboardArchive} from '../../cleanup/archive-first.js'
import {type Outcome} from '../../cleanup/outcomes.js'
import {type CleanupResult, isUnknown} from '../../cleanup/result.js'
import {type Plan, plannedDatasets} from '../../plan/plan.js'
import {type SavedPlan} from '../../plan/saved/parse.js'
import {type About, type GivenFlags} from '../command-line.js'
import {count, moment, thousands} from '../format.js'
import {joined, paragraphs, wrapText} from './layout.js'
import {formatNextStep, type NextStep, nextStep} from './next-step.js'
import {
  formatDatasets,
  formatPlan,
  formatRunsToDelete,
  formatTitle,
  goingText,
  type PlanNotes,
  rulePairs,
  unknownText,
} from './plan.js'
import {formatOutcomes, formatResult} from './result.js'
import {type Screen} from './style.js'
import {formatPairs} from './table.js'

/** How a cleanup was asked for: what is shown of it depends on that. */
export interface Asked {
  /** The flags that a person gave. */
  given: GivenFlags
  /** The words before `cleanup` on the command line. */
  bin: string
  /** The Hub is gone when the command ends. */
  isRehearsal: boolean
  /** What each flag is about. */
  about: Readonly<Record<string, About | undefined>>
  /** Where archives of leaderboards are kept. */
  dataDirectory: string
}

/** A plan that the rules made. */
interface MadePlan {
  plan: Plan
  sizes: Sizes | undefined
}

/** A saved plan: what is left of it, and what has fallen out of it. */
interface AppliedPlan {
  saved: SavedPlan
  stale: Outcome[]
  sizes: Sizes | undefined
}

/** The plan that the rules made, before anything is deleted. */
export function previewOf({plan, sizes}: MadePlan, asked: Asked, screen: Screen): string {
  const {policy} = asked.given
  const title = policy === undefined ? 'Cleanup' : `Cleanup by ${printable(String(policy))}`
  return formatPlan(plan, notesOn(plan, title, sizes, asked), screen)
}

/** What is left of a saved plan, before anything is deleted. */
export function previewOfSaved({saved, stale, sizes}: AppliedPlan, asked: Asked, screen: Screen): string {
  const notes = notesOn(saved.plan, 'Cleanup by a saved plan', sizes, asked)
  return formatAppliedPlan(saved, stale, notes, screen)
}

/** What a view needs to know of a deletion as well as the plan. */
export function notesOn(
  plan: Plan,
  title: string,
  sizes: Sizes | undefined,
  {given, dataDirectory}: Asked,
): PlanNotes {
  const archive = given.archive === undefined ? undefined : String(given.archive)
  return {
    title: given['no-dry-run'] ? title : `${title}: dry run`,
    archive,
    leaderboardArchive: archive ?? leaderboardArchive(dataDirectory, plan.now),
    sizes,
  }
}

/** How a cleanup that was not declined ended, and what to do next. */
export function resultText(result: CleanupResult, asked: Asked, screen: Screen): string {
  const {wouldDelete, stale, dryRun} = result
  if (isUnknown(result)) return notKnown(result, screen)
  if (wouldDelete > 0) return dryRun ? formatNextStep(result, asked, screen) : formatResult(result, screen)
  const nothing = stale.length > 0 ? 'Nothing of the plan is left to delete.' : 'Nothing to delete.'
  const {plan} = asked.given
  if (plan === undefined) return nothing
  return `${nothing}${wrapText(`\nThe plan was saved to ${String(plan)}.`, screen.width)}`
}

/** Neither "nothing" nor a number would be true. */
function notKnown({plan}: CleanupResult, {width}: Screen): string {
  const what = unknownText(plan.unknown ?? [])
  return wrapText(
    `What would be deleted is not known: ${what} could not be read. Nothing was deleted.`,
    width,
  )
}

/** What to do next, where there is something to do after a dry run. */
export function stepAfter(result: CleanupResult, asked: Asked): NextStep | undefined {
  const {wouldDelete, dryRun, declined} = result
  return dryRun && !declined && wouldDelete > 0 && !isUnknown(result) ? nextStep(result, asked) : undefined
}

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
