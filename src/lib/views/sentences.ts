import {printable} from '../base/text.js'
import {formatSum} from '../base/time.js'
import {type KeeperName, type RetentionRules, ruleOf, type SelectorName} from '../retention/rules.js'
import {moment} from './format.js'

/**
 * What a given rule says. A selector's sentence continues "runs that are", a keeper's says what stays.
 * @param cutoff the moment that `--older-than` means, where it is known
 */
export function sentenceOf(name: KeeperName | SelectorName, rules: RetentionRules, cutoff?: Date): string {
  return printable(ruleOf(name).says?.(rules[name], rules, cutoff && moment(cutoff)) ?? name)
}

/** What the grace period keeps: by rules that need rows it waits for these too, which come last of all. */
export function graceSentence({graceMs, needRows}: RetentionRules): string {
  if (graceMs === 0) return 'nothing: an upload under way is not waited for'
  const waiting = needRows.length > 0 ? 'incomplete runs, and runs without a row,' : 'incomplete runs'
  return `${waiting} changed in the last ${formatSum(graceMs)}`
}

/** What a number of runs does not count. */
export const COUNTING =
  'Numbers do not count runs that are pinned, in the grace period or dated in the future.'
