import {describeLivePin, pinOn, type Protection} from '../account/protection/pins.js'
import {isOlderThan, type Run} from '../account/runs.js'
import {cutoffOf, formatAge} from '../base/time.js'
import {type Decision} from './decide.js'
import {type Reason} from './reasons.js'
import {type RetentionRules} from './rules.js'

/**
 * Decides what of the trash is deleted: what was put there before the cutoff, or all. A pin wins, as everywhere.
 * @param runs as `trashedRunsOf` returns them
 * @returns one decision per run, in the same order
 */
export function decideTrash(
  runs: readonly Run[],
  {olderThan}: RetentionRules,
  now: Date,
  {protection}: {protection: Protection | 'unknown'},
): Decision[] {
  const cutoff = olderThan && cutoffOf(olderThan, now)
  const age = olderThan ? formatAge(olderThan) : ''
  return runs.map((run): Decision => {
    const held = pinReason(run, protection, now)
    if (held) return {run, action: 'keep', reasons: [held]}
    if (!cutoff) return {run, action: 'delete', reasons: [{rule: 'all', text: 'in the trash'}]}
    return isOlderThan(run, cutoff)
      ? {run, action: 'delete', reasons: [{rule: 'older-than', text: `trashed more than ${age} ago`}]}
      : {run, action: 'keep', reasons: [{rule: 'older-than', text: `not trashed more than ${age} ago`}]}
  })
}

function pinReason(run: Run, protection: Protection | 'unknown', now: Date): Reason | undefined {
  const pin = pinOn(run, protection, now)
  if (pin) return {rule: 'pinned', text: describeLivePin({...pin, isHalf: false})}
  if (protection !== 'unknown') return undefined
  return {rule: 'pinned', text: 'unknown whether it is pinned', isUnclear: true}
}
