import {type CleanupResult} from '../../cleanup/result.js'
import {type About, type FlagValue, formatFlags} from '../command-line.js'
import {count} from '../format.js'
import {wrapText} from './layout.js'
import {type Screen} from './style.js'

export interface NextStepFacts {
  /** The words before `cleanup` on the command line. */
  bin: string
  /** The flags as they were given. */
  given: Record<string, FlagValue>
  /** What each flag is about. */
  about: Readonly<Record<string, About | undefined>>
  /** The Hub is gone when the command ends. */
  isRehearsal: boolean
}

/** What to do next, in words, and the command that does it where there is one. */
export interface NextStep {
  text: string
  command?: string
}

/** The next step as it is shown below a plan. */
export function formatNextStep(result: CleanupResult, facts: NextStepFacts, screen: Screen): string {
  const {style, width} = screen
  const {text, command} = nextStep(result, facts)
  const wrapped = wrapText(text, width)
  // A command that is wrapped could not be copied.
  return command === undefined ? wrapped : `${wrapped}\n\n  ${style.bold(command)}`
}

/** What to do after a dry run that found something to delete: the very command, with every flag that makes it safer. */
export function nextStep(result: CleanupResult, facts: NextStepFacts): NextStep {
  const {wouldDelete} = result
  const {given, isRehearsal} = facts
  const begin = 'This is a dry run: nothing was deleted.'
  const saved = given.plan === undefined ? '' : ` The plan was saved to ${String(given.plan)}.`
  if (saved && isRehearsal)
    return {text: `${begin}${saved} Its Hub is gone now: serve one (sandbox --port 8080) to apply a plan.`}
  if (given.interactive && !saved) return keeping(begin, facts)
  const what = wouldDelete === 1 ? 'this dataset' : `these ${count(wouldDelete, 'dataset')}`
  return {text: `${begin}${saved} To delete ${what}, run:`, command: commandFor(result, facts)}
}

/** The same command would show the list again, and anything may be picked from it. */
function keeping(begin: string, {bin, isRehearsal}: NextStepFacts): NextStep {
  const isLost = `${begin}\nWhat was picked is not kept`
  if (isRehearsal) return {text: `${isLost}: to delete, pick again with --no-dry-run.`}
  return {
    text: `${isLost}. Pick with --plan FILE, and delete it with:`,
    command: `${bin} cleanup --apply FILE --no-dry-run`,
  }
}

/** Consent and output are not repeated; a saved plan itself says what is deleted. */
function commandFor({plan}: CleanupResult, {bin, given, about}: NextStepFacts): string {
  const isApplied = given.plan !== undefined
  const repeated = Object.entries(given).filter(
    ([name]) => about[name] === 'how' || (about[name] === 'what' && !isApplied),
  )
  // The token itself is shown nowhere, but without the flag the command would be another account's.
  const token = given.token === undefined ? {} : {token: 'hf_…'}
  const flags = {...(isApplied && {apply: given.plan}), ...Object.fromEntries(repeated), ...token}
  const archive = plan.archives && given.archive === undefined ? ['--archive DIR'] : []
  return [bin, 'cleanup', ...formatFlags(flags), ...archive, '--no-dry-run'].join(' ')
}
