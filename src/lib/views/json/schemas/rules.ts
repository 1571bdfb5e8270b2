import type * as z from 'zod/mini'

import {METRIC_WORDS} from '../../../account/leaderboard/metrics.js'
import {GROUP_COLUMNS} from '../../../account/leaderboard/row.js'
import {fieldOf} from '../../../retention/read-rules.js'
import {GUARD_RULES, REASON_RULES} from '../../../retention/reasons.js'
import {
  flagOf,
  keyOf,
  ofKind,
  type PolicyKey,
  type RetentionOptions,
  type Rule,
  RULE_NAMES,
  type RuleName,
  ruleOf,
  type ValueKind,
} from '../../../retention/rules.js'
import {run} from './account.js'
import * as t from './builders.js'

type Form = (key: string, rule: Rule) => z.ZodMiniType

const asWritten: Form = (key) => t.text(`${key}, as it was written.`)
/** Columns may be added within a version; statuses and types are not. */
const oneOf = ({words = []}: Rule) =>
  (words === GROUP_COLUMNS ? t.growingWord : t.word)(words, 'One of them.')
const VALUES: Record<ValueKind, Form> = {
  age: asWritten,
  span: asWritten,
  grace: asWritten,
  metric: (key) => t.growingWord(METRIC_WORDS, `${key}: a metric or its short name.`),
  count: (key) => t.count(`${key}.`),
  score: (key) => t.number(`${key}, in the unit of the metric.`),
  switch: (key) => t.yesNo(`${key}.`),
  timestamps: (key) => t.list(t.timestamp('A run.'), `${key}.`),
  texts: (key) => t.list(t.text('One of them.'), `${key}; any of them matches.`),
  words: (key, rule) => t.list(oneOf(rule), `${key}.`),
}
/** What is never absent from a plan's rules. */
const ALWAYS: ReadonlySet<ValueKind> = new Set(['switch', 'texts', 'timestamps', 'words'])

function inPlan(name: RuleName): z.ZodMiniType {
  const rule = ruleOf(name)
  const flag = `--${flagOf(name)}`
  if (name === 'grace') return t.ms(`${flag}: how long an incomplete run may still be uploading.`)
  if (name === 'by') return t.orNull(t.metric(`${flag}; null if no rule uses scores.`))
  return ALWAYS.has(rule.value) ? VALUES[rule.value](flag, rule) : t.orNull(VALUES[rule.value](flag, rule))
}

/** The rules of a plan. */
export const RULES = t.named('Rules', 'The rules of a plan; null, false or empty where a rule is not used.', {
  olderThan: inPlan('olderThan'),
  cutoff: t.orNull(t.moment('The cutoff of --older-than: anything before it is older.')),
  ...Object.fromEntries(RULE_NAMES.map((name) => [fieldOf(name), inPlan(name)])),
}) as z.ZodMiniType<Record<string, unknown>>

/** The rules of a policy, as the library takes them. */
const OPTIONS = t.named(
  'PolicyOptions',
  'The rules in the file.',
  Object.fromEntries(
    RULE_NAMES.flatMap((name) => {
      const rule = ruleOf(name)
      return rule.policy === undefined ? [] : [[name, t.optional(VALUES[rule.value](rule.policy, rule))]]
    }),
  ),
) as z.ZodMiniType<RetentionOptions>

export const reasons = t.list(
  t.named('Reason', 'Why a run is deleted or kept.', {
    rule: t.growingWord(REASON_RULES, 'The rule.'),
    text: t.text('The rule in words, for people.'),
  }),
  'Why it is deleted or kept.',
)

const POLICY_KEYS = RULE_NAMES.flatMap((name): PolicyKey[] | PolicyKey => ruleOf(name).policy ?? [])
const key = t.growingWord(
  [
    ...new Set([
      'select.by' as const,
      ...GUARD_RULES,
      ...ofKind('selector').map((name) => keyOf(name)),
      ...POLICY_KEYS,
    ]),
  ],
  'Its key in the file, or the name of a guard.',
)
const line = t.orNull(t.ordinal('Its line in the file; null for rules that always apply.'))
const policy = {file: t.text('The policy file, as given.'), options: OPTIONS}

export const POLICY_EXPLAIN = t.object('A policy, explained. With --run: policy-explain-run.schema.json.', {
  ...policy,
  rules: t.list(
    t.object('A rule in words.', {
      kind: t.word(['selector', 'keeper', 'guard'], 'What kind of rule it is.'),
      key,
      line,
      text: t.text('The explanation.'),
    }),
    'Every rule, including those that always apply.',
  ),
})
/** What rules do with one run. */
export const EXPLANATION = {
  action: t.word(['delete', 'keep'], 'What cleanup would do with the run.'),
  reasons,
  deletes: t.names("The run's datasets that would be deleted, in order of deletion."),
  verdicts: t.list(
    t.object('What one rule decides about the run on its own.', {
      kind: t.word(['selector', 'keeper', 'guard', 'scope'], 'What kind of rule it is.'),
      key,
      line,
      holds: t.yesNo(
        'Whether a selector selects it, a keeper or guard keeps it, or the scope includes any of it.',
      ),
      text: t.text('Why.'),
      decided: t.yesNo('Whether it was decisive.'),
    }),
    'Every rule.',
  ),
}
export const POLICY_EXPLAIN_RUN = t.object('What a policy does with one run, and why.', {
  ...policy,
  ...t.look,
  ...EXPLANATION,
  ...run,
})
