import {RefusedError} from '../base/errors.js'
import {type RepoFile} from '../hub/content.js'
import {type DatasetFacts} from '../hub/dataset-info.js'
import {pathsProblem} from './paths.js'

const FORMAT = 'smoltrace-archive'
const VERSION = 1

/** Which dataset, in which state, an archive once was of: its content came back under another id or commit since. */
export interface FormerIdentity {
  id: string
  sha: string
  createdAt: Date
  archivedAt: Date
}

/** What is known of an archived dataset beside its files' contents. It is written last: with it, an archive is complete. */
export interface Manifest extends DatasetFacts {
  /** Origin of the Hub it came from. */
  endpoint: string
  namespace: string
  archivedAt: Date
  /** Which program wrote it, with its version. */
  program: string
  /** Sorted by path. */
  files: RepoFile[]
  formerly: FormerIdentity[]
}

/** Writes a manifest's text. */
export function formatManifest({formerly, ...manifest}: Manifest): string {
  const document = {
    format: FORMAT,
    version: VERSION,
    ...manifest,
    ...(formerly.length > 0 && {formerly}),
  }
  return `${JSON.stringify(document, undefined, 2)}\n`
}

/** Whether a text is meant to be a manifest, of whatever version. */
export function isManifest(text: string): boolean {
  return parseObject(text)?.format === FORMAT
}

/**
 * Reads a manifest: strictly, since whoever can write to the folder can write one.
 * @throws RefusedError that says what is wrong with it
 */
export function parseManifest(text: string): Manifest {
  const file = parseObject(text)
  if (file?.format !== FORMAT) throw bad('it is no manifest of an archive')
  if (file.version !== VERSION)
    throw bad(`its version is ${JSON.stringify(file.version)}, this program knows ${VERSION}`)
  return readManifest(file)
}

function readManifest(file: Record<string, unknown>): Manifest {
  const {gated, visibility} = file
  if (visibility !== 'private' && visibility !== 'public') throw bad('its `visibility` is unknown')
  if (gated !== false && gated !== 'auto' && gated !== 'manual') throw bad('its `gated` is unknown')
  return {
    endpoint: textOf(file, 'endpoint'),
    namespace: textOf(file, 'namespace'),
    name: textOf(file, 'name'),
    id: textOf(file, 'id'),
    sha: hashOf(file, 'sha', COMMIT),
    visibility,
    gated,
    tags: listOf(file, 'tags').filter((tag) => typeof tag === 'string'),
    createdAt: dateOf(file, 'createdAt'),
    lastModified: dateOf(file, 'lastModified'),
    archivedAt: dateOf(file, 'archivedAt'),
    program: textOf(file, 'program'),
    files: readFiles(listOf(file, 'files')),
    formerly: file.formerly === undefined ? [] : listOf(file, 'formerly').map((each) => readFormer(each)),
  }
}

const COMMIT = /^[\da-f]{40}$/
const SHA256 = /^[\da-f]{64}$/

function readFiles(entries: unknown[]): RepoFile[] {
  const files = entries.map((each): RepoFile => {
    const entry = objectOf(each, 'files')
    const {size, sha256} = entry
    if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) throw bad('a file has no size')
    return {
      path: textOf(entry, 'path'),
      size,
      oid: hashOf(entry, 'oid', COMMIT),
      ...(sha256 !== undefined && {sha256: hashOf(entry, 'sha256', SHA256)}),
    }
  })
  const problem = pathsProblem(files.map(({path}) => path))
  if (problem) throw bad(`its file ${problem}`)
  return files
}

function readFormer(each: unknown): FormerIdentity {
  const entry = objectOf(each, 'formerly')
  return {
    id: textOf(entry, 'id'),
    sha: hashOf(entry, 'sha', COMMIT),
    createdAt: dateOf(entry, 'createdAt'),
    archivedAt: dateOf(entry, 'archivedAt'),
  }
}

function textOf(entry: Record<string, unknown>, field: string): string {
  const value = entry[field]
  if (typeof value === 'string' && value !== '') return value
  throw bad(`it lacks \`${field}\``)
}

function hashOf(entry: Record<string, unknown>, field: string, form: RegExp): string {
  const value = textOf(entry, field)
  if (form.test(value)) return value
  throw bad(`its \`${field}\` is no hash`)
}

function dateOf(entry: Record<string, unknown>, field: string): Date {
  const date = new Date(textOf(entry, field))
  if (!Number.isNaN(date.getTime())) return date
  throw bad(`its \`${field}\` is no date`)
}

function listOf(entry: Record<string, unknown>, field: string): unknown[] {
  const value = entry[field]
  if (Array.isArray(value)) return value
  throw bad(`it lacks \`${field}\``)
}

function objectOf(value: unknown, field: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>
  throw bad(`an entry of its \`${field}\` is no object`)
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    return objectOf(JSON.parse(text), '')
  } catch {
    return undefined
  }
}

function bad(why: string): RefusedError {
  return new RefusedError(`its manifest cannot be used: ${why}`)
}
