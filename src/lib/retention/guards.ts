import {formatDuration} from '../duration.js'
import {describeLivePin, pinOn} from '../protection.js'
import {type Reason} from '../reasons.js'
import {keepersOf, needsRows, selectorsOf} from '../rule-names.js'
import {type RetentionRules} from '../rule-types.js'
import {isInFuture, isNew, mayBeUploading, type Run} from '../runs.js'
import {type Knowledge, rowsOf} from './knowledge.js'

/** Guards are always on and make nothing a candidate. */
export function guardsFor(run: Run, rules: RetentionRules, now: Date, known: Knowledge): Reason[] {
  const reasons: Reason[] = []
  const pin = pinOn(run, known.protection, now)
  if (pin) reasons.push({rule: 'pinned', text: describeLivePin(pin)})
  const wait = graceReason(run, rules, now, known)
  if (wait) {
    const ago = formatDuration(Math.max(0, now.getTime() - run.newestChange.getTime()))
    reasons.push({rule: 'grace', text: `${wait}: changed ${ago} ago`})
  }

  if (isInFuture(run, now) && !goesWhateverItsDate(rules))
    reasons.push({rule: 'future', text: 'dated in the future'})
  return reasons
}

/**
 * Whether the numbers of keepers count a run. One in its grace period or dated in the future does not: an upload under way
 * must not push out the last good run. Neither does a pinned one, which stays anyway.
 */
export function isCounted(run: Run, rules: RetentionRules, now: Date, known: Knowledge): boolean {
  return (
    graceReason(run, rules, now, known) === undefined &&
    !isInFuture(run, now) &&
    !pinOn(run, known.protection, now)
  )
}

/** The row of a run comes last of all, seconds after its datasets: rules that need rows have to wait for it. */
function graceReason(run: Run, rules: RetentionRules, now: Date, {citations}: Knowledge): string | undefined {
  if (mayBeUploading(run, now, rules.graceMs)) return 'may still be uploading'
  const lacksRow = needsRows(rules) && rowsOf(run, citations).length === 0
  return lacksRow && isNew(run, now, rules.graceMs) ? 'its row may still come' : undefined
}

/** A run from the future has no age and no rank: another selector or a keeper beside its name leaves it in doubt. */
function goesWhateverItsDate(rules: RetentionRules): boolean {
  const rest = [...selectorsOf(rules), ...keepersOf(rules)].filter((name) => name !== '--run')
  return rules.all || (rules.runs.length > 0 && rest.length === 0)
}
