import {describeLivePin, pinOn, type Protection} from '../account/protection/pins.js'
import {
  copiesInTrash,
  isInFuture,
  isNew,
  isPartlyInTrash,
  mayBeUploading,
  mayLackFiles,
  type Run,
} from '../account/runs.js'
import {joinWords} from '../base/text.js'
import {formatDuration} from '../base/time.js'
import {type Facts} from './context.js'
import {type Reason} from './reasons.js'
import {type RetentionRules} from './rules.js'

/** Guards are always on and make nothing a candidate. */
export function guardsFor(run: Run, facts: Facts): Reason[] {
  const {rules, now, protection} = facts
  const reasons: Reason[] = []
  const pinned = pinReason(pinOn(run, protection, now), protection)
  if (pinned) reasons.push(pinned)
  // A future-dated run has no age or rank: another selector or a keeper as well as its name leaves it unclear.
  const isHeldByDate = isInFuture(run, now) && !rules.all && !isNamedAlone(run, facts)
  const wait = graceReason(run, facts)
  // Of a complete run that is dated in the future, that is all there is to say.
  if (wait && !(isHeldByDate && run.complete)) reasons.push({rule: 'grace', text: wait})
  if (isHeldByDate) reasons.push({rule: 'future', text: 'dated in the future'})
  const held = trashReason(run, rules)
  if (held) reasons.push({rule: 'trash', text: held})
  return reasons
}

/** Why a run is held by its pin, or because it is unknown whether it has one. */
export function pinReason(
  pin: ReturnType<typeof pinOn>,
  protection: Protection | 'unknown',
): Reason | undefined {
  if (pin) return {rule: 'pinned', text: describeLivePin(pin)}
  if (protection !== 'unknown') return undefined
  return {rule: 'pinned', text: 'unknown whether it is pinned', isUnclear: true}
}

/**
 * Why a run is held by what is in the trash of it. To delete the rest would leave a part that cannot be restored as a run, so that needs
 * its name; a second copy in the trash could not be told from the first.
 */
function trashReason(run: Run, rules: RetentionRules): string | undefined {
  const types = (datasets: Run['inTrash']) => joinWords([...new Set(datasets.map(({type}) => type))])
  if (rules.trash) {
    const copies = copiesInTrash(run)
    return copies.length > 0 ? `the trash has its ${types(copies)} already` : undefined
  }

  if (!isPartlyInTrash(run) || rules.run.includes(run.timestamp)) return undefined
  return `partly in the trash: its ${types(run.inTrash)}`
}

/**
 * Whether the numbers of keepers count a run. One in its grace period or dated in the future does not: an upload in progress
 * must not push out the last good run. Neither does a pinned one, which is kept anyway.
 */
export function isCounted(run: Run, facts: Facts): boolean {
  const {now, protection} = facts
  return graceReason(run, facts) === undefined && !isInFuture(run, now) && !pinOn(run, protection, now)
}

/**
 * Why a run has to wait. The row of a run comes last of all, seconds after its datasets: rules that need rows have to wait for it.
 * A name alone overrules that for a run that has all its types; with another rule, it would take a keeper's place from an older run.
 */
function graceReason(run: Run, facts: Facts): string | undefined {
  const {rules, now, rows} = facts
  const ago = (date: Date) => formatDuration(Math.max(0, now.getTime() - date.getTime()))
  const changed = () => `changed ${ago(run.newestChange)} ago`
  if (mayBeUploading(run, now, rules.graceMs)) return `may still be uploading: ${changed()}`
  if (mayLackFiles(run, now, rules.graceMs) && !isNamedAlone(run, facts))
    return `its files may still be uploading: created ${ago(run.newestCreatedAt)} ago`
  // A row that only seems to mean the run does not end the wait: the run would take a keeper's place from another.
  const hasRow = rows !== 'unknown' && rows.get(run.timestamp)?.exact.length
  const lacksRow = rules.needRows.length > 0 && !hasRow
  return lacksRow && isNew(run, now, rules.graceMs)
    ? `its leaderboard row may still be written: ${changed()}`
    : undefined
}

function isNamedAlone({timestamp}: Run, {rules: {run, selectors, keepers}}: Facts): boolean {
  return run.includes(timestamp) && selectors.length === 1 && keepers.length === 0
}
