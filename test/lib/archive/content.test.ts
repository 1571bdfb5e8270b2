import {expect} from 'chai'
import {statSync, writeFileSync} from 'node:fs'
import {appendFile, mkdir, readFile, rm, stat, truncate, utimes, writeFile} from 'node:fs/promises'
import {join} from 'node:path'

import {ChangedOnDiskError, openContents} from '../../../src/lib/archive/content.js'
import {fingerprint} from '../../../src/lib/archive/disk.js'
import {type LocalFile} from '../../../src/lib/archive/entries.js'
import {CancelledError} from '../../../src/lib/base/errors.js'
import {rejectionOf} from '../../support/builders.js'
import {until} from '../../support/hub.js'
import {withFolder} from './support.js'

const BYTES = Buffer.from(new Uint8Array(700_000).map((_, index) => index % 251))
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

describe('what is sent of an archive', () => {
  it('[S20] is what was checked, in whole and in part, read as often as one likes', () =>
    inFolder(async (file) => {
      const {blobs, verify, close} = await openContents([file])
      const [blob] = blobs
      if (!blob) throw new Error('There is one for each file.')
      expect(blob.size).to.equal(BYTES.length)
      for (let time = 0; time < 2; time++) {
        expect(Buffer.from(await blob.arrayBuffer()).equals(BYTES)).to.equal(true)
        const pieces: Uint8Array[] = []
        for await (const piece of blob.stream()) pieces.push(piece as Uint8Array)
        expect(Buffer.concat(pieces).equals(BYTES)).to.equal(true)
      }

      const inner = blob.slice(100, 600_000).slice(50, 1_000_000)
      expect(Buffer.from(await inner.arrayBuffer()).equals(BYTES.subarray(150, 600_000))).to.equal(true)
      expect(await blob.slice(48, 51).text()).to.equal('012')
      await verify()
      await close()
    }))

  it('is nothing of what was put in the place of the file', () =>
    inFolder(async (file) => {
      const {blobs, close} = await openContents([file])
      await rm(file.source)
      await writeFile(file.source, OTHER)
      expect(await rejectionOf(blobs[0]?.arrayBuffer() ?? Promise.resolve())).to.be.instanceOf(
        ChangedOnDiskError,
      )
      await close()
    }))

  for (const [title, change] of [
    ['is longer', (path: string) => appendFile(path, 'x')],
    ['is shorter', (path: string) => truncate(path, BYTES.length - 1)],
    ['has another content', (path: string) => writeFile(path, OTHER)],
    [
      'has another content, and its old date',
      async (path: string) => {
        const {atime, mtime} = await stat(path)
        await writeFile(path, OTHER)
        await utimes(path, atime, mtime)
      },
    ],
  ] as Array<[string, (path: string) => Promise<void>]>) {
    it(`is nothing where the file ${title} than what was checked`, () =>
      inFolder(async (file) => {
        await change(file.source)
        expect(await rejectionOf(openContents([file]))).to.be.instanceOf(ChangedOnDiskError)
      }))

    it(`ends where the file ${title} meanwhile`, () =>
      inFolder(async (file) => {
        const {blobs, verify, close} = await openContents([file])
        const pieces = blobs[0]?.stream()[Symbol.asyncIterator]()
        await pieces?.next()
        await change(file.source)
        const rest = async () => {
          for (;;) if ((await pieces?.next())?.done) return
        }

        expect(await rejectionOf(rest())).to.be.instanceOf(ChangedOnDiskError)
        expect(await rejectionOf(verify())).to.be.instanceOf(ChangedOnDiskError)
        await close()
      }))
  }

  it('is nothing where a folder is in its place, or nothing is', () =>
    inFolder(async (file) => {
      await rm(file.source)
      expect(await rejectionOf(openContents([file]))).to.be.instanceOf(ChangedOnDiskError)
      await mkdir(file.source)
      expect(await rejectionOf(openContents([file]))).to.be.instanceOf(ChangedOnDiskError)
    }))

  it('is left where the signal is aborted', () =>
    inFolder(async (file) => {
      expect(await rejectionOf(openContents([file], AbortSignal.abort()))).to.be.instanceOf(CancelledError)
      expect((await readFile(file.source)).equals(BYTES)).to.equal(true)
    }))
})
