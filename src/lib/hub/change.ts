import {CancelledError, RefusedError, SmoltraceError} from '../base/errors.js'
import {type Hub} from './client.js'
import {HubError} from './errors.js'
import {type Upload} from './files.js'
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

/**
 * Changes a small text file as `commitOnHead` does. The edit makes the new text, empty for no file; editing it again changes nothing.
 * @throws RefusedError where others never stop changing it
 */
export async function changeFile(
  hub: Hub,
  {path, ...place}: CommitPlace & {path: string},
  edit: (text: string | undefined) => Promise<string> | string,
): Promise<FileChange> {
  const {made} = await commitOnHead(hub, place, async (head) => {
    const before = await readSmallFile(hub, place.name, head, path)
    const text = await edit(before)
    const after = text || undefined
    if (text === (before ?? '')) return {before, after: before}
    const files = after === undefined ? [] : [{path, content: new Blob([after])}]
    return {before, after, commit: {files, deletes: after === undefined ? [path] : []}}
  })
  return {before: made.before, after: made.after}
}

/** Which dataset is changed, and the title of the commit. */
interface CommitPlace {
  name: string
  namespace: string
  title: string
}

/** What is made of one head: a commit, or none where there is nothing to change. */
interface MadeChange {
  commit?: Pick<Upload, 'deletes' | 'files'>
}

const MAX_CONFLICTS = 5

/**
 * Commits with optimistic locking: makes a change of the head, commits it on that head alone, and starts over on a conflict, or where the
 * outcome is not known (the Hub's contract, section 6). A change that was made must leave nothing to change.
 * @returns what was made of the last head that was changed, as far as that is known, and the head after it
 * @throws RefusedError where others never stop changing it
 */
export async function commitOnHead<T extends MadeChange>(
  hub: Hub,
  {name, namespace, title}: CommitPlace,
  make: (head: string, id: string) => Promise<T>,
): Promise<{made: T; head: string}> {
  hub.announce({kind: 'change', name})
  let unconfirmed: T | undefined
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
    const last = await make(parentCommit, found.id).catch((error: unknown) => {
      if (unconfirmed && error instanceof SmoltraceError) error.suggestions.unshift(unchanged())
      throw error
    })
    if (!last.commit) return {made: unconfirmed ?? last, head: parentCommit}
    try {
      const head = await hub.upload(name, namespace, {...last.commit, title, parentCommit})
      return {made: last, head}
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
      // An earlier one did not arrive: it would have left nothing to change.
      unconfirmed = last
      await hub.pause(wait)
    }
  }
}
