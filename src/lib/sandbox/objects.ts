import {createHash} from 'node:crypto'

import {createBlobHash} from '../base/files.js'

/** A file in a commit. The bytes of a seeded file are made when it is read. */
export interface StoredFile {
  readonly lfs: boolean
  readonly bytes: () => Buffer
}

const LFS_EXTENSIONS = ['arrow', 'bin', 'gz', 'npy', 'parquet', 'pt', 'safetensors', 'zip', 'zst']
const MAX_IN_GIT = 10 * 1024 * 1024

/** The `.gitattributes` that every dataset begins with. */
export const GIT_ATTRIBUTES = storedFile(
  LFS_EXTENSIONS.map((extension) => `*.${extension} filter=lfs diff=lfs merge=lfs -text\n`).join(''),
  false,
)

/** Whether a file belongs in LFS: by its extension, its size, or because it looks binary. */
export function belongsInLfs(file: {path: string; size: number; sample: Uint8Array}): boolean {
  return (
    LFS_EXTENSIONS.some((extension) => file.path.endsWith(`.${extension}`)) ||
    file.size > MAX_IN_GIT ||
    file.sample.includes(0)
  )
}

/** A file of these bytes. */
export function storedFile(content: string | Uint8Array, lfs: boolean): StoredFile {
  const bytes = Buffer.from(content)
  return {lfs, bytes: () => bytes}
}

/** What a tree lists of a file. Of one in LFS, git holds only a pointer to the content. */
export function treeFacts(file: StoredFile) {
  const bytes = file.bytes()
  const size = bytes.length
  if (!file.lfs) return {oid: gitBlobId(bytes), size}
  const sha256 = sha256Of(bytes)
  const pointer = Buffer.from(
    `version https://git-lfs.github.com/spec/v1\noid sha256:${sha256}\nsize ${size}\n`,
  )
  const lfs = {oid: sha256, size, pointerSize: pointer.length}
  // Not the real chunked algorithm: only different from the SHA-256, as on the Hub.
  return {oid: gitBlobId(pointer), size, lfs, xetHash: sha256Of(`xet ${sha256}`)}
}

/** The SHA-1 that git gives a blob of these bytes. */
export function gitBlobId(bytes: Buffer): string {
  return createBlobHash(bytes.length).update(bytes).digest('hex')
}

/** The SHA-1 of the parts, in hexadecimal: ids of commits and the like. */
export function sha1(...parts: string[]): string {
  return createHash('sha1').update(parts.join('\n')).digest('hex')
}

export function sha256Of(content: Buffer | string): string {
  return createHash('sha256').update(content).digest('hex')
}
