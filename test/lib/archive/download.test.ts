/* eslint-disable n/no-unsupported-features/node-builtins -- streams work in Node 20, whatever it calls them */
import {expect} from 'chai'
import {link, mkdir, readFile, stat, symlink, writeFile} from 'node:fs/promises'
import {join} from 'node:path'

import {type Download, fetchFile} from '../../../src/lib/archive/download.js'
import {CancelledError, RefusedError} from '../../../src/lib/base/errors.js'
import {HubError, HubUnreachableError} from '../../../src/lib/hub/errors.js'
import {gitBlobId} from '../../../src/lib/sandbox/index.js'
import {refusal, rejectionOf} from '../../support/builders.js'
import {fileOf, withFolder} from './support.js'

const CONTENT = 'The quick brown fox jumps over the lazy dog.'
const FILE = fileOf('notes.txt', CONTENT)

type Body = NonNullable<Response['body']>

/** A body of these pieces; one that is an error breaks it off. */
function bodyOf(...pieces: Array<Error | string>): Body {
  const left = [...pieces]
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const piece = left.shift()
        if (piece === undefined) controller.close()
        else if (piece instanceof Error) controller.error(piece)
        else controller.enqueue(Buffer.from(piece))
      },
    },
    {highWaterMark: 0},
  )
}

const BROKEN = new HubUnreachableError('The answer of the Hub broke off.')
type Answer = (start: number) => {from: number; body: Body}

const whole: Answer = (start) => ({from: start, body: bodyOf(CONTENT.slice(start))})
const broken =
  (length: number): Answer =>
  (start) => ({from: start, body: bodyOf(CONTENT.slice(start, start + length), BROKEN)})

/** Fetches with these answers, one after the other, into a folder; the starts asked for are noted. */
async function fetching(
  target: string,
  answers: Array<Answer | Error>,
  more: Partial<Download> = {},
): Promise<number[]> {
  const starts: number[] = []
  const left = [...answers]
  await fetchFile({
    name: 'mira/x',
    sha: 'a'.repeat(40),
    file: FILE,
    target,
    hub: {
      async pause() {},
      async download(_file, start = 0) {
        starts.push(start)
        const answer = left.shift() ?? new Error('asked too often')
        if (answer instanceof Error) throw answer
        return answer(start)
      },
    },
    ...more,
  })
  return starts
}

const inFolder = (job: (target: string) => Promise<void>) => withFolder((dir) => job(join(dir, 'notes.txt')))

describe('fetching a file', () => {
  it('brings it onto the disk', () =>
    inFolder(async (target) => {
      expect(await fetching(target, [whole])).to.deep.equal([0])
      expect(await readFile(target, 'utf8')).to.equal(CONTENT)
    }))

  it('asks for nothing where the file is there already', () =>
    inFolder(async (target) => {
      await writeFile(target, CONTENT)
      expect(await fetching(target, [])).to.deep.equal([])
    }))

  it('asks only for what is missing of a part', () =>
    inFolder(async (target) => {
      await writeFile(target, CONTENT.slice(0, 10))
      expect(await fetching(target, [whole])).to.deep.equal([10])
      expect(await readFile(target, 'utf8')).to.equal(CONTENT)
    }))

  it('begins anew where the Hub sends everything although a part was asked for', () =>
    inFolder(async (target) => {
      await writeFile(target, CONTENT.slice(0, 10))
      await fetching(target, [() => ({from: 0, body: bodyOf(CONTENT)})])
      expect(await readFile(target, 'utf8')).to.equal(CONTENT)
    }))

  it('goes on where a body breaks off or ends too early', () =>
    inFolder(async (target) => {
      const short: Answer = (start) => ({from: start, body: bodyOf(CONTENT.slice(start, start + 5))})
      const starts = await fetching(target, [broken(10), short, whole])
      expect(starts).to.deep.equal([0, 10, 15])
      expect(await readFile(target, 'utf8')).to.equal(CONTENT)
    }))

  it('gives up after a few times in which nothing came, and leaves what came before for the next time', () =>
    inFolder(async (target) => {
      const nothing = Array.from({length: 20}, () => broken(0))
      const error = await rejectionOf(fetching(target, [broken(5), ...nothing]))
      expect(error).to.be.instanceOf(HubUnreachableError)
      expect(await readFile(target, 'utf8')).to.equal(CONTENT.slice(0, 5))
    }))

  it('does not give up a line that breaks again and again, as long as something comes each time', () =>
    inFolder(async (target) => {
      await fetching(target, [...Array.from({length: 12}, () => broken(1)), whole])
      expect(await readFile(target, 'utf8')).to.equal(CONTENT)
    }))

  it('fetches once more from the beginning what does not fit after it was completed', () =>
    inFolder(async (target) => {
      await writeFile(target, 'Something else')
      expect(await fetching(target, [whole, whole])).to.deep.equal([14, 0])
      expect(await readFile(target, 'utf8')).to.equal(CONTENT)
    }))

  it('replaces a file of the right size and another content, and one that is too long', async () => {
    for (const before of [CONTENT.toUpperCase(), `${CONTENT}${CONTENT}`])
      await inFolder(async (target) => {
        await writeFile(target, before)
        expect(await fetching(target, [whole])).to.deep.equal([0])
        expect(await readFile(target, 'utf8')).to.equal(CONTENT)
      })
  })

  it('refuses what comes wrong twice, and leaves nothing of it', () =>
    inFolder(async (target) => {
      const wrong: Answer = () => ({from: 0, body: bodyOf(CONTENT.toUpperCase())})
      const error = await rejectionOf(fetching(target, [wrong, wrong]))
      expect(error).to.be.instanceOf(RefusedError)
      expect(error.message).to.include('another content')
      expect(await rejectionOf(stat(target))).to.have.property('code', 'ENOENT')
    }))

  it('never writes more than the Hub lists', () =>
    inFolder(async (target) => {
      const long: Answer = () => ({from: 0, body: bodyOf(CONTENT, 'and more')})
      const error = await rejectionOf(fetching(target, Array.from<Answer>({length: 20}).fill(long)))
      expect(error.message).to.include('sent more')
      expect((await stat(target)).size).to.be.at.most(FILE.size)
    }))

  it('makes an empty file without asking', () =>
    inFolder(async (target) => {
      expect(await fetching(target, [], {file: fileOf('empty', '')})).to.deep.equal([])
      expect((await stat(target)).size).to.equal(0)
    }))

  it('checks a file in LFS by its SHA-256', () =>
    inFolder(async (target) => {
      const file = {...FILE, sha256: '0'.repeat(64)}
      expect(await rejectionOf(fetching(target, [whole, whole], {file}))).to.be.instanceOf(RefusedError)
    }))

  it('does not repeat what failed before there was a body: whoever sends it has done so', () =>
    inFolder(async (target) => {
      for (const status of [401, 403, 404, 503])
        expect(await rejectionOf(fetching(target, [refusal(status), whole]))).to.be.instanceOf(HubError)
    }))

  it('ends at once where the signal is aborted, in a body and in a pause', () =>
    inFolder(async (target) => {
      const cancelled = new CancelledError('Interrupted.')
      const stopped: Answer = () => ({from: 0, body: bodyOf(CONTENT.slice(0, 5), cancelled)})
      expect(await rejectionOf(fetching(target, [stopped]))).to.equal(cancelled)
      const hub = {
        download: async () => broken(1)(0),
        async pause() {
          throw cancelled
        },
      }
      expect(await rejectionOf(fetching(target, [], {hub}))).to.equal(cancelled)
    }))

  it('writes through no link, no second name and nothing but a plain file', () =>
    withFolder(async (dir) => {
      const outside = join(dir, 'outside')
      await writeFile(outside, 'mine')
      await symlink(outside, join(dir, 'symbolic'))
      await symlink(join(dir, 'nowhere'), join(dir, 'dangling'))
      await link(outside, join(dir, 'hard'))
      await mkdir(join(dir, 'folder'))
      for (const name of ['symbolic', 'dangling', 'hard', 'folder'])
        expect(await rejectionOf(fetching(join(dir, name), [whole]))).to.be.instanceOf(RefusedError)
      expect(await readFile(outside, 'utf8')).to.equal('mine')
      expect(await rejectionOf(stat(join(dir, 'nowhere')))).to.have.property('code', 'ENOENT')
    }))

  it('holds little of a large file in memory: no piece is asked for before the one before is written', () =>
    inFolder(async (target) => {
      const piece = Buffer.alloc(256 * 1024, 'x')
      const count = 200
      const size = piece.length * count
      let sent = 0
      let farthest = 0
      const body = new ReadableStream<Uint8Array>(
        {
          async pull(controller) {
            farthest = Math.max(farthest, sent - (await stat(target)).size)
            if (sent === size) return controller.close()
            controller.enqueue(piece)
            sent += piece.length
          },
        },
        {highWaterMark: 0},
      )
      const file = {path: 'large', size, oid: gitBlobId(Buffer.alloc(size, 'x'))}
      await fetching(target, [() => ({from: 0, body})], {file})
      expect(sent).to.equal(size)
      expect(farthest).to.be.at.most(2 * piece.length)
    }))
})
