import {formatCount} from '../../lib/base/text.js'
import {type Plan, plannedDatasets} from '../../lib/plan/plan.js'
import {wrapText} from '../../lib/views/terminal/layout.js'
import {type Screen, type Style, styleFor, widthOf} from '../../lib/views/terminal/style.js'
import {writeAndWait} from '../output.js'
import {askForLine} from './ask.js'

/** What is typed to see the whole plan once more. */
const LIST = 'list'

/**
 * Shows the warning and asks for the plan's phrase, on stderr. `list` shows the whole plan there and asks again.
 * @returns whether the phrase was typed, with or without blanks around it; false after Ctrl-C and at the end of the input
 */
export async function confirmByPhrase(
  plan: Plan,
  isArchived: boolean,
  signal: AbortSignal,
  wholePlan: () => string,
): Promise<boolean> {
  const style = styleFor(process.stderr)
  process.stderr.write(`\n${formatWarning(plan, isArchived, {style, width: widthOf(process.stderr)})}\n\n`)
  const message = `Type ${plan.phrase} to go on, anything else to cancel:`
  for (;;) {
    const answer = await askForLine(message, signal)
    if (answer?.trim() !== LIST) return answer?.trim() === plan.phrase
    await writeAndWait(process.stderr, `\n${wholePlan()}\n\n`)
  }
}

/** What is about to be deleted, and whether it can be restored. */
function formatWarning(plan: Plan, isArchived: boolean, {style, width}: Screen): string {
  const lines = [
    `${style.red(style.bold('WARNING'))}  You are about to delete ${describeTargets(plan, style)}.`,
    describeUndo(plan, isArchived),
    `To see the whole plan once more, type ${LIST}.`,
  ]
  return wrapText(lines.join('\n'), width)
}

function describeTargets(plan: Plan, style: Style): string {
  const {delete: runs, leaderboard, namespace} = plan
  if (runs.length === 0) return `${style.bold('the leaderboard')} of ${namespace} for good`
  const datasets = style.bold(formatCount(plannedDatasets(plan).length, 'dataset'))
  const board = leaderboard?.planned ? ', the leaderboard among them' : ''
  return `${datasets} (${formatCount(runs.length, 'run')}) of ${namespace} for good${board}`
}

function describeUndo({delete: runs, leaderboard}: Plan, isArchived: boolean): string {
  if (leaderboard?.planned && runs.length === 0)
    return 'Its files are archived first: `restore` brings these back.'
  if (isArchived) return 'Each is archived first, as it is now: `restore` brings its files back.'
  return leaderboard?.planned
    ? 'Only the leaderboard is archived first.\nFor the rest there is no undo: the Hub keeps no copy.'
    : 'There is no undo: the Hub keeps no copy.'
}
