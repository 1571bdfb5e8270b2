import {createHash, randomUUID} from 'node:crypto'
import {type FileHandle, open, rename, rm} from 'node:fs/promises'
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

/** A lock's file that this process has just made its own. */
interface Taken {
  handle: FileHandle
  isHolderDead: boolean | undefined
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
  for (let attempt = 0; attempt < 3; attempt++) {
    const taken = (await create(path, own)) ?? (await takeOver(path, own))
    if (taken) return hold({path, own, ...taken})
  }

  throw new RefusedError('another process is archiving into this folder')
}

function hold({path, own, handle, isHolderDead}: Taken & {path: string; own: Holder}): Lock {
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
      await handle.close()
      await giveUp(path, own).finally(() => held.delete(own.token))
    },
  }
}

/** Undefined where there is a lock. */
async function create(path: string, own: Holder): Promise<Taken | undefined> {
  const handle = await open(path, 'wx').catch((error: unknown) => {
    if (!isErrno(error, 'EEXIST')) throw error
  })
  try {
    await handle?.writeFile(JSON.stringify(own))
    return handle ? {handle, isHolderDead: undefined} : undefined
  } catch (error) {
    await handle?.close()
    await rm(path, {force: true})
    throw error
  }
}

/**
 * Takes the lock of a holder that is gone. Several processes may find the same one stale, so the right to replace it is a lock
 * as well, named after the one that is gone: whoever has it looks again, and then puts it in the place of the old lock in one
 * step, so that there is no moment at which a third process finds none.
 * @returns undefined where the lock changed meanwhile
 */
async function takeOver(path: string, own: Holder): Promise<Taken | undefined> {
  const stale = await judge(path)
  if (!stale) return undefined
  const claim = claimOf(path, stale.holder)
  const taken = (await create(claim, own)) ?? (await takeOver(claim, own))
  if (!taken) return undefined
  let isReplaced = false
  try {
    const now = await judge(path)
    if (!now || now.holder?.token !== stale.holder?.token) return undefined
    await rename(claim, path)
    isReplaced = true
    return {...taken, isHolderDead: stale.isDead && taken.isHolderDead !== false}
  } finally {
    if (!isReplaced) await abandon(claim, taken)
  }
}

async function abandon(claim: string, {handle}: Taken): Promise<void> {
  await handle.close()
  await rm(claim, {force: true})
}

/** Removes the own lock, but for one that another process is taking over: that one is not to be removed under its hands. */
async function giveUp(path: string, own: Holder): Promise<void> {
  const claim = claimOf(path, own)
  const taken = await create(claim, own)
  if (!taken) return
  const isOwn = (await readHolder(path))?.token === own.token
  if (isOwn) await rm(path, {force: true})
  await abandon(claim, taken)
}

/** The name of the right to replace a holder's lock. */
function claimOf(path: string, holder: Holder | undefined): string {
  const digest = createHash('sha256').update(holder?.token ?? '')
  return `${path}.${digest.digest('hex').slice(0, 32)}`
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
