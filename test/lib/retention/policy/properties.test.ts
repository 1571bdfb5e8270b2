import {expect} from 'chai'
import * as fc from 'fast-check'
import {Document} from 'yaml'

import {METRIC_WORDS} from '../../../../src/lib/account/leaderboard/metrics.js'
import {UsageError} from '../../../../src/lib/base/errors.js'
import {loadPolicy} from '../../../../src/lib/retention/policy/load.js'
import {readRules} from '../../../../src/lib/retention/read-rules.js'
import {
  type RetentionOptions,
  type Rule,
  RULE_NAMES,
  ruleOf,
  type ValueKind,
} from '../../../../src/lib/retention/rules.js'
import {policyFile} from '../../../support/policies.js'

const text = fc.oneof(
  fc.stringMatching(/^[\w*?/:#&!%@'"-]{1,12}$/),
  fc.constantFrom('no', '010', '1:30', '~', '*', 'ü', '- a'),
)
const span = fc.constantFrom('30d', '12h', '7', '1w3d', '1y')
const VALUES: Record<ValueKind, (rule: Rule) => fc.Arbitrary<unknown>> = {
  age: () => fc.oneof(span, fc.constant('2024-02-29')),
  span: () => span,
  grace: () => fc.constantFrom('0', '30min', '6h', '1d12h'),
  metric: () => fc.constantFrom(...METRIC_WORDS),
  count: () => fc.integer({min: 1, max: 10_000}),
  score: () => fc.constantFrom(0.25, 1, 50, 100),
  switch: () => fc.constant(true),
  texts: () => fc.array(text, {minLength: 1, maxLength: 3}),
  timestamps: () => fc.constant([]),
  words: ({words = []}) => fc.subarray([...words], {minLength: 1}),
}

/** Any options that a policy has keys for, whether they make sense together or not. */
const NAMES = RULE_NAMES.filter((name) => ruleOf(name).policy !== undefined)
const someOptions: fc.Arbitrary<RetentionOptions> = fc.record(
  Object.fromEntries(NAMES.map((name) => [name, VALUES[ruleOf(name).value](ruleOf(name))])),
  {requiredKeys: []},
)

/** Writes options as a policy, keys in any order, texts in quotes. */
function write(options: RetentionOptions, isFlow: boolean): string {
  const parts: Record<string, any> = {version: 1}
  const put = (key: string, value: unknown) => {
    const [part = '', name] = key.split('.')
    parts[part] = name === undefined ? value : {...parts[part], [name]: value}
  }

  for (const name of RULE_NAMES) {
    const {policy} = ruleOf(name)
    if (policy !== undefined && options[name] !== undefined && name !== 'by') put(policy, options[name])
  }

  if (options.by !== undefined && options.keepBest !== undefined) put('keep.by', options.by)
  if (options.by !== undefined && options.scoreBelow !== undefined) put('select.by', options.by)
  return new Document(parts).toString({
    defaultStringType: 'QUOTE_DOUBLE',
    defaultKeyType: 'PLAIN',
    collectionStyle: isFlow ? 'flow' : 'block',
  })
}

/** What a job comes to: rules, or that they are refused. */
const rulesOrRefusal = (job: () => Promise<RetentionOptions>) =>
  job()
    .then(readRules)
    .catch((error: unknown) => {
      expect(error).to.be.instanceOf(UsageError)
      return 'refused'
    })

describe('a policy and the flags that say the same', () => {
  it('come to the same rules, or are both refused', async () => {
    let taken = 0
    await fc.assert(
      fc.asyncProperty(someOptions, fc.boolean(), async (all, isFlow) => {
        const goesByScores = all.keepBest !== undefined || all.scoreBelow !== undefined
        // A metric without a rule that goes by it has no place to stand in.
        const options = goesByScores ? all : {...all, by: undefined}
        const text = write(options, isFlow)
        const loaded = await rulesOrRefusal(async () => (await loadPolicy(policyFile(text))).options)
        // Unlike a flag, a scope alone does not make a policy.
        const expected = /select"?:|keep"?:/.test(text)
          ? await rulesOrRefusal(async () => options)
          : 'refused'
        expect(loaded).to.deep.equal(expected)
        if (loaded !== 'refused') taken++
      }),
      {numRuns: 300},
    )
    expect(taken).to.be.above(20)
  })
})
