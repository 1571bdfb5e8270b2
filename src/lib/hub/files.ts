import {HubFormatError} from './errors.js'
import {certainly, followingLinks, library, repo} from './library.js'

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

/** Reading the files of a dataset (the Hub's contract, section 7). Each method throws where the answer is not certain. */
export interface FileAccess {
  /** Every file at a commit, in all folders. */
  listFiles(name: string, commit: string): Promise<RepoFile[]>
  /** The bytes of a file from `start` to before `end`. */
  readRange(name: string, commit: string, path: string, start: number, end: number): Promise<ArrayBuffer>
  /** A file's bytes as they arrive, from `start` on, or from its beginning where the Hub does not heed that. */
  download(
    name: string,
    commit: string,
    path: string,
    start?: number,
  ): Promise<{from: number; body: ReadableStream<Uint8Array>}>
}

export interface FileAccessOptions {
  endpoint: string
  token: string
  /** For answers that are short. */
  request: typeof fetch
  /** For answers whose body may take long. */
  transfer: typeof fetch
  signal?: AbortSignal | undefined
}

/** Makes the part of the Hub that reads files. */
export function fileAccess({endpoint, token, request, transfer, signal}: FileAccessOptions): FileAccess {
  const resolve = (
    ask: typeof fetch,
    name: string,
    commit: string,
    path: string,
    headers: Record<string, string> = {},
  ) => {
    const place = path.split('/').map((part) => encodeURIComponent(part))
    const url = `${endpoint}/datasets/${name}/resolve/${encodeURIComponent(commit)}/${place.join('/')}`
    return ask(url, {headers: {authorization: `Bearer ${token}`, ...headers}})
  }

  return {
    listFiles: (name, commit) =>
      certainly(async () => {
        const {listFiles} = await library()
        const files: RepoFile[] = []
        const entries = listFiles({
          hubUrl: endpoint,
          accessToken: token,
          fetch: followingLinks(request, endpoint),
          repo: repo(name),
          revision: commit,
          recursive: true,
        })
        for await (const entry of entries) if (entry.type !== 'directory') files.push(readEntry(entry, name))
        return files
      }, signal),
    readRange: (name, commit, path, start, end) =>
      certainly(async () => {
        if (end <= start) return new ArrayBuffer(0)
        const response = await resolve(request, name, commit, path, {range: `bytes=${start}-${end - 1}`})
        const bytes = await response.arrayBuffer()
        const part = response.status === 206 ? bytes : bytes.slice(start, end)
        if (part.byteLength === end - start) return part
        throw new HubFormatError(
          `The Hub sent ${part.byteLength} of ${end - start} bytes of ${path} of ${name}.`,
        )
      }, signal),
    download: (name, commit, path, start = 0) =>
      certainly(async () => {
        const range: Record<string, string> = start > 0 ? {range: `bytes=${start}-`} : {}
        const {status, body} = await resolve(transfer, name, commit, path, range)
        return {from: status === 206 ? start : 0, body: body ?? new Blob([]).stream()}
      }, signal),
  }
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
