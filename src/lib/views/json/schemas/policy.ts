import {GUARD_RULES} from '../../../retention/reasons.js'
import {type PolicyKey, RULE_NAMES, ruleOf} from '../../../retention/rules.js'
import {run} from './account.js'
import {reasons} from './cleanup.js'
import {OPTIONS} from './rules.js'
import * as t from './terms.js'

const key = t.growingWord(
  [
    ...new Set([
      'select.by' as const,
      ...GUARD_RULES,
      ...RULE_NAMES.flatMap((name): PolicyKey[] | PolicyKey => ruleOf(name).policy ?? []),
    ]),
  ],
  'Its key in the file, or the name of a guard.',
)
const line = t.orNull(t.ordinal('Its line in the file; null for what holds without being written.'))
const policy = {file: t.text('The policy, as it was named.'), options: OPTIONS}

export const POLICY_EXPLAIN = t.object(
  'What a policy says. With --run the document has the form of policy-explain-run.schema.json.',
  {
    ...policy,
    rules: t.list(
      t.object('A rule in words.', {
        kind: t.word(['selector', 'keeper', 'guard'], 'What kind of rule it is.'),
        key,
        line,
        text: t.text('What it says.'),
      }),
      'Every rule that the policy comes down to, those that always hold among them.',
    ),
  },
)
export const POLICY_EXPLAIN_RUN = t.object('What a policy does with one run, and why.', {
  ...policy,
  ...t.look,
  action: t.word(['delete', 'keep'], 'What cleanup does with the run.'),
  reasons,
  deletes: t.names("The run's datasets that would be deleted, in the order of deletion."),
  verdicts: t.list(
    t.object('What one rule says of the run, asked alone.', {
      kind: t.word(['selector', 'keeper', 'guard', 'scope'], 'What kind of rule it is.'),
      key,
      line,
      holds: t.yesNo(
        'A selector selects the run, a keeper or a guard keeps it, the scope takes in something of it.',
      ),
      text: t.text('Why.'),
      decided: t.yesNo('Whether it is one of those that decided.'),
    }),
    'Every rule.',
  ),
  ...run,
})
