import {type Session} from '../../hub/session.js'
import {changeFile, type FileChanged, textChange} from '../../hub/uploads.js'
import {formatProtection, isEmptyProtection, readProtectionAt} from './file.js'
import {type Protection, PROTECTION_PATH} from './pins.js'

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
