import {expect} from 'chai'
import {copyFileSync, mkdirSync, mkdtempSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {root} from '../support/cli.js'
import {withHub} from '../support/hub.js'
import {cleanEnv, run} from '../support/process.js'

describe('--no-color before the command', () => {
  const coloured = {FORCE_COLOR: '1'}

  it('turns colours off, whatever command follows', () =>
    withHub({runs: 3}, async (hub) => {
      const env = cleanEnv(hub, coloured)
      const plain = await run(['--no-color', 'runs', 'group', '--older-than', 'nonsense'], env)
      expect(plain.exitCode).to.equal(2)
      expect(plain.stderr).to.match(/^Error: /)
      const without = await run(['runs', 'group', '--older-than', 'nonsense'], env)
      expect(without.stderr).to.equal(plain.stderr.replace('Error:', '\u001B[31mError:\u001B[39m'))
      expect((await run(['--no-color', 'runs', 'group'], env)).stdout).to.include('3 runs')
    }))

  for (const [words, text] of [
    ['--no-color --help', 'FIRST STEPS'],
    ['--no-color --version', 'smoltrace/'],
  ] as const) {
    it(`is not a command in ${words}`, async () => {
      const {stdout, stderr, exitCode} = await run(words.split(' '), cleanEnv(undefined, coloured))
      expect({stderr, exitCode}).to.deep.equal({stderr: '', exitCode: 0})
      expect(stdout)
        .to.include(text)
        .and.not.match(/\u001B/)
    })
  }
})

describe('a clone that is not built', () => {
  it('says so in place of a stack', async () => {
    const clone = mkdtempSync(join(tmpdir(), 'smoltrace-clone-'))
    mkdirSync(join(clone, 'bin'))
    for (const file of ['bin/run.js', 'package.json']) copyFileSync(join(root, file), join(clone, file))
    const finished = await run(['--version'], cleanEnv(), join(clone, 'bin/run.js'))
    expect(finished).to.deep.equal({
      stdout: '',
      stderr: 'Error: the program is not built yet.\n  npm run build\n',
      exitCode: 1,
    })
  })
})
