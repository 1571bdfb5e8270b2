import {createHash} from 'node:crypto'

/** A file in a commit. The bytes of a seeded file are made when it is read. */
export interface StoredFile {
  readonly lfs: boolean
  readonly bytes: () => Buffer
}

/** What git and the Hub know about a file. */
interface FileFacts {
  size: number
  /** SHA-1 of the git blob: of the content, or of the pointer where the content is in LFS. */
  oid: string
  lfs?: LfsFacts
}

/** What identifies a file that is kept outside git. */
interface LfsFacts {
  sha256: string
  pointerSize: number
  xetHash: string
}

const LFS_EXTENSIONS = ['arrow', 'bin', 'gz', 'npy', 'parquet', 'pt', 'safetensors', 'zip', 'zst']
const LARGEST_IN_GIT = 10 * 1024 * 1024

/** The `.gitattributes` that every dataset begins with. */
export const GIT_ATTRIBUTES = storedFile(
  LFS_EXTENSIONS.map((extension) => `*.${extension} filter=lfs diff=lfs merge=lfs -text\n`).join(''),
  false,
)

/** Whether a file belongs in LFS: by its extension, its size, or because it looks binary. */
export function belongsInLfs(file: {path: string; size: number; sample: Uint8Array}): boolean {
  return (
    LFS_EXTENSIONS.some((extension) => file.path.endsWith(`.${extension}`)) ||
    file.size > LARGEST_IN_GIT ||
    file.sample.includes(0)
  )
}

/** A file of these bytes. */
export function storedFile(content: string | Uint8Array, lfs: boolean): StoredFile {
  const bytes = Buffer.from(content)
  return {lfs, bytes: () => bytes}
}

const known = new WeakMap<StoredFile, FileFacts>()

/** Size and ids of a file, computed once. */
export function factsOf(file: StoredFile): FileFacts {
  const facts = known.get(file) ?? computeFacts(file)
  known.set(file, facts)
  return facts
}

function computeFacts(file: StoredFile): FileFacts {
  const bytes = file.bytes()
  if (!file.lfs) return {size: bytes.length, oid: gitBlobId(bytes)}
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  // Not the real chunked algorithm: only different from the SHA-256, as on the Hub.
  const xetHash = createHash('sha256').update(`xet ${sha256}`).digest('hex')
  const pointer = Buffer.from(
    `version https://git-lfs.github.com/spec/v1\noid sha256:${sha256}\nsize ${bytes.length}\n`,
  )
  return {size: bytes.length, oid: gitBlobId(pointer), lfs: {sha256, pointerSize: pointer.length, xetHash}}
}

/** The SHA-1 that git gives a blob of these bytes. */
export function gitBlobId(bytes: Buffer): string {
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex')
}

/** The SHA-1 of the parts, in hexadecimal: ids of commits and the like. */
export function sha1(...parts: string[]): string {
  return createHash('sha1').update(parts.join('\n')).digest('hex')
}
