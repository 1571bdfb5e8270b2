import {readdir} from 'node:fs/promises'
import {join} from 'node:path'

import {pushTo} from '../base/collections.js'
import {RefusedError} from '../base/errors.js'
import {type DatasetType, parseDatasetName, RUN_TYPES} from '../base/names.js'
import {formatWords} from '../base/shell.js'
import {byText, formatCount, printable} from '../base/text.js'
import {compareFolder, folderExists, type LocalFile, reasonOf, statNoFollow} from './disk.js'
import {type Manifest, readManifest} from './manifest.js'
import {archivePaths, isLeftByFileManager, quotePaths, stagedDataset} from './paths.js'

/** One dataset in a folder of archives. */
export interface ArchiveEntry {
  /** `namespace/name`, as its place says. */
  name: string
  namespace: string
  /** Undefined where the name is not that of a SMOLTRACE dataset. */
  type: DatasetType | undefined
  /** Of its run. */
  timestamp: string | undefined
  /** Folder of its files. */
  folder: string
  /** Undefined where it cannot be used. */
  manifest?: Manifest
  /** Why it cannot be used. */
  problem?: string | undefined
}

/**
 * Finds the archives in a folder, `DIR/<namespace>/<dataset>.json`, sorted by name. All that is there is untrusted: what claims
 * to be an archive and breaks a rule is named with its problem, and links are not followed.
 * @throws the system's errors where the folder cannot be read
 */
export async function findArchives(dir: string): Promise<ArchiveEntry[]> {
  const found: ArchiveEntry[] = []
  for (const {folder, namespace, own} of await placesIn(dir)) {
    const entry = await readEntry(folder, namespace, own)
    if (entry) found.push(entry)
  }

  return found.toSorted((a, b) => byText(a.name, b.name))
}

/**
 * Whether a folder of archives may hold others than these, as far as its names say; true where it cannot be read.
 * @param known full names
 */
export async function mayHoldOthers(dir: string, known: ReadonlySet<string>): Promise<boolean> {
  const places = await placesIn(dir).catch(() => {})
  return places?.every(({namespace, own}) => known.has(`${namespace}/${own}`)) !== true
}

/** Where archives may be: a folder for each namespace, and in it what belongs to one dataset. */
async function placesIn(dir: string): Promise<Array<{folder: string; namespace: string; own: string}>> {
  const places = []
  for (const namespace of await namesIn(dir)) {
    const folder = join(dir, namespace)
    if (!(await statNoFollow(folder))?.isDirectory()) continue
    // A folder of files without a manifest is an archive that is not complete.
    const owns = (await namesIn(folder)).map((each) => stagedDataset(each) ?? each.replace(/\.json$/, ''))
    places.push(...Array.from(new Set(owns), (own) => ({folder, namespace, own})))
  }

  return places
}

async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => !isLeftByFileManager(name))
}

/** Undefined for what is neither in an archive's place nor a manifest. */
async function readEntry(folder: string, namespace: string, own: string): Promise<ArchiveEntry | undefined> {
  const name = `${namespace}/${own}`
  const parsed = parseDatasetName(name, namespace)
  const timestamp = parsed && 'timestamp' in parsed ? parsed.timestamp : undefined
  const paths = archivePaths(folder, name)
  const entry = {name, namespace, type: parsed?.type, timestamp, folder: paths.final}
  try {
    const manifest = await readManifest(paths.manifest)
    if (!parsed) return manifest && {...entry, problem: 'it is not a SMOLTRACE dataset'}
    const problem = problemOf(manifest, name, namespace)
    return manifest && problem === undefined ? {...entry, manifest} : {...entry, problem}
  } catch (error) {
    return parsed && {...entry, problem: reasonOf(error)}
  }
}

function problemOf(manifest: Manifest | undefined, name: string, namespace: string): string | undefined {
  if (!manifest)
    return 'its manifest is missing: archiving was interrupted, or this is only part of the archive'
  if (manifest.namespace !== namespace)
    return `its manifest belongs to the namespace ${JSON.stringify(manifest.namespace)}, not ${namespace}`
  return manifest.name === name
    ? undefined
    : `its manifest belongs to ${JSON.stringify(manifest.name)}, so it is in the wrong place`
}

/**
 * Checks that a folder holds every file of a manifest with the right content, and no other.
 * @returns its files, sorted by path
 * @throws RefusedError, CancelledError, or the system's errors
 */
export async function checkArchive(
  folder: string,
  {files}: Manifest,
  signal: AbortSignal | undefined,
): Promise<LocalFile[]> {
  if (!(await folderExists(folder))) throw new RefusedError('its folder is missing')
  const {same, missing, changed, extra} = await compareFolder(folder, files, {signal})
  const problems = [
    missing.length > 0 && `${quotePaths(missing)} ${missing.length > 1 ? 'are' : 'is'} missing`,
    changed.length > 0 && `${quotePaths(changed)} ${changed.length > 1 ? 'are' : 'is'} not as archived`,
    extra.length > 0 &&
      `${quotePaths(extra)} ${extra.length > 1 ? 'are' : 'is'} not in its manifest: remove ${extra.length > 1 ? 'those files' : 'that file'}`,
  ].filter((problem) => problem !== false)
  if (problems.length > 0) throw new RefusedError(problems.join('; '))
  return same
}

/** Makes sure that there is an archive, and one for each word: a full name, one without the namespace, or a run's timestamp. */
export function requireArchived(entries: ArchiveEntry[], words: readonly string[], dir: string): void {
  if (entries.length === 0)
    throw new RefusedError(
      `No archive found in ${printable(dir)}: expected NAMESPACE/DATASET.json next to a folder with the dataset's files.`,
      {suggestions: ['Use the folder that cleanup archived into. Symbolic links in it are not followed.']},
    )
  const unknown = words.filter((word) => !entries.some((entry) => matchesWord(entry, word)))
  if (unknown.length === 0) return
  throw new RefusedError(
    `${printable(dir)} has no archive of ${quotePaths(unknown.map((word) => printable(word)))}.`,
    {
      suggestions: [
        `To list its ${formatCount(entries.length, 'archive')}: smoltrace ${formatWords(['restore', dir, '--dry-run'])}`,
      ],
    },
  )
}

/**
 * The archives that these words name, or all, in runs. They come back as they are named, else the leaderboard first (it is deleted
 * last) and then the newest run. Within a run results come first: a run that is interrupted there can be identified by them.
 * @param namespace preferred by a word without one
 */
export function chooseRuns(
  entries: ArchiveEntry[],
  words: readonly string[],
  namespace: string,
): ArchiveEntry[][] {
  const ranks = new Map<ArchiveEntry, number>(words.length === 0 ? entries.map((entry) => [entry, 0]) : [])
  for (const [rank, word] of words.entries()) {
    const named = entries.filter((entry) => matchesWord(entry, word))
    const own = named.filter((entry) => entry.namespace === namespace)
    for (const entry of own.length > 0 ? own : named) ranks.set(entry, ranks.get(entry) ?? rank)
  }

  const runs = new Map<string, ArchiveEntry[]>()
  for (const entry of ranks.keys()) pushTo(runs, `${entry.namespace} ${entry.timestamp ?? entry.name}`, entry)
  const types: ReadonlyArray<DatasetType | undefined> = RUN_TYPES
  const rankOf = (run: ArchiveEntry[]) => Math.min(...run.map((entry) => ranks.get(entry) ?? 0))
  const ageOf = ([first]: ArchiveEntry[]) => (first?.type === 'leaderboard' ? '~' : (first?.timestamp ?? ''))
  return [...runs.values()]
    .map((run) => run.toSorted((a, b) => types.indexOf(a.type) - types.indexOf(b.type)))
    .toSorted((a, b) => rankOf(a) - rankOf(b) || byText(ageOf(b), ageOf(a)))
}

function matchesWord({name, namespace, timestamp}: ArchiveEntry, word: string): boolean {
  return [name, name.slice(namespace.length + 1), timestamp].includes(word)
}
