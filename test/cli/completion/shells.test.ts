import {expect} from 'chai'
import {execFileSync} from 'node:child_process'
import {mkdtempSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {shellOf} from '../../../src/cli/completion/shell-arg.js'
import {SETUPS} from '../../../src/cli/completion/shells.js'
import {UsageError} from '../../../src/lib/base/errors.js'

describe('the line that tells a shell of the completion', () => {
  it('is read by a shell as it stands, whatever the folder is called', () => {
    const file = join(mkdtempSync(join(tmpdir(), "it's $HOME `a` ")), 'setup')
    const line = SETUPS.bash.line(file)
    expect(SETUPS.zsh.line(file)).to.equal(line)
    expect(execFileSync('sh', ['-c', `${line}; echo done`], {encoding: 'utf8'})).to.equal('done\n')
    writeFileSync(file, 'echo here\n')
    expect(execFileSync('sh', ['-c', line], {encoding: 'utf8'})).to.equal('here\n')
  })

  it('is in PowerShell quoted as it wants it', () => {
    expect(SETUPS.powershell.line(String.raw`C:\it's here`)).to.equal(
      String.raw`if (Test-Path 'C:\it''s here') { . 'C:\it''s here' }`,
    )
    expect(SETUPS.powershell.line(String.raw`C:\Zoë’s`)).to.include(String.raw`'C:\Zoë’’s'`)
  })
})

describe('the shell that is meant', () => {
  for (const [given, used, shell] of [
    ['zsh', 'bash', 'zsh'],
    [undefined, 'bash', 'bash'],
    [undefined, 'powershell', 'powershell'],
    [undefined, 'pwsh', 'powershell'],
    [undefined, String.raw`C:\Git\bin\bash.exe`, 'bash'],
  ] as const) {
    it(`is ${shell} for ${given ?? 'none'} in ${used}`, () => {
      expect(shellOf(given, used)).to.equal(shell)
    })
  }

  for (const used of ['fish', 'cmd.exe', 'unknown', '']) {
    it(`has to be named in ${used || 'none'}`, () => {
      expect(() => shellOf(undefined, used)).to.throw(UsageError, 'bash, zsh, powershell')
    })
  }
})
