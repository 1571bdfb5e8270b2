import {expect} from 'chai'
import {symlink, writeFile} from 'node:fs/promises'
import {join} from 'node:path'

import {fingerprint, openToRead} from '../../../src/lib/archive/disk.js'
import {rejectionOf} from '../../support/builders.js'
import {withFolder} from './support.js'

describe('reading an archive', () => {
  it('[S20] follows no link, whatever it leads to', function () {
    if (process.platform === 'win32') return this.skip()
    return withFolder(async (dir) => {
      await writeFile(join(dir, 'file'), 'the same')
      await symlink(join(dir, 'file'), join(dir, 'link'))
      await symlink('/dev/zero', join(dir, 'endless'))
      for (const name of ['link', 'endless']) {
        expect(await rejectionOf(openToRead(join(dir, name)))).to.have.property('code', 'ELOOP')
        expect(await rejectionOf(fingerprint(join(dir, name)))).to.have.property('code', 'ELOOP')
      }
    })
  })
})
