import {createHash} from 'node:crypto'

/** A file in a commit. The bytes of a seeded file are made when somebody reads them. */
export interface StoredFile {
  readonly lfs: boolean
  readonly bytes: () => Buffer
}

/** What git and the Hub know about a file. */
export interface FileFacts {
  size: number
  /** SHA-1 of the git blob: of the content, or of the pointer where the content is in LFS. */
  oid: string
  lfs?: LfsFacts
}

/** What identifies a file that is kept outside git. */
export interface LfsFacts {
  sha256: string
  pointer: Buffer
  xetHash: string
}

const known = new WeakMap<StoredFile, FileFacts>()

/** The SHA-1 that git gives a blob of these bytes. */
export function gitBlobId(bytes: Buffer): string {
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex')
}

/** The hash a CDN names an object by. Not the real chunked algorithm: only different from the SHA-256, as on the Hub. */
function xetHashOf(sha256: string): string {
  return createHash('sha256').update(`xet ${sha256}`).digest('hex')
}

/** A file of these bytes. */
export function storedFile(content: string | Uint8Array, lfs: boolean): StoredFile {
  const bytes = Buffer.from(content)
  return {lfs, bytes: () => bytes}
}

/** Size and ids of a file, computed once. */
export function factsOf(file: StoredFile): FileFacts {
  const facts = known.get(file) ?? computeFacts(file)
  known.set(file, facts)
  return facts
}

/** The bytes git holds: the content, or the pointer to it. */
export function gitBytes(file: StoredFile): Buffer {
  return factsOf(file).lfs?.pointer ?? file.bytes()
}

function computeFacts(file: StoredFile): FileFacts {
  const bytes = file.bytes()
  if (!file.lfs) return {size: bytes.length, oid: gitBlobId(bytes)}
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const pointer = Buffer.from(
    `version https://git-lfs.github.com/spec/v1\noid sha256:${sha256}\nsize ${bytes.length}\n`,
  )
  return {size: bytes.length, oid: gitBlobId(pointer), lfs: {sha256, pointer, xetHash: xetHashOf(sha256)}}
}
