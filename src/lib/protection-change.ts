import {RefusedError} from './errors.js'
import {type Hub} from './hub/client.js'
import {HubError} from './hub/errors.js'
import {formatProtection, isEmptyProtection, parseProtection, PROTECTION_PATH} from './protection-file.js'
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
 * Changes the protection: reads, edits and commits on one and the same commit; where another change came between, it
 * starts over (the Hub's contract, section 6).
 * @param name full name of the leaderboard
 * @param title of the commit
 * @throws RefusedError where others never stop changing it, or the file cannot be understood
 */
export async function changeProtection(hub: Hub, name: string, title: string, edit: Edit): Promise<Change> {
  for (let attempt = 1; ; attempt++) {
    const done = await tryChange(hub, name, title, edit)
    if (done) return done
    if (attempt === TRIES)
      throw new RefusedError(`${name} is being changed by others: try again in a moment.`)
  }
}

/** @returns undefined where the leaderboard changed between reading and committing (412). */
async function tryChange(hub: Hub, name: string, title: string, edit: Edit): Promise<Change | undefined> {
  const parentCommit = await hub.headOf(name)
  const current = await hub.readText({name, revision: parentCommit, path: PROTECTION_PATH})
  const before = current === undefined ? {} : parseProtection(current, name)
  const after = edit(before)
  if (formatProtection(after) === formatProtection(before)) return {before, after, changed: false}
  const text = isEmptyProtection(after) ? undefined : formatProtection(after)
  try {
    await hub.changeFile(name, {path: PROTECTION_PATH, text, title, parentCommit})
  } catch (error) {
    if (error instanceof HubError && error.status === 412) return undefined
    throw error
  }

  return {before, after, changed: true}
}
