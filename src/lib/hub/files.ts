import {type RepoFile, requireContent} from './content.js'
import {askFacts, type DescribedDataset} from './dataset-info.js'
import {HubError, HubFormatError} from './errors.js'
import {asFetch, certainly, library, repo} from './library.js'
import {followingLinks, WITHOUT_LINK, withoutRepeats} from './listing.js'
import {readableAnswers} from './moment.js'
import {type Ask} from './transport.js'
import {type UploadAccess, uploadAccess} from './uploads.js'

/** A file at one commit, or at the head of a branch. */
export interface FileAt {
  /** `namespace/name` of the dataset. */
  name: string
  revision: string
  path: string
}

/**
 * Reading and writing the files of a dataset (the Hub's contract, sections 3 and 7). Each method throws where the answer is
 * not certain.
 */
export interface FileAccess extends UploadAccess {
  /**
   * The facts of a dataset at a commit or at the head of `main`; undefined where there is no such dataset, or none that the
   * token may see: the Hub does not tell these apart.
   */
  describe(name: string, commit?: string): Promise<DescribedDataset | undefined>
  /** Every file at a commit, in all folders. */
  listFiles(name: string, commit: string): Promise<RepoFile[]>
  /** A small text file; undefined where the dataset certainly has no such file. */
  readText(file: FileAt): Promise<string | undefined>
  /** A whole file, as small as what fits into memory, with exactly the content that the tree of its commit lists. */
  readWhole(name: string, commit: string, file: RepoFile): Promise<Buffer>
  /** A file's bytes as they arrive, from `start` on, or from its beginning where the Hub does not heed that. */
  download(file: FileAt, start?: number): Promise<{from: number; body: AsyncIterable<Uint8Array>}>
}

export interface FileAccessOptions {
  endpoint: string
  token: string
  /** For answers that are short. */
  request: Ask
  /** For answers whose body may take long. */
  transfer: Ask
  signal?: AbortSignal | undefined
}

/** Makes the part of the Hub that reads files. */
export function fileAccess({endpoint, token, request, transfer, signal}: FileAccessOptions): FileAccess {
  const resolve = (ask: Ask, {name, revision, path}: FileAt, headers: Record<string, string> = {}) => {
    const place = path.split('/').map((part) => encodeURIComponent(part))
    const url = `${endpoint}/datasets/${name}/resolve/${encodeURIComponent(revision)}/${place.join('/')}`
    return ask(url, {headers: {authorization: `Bearer ${token}`, ...headers}})
  }

  /** The paths that the dataset's info names; undefined where it names none. */
  const siblingsOf = async (name: string, commit: string): Promise<unknown> => {
    const url = `${endpoint}/api/datasets/${name}/revision/${encodeURIComponent(commit)}?expand=siblings`
    const answer = await request(url, {headers: {authorization: `Bearer ${token}`}})
    return ((await answer.json()) as {siblings?: unknown} | null)?.siblings
  }

  return {
    ...uploadAccess({endpoint, token, request, signal}),
    describe: (name, commit = 'main') =>
      certainly(
        () =>
          askFacts(
            {hubUrl: endpoint, accessToken: token, fetch: asFetch(readableAnswers(request))},
            name,
            commit,
          ),
        signal,
      ),
    listFiles: (name, commit) =>
      certainly(async () => {
        const {listFiles} = await library()
        const files: RepoFile[] = []
        let count = 0
        const entries = listFiles({
          hubUrl: endpoint,
          accessToken: token,
          fetch: asFetch(followingLinks(request, endpoint)),
          repo: repo(name),
          revision: commit,
          recursive: true,
        })
        for await (const entry of withoutRepeats(entries, ({path}) => path)) {
          count++
          if (entry.type !== 'directory') files.push(readEntry(entry, name))
        }

        if (count >= SMALLEST_PAGE) requireAll(files, await siblingsOf(name, commit), name)
        return files
      }, signal),
    readText: (file) =>
      certainly(async () => {
        try {
          const response = await resolve(request, file)
          return await response.text()
        } catch (error) {
          if (error instanceof HubError && error.status === 404 && error.answer.code === 'EntryNotFound')
            return
          throw error
        }
      }, signal),
    readWhole: (name, commit, file) =>
      certainly(async () => {
        const answer = await resolve(request, {name, revision: commit, path: file.path})
        const bytes = await answer.bytes()
        requireContent(bytes, file, name)
        return bytes
      }, signal),
    download: (file, start = 0) =>
      certainly(async () => {
        const range: Record<string, string> = start > 0 ? {range: `bytes=${start}-`} : {}
        // Bytes are counted from the file's beginning, which a compressed body has not.
        const answer = await resolve(transfer, file, {'accept-encoding': 'identity', ...range})
        const {status, headers, body} = answer
        const from =
          status === 206 ? Number(/^bytes (\d+)-/.exec(headers.get('content-range') ?? '')?.[1]) : 0
        if (from !== 0 && from !== start) {
          answer.discard()
          throw new HubFormatError(
            `The Hub sent another part of ${file.path} of ${file.name} than was asked for.`,
          )
        }

        return {from, body}
      }, signal),
  }
}

/** A tree that is shorter has no second page, whatever is asked for (the Hub's contract, section 7.2). */
const SMALLEST_PAGE = 50

/**
 * A proxy that takes `Link` out of the answers makes the first page of a tree look like all of it. The info names the same
 * files without pages, though maybe not all of very many.
 */
function requireAll(files: RepoFile[], siblings: unknown, name: string): void {
  if (!Array.isArray(siblings)) return
  const listed = new Set(files.map(({path}) => path))
  const missing = siblings.filter((each: {rfilename?: unknown} | null) => {
    const path = each?.rfilename
    return typeof path === 'string' && !listed.has(path)
  })
  if (missing.length === 0) return
  throw new HubFormatError(`The listing of the files of ${name} lacks ${missing.length} of them.`, {
    suggestions: [WITHOUT_LINK],
  })
}

/** A submodule or whatever else is no file could not be archived, nor read. */
function readEntry(
  entry: {type: string; path: string; size: number; oid?: string; lfs?: {oid: string}},
  name: string,
): RepoFile {
  const {type, path, size, oid, lfs} = entry
  const isWhole = typeof path === 'string' && Number.isSafeInteger(size) && size >= 0
  const isHashed = /^[\da-f]{40}$/.test(oid ?? '') && (!lfs || /^[\da-f]{64}$/.test(lfs.oid))
  if (type !== 'file' || !isWhole || !isHashed)
    throw new HubFormatError(`The listing of the files of ${name} has an entry that is no certain file.`)
  return {path, size, oid: oid ?? '', ...(lfs && {sha256: lfs.oid})}
}
