import {UsageError} from '../../base/errors.js'
import {MINUTE} from '../../base/time.js'
import {fieldOf, readRules} from '../../retention/read-rules.js'
import {
  type RetentionRules,
  RULE_NAMES,
  type RuleName,
  ruleOf,
  type ValueKind,
} from '../../retention/rules.js'
import {type Field} from './field.js'

const text = (field: Field) => field.nullOr((found) => found.text())
const texts = (field: Field) => field.list().map((found) => found.text())

/** How each kind of value is saved. */
const READERS: Record<ValueKind, (field: Field) => unknown> = {
  age: text,
  span: text,
  grace: (field) => graceText(field.wholeNumber()),
  metric: text,
  count: (field) => field.nullOr((found) => found.wholeNumber()),
  score: (field) => field.nullOr((found) => found.number()),
  switch: (field) => field.boolean(),
  texts,
  timestamps: texts,
  words: texts,
}

/**
 * The checks of the flags are those of the saved rules.
 * @param field that holds them
 * @param how what else selects runs
 * @param how.byHand a person picked every run to delete
 */
export function readSavedRules(field: Field, how: {byHand: boolean}): RetentionRules {
  const parts = field.parts('cutoff', ...RULE_NAMES.map((name) => fieldOf(name)))
  const read = (name: RuleName) => READERS[ruleOf(name).value](parts[fieldOf(name)] as Field)
  const options = Object.fromEntries(RULE_NAMES.map((name) => [name, read(name)]))
  try {
    return readRules(options, how)
  } catch (error) {
    throw nonsense(field, error)
  }
}

function graceText(ms: number): string {
  return ms === 0 ? '0' : `${ms / MINUTE}min`
}

export function nonsense(field: Field, error: unknown): unknown {
  return error instanceof UsageError
    ? field.error(`make no sense: ${error.message.replace(/\.$/, '')}`)
    : error
}
