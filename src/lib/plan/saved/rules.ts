import {MINUTE} from '../../base/time.js'
import {fieldOf} from '../../retention/read-rules.js'
import {type RetentionOptions, RULE_NAMES} from '../../retention/rules.js'

/** The options that the rules of a document represent: the checks of options are those of saved rules, too. */
export function optionsOf(rules: Readonly<Record<string, unknown>>): RetentionOptions {
  return Object.fromEntries(
    RULE_NAMES.map((name) => {
      const value = rules[fieldOf(name)]
      if (name === 'grace') return [name, value === 0 ? '0' : `${Number(value) / MINUTE}min`]
      return [name, value ?? undefined]
    }),
  )
}
