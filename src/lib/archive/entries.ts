import {readdir} from 'node:fs/promises'
import {join} from 'node:path'

import {pushTo} from '../base/collections.js'
import {RefusedError} from '../base/errors.js'
import {parseDatasetName, RUN_TYPES} from '../base/names.js'
import {formatWords} from '../base/shell.js'
import {byText, printable} from '../base/text.js'
import {
  extraFiles,
  filesBelow,
  type Fingerprint,
  fingerprint,
  isContentOf,
  isFolder,
  reasonOf,
  statNoFollow,
} from './disk.js'
import {type Manifest, readManifest} from './manifest.js'
import {type ArchivePaths, archivePaths, isLeftByFileManager, quoted, stagedDataset} from './paths.js'

/** One dataset in a folder of archives. */
export interface ArchiveEntry {
  /** `namespace/name`, as its place says. */
  name: string
  namespace: string
  paths: ArchivePaths
  /** Where it cannot be used: why. */
  manifest: Manifest | {problem: string}
}

/** A file of an archive, on this machine. */
export interface LocalFile extends Fingerprint {
  /** With `/` between folders, as in the dataset. */
  path: string
  /** Absolute, on this machine. */
  source: string
  /** Whether it was kept in LFS, and so will probably be again. */
  inLfs: boolean
}

/**
 * Finds the archives in a folder, `DIR/<namespace>/<dataset>.json`, sorted by name. All that is there is untrusted: what claims
 * to be an archive and breaks a rule is named with its problem, and links are not followed.
 * @throws the system's errors where the folder cannot be read
 */
export async function findArchives(dir: string): Promise<ArchiveEntry[]> {
  const found: ArchiveEntry[] = []
  for (const namespace of await namesIn(dir)) {
    const folder = join(dir, namespace)
    if (!(await statNoFollow(folder))?.isDirectory()) continue
    const names = await namesIn(folder)
    // A folder of files without a manifest is an archive that is not complete.
    for (const own of new Set(names.map((each) => stagedDataset(each) ?? each.replace(/\.json$/, '')))) {
      const name = `${namespace}/${own}`
      const paths = archivePaths(folder, name)
      const manifest = names.includes(`${own}.json`)
        ? await readEntry(name, namespace, paths.manifest)
        : problemWithout(name, namespace)
      if (manifest) found.push({name, namespace, paths, manifest})
    }
  }

  return found.toSorted((a, b) => byText(a.name, b.name))
}

async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => !isLeftByFileManager(name))
}

/** Undefined for a file that is neither in an archive's place nor looks like one. */
async function readEntry(
  name: string,
  namespace: string,
  path: string,
): Promise<ArchiveEntry['manifest'] | undefined> {
  const isDataset = parseDatasetName(name, namespace) !== undefined
  try {
    const manifest = await readManifest(path)
    if (!manifest) return problemWithout(name, namespace)
    if (!isDataset) return {problem: 'it is not a SMOLTRACE dataset'}
    if (manifest.namespace !== namespace)
      return {
        problem: `its manifest is of the namespace ${JSON.stringify(manifest.namespace)}, not of ${namespace}`,
      }
    if (manifest.name !== name)
      return {problem: `its manifest is of ${JSON.stringify(manifest.name)}, and so in the wrong place`}
    return manifest
  } catch (error) {
    return isDataset ? {problem: reasonOf(error)} : undefined
  }
}

function problemWithout(name: string, namespace: string): {problem: string} | undefined {
  if (!parseDatasetName(name, namespace)) return undefined
  return {
    problem: 'its manifest is missing: it was not archived to its end, or is only a part of the archive',
  }
}

/**
 * Checks that an archive is complete and nothing else: every file of its manifest with the right content, and no other.
 * @returns its files, sorted by path
 * @throws RefusedError, CancelledError, or the system's errors
 */
export async function checkArchive(
  {files}: Manifest,
  {final}: ArchivePaths,
  signal: AbortSignal | undefined,
): Promise<LocalFile[]> {
  if (!(await isFolder(final))) throw new RefusedError('its folder is missing')
  const found = await filesBelow(final)
  const extra = extraFiles(found, files)
  const missing: string[] = []
  const changed: string[] = []
  const checked: LocalFile[] = []
  for (const file of files) {
    const {path} = file
    const source = join(final, path)
    const content = found.has(path) ? await fingerprint(source, {signal}) : undefined
    if (!content) missing.push(path)
    else if (isContentOf(file, content))
      checked.push({...content, path, source, inLfs: file.sha256 !== undefined})
    else changed.push(path)
  }

  const problems = [
    missing.length > 0 && `${quoted(missing)} ${missing.length > 1 ? 'are' : 'is'} missing`,
    changed.length > 0 && `${quoted(changed)} ${changed.length > 1 ? 'are' : 'is'} not what was archived`,
    extra.length > 0 &&
      `its manifest does not name ${quoted(extra)}: remove ${extra.length > 1 ? 'those files' : 'that file'}`,
  ].filter((problem) => problem !== false)
  if (problems.length > 0) throw new RefusedError(problems.join('; '))
  return checked
}

/**
 * Makes sure that there is something to restore, and each thing that was named, before the Hub is asked for anything.
 * @param words full names, names without the namespace, or timestamps of runs
 * @throws RefusedError
 */
export function requireArchived(entries: ArchiveEntry[], words: readonly string[], dir: string): void {
  if (entries.length === 0)
    throw new RefusedError(
      `${printable(dir)} holds no archive: looked for NAMESPACE/DATASET.json, next to a folder of the dataset's files.`,
      {suggestions: ['Name the folder that cleanup archived into. Links in it are not followed.']},
    )
  const unknown = words.filter((word) => !entries.some((entry) => isNamed(entry, word)))
  if (unknown.length === 0) return
  throw new RefusedError(
    `${printable(dir)} holds no archive of ${quoted(unknown.map((word) => printable(word)))}.`,
    {
      suggestions: [
        `It holds ${entries.length}. To see them: smoltrace ${formatWords(['restore', dir, '--dry-run'])}`,
      ],
    },
  )
}

/** The archives that these words name; without words, all. A word without a namespace prefers this one. */
export function chooseEntries(
  entries: ArchiveEntry[],
  words: readonly string[],
  namespace: string,
): ArchiveEntry[] {
  if (words.length === 0) return entries
  const chosen = new Set(
    words.flatMap((word) => {
      const named = entries.filter((entry) => isNamed(entry, word))
      const own = named.filter((entry) => entry.namespace === namespace)
      return own.length > 0 ? own : named
    }),
  )
  return entries.filter((entry) => chosen.has(entry))
}

/**
 * Groups archives into runs, in the order in which they come back: as they are named, else the leaderboard first and then
 * the newest run. Within a run results come first: a run that is interrupted there can be identified by them.
 */
export function groupIntoRuns(entries: ArchiveEntry[], words: readonly string[]): ArchiveEntry[][] {
  const runs = new Map<string, ArchiveEntry[]>()
  for (const entry of entries) pushTo(runs, `${entry.namespace} ${timestampOf(entry) ?? entry.name}`, entry)
  const rank = (run: ArchiveEntry[]) => {
    const first = words.findIndex((word) => run.some((entry) => isNamed(entry, word)))
    return first === -1 ? words.length : first
  }

  return [...runs.values()]
    .map((run) => run.toSorted((a, b) => placeInRun(a) - placeInRun(b)))
    .toSorted((a, b) => rank(a) - rank(b) || byText(ageOf(b), ageOf(a)))
}

/** In the opposite order of deletions. */
function placeInRun({name, namespace}: ArchiveEntry): number {
  return (RUN_TYPES as readonly string[]).indexOf(parseDatasetName(name, namespace)?.type ?? '')
}

/** Sorts by age; the leaderboard, which is deleted last, counts as the newest. */
function ageOf([first]: ArchiveEntry[]): string {
  const isLeaderboard = first && parseDatasetName(first.name, first.namespace)?.type === 'leaderboard'
  return isLeaderboard ? '~' : ((first && timestampOf(first)) ?? '')
}

function timestampOf({name, namespace}: ArchiveEntry): string | undefined {
  const parsed = parseDatasetName(name, namespace)
  return parsed && 'timestamp' in parsed ? parsed.timestamp : undefined
}

function isNamed(entry: ArchiveEntry, word: string): boolean {
  const {name, namespace} = entry
  return [name, name.slice(namespace.length + 1), timestampOf(entry)].includes(word)
}
