import {pushTo} from '../../base/collections.js'
import {count, thousands} from '../../base/text.js'
import {type Outcome} from '../../cleanup/outcomes.js'
import {type CleanupResult, isUnknown} from '../../cleanup/result.js'
import {unknownText} from '../plan.js'
import {describeOutcome, type NextStep, notDeleted, resultPairs} from '../result.js'
import {paragraphs, wrapIndented, wrapText} from './layout.js'
import {type Screen, type Style} from './style.js'
import {formatPairs} from './table.js'

/** How a cleanup that was not declined ended, and what to do next. */
export function resultText(result: CleanupResult, next: NextStep | undefined, screen: Screen): string {
  const {wouldDelete, stale, dryRun} = result
  const {style, width} = screen
  if (isUnknown(result)) {
    // Neither "nothing" nor a number would be true.
    const what = unknownText(result.plan.unknown ?? [])
    return wrapText(
      `What would be deleted is not known: ${what} could not be read. Nothing was deleted.`,
      width,
    )
  }

  if (wouldDelete > 0 && !dryRun) return formatResult(result, screen)
  const nothing = stale.length > 0 ? 'Nothing of the plan is left to delete.' : 'Nothing to delete.'
  const lines = [...(wouldDelete === 0 ? [nothing] : []), ...(next ? [next.text] : [])]
  // A command that is wrapped could not be copied.
  const command = next?.command === undefined ? '' : `  ${style.bold(next.command)}`
  return paragraphs([wrapText(lines.join('\n'), width), command])
}

/** The outcome of a plan: everything not deleted and why, then, where the eye rests, the counts and what is left. */
export function formatResult(result: CleanupResult, screen: Screen): string {
  const {outcomes, journal} = result
  const rest = notDeleted(outcomes).map(([label, own]) => {
    const elsewhere = own.length > MOST_NAMED && journal ? ' (`history` names each)' : ''
    const title = screen.style.bold(`${label}: ${thousands(own.length)}`)
    return `${title}${elsewhere}\n${formatOutcomes(own, screen)}`
  })
  const head = wrapText(headline(result, screen.style), screen.width)
  return paragraphs([...rest, `${head}\n${formatPairs(resultPairs(result), screen)}`])
}

function headline({counts, interrupted, outcomes, deletionMs}: CleanupResult, style: Style): string {
  const seconds = `${(deletionMs / 1000).toFixed(1)} s`
  if (interrupted)
    return style.yellow(`Interrupted after ${seconds}: what had begun was finished, nothing new was started.`)
  if (counts.deleted + counts.gone === outcomes.length) return style.green(`Cleanup complete in ${seconds}.`)
  return style.red(`Cleanup ended in ${seconds}, not everything was deleted.`)
}

/** Up to this many outcomes of one kind are all named; of more, those with the same reason are one line. */
const MOST_NAMED = 40
const MOST_REASONS = 20

/** Outcomes of one kind, a line each; of thousands the reasons, how often there is each, and the first name. */
export function formatOutcomes(outcomes: readonly Outcome[], {width}: Screen): string {
  const lines =
    outcomes.length > MOST_NAMED ? byReason(outcomes) : outcomes.map((outcome) => describeOutcome(outcome))
  return lines.map((line) => wrapIndented(line, '  ', width)).join('\n')
}

/** The most frequent reasons first. */
function byReason(outcomes: readonly Outcome[]): string[] {
  const groups = new Map<string, Outcome[]>()
  for (const outcome of outcomes) pushTo(groups, outcome.reason ?? '', outcome)
  const sorted = [...groups.values()].toSorted((a, b) => b.length - a.length)
  const lines = sorted
    .slice(0, MOST_REASONS)
    .map((own) =>
      describeOutcome({...own[0]!, name: `${count(own.length, 'dataset')}, the first ${own[0]!.name}`}),
    )
  const rest = sorted.slice(MOST_REASONS).reduce((sum, own) => sum + own.length, 0)
  return rest > 0 ? [...lines, `${count(rest, 'dataset')} for other reasons`] : lines
}
