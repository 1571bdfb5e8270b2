import * as z from 'zod/mini'

import {parseTimestamp} from '../../base/names.js'
import {count, date, sha1} from '../../base/schema.js'
import {printable} from '../../base/text.js'
import {fieldOf} from '../../retention/read-rules.js'
import {REASON_RULES} from '../../retention/reasons.js'
import {RULE_NAMES, ruleOf, type ValueKind} from '../../retention/rules.js'
import {PLAN_FORMAT, PLAN_VERSION} from './format.js'

/** Text that a terminal shows as it is. */
const plain = z
  .string()
  .check(z.refine((text) => text !== '' && text === printable(text), 'not a plain text'))
const timestamp = plain.check(z.refine((text) => parseTimestamp(text) !== undefined, "not a run's timestamp"))

/** How each kind of value is saved. */
const VALUES: Record<ValueKind, z.ZodMiniType> = {
  age: z.nullable(plain),
  span: z.nullable(plain),
  grace: count,
  metric: z.nullable(plain),
  count: z.nullable(count),
  score: z.nullable(z.number()),
  switch: z.boolean(),
  texts: z.array(plain),
  timestamps: z.array(plain),
  words: z.array(plain),
}
const RULES = z.strictObject({
  cutoff: z.nullable(date),
  ...Object.fromEntries(RULE_NAMES.map((name) => [fieldOf(name), VALUES[ruleOf(name).value]])),
})
const REASONS = z.array(z.strictObject({rule: z.enum(REASON_RULES), text: plain}))
const DATASET = z.strictObject({
  /** Follows from the rules, and is compared with what they say. */
  goes: z.boolean(),
  name: plain,
  id: plain.check(z.maxLength(64)),
  sha: sha1,
  createdAt: date,
  lastModified: date,
  private: z.boolean(),
})

/** A saved plan, strictly: anyone who can edit it can compute its digest anew. */
export const PLAN = z.strictObject({
  format: z.literal(PLAN_FORMAT),
  version: z.literal(PLAN_VERSION),
  program: plain,
  madeBy: plain,
  madeAt: date,
  endpoint: plain.check(z.refine(isPlainAddress, 'not a plain web address')),
  namespace: plain.check(z.regex(/^[^\s/]+$/, 'not a namespace')),
  rules: RULES,
  phrase: plain,
  archives: z.boolean(),
  leaderboard: z.nullable(DATASET),
  delete: z.array(z.strictObject({run: timestamp, reasons: REASONS, datasets: z.array(DATASET)})),
  keep: z.array(z.strictObject({run: timestamp, reasons: REASONS})),
  standard: z.array(plain),
  digest: plain,
})
export type PlanFile = z.output<typeof PLAN>
export type PlanFileDataset = z.output<typeof DATASET>

function isPlainAddress(text: string): boolean {
  if (!URL.canParse(text)) return false
  const {protocol, username, password} = new URL(text)
  return /^https?:$/.test(protocol) && !username && !password
}
