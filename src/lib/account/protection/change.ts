import {type Session} from '../../hub/session.js'
import {changeFile, type FileChanged, textChange} from '../../hub/uploads.js'
import {formatProtection, isEmptyProtection, readProtectionAt} from './file.js'
import {liveEntry, type Pin, type Protection, PROTECTION_PATH} from './pins.js'

/** What becomes of the protection. */
export type Edit = (current: Protection) => Protection

/** The protection before and after a change. */
export type Change = FileChanged<Protection>

/**
 * Changes the protection file.
 * @param name full name of the leaderboard
 * @param title of the commit
 * @param edit changes nothing where it is applied to its own result
 * @throws RefusedError where others never stop changing it, or the file cannot be understood
 */
export function changeProtection(session: Session, name: string, title: string, edit: Edit): Promise<Change> {
  const {hub, access} = session
  return changeFile(hub, name, async () => {
    const parentCommit = await hub.headOf(name)
    const before = await readProtectionAt(hub, name, parentCommit)
    const after = edit(before)
    const text = isEmptyProtection(after) ? undefined : formatProtection(after)
    const change = textChange(PROTECTION_PATH, text)
    return {
      before,
      after,
      changed: formatProtection(after) !== formatProtection(before),
      commit: () => hub.upload(name, access.namespace, {...change, title, parentCommit}),
    }
  })
}

/** Adds pins; `reason` is that of those which have none of their own: a person's reason is never replaced by it. */
export function withPins(
  current: Protection,
  timestamps: string[],
  {pin, now, reason}: {pin: Pin; now: Date; reason?: string},
): Protection {
  const explained = (each: Pin): Pin => ({...each, ...(reason && !each.reason && {reason})})
  const pins = timestamps.map(
    (run) => [run, explained(longerPin(liveEntry(current, run, now), pin))] as const,
  )
  return pins.length === 0 ? current : {...current, runs: {...current.runs, ...Object.fromEntries(pins)}}
}

function longerPin(before: Pin | undefined, wanted: Pin): Pin {
  if (!before) return wanted
  const isLonger = before.until !== undefined && (wanted.until === undefined || wanted.until > before.until)
  const reason = wanted.reason ?? before.reason
  return isLonger ? {...wanted, ...(reason && {reason})} : before
}

/** Takes pins out. */
export function withoutPins({runs = {}, ...rest}: Protection, timestamps: string[]): Protection {
  const kept = Object.entries(runs).filter(([run]) => !timestamps.includes(run))
  return {...rest, ...(kept.length > 0 && {runs: Object.fromEntries(kept)})}
}
