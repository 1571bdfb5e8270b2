import {CancelledError, RefusedError} from '../base/errors.js'
import {type Hub} from './client.js'
import {HubError} from './errors.js'
import {isLost, waitToRepeat} from './retry.js'

const TRIES = 5

/** What is to become of a file, as it was read at one commit. */
export interface Draft<T> {
  before: T
  after: T
  changed: boolean
  /** Commits it, on that commit and no other. */
  commit: () => Promise<void>
}

/** A file before and after a change. */
export type FileChanged<T> = Pick<Draft<T>, 'after' | 'before' | 'changed'>

/**
 * Changes a file: reads, edits and commits on one and the same commit. Where another change came between, or the answer to the
 * commit was lost, it reads again and starts over (the Hub's contract, section 6).
 * @param name full name of the dataset
 * @param draft reads and edits; of its own result it changes nothing
 * @throws RefusedError where others never stop changing it
 */
export async function changeFile<T>(
  hub: Hub,
  name: string,
  draft: () => Promise<Draft<T>>,
): Promise<FileChanged<T>> {
  let lost: FileChanged<T> | undefined
  let repeats = 0
  for (let attempt = 1; ;) {
    const {commit, ...change} = await draft()
    if (!change.changed) return lost ?? change
    try {
      await commit()
      return lost ? {...change, before: lost.before} : change
    } catch (error) {
      if (error instanceof HubError && error.status === 412) {
        if (attempt++ < TRIES) continue
        throw new RefusedError(`${name} is being changed by others: try again in a moment.`, {
          suggestions: ['Nothing was changed. Then run the same command again.'],
        })
      }

      if (error instanceof CancelledError)
        error.suggestions.unshift(`Whether ${name} was changed is not known: its answer did not come.`)
      const wait = isLost(error) ? waitToRepeat(error, repeats++) : undefined
      if (!wait) throw error
      lost ??= change
      await hub.pause(wait)
    }
  }
}
