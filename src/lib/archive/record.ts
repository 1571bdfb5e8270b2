import {join} from 'node:path'

import {RefusedError} from '../base/errors.js'
import {byText} from '../base/text.js'
import {VERSION} from '../base/version.js'
import {type RepoFile} from '../hub/content.js'
import {type DatasetFacts} from '../hub/dataset-info.js'
import {fingerprint, isContentOf, readSmall, whatIs, writeWhole} from './disk.js'
import {formatManifest, type FormerIdentity, type Manifest, parseManifest} from './manifest.js'
import {type Place} from './place.js'

/** In bytes; a manifest of a hundred thousand files is shorter. */
export const LONGEST_MANIFEST = 64 * 1024 * 1024

/** What is to be recorded of a dataset, as it is now. */
export function describeArchive({
  facts,
  files,
  endpoint,
  namespace,
  now,
}: {
  facts: DatasetFacts
  files: RepoFile[]
  endpoint: string
  namespace: string
  now: Date
}): Manifest {
  const {name, id, sha, visibility, gated, tags, createdAt, lastModified} = facts
  return {
    endpoint,
    namespace,
    name,
    id,
    sha,
    visibility,
    gated,
    tags,
    createdAt,
    lastModified,
    archivedAt: now,
    program: `smoltrace/${VERSION}`,
    files: files.toSorted((a, b) => byText(a.path, b.path)),
    formerly: [],
  }
}

/** The manifest that is there already; undefined where none is. */
export async function readManifestAt(path: string): Promise<Manifest | undefined> {
  const text = await readSmall(path, LONGEST_MANIFEST)
  return text === undefined ? undefined : parseManifest(text)
}

/**
 * Makes sure that an archive which is there already is of the same content, if under another id or commit.
 * @throws RefusedError where it is not: it may be all that is left of another version
 */
export async function checkFormer(former: Manifest, fresh: Manifest, place: Place): Promise<void> {
  const known = new Map(former.files.map((file) => [file.path, file]))
  const isSame =
    former.name === fresh.name &&
    former.files.length === fresh.files.length &&
    (await everyAsync(fresh.files, (file) =>
      isSameFile(known.get(file.path), file, join(place.home, file.path)),
    ))
  if (!isSame)
    throw new RefusedError(`${place.home} already holds another version of it: choose another folder`)
}

/** Whether a file is in LFS may have changed while its content did not: then the bytes on the disk decide. */
async function isSameFile(one: RepoFile | undefined, other: RepoFile, path: string): Promise<boolean> {
  if (!one || one.size !== other.size) return false
  if ((one.sha256 === undefined) === (other.sha256 === undefined))
    return one.sha256 === undefined ? one.oid === other.oid : one.sha256 === other.sha256
  if (!(await whatIs(path))?.isFile()) return false
  const content = await fingerprint(path)
  return isContentOf(one, content) && isContentOf(other, content)
}

async function everyAsync<T>(items: T[], holds: (item: T) => Promise<boolean>): Promise<boolean> {
  for (const item of items) if (!(await holds(item))) return false
  return true
}

/** Writes the manifest, unless the one that is there says the same; the identities it had are kept. */
export async function writeManifest(
  {manifest: path}: Place,
  fresh: Manifest,
  former: Manifest | undefined,
): Promise<void> {
  const next = {...fresh, formerly: former ? identitiesOf(former, fresh) : []}
  if (
    former &&
    formatManifest({...next, archivedAt: former.archivedAt, program: former.program}) ===
      formatManifest(former)
  )
    return
  await writeWhole(path, formatManifest(next))
}

function identitiesOf(
  {id, sha, createdAt, archivedAt, formerly}: Manifest,
  fresh: Manifest,
): FormerIdentity[] {
  return [...formerly, {id, sha, createdAt, archivedAt}].filter(
    (each) => each.id !== fresh.id || each.sha !== fresh.sha,
  )
}
