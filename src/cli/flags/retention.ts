import {Flags, type Interfaces} from '@oclif/core'

import {renameOptions, UsageError} from '../../lib/base/errors.js'
import {
  type FlagName,
  flagOf,
  type RetentionOptions,
  type Rule,
  RULE_NAMES,
  type RuleName,
  ruleOf,
  type SelectorName,
  type ValueKind,
} from '../../lib/retention/rules.js'
import {byFlag, wholeNumber} from './shared.js'

type Settings = Record<'helpGroup' | 'helpValue' | 'summary', string>
const several = ({summary, ...rest}: Settings) =>
  ({
    ...rest,
    summary: `${summary} Repeatable.`,
    multiple: true,
    multipleNonGreedy: true,
  }) as const
const text = (settings: Settings) => Flags.string(settings)
const texts = (settings: Settings) => Flags.string(several(settings))
const number = Flags.custom<number>({
  async parse(input) {
    if (/^\d+(\.\d+)?$/.test(input)) return Number(input)
    throw new UsageError(`takes a number such as 50 or 0.5, not ${JSON.stringify(input)}.`)
  },
})

/** What a value is called where its rule does not say it. */
const PLACEHOLDERS: Partial<Record<ValueKind, string>> = {
  age: 'AGE',
  span: 'AGE',
  grace: 'DURATION',
  metric: 'METRIC',
  count: 'N',
  score: 'X',
  timestamps: 'TIMESTAMP',
}

/** How the values of each kind are typed; the lib reads them. */
const FLAGS: Record<ValueKind, (settings: Settings, rule: Rule) => Interfaces.FlagInput[string]> = {
  age: text,
  span: text,
  grace: text,
  metric: (settings) => byFlag(settings),
  count: (settings) => wholeNumber({...settings, min: 1}),
  score: (settings) => number(settings),
  switch: ({summary, helpGroup}) => Flags.boolean({summary, helpGroup}),
  texts,
  timestamps: texts,
  words: (settings, {words = []}) => Flags.option({...several(settings), options: words, delimiter: ','})(),
}

const GROUPS: Record<Rule['kind'], string> = {
  selector: 'SELECTION',
  keeper: 'RETENTION',
  scope: 'SCOPE',
  guard: 'SAFETY',
}

function flagFor(name: RuleName): Interfaces.FlagInput[string] {
  const rule = ruleOf(name)
  const {kind, value, placeholder: helpValue = PLACEHOLDERS[value] ?? '', summary} = rule
  const named = renameOptions(summary, (option) => `--${flagOf(option as RuleName)}`)
  return FLAGS[value]({summary: named, helpGroup: GROUPS[kind], helpValue}, rule)
}

type RuleFlags = {
  [K in RuleName as FlagName<K>]: [NonNullable<RetentionOptions[K]>] extends [boolean]
    ? Interfaces.BooleanFlag<boolean>
    : Interfaces.OptionFlag<RetentionOptions[K]>
}
const made = Object.fromEntries(
  RULE_NAMES.map((name) => [flagOf(name), flagFor(name)]),
) as unknown as RuleFlags

/** All flags that decide what can be deleted and what is kept, in the order of the help. */
export const retentionFlags = {
  ...made,
  'ignore-leaderboard': {...made['ignore-leaderboard'], dependsOn: ['incomplete-only']},
  'delete-leaderboard': {...made['delete-leaderboard'], exclusive: ['preserve-leaderboard']},
  'preserve-leaderboard': Flags.boolean({
    summary: 'Never delete the leaderboard. This is the default.',
    helpGroup: 'SCOPE',
  }),
}

/** Those that decide about a run that is named already. */
export const ruleFlags = Object.fromEntries(
  Object.entries(retentionFlags).filter(
    ([name]) => !/^(?:all|run|trash|(?:delete|preserve|prune)-leaderboard)$/.test(name),
  ),
) as unknown as Omit<
  typeof retentionFlags,
  'all' | 'delete-leaderboard' | 'preserve-leaderboard' | 'prune-leaderboard' | 'run' | 'trash'
>

type SelectionFlags = Pick<
  typeof retentionFlags,
  FlagName<Exclude<SelectorName, 'all'>> | 'ignore-leaderboard'
>

/** Those that select runs, for commands that only look: without any of them these show every run. */
export const selectionFlags = Object.fromEntries(
  Object.entries(retentionFlags).filter(
    ([name, {helpGroup}]) => helpGroup === GROUPS.selector && name !== 'all',
  ),
) as unknown as SelectionFlags

/** The flags of a retention, as the library takes them. */
export function retentionOf(flags: Partial<Record<FlagName, unknown>>): RetentionOptions {
  return Object.fromEntries(RULE_NAMES.map((name) => [name, flags[flagOf(name)]]))
}
