import {METRIC_NAMES, METRICS} from '../../src/lib/account/leaderboard/metrics.js'
import {GROUP_COLUMNS} from '../../src/lib/account/leaderboard/row.js'
import {fieldOf} from '../../src/lib/retention/read-rules.js'
import {flagOf, type Rule, RULE_NAMES, ruleOf, type ValueKind} from '../../src/lib/retention/rules.js'
import {metric, ms, timestamp} from './terms.js'
import {count, growingWord, list, moment, number, orNull, type Schema, text, word, yesNo} from './words.js'

/** Columns may be added within a version; statuses and types are not. */
const oneOf = ({words = []}: Rule) => (words === GROUP_COLUMNS ? growingWord : word)(words, 'One of them.')
const written = (key: string) => text(`${key}, as it was written.`)
const texts = (key: string) => list(text('One of them.'), `${key}; one of them is enough.`)
const words = (key: string, rule: Rule) => list(oneOf(rule), `${key}.`)

type Forms = Record<ValueKind, (key: string, rule: Rule) => Schema>

const IN_PLAN: Forms = {
  age: (flag) => orNull(written(flag)),
  span: (flag) => orNull(written(flag)),
  grace: (flag) => ms(`${flag}: how long an incomplete run may still be uploading.`),
  metric: (flag) => orNull(metric(`${flag}; null where no rule goes by scores.`)),
  count: (flag) => orNull(count(`${flag}; null where it is not given.`)),
  score: (flag) => orNull(number(`${flag}, in the unit of the metric.`)),
  switch: (flag) => yesNo(`${flag}.`),
  timestamps: (flag) => list(timestamp('A run.'), `${flag}.`),
  texts,
  words,
}

const IN_POLICY: Omit<Forms, 'timestamps'> = {
  age: written,
  span: written,
  grace: written,
  metric: () =>
    growingWord(
      METRIC_NAMES.flatMap((name) => [name, METRICS[name].short]),
      'select.by or keep.by: a metric or its short name, as the file has it.',
    ),
  count: (key) => count(`${key}.`),
  score: (key) => number(`${key}, in the unit of the metric.`),
  switch: (key) => ({const: true, description: `${key}.`}),
  texts,
  words,
}

/** The rules of a plan, by name. */
export const rules: Record<string, Schema> = {
  olderThan: IN_PLAN.age('--older-than', ruleOf('olderThan')),
  cutoff: orNull(moment('The moment that --older-than stands for: what is before it is older.')),
  ...Object.fromEntries(
    RULE_NAMES.map((name) => {
      const rule = ruleOf(name)
      return [fieldOf(name), IN_PLAN[rule.value](`--${flagOf(name)}`, rule)]
    }),
  ),
}

/** What a policy may say, by name. */
export const options: Record<string, Schema> = Object.fromEntries(
  [...RULE_NAMES.filter((name) => name !== 'grace'), 'grace' as const].flatMap((name) => {
    const rule = ruleOf(name)
    if (rule.policy === undefined) return []
    return [[name, IN_POLICY[rule.value as keyof typeof IN_POLICY](rule.policy, rule)]]
  }),
)
