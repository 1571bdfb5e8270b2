import {createHash, randomUUID} from 'node:crypto'
import {type FileHandle, open, rename, rm} from 'node:fs/promises'
import {hostname} from 'node:os'
import * as z from 'zod/mini'

import {RefusedError} from '../base/errors.js'
import {isErrno} from '../base/files.js'
import {nonEmptyText, parseJson, wholeNumber} from '../base/schema.js'
import {printable} from '../base/text.js'
import {readSmall, statNoFollow} from './disk.js'

export interface Lock {
  /** Unique to this holder: names its staging folders. */
  token: string
  /** @throws RefusedError where another process has taken the lock over */
  require: () => Promise<void>
  release: () => Promise<void>
}

/** The holder of a lock. Process numbers and host names are for people: containers share both. */
const HOLDER = z.strictObject({pid: wholeNumber, host: nonEmptyText, token: nonEmptyText})
type Holder = z.output<typeof HOLDER>

/** How often a holder shows that it is alive, in ms. */
const HEARTBEAT_MS = 20_000
/** How long a holder may be silent before the lock is taken from it, in ms. */
const STALE_MS = 2 * HEARTBEAT_MS
/** In bytes. */
const MAX_BYTES = 10_000

/**
 * Takes the exclusive lock of a folder of archives. Only its heartbeat says that a holder is alive: a killed one counts as alive until
 * its last one is two intervals old.
 * @throws RefusedError where another process holds it, with what to do
 */
export async function takeLock(path: string): Promise<Lock> {
  const own: Holder = {pid: process.pid, host: hostname(), token: randomUUID()}
  for (let attempt = 0; attempt < 3; attempt++) {
    const handle = (await create(path, own)) ?? (await takeOver(path, own))
    if (handle) return keepAlive(path, own, handle)
  }

  throw new RefusedError('another process is archiving to this folder', {suggestions: [WAIT]})
}

const WAIT = 'Wait until it is done, then run the same command again.'

function keepAlive(path: string, own: Holder, handle: FileHandle): Lock {
  // A write, so that the disk dates it: the clocks of machines that share a disk may differ.
  const heartbeat = setInterval(() => {
    handle.write(JSON.stringify(own), 0).catch(() => {})
  }, HEARTBEAT_MS).unref()
  const isOwn = async () => (await readHolder(path))?.token === own.token
  return {
    token: own.token,
    async require() {
      if (!(await isOwn())) throw new RefusedError('another process started archiving to this folder')
    },
    async release() {
      clearInterval(heartbeat)
      await handle.close()
      // The claim's owner is taking it over.
      const claim = claimOn(path, own)
      const claimed = await create(claim, own)
      if (!claimed) return
      if (await isOwn()) await rm(path, {force: true})
      await abandon(claim, claimed)
    },
  }
}

/** Undefined where the file is there. */
async function create(path: string, own: Holder): Promise<FileHandle | undefined> {
  const handle = await open(path, 'wx').catch((error: unknown) => {
    if (!isErrno(error, 'EEXIST')) throw error
  })
  if (!handle) return undefined
  try {
    await handle.writeFile(JSON.stringify(own))
    return handle
  } catch (error) {
    await abandon(path, handle)
    throw error
  }
}

async function abandon(path: string, handle: FileHandle): Promise<void> {
  await handle.close()
  await rm(path, {force: true})
}

/**
 * Takes over a stale lock; undefined where it has changed since. Several processes may find it stale, so replacing it needs a lock as
 * well (the claim), named after the stale holder: who has the claim checks again, and renames it over the stale lock, atomically.
 */
async function takeOver(path: string, own: Holder): Promise<FileHandle | undefined> {
  const stale = await readStale(path)
  if (!stale) return undefined
  const claim = claimOn(path, stale.holder)
  const handle = (await create(claim, own)) ?? (await takeOver(claim, own))
  if (!handle) return undefined
  let isReplaced = false
  try {
    const now = await readStale(path)
    if (!now || now.holder?.token !== stale.holder?.token) return undefined
    await rename(claim, path)
    isReplaced = true
    return handle
  } finally {
    if (!isReplaced) await abandon(claim, handle)
  }
}

/** The file of the claim on a holder's lock. */
function claimOn(path: string, holder: Holder | undefined): string {
  const digest = createHash('sha256').update(holder?.token ?? '')
  return `${path}.${digest.digest('hex').slice(0, 32)}`
}

/** The holder of a stale lock; undefined where the lock is gone. @throws RefusedError where the lock is not stale */
async function readStale(path: string): Promise<{holder: Holder | undefined} | undefined> {
  const found = await statNoFollow(path)
  if (!found) return undefined
  const holder = await readHolder(path)
  const leftMs = STALE_MS - ((await timeOfDisk(path)) - found.mtimeMs)
  if (leftMs <= 0) return {holder}
  const who = holder ? ` (process ${holder.pid} on ${printable(holder.host)})` : ''
  const expiry =
    leftMs > STALE_MS
      ? `Its lock is dated in the future. If nothing is archiving to this folder, delete ${printable(path)}`
      : `If it was killed, its lock expires in ${Math.ceil(leftMs / 1000)} s: run the same command again then.`
  throw new RefusedError(`another process is archiving to this folder${who}`, {suggestions: [WAIT, expiry]})
}

/** The time by the clock of the disk that dates the lock, in ms. */
async function timeOfDisk(path: string): Promise<number> {
  const probe = `${path}.${randomUUID()}`
  const handle = await open(probe, 'wx')
  try {
    return (await handle.stat()).mtimeMs
  } finally {
    await abandon(probe, handle)
  }
}

/** Undefined where it is gone, or was only partly written. */
async function readHolder(path: string): Promise<Holder | undefined> {
  const json = (await readSmall(path, MAX_BYTES)) ?? ''
  try {
    return parseJson(json, HOLDER, (why) => new Error(why))
  } catch {
    return undefined
  }
}
