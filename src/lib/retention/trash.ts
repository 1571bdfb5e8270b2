import {pinOn, type Protection} from '../account/protection/pins.js'
import {isOlderThan, type Run} from '../account/runs.js'
import {type TrashedRun} from '../account/trash.js'
import {cutoffOf, formatAge} from '../base/time.js'
import {type Decision} from './decide.js'
import {pinReason} from './guards.js'
import {type Reason} from './reasons.js'
import {type RetentionRules} from './rules.js'

/** As `trashedRunsOf` returns it, or as it was planned. */
type RunInTrash = Partial<Pick<TrashedRun, 'outside'>> & Run

/**
 * Decides what of the trash is deleted: what was put there before the cutoff, or all. A pin wins, as everywhere. Of a run that is only
 * partly there a job may have been interrupted that trashed or restored it: that part is deleted only where its type is named.
 * @returns one decision per run, in the same order
 */
export function decideTrash(
  runs: readonly RunInTrash[],
  {olderThan, only}: RetentionRules,
  now: Date,
  {protection}: {protection: Protection | 'unknown'},
): Decision[] {
  const cutoff = olderThan && cutoffOf(olderThan, now)
  const age = olderThan ? formatAge(olderThan) : ''
  return runs.map((run): Decision => {
    const pin = pinOn(run, protection, now)
    // No command finishes a half pin there.
    const held = pinReason(pin && {...pin, isHalf: false}, protection)
    if (held) return {run, action: 'keep', reasons: [held]}
    if (only.length === 0 && run.outside && run.outside.length > 0)
      return {run, action: 'keep', reasons: [PARTLY]}
    if (!cutoff) return {run, action: 'delete', reasons: [{rule: 'all', text: 'in the trash'}]}
    return isOlderThan(run, cutoff)
      ? {run, action: 'delete', reasons: [{rule: 'older-than', text: `trashed more than ${age} ago`}]}
      : {run, action: 'keep', reasons: [{rule: 'older-than', text: `not trashed more than ${age} ago`}]}
  })
}

const PARTLY: Reason = {rule: 'trash', text: 'only partly in the trash'}
