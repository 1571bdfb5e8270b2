import {expect} from 'chai'
import {statSync, writeFileSync} from 'node:fs'
import {appendFile, mkdir, rm, stat, symlink, truncate, utimes, writeFile} from 'node:fs/promises'
import {join} from 'node:path'

import {withContents} from '../../../src/lib/archive/content.js'
import {fingerprint, type LocalFile} from '../../../src/lib/archive/disk.js'
import {CancelledError} from '../../../src/lib/base/errors.js'
import {rejectionOf} from '../../support/builders.js'
import {until} from '../../support/hub.js'
import {withFolder} from './support.js'

/** Longer than what a stream reads ahead: its end is read after a change that comes in the middle. */
const BYTES = Buffer.from(new Uint8Array(10_000_000).map((_, index) => index % 251))
/** As long, and different everywhere. */
const OTHER = BYTES.map((byte) => 255 - byte)

/** A file that was checked. */
const inFolder = (job: (file: LocalFile) => Promise<void>) =>
  withFolder(async (dir) => {
    const source = join(dir, 'data.parquet')
    await writeFile(source, BYTES)
    // A disk dates changes by ticks: one in the tick of the first writing would look like none.
    const changed = (path: string) => statSync(path, {bigint: true}).ctimeNs
    await until('the clock of the disk has moved on', () => {
      writeFileSync(join(dir, 'tick'), '')
      return changed(join(dir, 'tick')) > changed(source)
    })
    await job({path: 'data.parquet', source, inLfs: true, ...(await fingerprint(source))})
  })

/** Runs a job with the content of one file. */
const withContent = (
  file: LocalFile,
  job: (content: Blob, verify: () => Promise<void>) => Promise<void> = async () => {},
) => withContents([file], undefined, ([content], verify) => job(content as Blob, verify))

const expectChanged = async (job: Promise<unknown>) => {
  expect((await rejectionOf(job)).message).to.include('"data.parquet" changed after it was checked')
}

describe('what is sent of an archive', () => {
  it('[S19] is what was checked, in whole and in part, read as often as one likes', () =>
    inFolder((file) =>
      withContent(file, async (content, verify) => {
        expect(content.size).to.equal(BYTES.length)
        for (let time = 0; time < 2; time++) {
          expect(Buffer.from(await content.arrayBuffer()).equals(BYTES)).to.equal(true)
          const pieces: Uint8Array[] = []
          for await (const piece of content.stream()) pieces.push(piece as Uint8Array)
          expect(Buffer.concat(pieces).equals(BYTES)).to.equal(true)
        }

        const inner = content.slice(100, 600_000).slice(50, 1_000_000)
        expect(Buffer.from(await inner.arrayBuffer()).equals(BYTES.subarray(150, 600_000))).to.equal(true)
        expect(await content.slice(48, 51).text()).to.equal('012')
        await verify()
      }),
    ))

  const overwriteInSecret = async (path: string) => {
    const {atime, mtime} = await stat(path)
    await writeFile(path, OTHER)
    await utimes(path, atime, mtime)
  }

  for (const [title, change] of [
    ['longer', (path) => appendFile(path, 'x')],
    ['shorter', (path) => truncate(path, BYTES.length - 1)],
    ['of another content, with its old date', overwriteInSecret],
  ] as Array<[string, (path: string) => Promise<void>]>)
    it(`is nothing more once the file is ${title}`, () =>
      inFolder(async (file) => {
        await withContent(file, async (content, verify) => {
          const pieces = content.stream()[Symbol.asyncIterator]()
          await pieces.next()
          await change(file.source)
          const rest = async () => {
            while (!(await pieces.next()).done);
          }

          await expectChanged(rest())
          await expectChanged(verify())
        })
        await expectChanged(withContent(file))
      }))

  it('is nothing of what is put in the place of the file: another one, none, or a folder', () =>
    inFolder(async (file) => {
      await withContent(file, async (content) => {
        await rm(file.source)
        await writeFile(file.source, OTHER)
        await expectChanged(content.arrayBuffer())
      })
      await rm(file.source)
      await expectChanged(withContent(file))
      await mkdir(file.source)
      await expectChanged(withContent(file))
    }))

  it('is said to have changed where that broke the connection', () =>
    inFolder((file) => {
      const job = withContent(file, async () => {
        await writeFile(file.source, OTHER)
        throw new Error('The connection broke.')
      })
      return expectChanged(job)
    }))

  it('[S19] is nothing that a link leads to', function () {
    if (process.platform === 'win32') return this.skip()
    return withFolder(async (dir) => {
      await writeFile(join(dir, 'file'), 'the same')
      await symlink(join(dir, 'file'), join(dir, 'link'))
      await symlink('/dev/zero', join(dir, 'endless'))
      for (const name of ['link', 'endless'])
        expect(await rejectionOf(fingerprint(join(dir, name)))).to.have.property('code', 'ELOOP')
    })
  })

  it('is not read once the signal is aborted', () =>
    inFolder(async (file) => {
      const job = withContents([file], AbortSignal.abort(), () => Promise.resolve())
      expect(await rejectionOf(job)).to.be.instanceOf(CancelledError)
    }))
})
