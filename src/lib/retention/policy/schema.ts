import * as z from 'zod/mini'

import {METRIC_LIST, METRIC_WORDS} from '../../account/leaderboard/metrics.js'
import {renameOptions} from '../../base/errors.js'
import {AGE_FORMS, GRACE_FORMS, SPAN_FORMS} from '../../base/time.js'
import {flagOf, type Rule, RULE_NAMES, type RuleName, ruleOf, type ValueKind} from '../rules.js'

/** Patterns of JSON Schema have no flags: each letter in both cases, and white space around all. */
const UNITS = String.raw`^\s*([0-9]+([hHdDwWyY]|[mM][oO]?))+\s*$`
const DAYS = String.raw`^\s*[0-9]+\s*$`
const DATE = String.raw`^\s*[0-9]{4}-[0-9]{2}-[0-9]{2}\s*$`
const DURATION = String.raw`^\s*0\s*$|^\s*([0-9]+([mM][iI][nN]|[hHdDwW]))+\s*$`

const pattern = (...patterns: string[]) => z.string().check(z.regex(new RegExp(patterns.join('|'))))
/** One value, or a list of values of which any may hold. */
const oneOrMore = (item: z.ZodMiniType) => z.union([item, z.array(item).check(z.minLength(1))])
const days = z.int().check(z.minimum(1))

/** The form of each kind of value, and what to write instead of anything else: editors show that, and so do messages. */
const FORMS: Record<
  Exclude<ValueKind, 'timestamps'>,
  (rule: Rule) => [form: z.ZodMiniType, advice: string]
> = {
  age: () => [z.union([pattern(UNITS, DAYS, DATE), days]), `use ${AGE_FORMS}`],
  span: () => [z.union([pattern(UNITS, DAYS), days]), `use ${SPAN_FORMS}`],
  grace: () => [z.union([pattern(DURATION), z.literal(0)]), `use ${GRACE_FORMS}`],
  metric: () => [z.enum(METRIC_WORDS), `use one of ${METRIC_LIST}`],
  count: () => [days, 'use a whole number of at least 1'],
  score: () => [z.number().check(z.positive()), 'use a number above 0, such as 50 or 0.5'],
  // `false` could be read as the opposite rule.
  switch: () => [z.literal(true), 'use true, or remove the line'],
  texts: () => [
    oneOrMore(z.string().check(z.minLength(1))),
    'use a text or a list of texts, quoted if it looks like a number, yes or no',
  ],
  words: ({words = []}) => [oneOrMore(z.enum(words)), `use one or more of ${words.join(', ')}`],
}

/** What to write, by key. */
const ADVICE = new Map<string, string>()

function registerKey<S extends z.ZodMiniType>(
  key: string,
  form: S,
  advice: string,
  {description, ...more}: Record<string, unknown> & {description: string},
): S {
  ADVICE.set(key, advice)
  const [name = ''] = key.split('.').slice(-1)
  const title = `${name.charAt(0).toUpperCase()}${name.slice(1).replaceAll('-', ' ')}`
  return form.check(z.meta({title, description, errorMessage: advice, ...more})) as S
}

function formOf(name: RuleName, key: string): z.ZodMiniType {
  const rule = ruleOf(name)
  const [form, advice] = FORMS[rule.value as keyof typeof FORMS](rule)
  const description = renameOptions(rule.summary, (option) => ruleOf(option as RuleName).policy)
  return registerKey(key, z.clone(form), advice, {description})
}

/** The keys of a part, or of the whole where it is undefined. */
function keysOf(part?: string): Record<string, z.ZodMiniOptional> {
  const keys = RULE_NAMES.flatMap((name): Array<[string, RuleName]> => {
    const key = ruleOf(name).policy
    return key === undefined ? [] : [[key, name]]
  })
  if (part === 'select') keys.push(['select.by', 'by'])
  const own = keys.filter(([key]) => (part === undefined ? !key.includes('.') : key.startsWith(`${part}.`)))
  return Object.fromEntries(own.map(([key, name]) => [key.split('.').at(-1), z.optional(formOf(name, key))]))
}

/** A part of which at least one key is given. */
function partOf(name: string, advice: string, description: string) {
  const form = z.strictObject(keysOf(name)).check(z.refine((part) => Object.keys(part).length > 0))
  return z.optional(registerKey(name, form, advice, {description, minProperties: 1}))
}

/** The form of a policy file. */
export const POLICY = registerKey(
  '',
  z.strictObject({
    version: registerKey('version', z.literal(1), 'use 1 (the supported policy version)', {
      description: 'The version of the policy format: always 1.',
    }),
    select: partOf(
      'select',
      'add at least one selector below it, such as older-than: 30d, or remove it',
      'Selectors: a run can be deleted if it matches all of these. Without this part, every run that nothing keeps can be deleted.',
    ),
    keep: partOf(
      'keep',
      'add at least one keeper below it, such as recent: 5, or remove it',
      'Keepers: a run is kept if it matches any of these, whatever selects it.',
    ),
    ...keysOf(),
  }),
  'add select, keep or both to choose which runs can be deleted',
  {
    title: 'Retention policy for smoltrace',
    description:
      'Which evaluation runs can be deleted and which are kept, ' +
      'for `smoltrace cleanup --policy FILE` and `smoltrace policy explain FILE`.',
    anyOf: [{required: ['select']}, {required: ['keep']}],
  },
).check(z.refine(({select, keep}) => select !== undefined || keep !== undefined))

/** A policy of the right form: the values of keys, by part. */
export type PolicyDocument = Partial<Record<string, unknown>> & {
  select?: Record<string, unknown>
  keep?: Record<string, unknown>
}

/** A part that is wrong, and what to write there. */
interface Fault {
  path: PropertyKey[]
  advice: string
  kind: 'missing' | 'unknown' | 'wrong'
}

/** The key that a path leads to, or whose list it leads into. */
export function keyAt(path: PropertyKey[]): string {
  return path
    .filter((step) => typeof step === 'string')
    .slice(0, 2)
    .join('.')
}

/** Everything that is wrong with the form of a policy. */
export function faultsIn(value: unknown): Fault[] {
  const {error} = z.safeParse(POLICY, value, {reportInput: true})
  const faults = (error?.issues ?? []).flatMap((issue) => faultsOf(issue))
  // A part is wrong because of what is in it.
  const isIn = (inner: Fault, outer: Fault) =>
    inner.path.length > outer.path.length && outer.path.every((step, index) => inner.path[index] === step)
  return faults.filter((outer) => !faults.some((inner) => isIn(inner, outer)))
}

function faultsOf(issue: z.core.$ZodIssue): Fault[] {
  const {path, code} = issue
  if (code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      path: [...path, key],
      advice: adviceOn([...path, key]),
      kind: 'unknown',
    }))
  const inItems = code === 'invalid_union' ? issue.errors.flat().filter((each) => each.path.length > 0) : []
  if (inItems.length > 0) return inItems.flatMap((each) => faultsOf({...each, path: [...path, ...each.path]}))
  if (path[0] === 'version' && issue.input === undefined)
    return [{path, advice: 'missing: start the file with "version: 1"', kind: 'missing'}]
  return [{path, advice: ADVICE.get(keyAt(path)) ?? '', kind: 'wrong'}]
}

/** What to do about a key that is not known: another way of writing one, the name of a flag, or one of the other part. */
function adviceOn(path: PropertyKey[]): string {
  const [part, ...rest] = path.map(String)
  const name = flagOf(String(path.at(-1)).replace(/^--/, '').replaceAll('_', '-') as RuleName).toLowerCase()
  const meant = RULE_NAMES.map((each) => ({flag: flagOf(each) as string, ...ruleOf(each)})).find(
    ({flag, policy}) => name === flag || name === policy?.split('.').at(-1),
  )
  if (meant?.notInPolicy) return meant.notInPolicy
  if (meant?.policy) return `unknown key: use ${meant.policy}`
  const known = [...ADVICE.keys()].filter((key) =>
    rest.length > 0 ? key.startsWith(`${part}.`) : key !== '' && !key.includes('.'),
  )
  const keys = known.map((key) => key.split('.').at(-1)).join(', ')
  return rest.length > 0
    ? `unknown key: use ${keys}`
    : `unknown key: use ${keys} (everything else is a flag of cleanup)`
}
