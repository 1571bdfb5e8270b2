import {expect} from 'chai'
import {readdir} from 'node:fs/promises'
import {join} from 'node:path'

import {type ArchiveResult} from '../../src/lib/archive/archive.js'
import {
  ARCHIVE_SCRIPT,
  archiveAt,
  CREATED,
  FILES,
  NAME,
  runScript,
  stagedIn,
  withFolder,
} from '../lib/archive/support.js'
import {withHub} from '../support/hub.js'

/** The largest file that may be written, in blocks of half a kB or of a whole one, as the shell has it. */
const LIMIT = 'ulimit -f 1000'

describe('archiving onto a disk that takes no more', () => {
  if (process.platform === 'win32') return

  it('says so, looks unfinished, and goes on once there is room', () =>
    withHub({seed: 'empty'}, (hub) =>
      withFolder(async (dir) => {
        const files = {...FILES, 'large.bin': Buffer.alloc(2_000_000, 'x')}
        hub.state.addDataset({name: NAME, createdAt: CREATED, files})
        const printed = await runScript(ARCHIVE_SCRIPT, hub, dir, LIMIT)
        const [[, result] = []] = JSON.parse(printed) as Array<[string, ArchiveResult]>
        expect(result?.status).to.equal('failed')
        expect(result).to.have.property('reason').that.includes('too large for this disk')
        expect(await readdir(join(dir, 'mira')))
          .to.deep.equal(stagedIn(dir))
          .and.have.length(1)
        expect((await archiveAt(hub, dir)).get(NAME)?.status).to.equal('archived')
      }),
    ))
})
