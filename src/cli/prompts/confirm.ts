import {type Plan} from '../../lib/plan/plan.js'
import {decidingPairs, type PlanNotes, shareText, verbsOf} from '../../lib/views/plan.js'
import {formatFacts, formatPlan, linesOf} from '../../lib/views/terminal/cleanup.js'
import {paragraphs, wrapText} from '../../lib/views/terminal/layout.js'
import {type Screen, screenOf} from '../../lib/views/terminal/style.js'
import {formatPairs} from '../../lib/views/terminal/table.js'
import {writeAndWait} from '../output.js'
import {askForLine} from './ask.js'

/** What is typed to see the whole plan. */
const LIST = 'list'

/**
 * Shows the warning and asks for the plan's phrase, on stderr, with all that decides on the same screen. `list` shows the whole plan there
 * and asks again.
 * @param isShown whether the plan is right above
 * @returns whether the phrase was typed, with or without spaces around it; false after Ctrl-C and at the end of the input
 */
export async function confirmByPhrase(
  plan: Plan,
  notes: PlanNotes,
  isShown: boolean,
  signal: AbortSignal,
): Promise<boolean> {
  const {phrase} = plan
  for (let isAbove = isShown; ; isAbove = true) {
    const screen = screenOf(process.stderr)
    await writeAndWait(process.stderr, `${formatQuestion(plan, notes, isAbove, screen)}\n\n`)
    const answer = await askOnce(phrase, signal, [LIST, phrase])
    if (answer === LIST) {
      const whole = formatPlan(plan, notes, {...screen, height: undefined})
      await writeAndWait(process.stderr, `\n${whole}\n\n`)
      continue
    }

    return answer === phrase
  }
}

/** Asks for a phrase, on stderr, below a warning. @returns whether it was typed, as `confirmByPhrase` */
export async function askForPhrase(phrase: string, warning: string, signal: AbortSignal): Promise<boolean> {
  await writeAndWait(process.stderr, `${wrapText(warning, screenOf(process.stderr).width)}\n\n`)
  return (await askOnce(phrase, signal, [phrase])) === phrase
}

/** @returns what was typed, without spaces around it; anything but `right` is marked as wrong */
async function askOnce(
  phrase: string,
  signal: AbortSignal,
  right: readonly string[],
): Promise<string | undefined> {
  const message = `Type ${phrase} to continue. Anything else cancels.`
  const line = await askForLine(message, signal, (typed) => right.includes(typed.trim()))
  const answer = line?.trim()
  if (answer && !right.includes(answer)) process.stderr.write(`That is not ${phrase}.\n`)
  return answer
}

/** The lines that the question itself takes, with a blank one above. */
const QUESTION = 4

/** @returns what stands above the question: where the facts of the plan are not all on the screen, also those that decide */
export function formatQuestion(plan: Plan, notes: PlanNotes, isAbove: boolean, screen: Screen): string {
  const warning = formatWarning(plan, notes, screen)
  const lines = linesOf(formatFacts(plan, notes, screen)) + linesOf(warning) + QUESTION
  if (isAbove && lines < (screen.height ?? 0)) return warning
  return paragraphs([warning, formatPairs(decidingPairs(plan, notes), screen)])
}

/** What is about to be deleted, and whether it can be restored. */
function formatWarning(plan: Plan, notes: PlanNotes, {style, width}: Screen): string {
  const {namespace, endpoint} = plan
  const {verb, where} = verbsOf(plan)
  const what = `${shareText(plan, notes)} of ${style.bold(namespace)} at ${endpoint}`
  const lines = [
    `${style.red(style.bold('WARNING'))}  You are about to ${verb} ${what}${where || ' for good'}.`,
    describeUndo(plan, notes),
    `Type ${LIST} to see the whole plan.`,
  ]
  return wrapText(lines.join('\n'), width)
}

function describeUndo({delete: runs, leaderboard, rules}: Plan, {archive}: PlanNotes): string {
  if (rules.trash) return '`trash restore` brings them back. Frees no storage until the trash is emptied.'
  if (leaderboard?.planned && runs.length === 0)
    return 'Its files are archived first: `restore` brings these back.'
  if (archive !== undefined)
    return `Each is archived to ${archive} first, as it is now: \`restore\` brings its files back.`
  const no = 'There is no undo: the Hub keeps no copy. --archive DIR would keep one.'
  return leaderboard?.planned ? `Only the leaderboard is archived first. For the rest: ${no}` : no
}
