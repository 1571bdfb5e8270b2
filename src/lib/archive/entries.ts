import {readdir} from 'node:fs/promises'
import {join} from 'node:path'

import {pushTo} from '../base/collections.js'
import {RefusedError} from '../base/errors.js'
import {type DatasetType, parseDatasetName, RUN_TYPES} from '../base/names.js'
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
  /** Undefined where the name is not that of a SMOLTRACE dataset. */
  type: DatasetType | undefined
  /** Of its run. */
  timestamp: string | undefined
  paths: ArchivePaths
  /** Undefined where it cannot be used. */
  manifest?: Manifest
  /** Why it cannot be used. */
  problem?: string | undefined
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
    // A folder of files without a manifest is an archive that is not complete.
    const owns = (await namesIn(folder)).map((each) => stagedDataset(each) ?? each.replace(/\.json$/, ''))
    for (const own of new Set(owns)) {
      const entry = await readEntry(folder, namespace, own)
      if (entry) found.push(entry)
    }
  }

  return found.toSorted((a, b) => byText(a.name, b.name))
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
  const entry = {name, namespace, type: parsed?.type, timestamp, paths}
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
    return 'its manifest is missing: it was not archived to its end, or is only a part of the archive'
  if (manifest.namespace !== namespace)
    return `its manifest is of the namespace ${JSON.stringify(manifest.namespace)}, not of ${namespace}`
  return manifest.name === name
    ? undefined
    : `its manifest is of ${JSON.stringify(manifest.name)}, and so in the wrong place`
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
 * Groups archives into runs, in the order in which they come back: as they are named, else the leaderboard first (it is deleted
 * last) and then the newest run. Within a run results come first: a run that is interrupted there can be identified by them.
 */
export function groupIntoRuns(entries: ArchiveEntry[], words: readonly string[]): ArchiveEntry[][] {
  const runs = new Map<string, ArchiveEntry[]>()
  for (const entry of entries) pushTo(runs, `${entry.namespace} ${entry.timestamp ?? entry.name}`, entry)
  const rank = (run: ArchiveEntry[]) => {
    const first = words.findIndex((word) => run.some((entry) => isNamed(entry, word)))
    return first === -1 ? words.length : first
  }

  const ageOf = ([first]: ArchiveEntry[]) => (first?.type === 'leaderboard' ? '~' : (first?.timestamp ?? ''))
  const types: ReadonlyArray<DatasetType | undefined> = RUN_TYPES
  return [...runs.values()]
    .map((run) => run.toSorted((a, b) => types.indexOf(a.type) - types.indexOf(b.type)))
    .toSorted((a, b) => rank(a) - rank(b) || byText(ageOf(b), ageOf(a)))
}

function isNamed({name, namespace, timestamp}: ArchiveEntry, word: string): boolean {
  return [name, name.slice(namespace.length + 1), timestamp].includes(word)
}
