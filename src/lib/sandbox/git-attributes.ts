import {storedFile} from './objects.js'

const LFS_EXTENSIONS = [
  '7z',
  'arrow',
  'bin',
  'bz2',
  'gz',
  'npy',
  'npz',
  'parquet',
  'pt',
  'safetensors',
  'zip',
  'zst',
]
const LFS_LINE = /^\*(\.[\w.]+)\s.*\bfilter=lfs\b/
const LARGEST_IN_GIT = 10 * 1024 * 1024

/** The `.gitattributes` that every new dataset begins with. */
export const GIT_ATTRIBUTES = LFS_EXTENSIONS.map(
  (extension) => `*.${extension} filter=lfs diff=lfs merge=lfs -text\n`,
).join('')

/** The same as a file. */
export const GIT_ATTRIBUTES_FILE = storedFile(GIT_ATTRIBUTES, false)

/** Whether a file goes to LFS: by its extension in the `.gitattributes` that count, its size, or because it looks binary. */
export function belongsInLfs(
  file: {path: string; size: number; sample: Uint8Array},
  attributes: string = GIT_ATTRIBUTES,
): boolean {
  const extensions = attributes.split('\n').flatMap((line) => LFS_LINE.exec(line)?.[1] ?? [])
  return (
    extensions.some((extension) => file.path.endsWith(extension)) ||
    file.size > LARGEST_IN_GIT ||
    file.sample.includes(0)
  )
}
