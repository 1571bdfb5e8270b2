import {readdir} from 'node:fs/promises'
import {join} from 'node:path'

import {RefusedError, SmoltraceError} from '../base/errors.js'
import {parseDatasetName} from '../base/names.js'
import {printable} from '../base/text.js'
import {diskReason, filesBelow, type Fingerprint, fingerprint, isContentOf, isFolder, whatIs} from './disk.js'
import {type Manifest, readManifest} from './manifest.js'
import {isLeftByFileManager, quoted} from './paths.js'
import {type Place, placeOf, stagedIn} from './place.js'

/** What stands in a folder of archives as one dataset. */
export interface Shelved {
  /** `namespace/name`, as its place says. */
  name: string
  namespace: string
  place: Place
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
export async function findArchives(dir: string): Promise<Shelved[]> {
  const found: Shelved[] = []
  for (const namespace of await entriesOf(dir)) {
    const folder = join(dir, namespace)
    if (!(await whatIs(folder))?.isDirectory()) continue
    const entries = await entriesOf(folder)
    for (const entry of entries.filter((each) => each.endsWith('.json'))) {
      const name = `${namespace}/${entry.slice(0, -'.json'.length)}`
      const manifest = await readShelved(name, namespace, join(folder, entry))
      if (manifest) found.push({name, namespace, place: placeOf(folder, name), manifest})
    }

    for (const own of new Set(entries.flatMap((entry) => datasetIn(entry)))) {
      const name = `${namespace}/${own}`
      const isMissing = parseDatasetName(name, namespace) && !entries.includes(`${own}.json`)
      if (isMissing)
        found.push({name, namespace, place: placeOf(folder, name), manifest: {problem: NO_MANIFEST}})
    }
  }

  return found.toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

async function entriesOf(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((entry) => !isLeftByFileManager(entry)).toSorted()
}

const NO_MANIFEST =
  'its manifest is missing: it was not archived to its end, or is only a part of the archive'

/** The dataset whose files a folder of this name holds, whole or not. */
function datasetIn(entry: string): string[] {
  return [stagedIn(entry) ?? entry]
}

/** Undefined for a file that is neither in an archive's place nor looks like one. */
async function readShelved(
  name: string,
  namespace: string,
  path: string,
): Promise<Shelved['manifest'] | undefined> {
  const isDataset = parseDatasetName(name, namespace) !== undefined
  try {
    const manifest = await readManifest(path)
    if (!manifest) return isDataset ? {problem: NO_MANIFEST} : undefined
    if (!isDataset) return {problem: 'it is no SMOLTRACE dataset'}
    if (manifest.namespace !== namespace)
      return {
        problem: `its manifest is of the namespace ${JSON.stringify(manifest.namespace)}, not of ${namespace}`,
      }
    if (manifest.name !== name)
      return {problem: `its manifest is of ${JSON.stringify(manifest.name)}, and so in the wrong place`}
    return manifest
  } catch (error) {
    return isDataset ? {problem: problemOf(error)} : undefined
  }
}

/**
 * Checks that an archive is whole and nothing else: every file of its manifest with the right content, and no other.
 * @returns its files, sorted by path
 * @throws RefusedError, CancelledError, or the system's errors
 */
export async function checkArchive(
  {files}: Manifest,
  {home}: Place,
  signal: AbortSignal | undefined,
): Promise<LocalFile[]> {
  if (!(await isFolder(home))) throw new RefusedError('its folder is missing')
  const found = await filesBelow(home)
  const known = new Set(files.map(({path}) => path))
  const extra = [...found.keys()].filter((path) => !known.has(path) && !isLeftByFileManager(path))
  const missing = files.filter(({path}) => !found.has(path)).map(({path}) => path)
  const changed: string[] = []
  const checked: LocalFile[] = []
  for (const file of files.filter(({path}) => found.has(path))) {
    const {path} = file
    const source = join(home, path)
    const content = await fingerprint(source, {signal})
    if (isContentOf(file, content)) checked.push({...content, path, source, inLfs: file.sha256 !== undefined})
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

/** An error in words, as a reason. */
export function problemOf(error: unknown): string {
  const message = error instanceof SmoltraceError ? error.message : (diskReason(error) ?? String(error))
  return printable(message)
}
