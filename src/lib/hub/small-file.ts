import {CancelledError, RefusedError} from '../base/errors.js'
import {type Hub} from './client.js'
import {HubError} from './errors.js'
import {isOutcomeUnknown, retryDelay} from './retry.js'

/**
 * Reads a small text file at one commit, with the hash that the tree of that commit lists; undefined where neither the tree nor its
 * address has it. @throws SmoltraceError where that is not certain
 */
export async function readSmallFile(
  hub: Hub,
  name: string,
  commit: string,
  path: string,
): Promise<string | undefined> {
  const files = await hub.listFiles(name, commit)
  const file = files.find((each) => each.path === path)
  if (file) return (await hub.readWhole(name, commit, file)).toString('utf8')
  if ((await hub.readText(name, commit, path)) === undefined) return undefined
  throw new RefusedError(`${path} of ${name} exists, but the Hub does not list it.`)
}

/** A small text file before and after a change, the same where nothing changed; undefined without one. */
interface FileChange {
  before: string | undefined
  after: string | undefined
}

const MAX_CONFLICTS = 5

/**
 * Changes a small text file with optimistic locking: reads, edits and commits on one commit, and starts over on a conflict, or where the
 * outcome is not known (the Hub's contract, section 6). The edit makes the new text, empty for no file; editing it again changes nothing.
 * @throws RefusedError where others never stop changing it
 */
export async function changeFile(
  hub: Hub,
  {name, namespace, path, title}: {name: string; namespace: string; path: string; title: string},
  edit: (text: string | undefined) => Promise<string> | string,
): Promise<FileChange> {
  hub.announce({kind: 'change', name})
  let unconfirmed: FileChange | undefined
  const unchanged = () =>
    unconfirmed ? `It is not known whether ${name} was changed.` : 'Nothing was changed.'
  let retries = 0
  for (let attempt = 1; ;) {
    const found = await hub.whereabouts(name)
    if (found.state !== 'there')
      throw new RefusedError(
        `${name} is no longer there: it was renamed, moved or deleted, or this token can no longer see it.`,
        {suggestions: [`${unchanged()} Run the same command again.`]},
      )
    const parentCommit = found.sha
    const before = await readSmallFile(hub, name, parentCommit, path)
    const text = await edit(before)
    if (text === (before ?? '')) return unconfirmed ?? {before, after: before}
    const after = text || undefined
    const files = after === undefined ? [] : [{path, content: new Blob([after])}]
    try {
      await hub.upload(name, namespace, {
        files,
        deletes: after === undefined ? [path] : [],
        title,
        parentCommit,
      })
      return {before: unconfirmed ? unconfirmed.before : before, after}
    } catch (error) {
      if (error instanceof HubError && error.status === 412) {
        if (attempt++ < MAX_CONFLICTS) continue
        throw new RefusedError(`Others keep changing ${name}.`, {
          suggestions: [`${unchanged()} Wait a moment, then run the same command again.`],
        })
      }

      if (error instanceof CancelledError) {
        const unknown = `It is not known whether ${name} was changed: the Hub did not respond in time.`
        throw new CancelledError(error.message, {cause: error, suggestions: [unknown, ...error.suggestions]})
      }

      const wait = isOutcomeUnknown(error) ? retryDelay(error, retries++) : undefined
      if (!wait) throw error
      unconfirmed ??= {before, after}
      await hub.pause(wait)
    }
  }
}
