import {expect} from 'chai'
import {mkdtempSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {RefusedError, UsageError} from '../../../src/lib/base/errors.js'
import {
  findTarget,
  makeFolder,
  replaceFile,
  type TargetRules,
  writeAtomically,
} from '../../../src/lib/base/files.js'
import {rejectionOf} from '../../support/builders.js'

describe('a file that is written whole or not at all', () => {
  let folder: string
  let file: string
  const free: TargetRules = {name: '--x', async refuse() {}}
  const contents = {kind: 'page', advice: 'Try again.'}

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'smoltrace-whole-'))
    file = join(folder, 'page.html')
  })

  it('holds its text, and its size is in bytes', async () => {
    expect(await replaceFile(file, {...contents, text: 'äb'})).to.equal(3)
    expect(readFileSync(file, 'utf8')).to.equal('äb')
    writeFileSync(join(folder, 'usual'), '')
    expect(statSync(file).mode).to.equal(statSync(join(folder, 'usual')).mode)
  })

  it('stays as it was where the new one cannot be written, and leaves nothing next to it', async () => {
    const target = join(folder, 'x'.repeat(300))
    const error = await rejectionOf(replaceFile(target, {...contents, text: 'new'}))
    expect(error).to.be.instanceOf(RefusedError)
    expect(error.message).to.include('The page could not be written').and.include('ENAMETOOLONG')
    expect(readdirSync(folder)).to.deep.equal([])
  })

  it('is found behind a link, or takes its place and leaves alone what that leads to', async () => {
    const link = join(folder, 'link')
    writeFileSync(file, 'old')
    symlinkSync(file, link)
    expect(await findTarget(link, free)).to.equal(file)
    await writeAtomically(link, 'new')
    expect([file, link].map((path) => readFileSync(path, 'utf8'))).to.deep.equal(['old', 'new'])
  })

  it('is not a folder, no device, no empty name, and nothing that must stay', async () => {
    writeFileSync(file, 'old')
    const refuse = () => 'it must stay'
    for (const [path, message, target] of [
      ['', '--x needs a file name.', free],
      [folder, 'it is a folder', free],
      [`${file}2/`, 'it is a folder', free],
      ['/dev/null', 'not a regular file', {...free, refuse}],
      [join(folder, 'no', 'page'), 'its folder does not exist', free],
      [file, `--x ${file}: it must stay.`, {...free, refuse}],
    ] as const) {
      const error = await rejectionOf(findTarget(path, target))
      expect(error).to.be.instanceOf(UsageError)
      expect(error.message).to.include(message)
    }
  })
})

describe('making a folder', () => {
  const root = mkdtempSync(join(tmpdir(), 'smoltrace-folder-'))

  it('makes those above it as well, and says which is the outermost', async () => {
    const path = join(root, 'a', 'b', 'c')
    expect(await makeFolder(path, 0o700)).to.equal(join(root, 'a'))
    for (const there of [path, '/']) expect(await makeFolder(there)).to.equal(undefined)
    expect(statSync(path).isDirectory()).to.equal(true)
    if (process.platform !== 'win32') expect(statSync(join(root, 'a')).mode % 0o1000).to.equal(0o700)
  })

  it('may be done by several at once', async () => {
    const path = join(root, 'd', 'e', 'f')
    await Promise.all(Array.from({length: 8}, () => makeFolder(path)))
    expect(statSync(path).isDirectory()).to.equal(true)
  })

  it('fails where a file already exists there', async () => {
    writeFileSync(join(root, 'file'), '')
    for (const path of [join(root, 'file'), join(root, 'file', 'x', 'y')])
      expect(await rejectionOf(makeFolder(path))).to.include({code: 'EEXIST'})
  })

  it('fails, and ends, where the system does not let a folder be made', async function () {
    if (process.platform !== 'linux') this.skip()
    expect(await rejectionOf(makeFolder('/proc/smoltrace/x'))).to.include({code: 'ENOENT'})
  })
})
