import {RefusedError} from '../errors.js'
import {parseDatasetName} from '../naming.js'
import {printable} from '../text.js'
import {type Shelved} from './shelf.js'

/**
 * Makes sure that there is something to restore, and each thing that was named, before anything is asked of the Hub.
 * @param words full names, names without the namespace, or timestamps of runs
 * @throws RefusedError
 */
export function requireArchived(archives: Shelved[], words: readonly string[], dir: string): void {
  if (archives.length === 0)
    throw new RefusedError(
      `${printable(dir)} holds no archive: looked for NAMESPACE/DATASET.json, beside a folder of the dataset's files.`,
      {suggestions: ['Name the folder that --archive was given. Links in it are not followed.']},
    )
  const unknown = words.find((word) => !archives.some((archive) => isNamed(archive, word)))
  if (unknown === undefined) return
  throw new RefusedError(`${printable(dir)} holds no archive of ${JSON.stringify(printable(unknown))}.`, {
    suggestions: [`It holds ${archives.length}: \`restore --dry-run\` without a name shows them.`],
  })
}

/** What these words name; without words, everything. A word without a namespace means this one's, where this one has it. */
export function chooseArchives(archives: Shelved[], words: readonly string[], namespace: string): Shelved[] {
  if (words.length === 0) return archives
  const chosen = new Set(
    words.flatMap((word) => {
      const named = archives.filter((archive) => isNamed(archive, word))
      const own = named.filter((archive) => archive.namespace === namespace)
      return own.length > 0 ? own : named
    }),
  )
  return archives.filter((archive) => chosen.has(archive))
}

function isNamed({name, namespace}: Shelved, word: string): boolean {
  const parsed = parseDatasetName(name, namespace)
  const timestamp = parsed && 'timestamp' in parsed ? parsed.timestamp : undefined
  return [name, name.slice(namespace.length + 1), timestamp].includes(word)
}
