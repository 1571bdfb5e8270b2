import * as z from 'zod/mini'

import {METRIC_WORDS} from '../../../account/leaderboard/metrics.js'
import {GROUP_COLUMNS} from '../../../account/leaderboard/row.js'
import {fieldOf} from '../../../retention/read-rules.js'
import {
  flagOf,
  type RetentionOptions,
  type Rule,
  RULE_NAMES,
  type RuleName,
  ruleOf,
  type ValueKind,
} from '../../../retention/rules.js'
import {
  count,
  growingWord,
  list,
  metric,
  moment,
  ms,
  named,
  number,
  orNull,
  text,
  timestamp,
  word,
  yesNo,
} from './terms.js'

type Form = (key: string, rule: Rule) => z.ZodMiniType

const written: Form = (key) => text(`${key}, as it was written.`)
/** Columns may be added within a version; statuses and types are not. */
const oneOf = ({words = []}: Rule) => (words === GROUP_COLUMNS ? growingWord : word)(words, 'One of them.')
const VALUES: Record<ValueKind, Form> = {
  age: written,
  span: written,
  grace: written,
  metric: (key) => metric(`${key}.`),
  count: (key) => count(`${key}.`),
  score: (key) => number(`${key}, in the unit of the metric.`),
  switch: (key) => yesNo(`${key}.`),
  timestamps: (key) => list(timestamp('A run.'), `${key}.`),
  texts: (key) => list(text('One of them.'), `${key}; one of them is enough.`),
  words: (key, rule) => list(oneOf(rule), `${key}.`),
}
/** What is never absent from a plan's rules. */
const ALWAYS: ReadonlySet<ValueKind> = new Set(['switch', 'texts', 'timestamps', 'words'])

function inPlan(name: RuleName): z.ZodMiniType {
  const rule = ruleOf(name)
  const flag = `--${flagOf(name)}`
  if (name === 'grace') return ms(`${flag}: how long an incomplete run may still be uploading.`)
  if (name === 'by') return orNull(metric(`${flag}; null where no rule goes by scores.`))
  return ALWAYS.has(rule.value) ? VALUES[rule.value](flag, rule) : orNull(VALUES[rule.value](flag, rule))
}

/** The rules of a plan. */
export const RULES = named(
  'Rules',
  'The rules that a plan was made by; null, false or empty where one is not given.',
  {
    olderThan: inPlan('olderThan'),
    cutoff: orNull(moment('The moment that --older-than stands for: what is before it is older.')),
    ...Object.fromEntries(RULE_NAMES.map((name) => [fieldOf(name), inPlan(name)])),
  },
) as z.ZodMiniType<Record<string, unknown>>

/** The rules of a policy, as the library takes them. */
export const OPTIONS = named(
  'PolicyOptions',
  'What the file says: each rule that it gives.',
  Object.fromEntries(
    RULE_NAMES.flatMap((name) => {
      const rule = ruleOf(name)
      if (rule.policy === undefined) return []
      const form =
        name === 'by'
          ? growingWord(METRIC_WORDS, 'select.by or keep.by: a metric or its short name, as the file has it.')
          : VALUES[rule.value](rule.policy, rule)
      return [[name, z.optional(form)]]
    }),
  ),
) as z.ZodMiniType<RetentionOptions>
