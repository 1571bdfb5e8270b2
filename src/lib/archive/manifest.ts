import {dirname} from 'node:path'
import {isDeepStrictEqual} from 'node:util'
import * as z from 'zod/mini'

import {RefusedError} from '../base/errors.js'
import {MAX_JSON, syncFolder, writeAtomically} from '../base/files.js'
import {date, nonEmptyText, parseJson, sha1, sha256, wholeNumber} from '../base/schema.js'
import {byText} from '../base/text.js'
import {VERSION} from '../base/version.js'
import {type DatasetFacts} from '../hub/dataset-info.js'
import {type Fingerprint, isContentOf, type RepoFile} from '../hub/files.js'
import {readSmall} from './disk.js'
import {pathsProblem} from './paths.js'

const FORMAT = 'smoltrace-archive'
const FORMAT_VERSION = 1

/** What is known of an archived dataset apart from its files' contents. It is written last: with it, an archive is complete. */
const MANIFEST = z.strictObject({
  format: z.literal(FORMAT, 'not an archive manifest'),
  version: z.literal(FORMAT_VERSION, `unknown version: this program supports version ${FORMAT_VERSION}`),
  /** Origin of the Hub it came from. */
  endpoint: nonEmptyText,
  namespace: nonEmptyText,
  name: nonEmptyText,
  id: nonEmptyText,
  sha: sha1,
  visibility: z.enum(['private', 'public']),
  gated: z.literal([false, 'auto', 'manual']),
  tags: z.array(z.string()),
  createdAt: date,
  lastModified: date,
  archivedAt: date,
  /** Which program wrote it, with its version. */
  program: nonEmptyText,
  /** Sorted by path. */
  files: z.array(
    z.strictObject({path: nonEmptyText, size: wholeNumber, oid: sha1, sha256: z.exactOptional(sha256)}),
  ),
  /** Ids and commits under which the same content was archived before. */
  previousIdentities: z.array(
    z.strictObject({id: nonEmptyText, sha: sha1, createdAt: date, archivedAt: date}),
  ),
})
/** Its type is that of what is read: the declarations of the package can name no schema, for zod is not installed with it. */
const manifestIn = (json: string) => parseJson(json, MANIFEST, refuse)
export type Manifest = ReturnType<typeof manifestIn>

/** The manifest of a dataset as it is now. */
export function describeArchive(
  {paths: _, ...facts}: DatasetFacts,
  files: RepoFile[],
  {endpoint, namespace, now}: {endpoint: string; namespace: string; now: Date},
): Manifest {
  return {
    format: FORMAT,
    version: FORMAT_VERSION,
    endpoint,
    namespace,
    ...facts,
    archivedAt: now,
    program: `smoltrace/${VERSION}`,
    files: files.toSorted((a, b) => byText(a.path, b.path)),
    previousIdentities: [],
  }
}

/**
 * Parses a manifest, strictly: anyone who can write to the folder can write one.
 * @throws RefusedError that says what is wrong with it
 */
export function parseManifest(json: string): Manifest {
  const manifest = manifestIn(json)
  const problem = pathsProblem(manifest.files.map(({path}) => path))
  if (problem) throw refuse(`its file ${problem}`)
  return manifest
}

function refuse(why: string): RefusedError {
  return new RefusedError(`its manifest is not valid: ${why}`)
}

/** The manifest in a file; undefined where the file does not exist. */
export async function readManifest(path: string): Promise<Manifest | undefined> {
  const json = await readSmall(path, MAX_JSON.bytes)
  return json === undefined ? undefined : parseManifest(json)
}

/** Writes a manifest, unless the one that is there says the same; the identities it had are kept. */
export async function writeManifest(path: string, fresh: Manifest, former?: Manifest): Promise<void> {
  if (former) {
    const {id, sha, createdAt, archivedAt, program, previousIdentities} = former
    const identities = [...previousIdentities, {id, sha, createdAt, archivedAt}]
    const isPrevious = (each: {id: string; sha: string}) => each.id !== fresh.id || each.sha !== fresh.sha
    fresh = {...fresh, previousIdentities: identities.filter((each) => isPrevious(each))}
    if (isDeepStrictEqual({...fresh, archivedAt, program}, former)) return
  }

  await writeAtomically(path, `${JSON.stringify(z.encode(MANIFEST, fresh), undefined, 2)}\n`)
  await syncFolder(dirname(path))
}

/**
 * Makes sure that an archive which is there already is of the same content, if under another id or commit.
 * @param intact the files in its folder `final` that are as the fresh manifest says, by path
 * @throws RefusedError where it is not: it may be all that is left of another version
 */
export function requireSameContent(
  former: Manifest,
  fresh: Manifest,
  final: string,
  intact: ReadonlyMap<string, Fingerprint>,
): void {
  const known = new Map(former.files.map((file) => [file.path, file]))
  const isSame = (file: RepoFile) => isSameFile(known.get(file.path), file, intact.get(file.path))
  if (
    former.name === fresh.name &&
    known.size === fresh.files.length &&
    fresh.files.every((file) => isSame(file))
  )
    return
  throw new RefusedError(`${final} already has another version of it: use another folder`)
}

/** Whether a file is in LFS may have changed while its content did not: then the bytes on the disk decide. */
function isSameFile(former: RepoFile | undefined, fresh: RepoFile, onDisk: Fingerprint | undefined): boolean {
  if (!former || former.size !== fresh.size) return false
  if ((former.sha256 === undefined) !== (fresh.sha256 === undefined))
    return onDisk !== undefined && isContentOf(former, onDisk)
  return former.sha256 === undefined ? former.oid === fresh.oid : former.sha256 === fresh.sha256
}
