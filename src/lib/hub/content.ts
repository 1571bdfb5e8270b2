import {createHash} from 'node:crypto'

import {safe} from '../base/text.js'
import {HubFormatError} from './errors.js'

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

/**
 * Makes sure that what came is what the tree of its commit lists: by SHA-256 for a file in LFS, else by git's SHA-1.
 * @param name full name of the dataset, for the error
 * @throws HubFormatError where it is anything else
 */
export function requireContent(bytes: Buffer, file: RepoFile, name: string): void {
  const {path, size, oid, sha256} = file
  const isSame =
    bytes.length === size &&
    (sha256 === undefined ? gitHash(bytes) === oid : hash('sha256', bytes) === sha256)
  if (isSame) return
  const what = bytes.length === size ? 'its hash differs' : `${bytes.length} bytes instead of ${size}`
  throw new HubFormatError(`${safe(path)} of ${name} did not come as the Hub lists it: ${what}.`, {
    suggestions: [
      'Such an answer is not used. Try again in a few minutes.',
      'If it happens again, a proxy, a cache or the file store is at fault: try another network, or tell the Hub.',
    ],
  })
}

function gitHash(bytes: Buffer): string {
  return hash('sha1', Buffer.from(`blob ${bytes.length}\0`), bytes)
}

function hash(algorithm: 'sha1' | 'sha256', ...parts: Buffer[]): string {
  const digest = createHash(algorithm)
  for (const part of parts) digest.update(part)
  return digest.digest('hex')
}
