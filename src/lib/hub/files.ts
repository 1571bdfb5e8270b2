import {createHash} from 'node:crypto'

import {RefusedError} from '../base/errors.js'
import {createBlobHash} from '../base/files.js'
import {parseDatasetName} from '../base/names.js'
import {formatCount, isText, safe} from '../base/text.js'
import {fieldsOf, type Visibility} from './dataset-info.js'
import {HubError, HubFormatError} from './errors.js'
import {guardPages, WITHOUT_LINK} from './listing.js'
import {jobSignal} from './retry.js'
import {type Send, type Transport} from './transport.js'

/** One file of a dataset at one commit. Path, size and hashes are the Hub's words: untrusted until checked. */
export interface RepoFile {
  path: string
  /** Bytes of the content, also where git holds only a pointer to it. */
  size: number
  /** Git's SHA-1 of the blob; of the pointer for a file in LFS. */
  oid: string
  /** SHA-256 of the content; only of a file in LFS. */
  sha256?: string
}

/** What identifies a content: its size in bytes, git's SHA-1 of it as a blob, and its SHA-256. */
export interface Fingerprint {
  size: number
  oid: string
  sha256: string
}

/** Whether a content is the one that the Hub, or a manifest, names: by SHA-256 for a file in LFS, else by git's SHA-1. */
export function isContentOf(file: RepoFile, {size, oid, sha256}: Fingerprint): boolean {
  return size === file.size && (file.sha256 === undefined ? oid === file.oid : sha256 === file.sha256)
}

/** Lists every file at a commit, in all folders (the Hub's contract, section 7). */
export async function listFiles(transport: Transport, name: string, commit: string): Promise<RepoFile[]> {
  const library = await import('./library.js')
  const files: RepoFile[] = []
  let count = 0
  const entries = library.listFiles({
    ...library.libraryOptions(transport, guardPages(transport, 'path')),
    repo: library.repo(name),
    revision: commit,
    recursive: true,
  })
  for await (const entry of entries) {
    count++
    if (entry.type !== 'directory') files.push(readTreeEntry(entry, name))
  }

  if (count >= SMALLEST_PAGE) await requireAll(transport, name, commit, files)
  return files
}

/**
 * Lists the newest commits up to a revision, at most 100, newest first, in one request (the Hub's contract, section 7).
 * @returns them, their titles not safe to print, and whether these are all
 */
export async function listCommits(
  {endpoint, send}: Transport,
  name: string,
  revision: string,
  limit: number,
): Promise<{commits: Array<{sha: string; title: string}>; areAll: boolean}> {
  const url = `${endpoint}/api/datasets/${name}/commits/${encodeURIComponent(revision)}?limit=${limit}`
  const page = await (await send(url)).json()
  if (!Array.isArray(page))
    throw new HubFormatError(`The Hub's list of the commits of ${name} is not a list.`)
  const commits = page.map((entry) => {
    const {id: sha, title} = fieldsOf(entry)
    if (!isText(sha) || typeof title !== 'string')
      throw new HubFormatError(`The Hub's list of the commits of ${name} has an entry that is not a commit.`)
    return {sha, title}
  })
  return {commits, areAll: commits.length < limit}
}

/** Reads a small text file; undefined where the dataset certainly has no such file. */
export async function readText(
  {endpoint, send}: Transport,
  name: string,
  revision: string,
  path: string,
): Promise<string | undefined> {
  try {
    return await (await send(addressOf(endpoint, name, revision, path))).text()
  } catch (error) {
    if (error instanceof HubError && error.status === 404 && error.answer.code === 'EntryNotFound') return
    throw error
  }
}

/** Reads a whole file, as small as what fits into memory, with exactly the content that the tree of its commit lists. */
export async function readWhole(
  {endpoint, send}: Transport,
  name: string,
  commit: string,
  file: RepoFile,
): Promise<Buffer> {
  const bytes = await (await send(addressOf(endpoint, name, commit, file.path))).bytes()
  requireContent(bytes, file, name)
  return bytes
}

/** Reads a file's bytes as they arrive, from `start` on, or from its beginning where the Hub ignores that. */
export async function download(
  {endpoint, stream}: Transport,
  name: string,
  commit: string,
  {path, start = 0}: {path: string; start?: number},
): Promise<{from: number; body: AsyncIterable<Uint8Array>}> {
  const range: Record<string, string> = start > 0 ? {range: `bytes=${start}-`} : {}
  // A range counts the bytes of the compressed body, where there is one.
  const headers = {'accept-encoding': 'identity', ...range}
  const response = await stream(addressOf(endpoint, name, commit, path), {headers})
  const part = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1]
  const from = response.status === 206 ? Number(part) : 0
  if (from === 0 || from === start) return {from, body: response.body}
  response.discard()
  throw new HubFormatError(`The Hub sent a different part of ${path} of ${name} than requested.`)
}

function addressOf(endpoint: string, name: string, revision: string, path: string): string {
  const place = path.split('/').map((part) => encodeURIComponent(part))
  return `${endpoint}/datasets/${name}/resolve/${encodeURIComponent(revision)}/${place.join('/')}`
}

/** A tree that is shorter never has a second page. */
const SMALLEST_PAGE = 50

/**
 * A proxy that takes `Link` out of the responses makes the first page of a tree look like all of it. The info names the same
 * files without pages, though maybe not all of very many.
 */
async function requireAll(
  {endpoint, send}: Transport,
  name: string,
  commit: string,
  files: RepoFile[],
): Promise<void> {
  const url = `${endpoint}/api/datasets/${name}/revision/${encodeURIComponent(commit)}?expand=siblings`
  const {siblings} = fieldsOf(await (await send(url)).json())
  if (!Array.isArray(siblings)) return
  const listed = new Set<unknown>(files.map(({path}) => path))
  const paths = siblings.map((each) => fieldsOf(each).rfilename)
  const missing = paths.filter((path) => typeof path === 'string' && !listed.has(path))
  if (missing.length === 0) return
  throw new HubFormatError(`The Hub's file list of ${name} lacks ${formatCount(missing.length, 'file')}.`, {
    suggestions: [WITHOUT_LINK],
  })
}

/** A submodule or whatever else is not a file could not be archived, nor read. */
function readTreeEntry(
  entry: {type: string; path: string; size: number; oid?: string; lfs?: {oid: string}},
  name: string,
): RepoFile {
  const {type, path, size, oid, lfs} = entry
  const isComplete = typeof path === 'string' && Number.isSafeInteger(size) && size >= 0
  const isHashed = /^[\da-f]{40}$/.test(oid ?? '') && (!lfs || /^[\da-f]{64}$/.test(lfs.oid))
  if (type !== 'file' || !isComplete || !isHashed)
    throw new HubFormatError(`The Hub's file list of ${name} has an entry that may not be a file.`)
  return {path, size, oid: oid ?? '', ...(lfs && {sha256: lfs.oid})}
}

/** @throws HubFormatError where bytes are not what the tree of their commit lists */
function requireContent(bytes: Buffer, file: RepoFile, name: string): void {
  const size = bytes.length
  const oid = createBlobHash(size).update(bytes).digest('hex')
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  if (isContentOf(file, {size, oid, sha256})) return
  const what = size === file.size ? 'its hash differs' : `${size} bytes instead of ${file.size}`
  throw new HubFormatError(`${safe(file.path)} of ${name} does not match what the Hub lists: ${what}.`, {
    suggestions: [
      'It was not used. Try again in a few minutes.',
      'If this persists, a proxy, a cache or the file store is at fault: try another network, or report it to the Hub.',
    ],
  })
}

/** Files to add to a dataset, and paths to take out of it, in one commit. */
export interface Upload {
  /** Large ones are streamed. */
  files: Array<{path: string; content: Blob}>
  deletes: string[]
  /** Title of the commit. */
  title: string
  /** The commit that must still be the head; else the Hub answers 412. */
  parentCommit: string
  /** Called once everything else is sent, right before each commit; where it throws, nothing is committed. */
  beforeCommit?: (() => Promise<void>) | undefined
}

/** Creates an empty dataset (the Hub's contract, section 5). @throws HubError 409 where the name is taken, or another is being created */
export async function createDataset(
  transport: Transport,
  name: string,
  namespace: string,
  visibility: Visibility,
): Promise<void> {
  requireOwnName(name, namespace)
  const {createRepo, libraryOptions, repo} = await import('./library.js')
  await createRepo({...libraryOptions(transport, transport.send), repo: repo(name), visibility})
}

/** Commits files, large ones by way of LFS (the Hub's contract, section 6). @returns the new head */
export async function upload(
  transport: Transport,
  name: string,
  namespace: string,
  {files, deletes, title, parentCommit, beforeCommit}: Upload,
): Promise<string> {
  requireOwnName(name, namespace)
  const {commit, libraryOptions, repo} = await import('./library.js')
  const {endpoint, send, signal} = transport
  const sendCommit: Send = async (url, request) => {
    if (url.startsWith(`${endpoint}/api/datasets/${name}/commit/`)) await beforeCommit?.()
    return send(url, request)
  }

  const result = await commit({
    ...libraryOptions(transport, sendCommit),
    repo: repo(name),
    title,
    parentCommit,
    // Xet keeps large parts of a file in memory, and sends them to a third origin.
    useXet: false,
    operations: [
      ...files.map((file) => ({operation: 'addOrUpdate' as const, ...file})),
      ...deletes.map((path) => ({operation: 'delete' as const, path})),
    ],
    ...(signal && {abortSignal: jobSignal(signal)}),
  }).catch((error: unknown) => {
    throw asHubError(error)
  })
  const head = result?.commit.oid
  if (head && /^[\da-f]{40}$/.test(head)) return head
  throw new HubFormatError(`The Hub did not confirm the commit to ${name}.`)
}

/** The name is checked again right before anything is written to it. */
function requireOwnName(name: string, namespace: string): void {
  if (!parseDatasetName(name, namespace))
    throw new RefusedError(`${name} is not a SMOLTRACE dataset of ${namespace}, so it was not changed.`)
}

/** The library refuses a single object of LFS with an error of its own. */
function asHubError(error: unknown): unknown {
  const {statusCode, message} = error as {statusCode?: unknown; message?: string}
  if (error instanceof HubError || typeof statusCode !== 'number') return error
  return new HubError({
    method: 'POST',
    path: '/info/lfs/objects/batch',
    status: statusCode,
    text: message ?? '',
  })
}
