import {expect} from 'chai'
import {createHash} from 'node:crypto'
import {statSync} from 'node:fs'
import {readdir, readFile, symlink, utimes, writeFile} from 'node:fs/promises'
import {hostname} from 'node:os'
import {join} from 'node:path'

import {takeLock} from '../../../src/lib/archive/lock.js'
import {RefusedError} from '../../../src/lib/base/errors.js'
import {rejectionOf} from '../../support/builders.js'
import {until} from '../../support/hub.js'
import {withFolder} from './support.js'

const inFolder = (job: (path: string, dir: string) => Promise<void>) =>
  withFolder((dir) => job(join(dir, '.lock'), dir))

/** A lock as another process would have left it. */
function held(facts: {pid?: number; host?: string} = {}): string {
  return JSON.stringify({pid: process.pid, host: hostname(), token: 'other', ...facts})
}

/** As dead as a holder that was killed a minute ago: its pulse is older than two pulses. */
const silence = (path: string, seconds = 41): Promise<void> => {
  const then = new Date(Date.now() - seconds * 1000)
  return utimes(path, then, then)
}

describe('the lock of a folder of archives', () => {
  it('is held by one at a time, and leaves nothing behind', () =>
    inFolder(async (path, dir) => {
      const lock = await takeLock(path)
      const {message} = await rejectionOf(takeLock(path))
      expect(message).to.include(`process ${process.pid} on ${hostname()}`)
      await lock.require()
      await lock.release()
      expect(await readdir(dir)).to.deep.equal([])
      await (await takeLock(path)).release()
    }))

  it("goes to one of many who ask at once, stale or not, however they get in each other's way", () =>
    inFolder(async (path, dir) => {
      for (let round = 0; round < 20; round++) {
        if (round > 0) {
          await writeFile(path, held())
          await silence(path)
        }

        const asked = await Promise.allSettled(Array.from({length: 8}, () => takeLock(path)))
        const locks = asked.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
        expect(locks).to.have.length(1)
        await locks[0]?.require()
        expect(await readdir(dir)).to.deep.equal(['.lock'])
        await locks[0]?.release()
      }
    }))

  it('is not taken while another process is taking it over', () =>
    inFolder(async (path, dir) => {
      const stale = held()
      await writeFile(path, stale)
      await silence(path)
      const claim = `${path}.${createHash('sha256').update('other').digest('hex').slice(0, 32)}`
      await writeFile(claim, held({pid: 4711}))
      expect((await rejectionOf(takeLock(path))).message).to.include('process 4711')
      expect(await readFile(path, 'utf8')).to.equal(stale)

      await silence(claim)
      const lock = await takeLock(path)
      expect(await readdir(dir)).to.deep.equal(['.lock'])
      await lock.release()
    }))

  // No number tells a process from its twin in another container, on a host of the same name.
  for (const [title, text] of [
    ['with the number of this process', held()],
    ['with the number of a process that has ended', held({pid: 2 ** 22 - 1})],
    ['on another machine', held({host: 'elsewhere'})],
    ['that is unknown', ''],
  ] as const)
    it(`is left to a holder ${title} until it has been silent for two pulses, and it is said for how long`, () =>
      inFolder(async (path) => {
        await writeFile(path, text)
        await silence(path, 30)
        const error = await rejectionOf(takeLock(path))
        expect(error).to.be.instanceOf(RefusedError)
        const [wait, killed] = (error as RefusedError).suggestions
        expect(wait).to.include('Wait until it is done')
        expect(Number(/If it was killed, .* in (\d+) s/.exec(killed ?? '')?.[1])).to.be.within(1, 11)
        expect(await readFile(path, 'utf8')).to.equal(text)
        await silence(path)
        const lock = await takeLock(path)
        await lock.require()
        await lock.release()
      }))

  it('[S19] shows a pulse, which its disk dates', () =>
    inFolder(async (path) => {
      const {setInterval: real} = globalThis
      let tick = () => {}
      globalThis.setInterval = ((call: () => void) => {
        tick = call
        return real(() => {}, 2 ** 30)
      }) as typeof setInterval
      const lock = await takeLock(path).finally(() => {
        globalThis.setInterval = real
      })
      await silence(path)
      tick()
      await until('the pulse is on the disk', () => Date.now() - statSync(path).mtimeMs < 20_000)
      expect(await rejectionOf(takeLock(path))).to.be.instanceOf(RefusedError)
      await lock.require()
      await lock.release()
    }))

  it('is not required in vain where another process has taken it, and not released for it', () =>
    inFolder(async (path) => {
      const lock = await takeLock(path)
      await writeFile(path, held())
      expect((await rejectionOf(lock.require())).message).to.include('another process')
      await lock.release()
      expect(await readFile(path, 'utf8')).to.equal(held())
    }))

  it('names its file where a wrong clock dated it in the future', () =>
    inFolder(async (path) => {
      await writeFile(path, held({pid: 4711}))
      await silence(path, -86_400)
      const {message, suggestions} = (await rejectionOf(takeLock(path))) as RefusedError
      expect(message).to.include('process 4711')
      expect(suggestions.at(-1)).to.equal(
        `Its lock is dated in the future. If nothing is archiving to this folder, delete ${path}`,
      )
    }))

  it('is not made through a link', () =>
    inFolder(async (path, dir) => {
      await symlink(join(dir, 'elsewhere'), path)
      expect(await rejectionOf(takeLock(path))).to.be.instanceOf(RefusedError)
      expect(await readdir(dir)).to.deep.equal(['.lock'])
    }))
})
