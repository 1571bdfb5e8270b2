import {expect} from 'chai'
import {mkdtempSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {makeFolder} from '../../../src/lib/base/make-folder.js'
import {rejectionOf} from '../../support/builders.js'

describe('making a folder', () => {
  let root: string

  before(() => {
    root = mkdtempSync(join(tmpdir(), 'smoltrace-folder-'))
  })

  after(() => rmSync(root, {recursive: true}))

  it('makes those above it as well, and says which is the outermost', async () => {
    const path = join(root, 'a', 'b', 'c')
    expect(await makeFolder(path, 0o700)).to.equal(join(root, 'a'))
    expect(statSync(path).isDirectory()).to.equal(true)
    if (process.platform !== 'win32') expect(statSync(join(root, 'a')).mode % 0o1000).to.equal(0o700)
  })

  it('leaves alone what is there', async () => {
    expect(await makeFolder(root)).to.equal(undefined)
    expect(await makeFolder('/')).to.equal(undefined)
  })

  it('may be done by several at once', async () => {
    const path = join(root, 'd', 'e', 'f')
    await Promise.all(Array.from({length: 8}, () => makeFolder(path)))
    expect(statSync(path).isDirectory()).to.equal(true)
  })

  it('fails where a file is in the way', async () => {
    writeFileSync(join(root, 'file'), '')
    expect(await rejectionOf(makeFolder(join(root, 'file')))).to.include({code: 'EEXIST'})
    expect(await rejectionOf(makeFolder(join(root, 'file', 'x', 'y')))).to.include({code: 'ENOTDIR'})
  })

  it('fails, and ends, where the system lets nobody make one', async function () {
    if (process.platform !== 'linux') this.skip()
    expect(await rejectionOf(makeFolder('/proc/smoltrace/x'))).to.include({code: 'ENOENT'})
  })
})
