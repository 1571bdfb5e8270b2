import {expect} from 'chai'
import {spawnSync} from 'node:child_process'
import {createHash} from 'node:crypto'
import {readdir, readFile, symlink, utimes, writeFile} from 'node:fs/promises'
import {hostname} from 'node:os'
import {join} from 'node:path'

import {takeLock} from '../../../src/lib/archive/lock.js'
import {RefusedError} from '../../../src/lib/errors.js'
import {rejectionOf} from '../../support/builders.js'
import {withFolder} from './support.js'

const inFolder = (job: (path: string, dir: string) => Promise<void>) =>
  withFolder((dir) => job(join(dir, '.lock'), dir))

/** A lock as another process would have left it. */
function held(facts: {pid?: number; host?: string} = {}): string {
  return JSON.stringify({pid: process.pid, host: hostname(), token: 'other', ...facts})
}

/** The number of a process that has ended. */
const deadPid = () => spawnSync(process.execPath, ['--eval', '']).pid
const LONG_AGO = new Date(Date.now() - 11 * 60_000)

describe('the lock of a folder of archives', () => {
  it('is held by one at a time, and leaves nothing behind', () =>
    inFolder(async (path, dir) => {
      const lock = await takeLock(path)
      expect(lock.isHolderDead).to.equal(undefined)
      const error = await rejectionOf(takeLock(path))
      expect(error).to.be.instanceOf(RefusedError)
      expect(error.message).to.include(`process ${process.pid} on ${hostname()}`)
      await lock.require()
      await lock.release()
      expect(await readdir(dir)).to.deep.equal([])
      await (await takeLock(path)).release()
    }))

  it('goes to one of many who ask at once', () =>
    inFolder(async (path) => {
      const settled = await Promise.allSettled(Array.from({length: 8}, () => takeLock(path)))
      const locks = settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
      expect(locks).to.have.length(1)
      await locks[0]?.release()
    }))

  it('is taken from one that had the number which this process has now', () =>
    inFolder(async (path) => {
      await writeFile(path, held({pid: process.pid}))
      const lock = await takeLock(path)
      expect(lock.isHolderDead).to.equal(true)
      await lock.release()
    }))

  it('is taken from a process of this machine that has ended', () =>
    inFolder(async (path) => {
      await writeFile(path, held({pid: deadPid()}))
      const lock = await takeLock(path)
      expect(lock.isHolderDead).to.equal(true)
      await lock.release()
    }))

  it("goes to one of many where it is stale, however they get in each other's way", () =>
    inFolder(async (path, dir) => {
      const pid = deadPid()
      for (let round = 0; round < 20; round++) {
        await writeFile(path, held({pid}))
        const settled = await Promise.allSettled(Array.from({length: 8}, () => takeLock(path)))
        const locks = settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
        expect(locks).to.have.length(1)
        await locks[0]?.require()
        expect(await readdir(dir)).to.deep.equal(['.lock'])
        await locks[0]?.release()
      }
    }))

  it('is not taken while another process is taking it over', () =>
    inFolder(async (path, dir) => {
      const stale = held({pid: deadPid()})
      await writeFile(path, stale)
      const claim = `${path}.${createHash('sha256').update('other').digest('hex').slice(0, 32)}`
      await writeFile(claim, held({pid: process.ppid}))
      const error = await rejectionOf(takeLock(path))
      expect(error).to.be.instanceOf(RefusedError)
      expect(error.message).to.include(`process ${process.ppid}`)
      expect(await readFile(path, 'utf8')).to.equal(stale)

      await writeFile(claim, held({pid: deadPid()}))
      const lock = await takeLock(path)
      expect(lock.isHolderDead).to.equal(true)
      expect(await readdir(dir)).to.deep.equal(['.lock'])
      await lock.release()
    }))

  for (const [title, text] of [
    ['another machine', held({host: 'elsewhere'})],
    ['this machine, whose process is alive', held({pid: process.ppid})],
    ['nobody knows whom', ''],
  ] as const) {
    it(`is left to a holder on ${title} for ten minutes`, () =>
      inFolder(async (path) => {
        await writeFile(path, text)
        expect(await rejectionOf(takeLock(path))).to.be.instanceOf(RefusedError)
        expect(await readFile(path, 'utf8')).to.equal(text)
        await utimes(path, LONG_AGO, LONG_AGO)
        const lock = await takeLock(path)
        expect(lock.isHolderDead).to.equal(false)
        await lock.release()
      }))
  }

  it('is not required in vain where another process has taken it, and not released for it', () =>
    inFolder(async (path) => {
      const lock = await takeLock(path)
      await writeFile(path, held())
      expect((await rejectionOf(lock.require())).message).to.include('another process')
      await lock.release()
      expect(await readFile(path, 'utf8')).to.equal(held())
    }))

  it('is not made through a link', () =>
    inFolder(async (path, dir) => {
      await symlink(join(dir, 'elsewhere'), path)
      expect(await rejectionOf(takeLock(path))).to.be.instanceOf(RefusedError)
      expect(await readdir(dir)).to.deep.equal(['.lock'])
    }))
})
