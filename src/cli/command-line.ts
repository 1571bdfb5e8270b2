import {formatFlags, formatWords, type GivenFlags, quote, quoteForPowershell} from '../lib/base/shell.js'
import {formatCount, printable} from '../lib/base/text.js'
import {type PlanFacts} from '../lib/cleanup/options.js'
import {type CleanupResult, isTooLate, isUnknown} from '../lib/cleanup/result.js'
import {flagOf, RULE_NAMES} from '../lib/retention/rules.js'
import {nothingIn} from '../lib/views/format.js'
import {verbsOf} from '../lib/views/plan.js'
import {type Ending, type NextStep} from '../lib/views/result.js'
import {defaultOf} from './flags/defaults.js'

/** Flags of `cleanup` that are rules. */
export const RULE_FLAGS = [...RULE_NAMES.map((name) => flagOf(name)), 'preserve-leaderboard']
/** Those that say what is deleted, which a saved plan says itself. */
export const CHOOSING_FLAGS = [...RULE_FLAGS, 'interactive', 'policy', 'namespace']
/** Those of consent and output, which are given again each time. */
export const UNREPEATED_FLAGS =
  'yes dry-run no-dry-run plan summary exit-code json no-color quiet verbose'.split(' ')

/**
 * Writes what sets variables of the environment, for pasting into another terminal.
 * @returns a line for each kind of shell that the platform has
 */
export function formatVariables(variables: Record<string, string>, platform = process.platform): string[] {
  const all = Object.entries(variables)
  if (platform !== 'win32')
    return [`export ${all.map(([name, value]) => `${name}=${quote(value, platform)}`).join(' ')}`]
  return [
    `PowerShell:  ${all.map(([name, value]) => `$env:${name}=${quoteForPowershell(value)}`).join('; ')}`,
    `cmd.exe:     ${all.map(([name, value]) => `set "${name}=${value}"`).join(' & ')}`,
  ]
}

/** How the program is called; in a rehearsal nothing can be gone on with, since its Hub is gone. */
export type Caller = Pick<Ending, 'bin' | 'isRehearsal'> & {
  /** The words of the command. */
  words: string
}

/**
 * Says what to do after a job that found something to delete, or left something: the very command, with every flag that makes it safer.
 * @param facts what is known beside the plan
 */
export function nextStep(
  result: CleanupResult,
  given: GivenFlags,
  caller: Caller,
  facts: Pick<PlanFacts, 'otherNamespaces' | 'writeLimit'> = {},
): NextStep | undefined {
  const {dryRun, declined, found, plan, wouldDelete} = result
  if (declined || isUnknown(result)) return undefined
  const {otherNamespaces, writeLimit} = facts
  const isEmpty = otherNamespaces && found.datasets + wouldDelete === 0
  if (isEmpty && given.plan === undefined) {
    const noun = plan.leaderboard ? 'runs' : 'SMOLTRACE datasets'
    const wanted = plan.source === 'trash' ? 'runs in the trash' : noun
    return {text: nothingIn(plan.namespace, otherNamespaces, wanted)}
  }

  if (isTooLate(result))
    return {text: 'Create a new plan: the datasets in this one changed, or can no longer be deleted.'}
  return dryRun ? afterDryRun(result, given, caller, writeLimit) : afterDeletion(result, given, caller)
}

function afterDryRun(
  {wouldDelete, plan}: CleanupResult,
  given: GivenFlags,
  {bin, isRehearsal, words}: Caller,
  writeLimit: string | undefined,
): NextStep | undefined {
  const isSaved = given.plan !== undefined
  const saved = `The plan was saved to ${printable(String(given.plan))}.`
  if (wouldDelete === 0) return isSaved ? {text: saved} : undefined
  const {verb, where, done} = verbsOf(plan)
  const begin = `This is a dry run: nothing was ${done}.`
  if (!isSaved && given.interactive) {
    // The same command would show the list again, and anything may be picked from it.
    const isLost = `${begin}\nWhat was picked is not kept`
    if (isRehearsal) return {text: `${isLost}: to ${verb} them${where}, pick again with --no-dry-run.`}
    const picking = formatFlags(withoutFlags(given, UNREPEATED_FLAGS)).join(' ')
    return {
      text: `${isLost}. To keep it, pick again and save the plan:`,
      command: `${bin} ${words} ${picking} --plan plan.json`,
    }
  }

  if (isSaved && isRehearsal)
    return {
      text: `${begin} ${saved} The sandbox has stopped: serve one (sandbox --port 8080) to apply a plan.`,
    }
  const what = wouldDelete === 1 ? 'this dataset' : `these ${formatCount(wouldDelete, 'dataset')}`
  const how = writeLimit ? `use a token with write access (${writeLimit})` : 'run'
  const repeated = withoutFlags(given, isSaved ? [...CHOOSING_FLAGS, ...UNREPEATED_FLAGS] : UNREPEATED_FLAGS)
  const flags = formatFlags({...(isSaved && {apply: given.plan}), ...repeated})
  const archive =
    plan.archives && given.archive === undefined && !defaultOf('archive') ? ['--archive copies'] : []
  return {
    text: `${isSaved ? `${begin} ${saved}` : begin} To ${verb} ${what}${where}, ${how}:`,
    command: [bin, words, ...flags, ...archive, '--no-dry-run'].join(' '),
  }
}

/** The command that tries again what a deletion left: it lists and asks again. */
function afterDeletion(
  {counts, applied, plan}: CleanupResult,
  given: GivenFlags,
  {bin, isRehearsal, words}: Caller,
): NextStep | undefined {
  const open = counts.failed + counts.unattempted
  if (isRehearsal || open + counts.skipped === 0) return undefined
  if (applied && open === 0) return {text: 'What was skipped is kept until a new plan includes it.'}
  const flags = formatFlags(withoutFlags(given, UNREPEATED_FLAGS))
  return {
    text: `${plan.rules.trash ? 'To move the rest' : 'To delete the rest'}${given.interactive ? ', pick it again' : ''}:`,
    command: [bin, words, ...flags, '--no-dry-run'].join(' '),
  }
}

function withoutFlags(given: GivenFlags, names: readonly string[]): GivenFlags {
  return Object.fromEntries(Object.entries(given).filter(([name]) => !names.includes(name)))
}

/** The flags with which a command is called again. */
export function repeatFlags(given: GivenFlags): string {
  return formatFlags(withoutFlags(given, UNREPEATED_FLAGS)).join(' ')
}

/** What to do with a plan that `--max-delete` refused: look at it, then delete it by hand. */
export function stepsAfterRefusal(result: CleanupResult, given: GivenFlags, host: Caller): string[] {
  const {command} = nextStep(result, {...given, 'max-delete': undefined}, host) ?? {}
  const {plan} = given
  const saved = `The plan was saved. To review it: ${host.bin} plan show ${formatWords([String(plan)])}`
  return [
    ...(plan === undefined ? [] : [saved]),
    ...(command === undefined ? [] : [`To delete it by hand, without the limit: ${command}`]),
  ]
}
