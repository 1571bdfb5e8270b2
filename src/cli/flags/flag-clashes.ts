import {UsageError} from '../../lib/base/errors.js'
import {APPLY_FLAGS, type FlagValue, type GivenFlags} from '../../lib/views/command-line.js'
import {retentionFlags} from './retention.js'

/** What a policy says in place of flags. */
export const RULE_FLAGS: ReadonlySet<string> = new Set(Object.keys(retentionFlags))

/** Of the flags as oclif parses them those that a person gave. */
export function givenFlags(
  flags: Record<string, FlagValue>,
  metadata: {flags: Record<string, {setFromDefault?: boolean} | undefined>},
): GivenFlags {
  return Object.fromEntries(Object.entries(flags).filter(([name]) => !metadata.flags[name]?.setFromDefault))
}

/**
 * Refuses what goes with neither a saved plan nor a policy file, where there is one.
 * @throws UsageError naming each flag that clashes
 */
export function refuseClashes(given: GivenFlags): void {
  if (given.apply !== undefined) requireNoFilter(given)
  else if (given.policy !== undefined) requireNoRule(given)
}

/** A saved plan says itself what goes: whoever adds a filter expects of it what it would not do. */
function requireNoFilter(given: GivenFlags): void {
  const names = namesOf(given, (name) => !APPLY_FLAGS.has(name))
  if (names) throw new UsageError(`--apply carries out the plan as it was made: leave out ${names}.`)
}

/** Two places for rules would leave it open which of them holds. */
function requireNoRule(given: GivenFlags): void {
  const names = namesOf(given, (name) => RULE_FLAGS.has(name))
  if (names) throw new UsageError(`--policy takes the rules from its file alone: leave out ${names}.`)
}

/** Those of the given flags that clash, as a person types them. */
function namesOf(given: GivenFlags, clashes: (name: string) => boolean): string {
  const names = Object.keys(given).filter((name) => given[name] !== false && clashes(name))
  return names.map((name) => `--${name}`).join(', ')
}
