import {RefusedError} from './errors.js'
import {type Hub} from './hub/client.js'
import {HubError} from './hub/errors.js'
import {isLost, waitToRepeat} from './hub/repeats.js'
import {formatProtection, isEmptyProtection, PROTECTION_PATH, readProtectionAt} from './protection-file.js'
import {type Protection} from './protection.js'

const TRIES = 5

/** What becomes of the protection. */
export type Edit = (current: Protection) => Protection

/** The protection before and after a change. */
export interface Change {
  before: Protection
  after: Protection
  changed: boolean
}

/**
 * Changes the protection: reads, edits and commits on one and the same commit. Where another change came between, or the
 * answer to the commit was lost, it reads again and starts over (the Hub's contract, section 6).
 * @param name full name of the leaderboard
 * @param title of the commit
 * @param edit changes nothing where it is applied to its own result
 * @throws RefusedError where others never stop changing it, or the file cannot be understood
 */
export async function changeProtection(hub: Hub, name: string, title: string, edit: Edit): Promise<Change> {
  let lost: Change | undefined
  let repeats = 0
  for (let attempt = 1; ;) {
    const {change, parentCommit} = await readAndEdit(hub, name, edit)
    if (!change.changed) return lost ?? change
    try {
      await commit(hub, name, {title, parentCommit, protection: change.after})
      return lost ? {...change, before: lost.before} : change
    } catch (error) {
      if (error instanceof HubError && error.status === 412) {
        if (attempt++ < TRIES) continue
        throw new RefusedError(`${name} is being changed by others: try again in a moment.`, {
          suggestions: ['Nothing was changed; the same command does it then.'],
        })
      }

      const wait = isLost(error) ? waitToRepeat(error, repeats++) : undefined
      if (!wait) throw error
      lost ??= change
      await hub.pause(wait)
    }
  }
}

async function readAndEdit(
  hub: Hub,
  name: string,
  edit: Edit,
): Promise<{change: Change; parentCommit: string}> {
  const parentCommit = await hub.headOf(name)
  const before = await readProtectionAt(hub, name, parentCommit)
  const after = edit(before)
  return {
    parentCommit,
    change: {before, after, changed: formatProtection(after) !== formatProtection(before)},
  }
}

async function commit(
  hub: Hub,
  name: string,
  {title, parentCommit, protection}: {title: string; parentCommit: string; protection: Protection},
): Promise<void> {
  const text = isEmptyProtection(protection) ? undefined : formatProtection(protection)
  await hub.changeFile(name, {path: PROTECTION_PATH, text, title, parentCommit})
}
