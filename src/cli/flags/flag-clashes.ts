import {UsageError} from '../../lib/base/errors.js'
import {type About, type FlagValue, type GivenFlags} from '../../lib/views/command-line.js'
import {retentionFlags} from './retention.js'

/** Of the flags as oclif parses them those that a person gave. */
export function givenFlags(
  flags: Record<string, FlagValue>,
  metadata: {flags: Record<string, {setFromDefault?: boolean} | undefined>},
): GivenFlags {
  return Object.fromEntries(Object.entries(flags).filter(([name]) => !metadata.flags[name]?.setFromDefault))
}

/**
 * Refuses flags that contradict a saved plan or a policy file, where there is one.
 * @throws UsageError naming each flag that clashes
 */
export function refuseClashes(given: GivenFlags, about: Readonly<Record<string, About | undefined>>): void {
  if (given.apply !== undefined) requireNoFilter(given, about)
  else if (given.policy !== undefined) requireNoRule(given)
}

/** A saved plan itself says what is deleted: a filter with it would have no effect. */
function requireNoFilter(given: GivenFlags, about: Readonly<Record<string, About | undefined>>): void {
  const names = namesOf(given, (name) => about[name] === 'what')
  if (names) throw new UsageError(`--apply carries out the plan as it was made: leave out ${names}.`)
}

/** Two places for rules would leave it open which of them holds. */
function requireNoRule(given: GivenFlags): void {
  const names = namesOf(given, (name) => Object.hasOwn(retentionFlags, name))
  if (names) throw new UsageError(`--policy takes the rules from its file alone: leave out ${names}.`)
}

/** Those of the given flags that clash, as a person types them. */
function namesOf(given: GivenFlags, clashes: (name: string) => boolean): string {
  const names = Object.keys(given).filter((name) => given[name] !== false && clashes(name))
  return names.map((name) => `--${name}`).join(', ')
}
