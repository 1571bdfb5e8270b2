import {isCited} from '../account/leaderboard/rows-of-run.js'
import {describeLivePin, pinOn} from '../account/protection/pins.js'
import {isInFuture, isNew, mayBeFilling, mayBeUploading, type Run} from '../account/runs.js'
import {formatDuration} from '../base/time.js'
import {type Knowledge} from './knowledge.js'
import {type Reason} from './reasons.js'
import {keepersOf, needsRows, selectorsOf} from './rule-names.js'
import {type RetentionRules} from './rules.js'

/** Guards are always on and make nothing a candidate. */
export function guardsFor(run: Run, rules: RetentionRules, now: Date, known: Knowledge): Reason[] {
  const reasons: Reason[] = []
  const pin = pinOn(run, known.protection, now)
  if (pin) reasons.push({rule: 'pinned', text: describeLivePin(pin)})
  const isHeldByDate = isInFuture(run, now) && !goesWhateverItsDate(rules)
  const wait = graceReason(run, rules, now, known)
  // Of a complete run that is dated in the future, that is all there is to say.
  if (wait && !(isHeldByDate && run.complete)) reasons.push({rule: 'grace', text: wait})
  if (isHeldByDate) reasons.push({rule: 'future', text: 'dated in the future'})
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

/**
 * Why a run has to wait. The row of a run comes last of all, seconds after its datasets: rules that need rows have to wait for it.
 * A name says a run that is just being made too.
 */
function graceReason(run: Run, rules: RetentionRules, now: Date, {citations}: Knowledge): string | undefined {
  const ago = (date: Date) => formatDuration(Math.max(0, now.getTime() - date.getTime()))
  const changed = `changed ${ago(run.newestChange)} ago`
  if (mayBeUploading(run, now, rules.graceMs)) return `may still be uploading: ${changed}`
  if (mayBeFilling(run, now, rules.graceMs) && !rules.runs.includes(run.timestamp))
    return `its files may still be uploading: created ${ago(run.newestCreatedAt)} ago`
  const lacksRow = needsRows(rules) && (citations === 'unknown' || !isCited(run.timestamp, citations))
  return lacksRow && isNew(run, now, rules.graceMs) ? `its row may still come: ${changed}` : undefined
}

/** A run from the future has no age and no rank: another selector or a keeper beside its name leaves it in doubt. */
function goesWhateverItsDate(rules: RetentionRules): boolean {
  const rest = [...selectorsOf(rules), ...keepersOf(rules)].filter((name) => name !== '--run')
  return rules.all || (rules.runs.length > 0 && rest.length === 0)
}
