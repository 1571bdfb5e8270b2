import * as z from 'zod/mini'

import {parseTimestamp} from '../../base/names.js'
import {about, date, sha1, wholeNumber} from '../../base/schema.js'
import {printable} from '../../base/text.js'
import {fieldOf} from '../../retention/read-rules.js'
import {type Reason, REASON_RULES} from '../../retention/reasons.js'
import {flagOf, RULE_NAMES, ruleOf, type ValueKind} from '../../retention/rules.js'
import {NOT_PICKED, PICKED} from '../pick.js'
import {PHRASES} from '../plan.js'
import {PLAN_FORMAT, PLAN_VERSION} from './format.js'

/** Text that a terminal shows as it is. */
const plain = z.string().check(z.refine((text) => text !== '' && text === printable(text), 'not plain text'))
const timestamp = z.string().check(
  z.regex(/^\d{8}_\d{6}$/, 'not a run timestamp'),
  z.refine((text) => parseTimestamp(text) !== undefined, 'not a run timestamp'),
)

/** How each kind of value is saved. */
const VALUES: Record<ValueKind, z.ZodMiniType> = {
  age: z.nullable(plain),
  span: z.nullable(plain),
  grace: wholeNumber,
  metric: z.nullable(plain),
  count: z.nullable(wholeNumber),
  score: z.nullable(z.number()),
  switch: z.boolean(),
  texts: z.array(plain),
  timestamps: z.array(plain),
  words: z.array(plain),
}
const RULES = z.strictObject({
  cutoff: about(z.nullable(date), 'The cutoff of --older-than. ISO 8601, in UTC.'),
  ...Object.fromEntries(
    RULE_NAMES.map((name) => [fieldOf(name), about(VALUES[ruleOf(name).value], `--${flagOf(name)}.`)]),
  ),
})
const REASON = z.strictObject({
  rule: about(z.enum(REASON_RULES), 'The rule.'),
  text: about(plain, 'The rule in words, for people.'),
})
/** A reason that overrules keepers and selectors must not hide behind another text: reviewers read the text. */
const runWith = (byHand: Reason) => ({
  run: about(timestamp, 'The run timestamp: YYYYMMDD_HHMMSS.'),
  reasons: about(
    z.array(
      REASON.check(
        z.refine(({rule, text}) => rule !== byHand.rule || text === byHand.text, {
          error: `not "${byHand.text}"`,
          path: ['text'],
        }),
      ),
    ),
    'Why it is deleted or kept.',
  ),
})
const SAVED_DATASET = z.strictObject({
  // Follows from the rules, and is compared with what they say.
  planned: about(z.boolean(), 'Whether the plan deletes it.'),
  name: about(plain, 'Full name: NAMESPACE/NAME.'),
  id: about(plain.check(z.maxLength(64)), 'Its id on the Hub.'),
  sha: about(sha1, 'Its latest commit.'),
  createdAt: about(date, 'When the Hub created it. ISO 8601, in UTC.'),
  lastModified: about(date, 'When it was last changed. ISO 8601, in UTC.'),
  private: about(z.boolean(), 'Whether it is private.'),
})
const PLANNED_RUN = z.strictObject({
  ...runWith(PICKED),
  datasets: about(z.array(SAVED_DATASET), 'All its datasets: if one changes, the whole run is kept.'),
  inTrash: about(z.array(SAVED_DATASET), 'Those of its datasets that are in the trash.'),
})

/** A saved plan, strictly: anyone who can edit it can compute its digest again. */
export const PLAN = about(
  z.strictObject({
    format: about(z.literal(PLAN_FORMAT), 'Marks this file as a plan.'),
    version: about(z.literal(PLAN_VERSION), 'The version of this format.'),
    program: about(plain, 'The program that wrote it.'),
    madeBy: about(plain, 'The owner of the token used to make it.'),
    madeAt: about(date, 'When it was made. ISO 8601, in UTC.'),
    endpoint: about(
      plain.check(z.refine(isPlainAddress, 'not a valid web address')),
      'The address of the Hub.',
    ),
    namespace: about(plain.check(z.regex(/^[^\s/]+$/, 'not a namespace')), 'The user or organisation.'),
    rules: about(RULES, 'The rules it was made with; null, false or empty where a rule is not used.'),
    phrase: about(z.enum(PHRASES), 'The phrase to type to confirm it.'),
    archives: about(z.boolean(), 'Whether each dataset is archived before it is deleted.'),
    leaderboard: about(z.nullable(SAVED_DATASET), 'The leaderboard, if there is one.'),
    delete: about(z.array(PLANNED_RUN), 'The runs with datasets to delete.'),
    keep: about(z.array(z.strictObject(runWith(NOT_PICKED))), 'The runs to keep.'),
    standard: about(z.array(plain), 'The task datasets, which are never deleted.'),
    digest: about(
      z.string().check(z.regex(/^sha256:[\da-f]{64}$/)),
      '`sha256:` of everything else. It detects edits, but is not a signature.',
    ),
  }),
  'The plan that `smoltrace cleanup --plan FILE` writes and `--apply FILE` applies.',
)
export type PlanFile = z.output<typeof PLAN>

function isPlainAddress(text: string): boolean {
  if (!URL.canParse(text)) return false
  const {protocol, username, password} = new URL(text)
  return /^https?:$/.test(protocol) && !username && !password
}
