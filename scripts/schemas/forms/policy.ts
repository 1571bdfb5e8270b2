import {GUARD_RULES} from '../../../src/lib/retention/reasons.js'
import {ofKind, ruleOf} from '../../../src/lib/retention/rules.js'
import {reasons, runProperties} from '../definitions.js'
import {look, names} from '../terms.js'
import {growingWord, list, named, object, orNull, text, word, yesNo} from '../words.js'
import {type DocumentForm} from './form.js'

const kinds = ['selector', 'keeper', 'guard']
const ruleKeys = [
  ...GUARD_RULES,
  ...[...ofKind('selector'), ...ofKind('keeper')].flatMap((name) => ruleOf(name).policy ?? []),
]
const line = orNull({
  type: 'integer',
  minimum: 1,
  description: 'Its line in the file; null for what holds without being written.',
})
const policy = {file: text('The policy, as it was named.'), options: named('PolicyOptions')}

/** What a policy says, or with `--run` what it does with one run. */
export const explanations: Record<'all' | 'run', DocumentForm> = {
  all: {
    command: 'policy explain',
    title: 'smoltrace policy explain --json',
    description:
      'What a policy says. With --run the document has the form of policy-explain-run.schema.json.',
    properties: {
      ...policy,
      rules: list(
        object('A rule in words.', {
          kind: word(kinds, 'What kind of rule it is.'),
          key: growingWord(ruleKeys, 'Its key in the file, or the name of a guard.'),
          line,
          text: text('What it says.'),
        }),
        'Every rule that the policy comes down to, those that always hold among them.',
      ),
    },
  },
  run: {
    command: 'policy explain',
    title: 'smoltrace policy explain --run TIMESTAMP --json',
    description: 'What a policy does with one run, and why.',
    properties: {
      ...policy,
      ...look,
      action: word(['delete', 'keep'], 'What cleanup does with the run.'),
      reasons,
      deletes: names("The run's datasets that would go, in the order of deletion."),
      verdicts: list(
        object('What one rule says of the run, asked alone.', {
          kind: word([...kinds, 'scope'], 'What kind of rule it is.'),
          key: growingWord([...ruleKeys, 'only'], 'Its key in the file, or the name of a guard.'),
          line,
          holds: yesNo(
            'A selector selects the run, a keeper or a guard keeps it, the scope takes in something of it.',
          ),
          text: text('Why.'),
          decided: yesNo('Whether it is one of those that decided.'),
        }),
        'Every rule.',
      ),
      ...runProperties,
    },
  },
}
