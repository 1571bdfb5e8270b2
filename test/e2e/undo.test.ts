import {expect} from 'chai'
import {execFileSync} from 'node:child_process'
import {existsSync, readdirSync} from 'node:fs'
import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {deletionsAt, runDatasetsAt, until, withHub} from '../support/hub.js'
import {cleanEnv, run, start} from '../support/process.js'

const DELETE_ALL = ['cleanup', '--all', '--grace', '0', '--no-dry-run', '--yes']

describe('the whole program, when something goes wrong', () => {
  let folder: string
  let copies: string

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'smoltrace-undo-'))
    copies = join(folder, 'copies')
  })

  afterEach(() => rm(folder, {recursive: true, force: true}))

  it('gives everything back: archived, deleted, restored and archived again, diff finds no difference', () =>
    withHub({runs: 5}, async (hub) => {
      const env = cleanEnv(hub)
      const before = runDatasetsAt(hub)
      const visibilities = () => before.map((name) => hub.state.get(name)?.private)
      const wereVisible = visibilities()
      expect((await run([...DELETE_ALL, '--archive', copies], env)).exitCode).to.equal(0)
      expect(runDatasetsAt(hub)).to.deep.equal([])
      expect((await run(['restore', copies], env)).exitCode).to.equal(0)
      expect(runDatasetsAt(hub)).to.deep.equal(before)
      expect(visibilities()).to.deep.equal(wereVisible)

      const again = join(folder, 'again')
      expect((await run([...DELETE_ALL, '--archive', again], env)).exitCode).to.equal(0)
      for (const name of before) execFileSync('diff', ['-r', join(copies, name), join(again, name)])
    }))

  it('deletes nothing where it is interrupted while archiving, and goes on from there the next time', () =>
    withHub({runs: 6}, async (hub) => {
      const env = cleanEnv(hub)
      const isDownload = ({path}: {path: string}) =>
        path.includes('/resolve/') && !path.includes('protection.json')
      const letOn = hub.intercept({match: isDownload, skip: 9, hold: 'before'})
      const job = start([...DELETE_ALL, '--archive', copies], env)
      await until(
        'some files are under way',
        () => hub.requests.filter((request) => isDownload(request)).length > 9,
      )
      job.kill('SIGINT')
      const {exitCode, stderr} = await job.finished
      letOn()
      expect(exitCode).to.equal(130)
      expect(stderr).to.include('Nothing was deleted')
      expect(deletionsAt(hub)).to.deep.equal([])
      for (const entry of readdirSync(join(copies, 'mira')).filter((name) => name.endsWith('.json')))
        expect(existsSync(join(copies, 'mira', entry.replace('.json', ''), 'README.md'))).to.equal(true)

      const before = runDatasetsAt(hub)
      expect((await run([...DELETE_ALL, '--archive', copies], env)).exitCode).to.equal(0)
      expect(runDatasetsAt(hub)).to.deep.equal([])
      for (const name of before) expect(existsSync(join(copies, name, 'README.md'))).to.equal(true)
    }))
})
