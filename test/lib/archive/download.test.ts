import {expect} from 'chai'
import {link, mkdir, readFile, stat, symlink, writeFile} from 'node:fs/promises'
import {join} from 'node:path'

import {type Download, fetchFile} from '../../../src/lib/archive/download.js'
import {CancelledError, RefusedError} from '../../../src/lib/base/errors.js'
import {HubError, HubUnreachableError} from '../../../src/lib/hub/errors.js'
import {refusal, rejectionOf} from '../../support/builders.js'
import {fileOf, withFolder} from './support.js'

const CONTENT = 'The quick brown fox jumps over the lazy dog.'
const FILE = fileOf('notes.txt', CONTENT)

/** A body of these pieces; one that is an error breaks it off. */
async function* bodyOf(...pieces: Array<Error | string>): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) {
    if (piece instanceof Error) throw piece
    yield Buffer.from(piece)
  }
}

const BROKEN = new HubUnreachableError('The answer of the Hub broke off.')
type Answer = (start: number) => {from: number; body: AsyncIterable<Uint8Array>}

const whole: Answer = (start) => ({from: start, body: bodyOf(CONTENT.slice(start))})
const broken =
  (length: number, ...end: [] | [Error]): Answer =>
  (start) => ({from: start, body: bodyOf(CONTENT.slice(start, start + length), ...end)})
const always =
  (...pieces: string[]): Answer =>
  () => ({from: 0, body: bodyOf(...pieces)})
const times = (count: number, answer: Answer) => Array.from<Answer>({length: count}).fill(answer)

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
      async download(_name, _commit, {start = 0}) {
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
  const [part, wrong] = [CONTENT.slice(0, 10), CONTENT.toUpperCase()]
  const dripping = [...times(12, broken(1, BROKEN)), whole]
  for (const [title, before, answers, starts] of [
    ['brings it onto the disk', '', [whole], [0]],
    ['asks for nothing where the file is there already', CONTENT, [], []],
    ['asks only for what is missing of a part', part, [whole], [10]],
    ['starts over where the Hub sends all although a part was asked for', part, [always(CONTENT)], [10]],
    [
      'resumes where a body breaks off or ends early',
      '',
      [broken(10, BROKEN), broken(5), whole],
      [0, 10, 15],
    ],
    ['does not give up as long as something comes each time', '', dripping, [...dripping.keys()]],
    ['fetches again what does not fit after it was completed', 'Something else', [whole, whole], [14, 0]],
    ['replaces a file of the right size and does not match', wrong, [whole], [0]],
    ['replaces a file that is too long', `${CONTENT}x`, [whole], [0]],
  ] as Array<[string, string, Answer[], number[]]>)
    it(title, () =>
      inFolder(async (target) => {
        if (before !== '') await writeFile(target, before)
        expect(await fetching(target, answers)).to.deep.equal(starts)
        expect(await readFile(target, 'utf8')).to.equal(CONTENT)
      }),
    )

  it('gives up after a few times in which nothing came, and leaves what came before for the next time', () =>
    inFolder(async (target) => {
      const error = await rejectionOf(fetching(target, [broken(5, BROKEN), ...times(20, broken(0, BROKEN))]))
      expect(error).to.be.instanceOf(HubUnreachableError)
      expect(await readFile(target, 'utf8')).to.equal(CONTENT.slice(0, 5))
    }))

  it('refuses what comes wrong twice, and leaves nothing of it', () =>
    inFolder(async (target) => {
      const {message} = await rejectionOf(fetching(target, times(2, always(wrong))))
      expect(message).to.include('does not match')
      expect(await rejectionOf(stat(target))).to.have.property('code', 'ENOENT')
    }))

  it('never writes more than the Hub lists', () =>
    inFolder(async (target) => {
      const error = await rejectionOf(fetching(target, times(20, always(CONTENT, 'and more'))))
      expect(error.message).to.include('sent more')
      expect((await stat(target)).size).to.be.at.most(FILE.size)
    }))

  it('makes an empty file without asking, and checks one in LFS by its SHA-256', () =>
    inFolder(async (target) => {
      expect(await fetching(target, [], {file: fileOf('empty', '')})).to.deep.equal([])
      expect((await stat(target)).size).to.equal(0)
      const file = {...FILE, sha256: '0'.repeat(64)}
      expect(await rejectionOf(fetching(target, [whole, whole], {file}))).to.be.instanceOf(RefusedError)
    }))

  it('does not retry what failed before there was a body: the transport has done so', () =>
    inFolder(async (target) => {
      expect(await rejectionOf(fetching(target, [refusal(503), whole]))).to.be.instanceOf(HubError)
    }))

  it('ends at once where the signal is aborted, in a body and in a pause', () =>
    inFolder(async (target) => {
      const cancelled = new CancelledError('Interrupted.')
      expect(await rejectionOf(fetching(target, [broken(5, cancelled)]))).to.equal(cancelled)
      const hub = {download: async () => broken(1, BROKEN)(0), pause: () => Promise.reject(cancelled)}
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
})
