import {createHash, type Hash, randomUUID} from 'node:crypto'
import {access, constants, mkdir, open, readFile, realpath, rename, rm, stat} from 'node:fs/promises'
import {dirname, join, resolve, sep} from 'node:path'

import {RefusedError, SmoltraceError, UsageError} from './errors.js'
import {printable} from './text.js'

/** The largest JSON file that is read: a manifest of a hundred thousand files, or a plan of as many datasets, is shorter. */
export const MAX_JSON = {bytes: 64 * 1024 * 1024, text: '64 MiB'}

/** Whether an error is the system's with this code. */
export function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === code
}

/** What a message calls a file, and what it may replace. */
export interface TargetRules {
  name: string
  /** Why an existing file may not be replaced; undefined where it may. */
  refuse: (file: string) => Promise<string | undefined> | string | undefined
}

/**
 * Finds where to write a file that a person named, behind any links.
 * @throws UsageError where it is not a plain file, or one that may not be replaced, or where its folder cannot take it
 */
export async function findTarget(file: string, {name, refuse}: TargetRules): Promise<string> {
  const wrong = (why: string) => new UsageError(`${name} ${printable(file)}: ${why}.`)
  if (file === '') throw new UsageError(`${name} needs a file name.`)
  const found = await stat(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return
    throw wrong(`it cannot be accessed (${error.code ?? error.message})`)
  })
  if (found?.isDirectory() || file.endsWith('/') || file.endsWith(sep))
    throw wrong('it is a folder; name a file in it')
  // Renaming would put a file in the place of a device or a pipe, and to read one may never end.
  if (found && !found.isFile()) throw wrong('it exists and is not a regular file; use another name')
  const why = found && (await refuse(file))
  if (why) throw wrong(why)
  const target = found ? await realpath(file) : resolve(file)
  if (!(await isFolder(dirname(target)))) throw wrong('its folder does not exist; create it first')
  await access(dirname(target), constants.W_OK).catch(() => {
    throw wrong('its folder is not writable; use another folder')
  })
  return target
}

/** What is written, and what a person reads where that fails. */
interface Contents {
  /** `plan`, `report`. */
  kind: string
  text: string
  /** What to do where it cannot be written, one sentence. */
  advice: string
}

/**
 * Writes a file that a person named, as `findTarget` returns it, atomically.
 * @returns its size in bytes
 * @throws RefusedError where writing fails
 */
export async function replaceFile(target: string, {kind, text, advice}: Contents): Promise<number> {
  try {
    await writeAtomically(target, text)
    return Buffer.byteLength(text)
  } catch (error) {
    const {code, message} = error as NodeJS.ErrnoException
    throw new RefusedError(`The ${kind} could not be written to ${printable(target)} (${code ?? message}).`, {
      cause: error,
      suggestions: [advice],
    })
  }
}

/** Writes a file so that a reader, or a crash, leaves the old one or the new one, and follows no link. */
export async function writeAtomically(file: string, text: string): Promise<void> {
  const draft = join(dirname(file), `.smoltrace-${randomUUID()}`)
  try {
    const handle = await open(draft, 'wx')
    try {
      await handle.writeFile(text)
      await handle.sync()
    } finally {
      await handle.close()
    }

    await rename(draft, file)
  } catch (error) {
    await rm(draft, {force: true}).catch(() => {})
    throw error
  }
}

/**
 * Makes a folder and those above it. Node's own `recursive` never returns where the system answers ENOENT although the parent
 * exists, as below `/proc` or where a disk is mounted on demand.
 * @returns the outermost folder that was made; undefined where all were there
 */
export async function makeFolder(path: string, mode = 0o777): Promise<string | undefined> {
  const above = dirname(path)
  const first = above === path || (await isFolder(above)) ? undefined : await makeFolder(above, mode)
  try {
    await mkdir(path, {mode})
    return first ?? path
  } catch (error) {
    if (await isFolder(path)) return first
    throw error
  }
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => {})
  return found?.isDirectory() === true
}

/** Flushes a folder: a new file survives a power failure only with its folder. Windows cannot open one, and need not. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(path, constants.O_RDONLY)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Every folder on the way to a file, of a path with `/` between them, outermost first. */
export function foldersOf(path: string): string[] {
  const parts = path.split('/').slice(0, -1)
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'))
}

/** The hash that names a blob in git: SHA-1 of a header with its size in bytes, then of its content. */
export function createBlobHash(size: number): Hash {
  return createHash('sha1').update(`blob ${size}\0`)
}

const BYTE_ORDER_MARK = Buffer.from('\uFEFF')

/** Reads a text file that a person named, without the byte order mark that some editors put first. @throws what `refuse` makes */
export async function readTextFile(
  file: string,
  largest: {bytes: number; text: string},
  refuse: (why: string, isContent?: true) => SmoltraceError,
): Promise<Buffer> {
  try {
    const found = await stat(file)
    // A pipe without a writer would never end.
    if (!found.isFile()) throw refuse('it is not a regular file')
    if (found.size > largest.bytes) throw refuse(`it is larger than ${largest.text}`, true)
    const text = await readFile(file)
    if (isUtf16(text)) throw refuse('it is in UTF-16: save it as UTF-8', true)
    return text.indexOf(BYTE_ORDER_MARK) === 0 ? text.subarray(BYTE_ORDER_MARK.length) : text
  } catch (error) {
    if (error instanceof SmoltraceError) throw error
    const {code, message} = error as NodeJS.ErrnoException
    throw refuse(code === 'ENOENT' ? 'no such file' : `it cannot be read (${code ?? message})`)
  }
}

/** PowerShell's `>` writes such files. In UTF-8 no text of ours has a null. */
function isUtf16(bytes: Buffer): boolean {
  const mark = bytes.toString('latin1', 0, 2)
  return mark === '\u00FF\u00FE' || mark === '\u00FE\u00FF' || bytes.subarray(0, 2).includes(0)
}
