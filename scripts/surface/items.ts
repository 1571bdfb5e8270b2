import {type Command} from '@oclif/core'
import {createHash} from 'node:crypto'

/**
 * All that somebody outside may rely on, one item each: a command (`cleanup`), its arguments and aliases with it; a flag
 * (`cleanup --all`); the exit codes (`cleanup: exit codes`); a published schema (`schemas/policy.schema.json`).
 */
export type Surface = Readonly<Record<string, unknown>>

/** A command as oclif knows it, from any source. */
export type ListedCommand = Command.Cached & {exitCodes?: unknown}

/** The surface of commands and of published schemas, in an order that does not depend on theirs. */
export function surfaceOf(
  commands: readonly ListedCommand[],
  schemas: ReadonlyArray<readonly [path: string, text: string]>,
): Surface {
  // oclif lists a command once more for each of its aliases.
  const others = new Set(commands.flatMap(({aliases, hiddenAliases}) => [...aliases, ...hiddenAliases]))
  const items = [
    ...commands.filter(({id}) => !others.has(id)).flatMap((command) => itemsOf(command)),
    ...schemas.map(([path, text]): [string, unknown] => [
      `schemas/${path}`,
      digestOf(withoutWords(JSON.parse(text))),
    ]),
  ]
  return Object.fromEntries(items.sort(([one], [other]) => (one < other ? -1 : 1)))
}

/** A digest that the order of names does not change. */
export function digestOf(value: unknown): string {
  const text = JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  )
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}

function itemsOf(command: ListedCommand): Array<[string, unknown]> {
  const {id, aliases, hiddenAliases, hidden, strict, args, flags, exitCodes} = command
  const name = id.replaceAll(':', ' ')
  const facts = given({
    aliases,
    hiddenAliases,
    hidden,
    takesMore: strict === false,
    args: Object.entries(args).map(([arg, {required, multiple, options, default: value, hidden: isHidden}]) =>
      given({name: arg, required, multiple, options, default: value, hidden: isHidden}),
    ),
  })
  return [
    [name, facts],
    ...(isNothing(exitCodes) ? [] : [[`${name}: exit codes`, exitCodes] as [string, unknown]]),
    ...Object.entries(flags).map(([flag, each]): [string, unknown] => [`${name} --${flag}`, factsOf(each)]),
  ]
}

/** Help texts and groups are no promise. */
function factsOf(flag: Command.Flag.Cached): object {
  const {type, char, aliases, charAliases, env, hidden, required, exclusive, dependsOn, relationships} = flag
  const common = {
    type,
    char,
    aliases,
    charAliases,
    env,
    hidden,
    required,
    exclusive,
    dependsOn,
    relationships,
  }
  if (flag.type === 'boolean') return given({...common, allowNo: flag.allowNo})
  const {options, multiple, delimiter, default: value} = flag
  return given({...common, options, multiple, delimiter, default: value})
}

/** What is not given, off or empty is left out: it makes no difference. */
function given(facts: Record<string, unknown>): object {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => !isNothing(value)))
}

function isNothing(value: unknown): boolean {
  return (
    value === undefined || value === null || value === false || (Array.isArray(value) && value.length === 0)
  )
}

const WORDS: ReadonlySet<string> = new Set(['description', 'errorMessage', 'title'])

/** A schema without what is only for people. A property may be called like that, and then is none of it. */
function withoutWords(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map((each) => withoutWords(each))
  if (typeof schema !== 'object' || schema === null) return schema
  const entries = Object.entries(schema).filter(
    ([word, value]) => !(WORDS.has(word) && typeof value === 'string'),
  )
  return Object.fromEntries(entries.map(([word, value]) => [word, withoutWords(value)]))
}
