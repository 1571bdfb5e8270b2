import {randomUUID} from 'node:crypto'
import {access, constants, open, realpath, rename, rm, stat} from 'node:fs/promises'
import {dirname, join, resolve, sep} from 'node:path'

import {RefusedError, SmoltraceError, UsageError} from './errors.js'
import {printable} from './text.js'

/** How a person is told of a file, and what it may replace. */
export interface Target {
  /** What stands before the file's name, such as `--plan`. */
  flag: string
  /** Why the file that is there must stay; undefined where it may be replaced. */
  refuse: (file: string) => Promise<string | undefined> | string | undefined
}

/**
 * Finds where to write a file that a person named, and what may not be written over.
 * @returns the file, behind any links
 * @throws UsageError where it is a folder, no plain file, or something that must stay, or where its folder cannot take it
 */
export async function findTarget(file: string, {flag, refuse}: Target): Promise<string> {
  const wrong = (why: string) => new UsageError(`${flag} ${printable(file)}: ${why}.`)
  if (file === '') throw new UsageError(`${flag} needs the name of a file.`)
  const found = await stat(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return
    throw wrong(`it cannot be looked at (${error.code ?? error.message})`)
  })
  if (found?.isDirectory() || file.endsWith('/') || file.endsWith(sep))
    throw wrong('it is a folder, give the name of a file in it')
  const why = found && (await refuse(file))
  if (why) throw wrong(why)
  // Renaming would put a file in the place of a device or a pipe.
  if (found && !found.isFile()) throw wrong('exists and is no plain file, give another name')
  const target = found ? await realpath(file) : resolve(file)
  await requireFolder(dirname(target), wrong)
  return target
}

async function requireFolder(folder: string, wrong: (why: string) => UsageError): Promise<void> {
  const found = await stat(folder).catch(() => {})
  if (!found?.isDirectory()) throw wrong('its folder does not exist, create it first')
  await access(folder, constants.W_OK).catch(() => {
    throw wrong('its folder cannot be written to, give a file elsewhere')
  })
}

/** What is written, and how a person is told where that fails. */
export interface Contents {
  /** `plan`, `report`. */
  kind: string
  text: string
  /** What to do where it cannot be written, one sentence. */
  advice: string
  /** Stops what is too large, before it is written. */
  onSize?: ((bytes: number) => void) | undefined
  /** Looks at the whole file before it takes the other's place. */
  check?: ((file: string) => Promise<unknown>) | undefined
}

/**
 * Writes a file whole or not at all: whoever looks meanwhile, or after a crash, finds the old one or the new one.
 * @param target as `findTarget` returns it
 * @returns its size in bytes
 * @throws RefusedError where writing fails; else what the callbacks throw
 */
export async function replaceFile(target: string, contents: Contents): Promise<number> {
  const {kind, check, advice} = contents
  const temporary = join(dirname(target), `.smoltrace-${kind}-${randomUUID()}`)
  try {
    const bytes = await write(temporary, contents)
    await check?.(temporary)
    await rename(temporary, target)
    return bytes
  } catch (error) {
    await rm(temporary, {force: true}).catch(() => {})
    if (error instanceof SmoltraceError) throw error
    const {code, message} = error as NodeJS.ErrnoException
    throw new RefusedError(`The ${kind} could not be written to ${printable(target)} (${code ?? message}).`, {
      cause: error,
      suggestions: [advice],
    })
  }
}

async function write(file: string, {text, onSize}: Contents): Promise<number> {
  const handle = await open(file, 'wx')
  try {
    const bytes = Buffer.byteLength(text)
    onSize?.(bytes)
    await handle.writeFile(text)
    await handle.sync()
    return bytes
  } finally {
    await handle.close()
  }
}
