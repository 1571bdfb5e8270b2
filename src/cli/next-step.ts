import {count} from '../lib/base/text.js'
import {type CleanupResult, isUnknown} from '../lib/cleanup/result.js'
import {type Plan} from '../lib/plan/plan.js'
import {flagOf, RULE_NAMES} from '../lib/retention/rules.js'
import {type NextStep} from '../lib/views/cleanup.js'
import {formatFlags, type GivenFlags} from './command-line.js'

/** Flags of `cleanup` that are rules. */
export const RULE_FLAGS: readonly string[] = [
  ...RULE_NAMES.map((name) => flagOf(name)),
  'preserve-leaderboard',
]
/** Those that say what is deleted, which a saved plan says itself. */
export const CHOOSING_FLAGS: readonly string[] = [...RULE_FLAGS, 'interactive', 'policy', 'namespace']
/** Those of consent and output, which are said anew each time. */
export const UNREPEATED_FLAGS: readonly string[] = [
  'yes',
  'dry-run',
  'no-dry-run',
  'plan',
  'summary',
  'exit-code',
  'json',
  'no-color',
]

/** How a cleanup was asked for: what is shown of it depends on that. */
export interface Asked {
  /** The flags that a person gave. */
  given: GivenFlags
  /** The words before `cleanup` on the command line. */
  bin: string
  /** The Hub is gone when the command ends. */
  isRehearsal: boolean
  /** Where archives of leaderboards are kept. */
  dataDirectory: string
}

/** What to do after a dry run that found something to delete: the very command, with every flag that makes it safer. */
export function nextStep(result: CleanupResult, asked: Asked): NextStep | undefined {
  const {wouldDelete, dryRun, declined} = result
  const {given, isRehearsal, bin} = asked
  if (!dryRun || declined || isUnknown(result)) return undefined
  if (wouldDelete === 0) return given.plan === undefined ? undefined : {text: savedText(given)}
  const begin = 'This is a dry run: nothing was deleted.'
  if (given.plan === undefined && given.interactive) {
    // The same command would show the list again, and anything may be picked from it.
    const isLost = `${begin}\nWhat was picked is not kept`
    if (isRehearsal) return {text: `${isLost}: to delete, pick again with --no-dry-run.`}
    const command = `${bin} cleanup --apply FILE --no-dry-run`
    return {text: `${isLost}. Pick with --plan FILE, and delete it with:`, command}
  }

  const saved = given.plan === undefined ? '' : ` ${savedText(given)}`
  if (saved && isRehearsal)
    return {text: `${begin}${saved} Its Hub is gone now: serve one (sandbox --port 8080) to apply a plan.`}
  const what = wouldDelete === 1 ? 'this dataset' : `these ${count(wouldDelete, 'dataset')}`
  return {text: `${begin}${saved} To delete ${what}, run:`, command: commandFor(result.plan, asked)}
}

function savedText({plan}: GivenFlags): string {
  return `The plan was saved to ${String(plan)}.`
}

function commandFor({archives}: Plan, {bin, given}: Asked): string {
  const isApplied = given.plan !== undefined
  const left = new Set([...(isApplied ? CHOOSING_FLAGS : []), ...UNREPEATED_FLAGS])
  const repeated = Object.entries(given).filter(([name]) => !left.has(name))
  // The token itself is shown nowhere, but without the flag the command would be another account's.
  const token = given.token === undefined ? {} : {token: 'hf_…'}
  const flags = {...(isApplied && {apply: given.plan}), ...Object.fromEntries(repeated), ...token}
  const archive = archives && given.archive === undefined ? ['--archive DIR'] : []
  return [bin, 'cleanup', ...formatFlags(flags), ...archive, '--no-dry-run'].join(' ')
}
