import {randomUUID} from 'node:crypto'
import {type FileHandle, link, open, rename, rm} from 'node:fs/promises'
import {hostname} from 'node:os'

import {RefusedError} from '../errors.js'
import {printable} from '../text.js'
import {isErrno, readSmall, whatIs} from './disk.js'

/** The right to write into one folder of archives. */
export interface Lock {
  /**
   * Whether the holder before was ended in its middle, on this machine: what it left can be gone on with. Undefined where
   * nobody held it; false where the holder may still be alive somewhere, and write to the files that it has open.
   */
  isHolderDead: boolean | undefined
  /** @throws RefusedError where another process has taken the lock over meanwhile */
  require: () => Promise<void>
  release: () => Promise<void>
}

/** Who holds a lock. */
interface Holder {
  pid: number
  host: string
  /** Tells two holders with the same process number apart. */
  token: string
}

/** Locks that this process holds. */
const held = new Set<string>()
/** How often a holder shows that it is alive, in ms. */
const PULSE = 20_000
/** How long a holder may be silent before the lock is taken from it, in ms. */
const SILENCE = 10 * 60_000
const LONGEST = 10_000

/**
 * Takes the lock of a folder of archives. One of a process that ended on this machine is taken over at once, one of another
 * machine after ten minutes without a sign of life.
 * @param path of the lock's file
 * @throws RefusedError where another process holds it
 */
export async function takeLock(path: string): Promise<Lock> {
  const own: Holder = {pid: process.pid, host: hostname(), token: randomUUID()}
  held.add(own.token)
  try {
    return await tryToTake(path, own)
  } catch (error) {
    held.delete(own.token)
    throw error
  }
}

async function tryToTake(path: string, own: Holder): Promise<Lock> {
  let isHolderDead: boolean | undefined
  for (let attempt = 0; attempt < 3; attempt++) {
    const handle = await create(path, own)
    if (handle) return hold({path, own, handle, isHolderDead})
    isHolderDead = await removeStale(path, own.token)
  }

  throw new RefusedError('another process is archiving into this folder')
}

function hold(lock: {
  path: string
  own: Holder
  handle: FileHandle
  isHolderDead: boolean | undefined
}): Lock {
  const {path, own, handle, isHolderDead} = lock
  const isOwn = async () => (await readHolder(path))?.token === own.token
  const pulse = setInterval(() => {
    const now = new Date()
    handle.utimes(now, now).catch(() => {})
  }, PULSE).unref()
  return {
    isHolderDead,
    async require() {
      if (!(await isOwn()))
        throw new RefusedError('another process has begun to archive into this folder meanwhile')
    },
    async release() {
      clearInterval(pulse)
      held.delete(own.token)
      await handle.close()
      if (await isOwn()) await rm(path, {force: true})
    },
  }
}

async function create(path: string, own: Holder): Promise<FileHandle | undefined> {
  const handle = await open(path, 'wx').catch((error: unknown) => {
    if (!isErrno(error, 'EEXIST')) throw error
  })
  try {
    await handle?.writeFile(JSON.stringify(own))
    return handle ?? undefined
  } catch (error) {
    await handle?.close()
    await rm(path, {force: true})
    throw error
  }
}

/**
 * Removes a lock whose holder is gone. Two processes may find the same one stale: each moves away what it finds, and looks at
 * what it has moved, so that neither removes the new lock of the other.
 * @returns whether its holder is certainly dead
 */
async function removeStale(path: string, token: string): Promise<boolean | undefined> {
  const judged = await judge(path)
  if (!judged) return undefined
  const aside = `${path}.${token}`
  await rename(path, aside).catch((error: unknown) => {
    if (!isErrno(error, 'ENOENT')) throw error
  })
  const moved = await readHolder(aside)
  if ((await whatIs(aside)) && moved?.token !== judged.holder?.token) {
    await link(aside, path).catch(() => {})
    await rm(aside, {force: true})
    throw heldBy(moved)
  }

  await rm(aside, {force: true})
  return judged.isDead
}

/** Whether a lock is stale; undefined where there is none any more. */
async function judge(path: string): Promise<{holder: Holder | undefined; isDead: boolean} | undefined> {
  const found = await whatIs(path)
  if (!found) return undefined
  const holder = await readHolder(path)
  const isSilent = Date.now() - found.mtimeMs > SILENCE
  const isDead = holder?.host === hostname() && !isAlive(holder)
  if (isDead || isSilent) return {holder, isDead}
  throw heldBy(holder)
}

function heldBy(holder: Holder | undefined): RefusedError {
  const who = holder ? ` (process ${holder.pid} on ${printable(holder.host)})` : ''
  return new RefusedError(`another process is archiving into this folder${who}`)
}

/** A container that starts anew may give this process the number of the one before: only what is held here is alive then. */
function isAlive({pid, token}: Holder): boolean {
  return pid === process.pid ? held.has(token) : isRunning(pid)
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return !isErrno(error, 'ESRCH')
  }
}

/** Undefined where it is gone, or was not written to its end. */
async function readHolder(path: string): Promise<Holder | undefined> {
  const text = await readSmall(path, LONGEST)
  try {
    const {pid, host, token} = JSON.parse(text ?? '') as Partial<Record<string, unknown>>
    const isWhole = Number.isSafeInteger(pid) && typeof host === 'string' && typeof token === 'string'
    return isWhole && (pid as number) > 0 ? {pid: pid as number, host, token} : undefined
  } catch {
    return undefined
  }
}
