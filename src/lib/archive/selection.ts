import {RefusedError} from '../base/errors.js'
import {parseDatasetName, RUN_TYPES} from '../base/names.js'
import {formatWords} from '../base/shell.js'
import {byText, printable} from '../base/text.js'
import {type Shelved} from './entries.js'
import {quoted} from './paths.js'

/**
 * Makes sure that there is something to restore, and each thing that was named, before anything is asked of the Hub.
 * @param words full names, names without the namespace, or timestamps of runs
 * @throws RefusedError
 */
export function requireArchived(archives: Shelved[], words: readonly string[], dir: string): void {
  if (archives.length === 0)
    throw new RefusedError(
      `${printable(dir)} holds no archive: looked for NAMESPACE/DATASET.json, beside a folder of the dataset's files.`,
      {suggestions: ['Name the folder that cleanup archived into. Links in it are not followed.']},
    )
  const unknown = words.filter((word) => !archives.some((archive) => isNamed(archive, word)))
  if (unknown.length === 0) return
  throw new RefusedError(
    `${printable(dir)} holds no archive of ${quoted(unknown.map((word) => printable(word)))}.`,
    {
      suggestions: [
        `It holds ${archives.length}. To see them: smoltrace ${formatWords(['restore', dir, '--dry-run'])}`,
      ],
    },
  )
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

/**
 * Puts archives together into runs, in the order in which they come back: as they are named, else the leaderboard first and then
 * the newest run. Within a run results come first: a run that is interrupted there can be told by them.
 */
export function intoRuns(archives: Shelved[], words: readonly string[]): Shelved[][] {
  const runs = new Map<string, Shelved[]>()
  for (const archive of archives) {
    const key = `${archive.namespace} ${timestampOf(archive) ?? archive.name}`
    runs.set(key, [...(runs.get(key) ?? []), archive])
  }

  const rank = (run: Shelved[]) => {
    const first = words.findIndex((word) => run.some((archive) => isNamed(archive, word)))
    return first === -1 ? words.length : first
  }

  return [...runs.values()]
    .map((run) => run.toSorted((a, b) => placeInRun(a) - placeInRun(b)))
    .toSorted((a, b) => rank(a) - rank(b) || byText(ageOf(b), ageOf(a)))
}

/** In the opposite order of deletions. */
function placeInRun({name, namespace}: Shelved): number {
  return (RUN_TYPES as readonly string[]).indexOf(parseDatasetName(name, namespace)?.type ?? '')
}

/** What sorts like age; the leaderboard, which is deleted last of all, like the newest. */
function ageOf([first]: Shelved[]): string {
  const isLeaderboard = first && parseDatasetName(first.name, first.namespace)?.type === 'leaderboard'
  return isLeaderboard ? '~' : ((first && timestampOf(first)) ?? '')
}

function timestampOf({name, namespace}: Shelved): string | undefined {
  const parsed = parseDatasetName(name, namespace)
  return parsed && 'timestamp' in parsed ? parsed.timestamp : undefined
}

function isNamed(archive: Shelved, word: string): boolean {
  const {name, namespace} = archive
  return [name, name.slice(namespace.length + 1), timestampOf(archive)].includes(word)
}
