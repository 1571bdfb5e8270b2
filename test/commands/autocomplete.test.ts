import {expect} from 'chai'
import {existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {runCli} from '../support/cli.js'

describe('autocomplete', () => {
  let cache: string
  let folder: string
  const run = (words: string, env: Record<string, string> = {}) =>
    runCli(words.split(' '), {SMOLTRACE_CACHE_DIR: cache, ...env})
  const textOf = (file: string) => readFileSync(join(folder, file), 'utf8')

  beforeEach(() => {
    cache = mkdtempSync(join(tmpdir(), 'smoltrace-cache-'))
    folder = join(cache, 'autocomplete')
  })

  for (const [shell, profile] of [
    ['bash', '~/.bashrc'],
    ['zsh', '~/.zshrc'],
    ['powershell', '$PROFILE'],
  ] as const) {
    it(`says how ${shell} is told of it`, async () => {
      const {stdout, stderr, exitCode} = await run(`autocomplete ${shell}`)
      expect({stderr, exitCode}).to.deep.equal({stderr: '', exitCode: 0})
      expect(stdout).to.include(`smoltrace autocomplete script ${shell}`).and.include(`to ${profile}.`)
      const {install, ...document} = JSON.parse((await run(`autocomplete ${shell} --json`)).stdout)
      expect(document).to.deep.equal({
        schemaVersion: 1,
        command: 'autocomplete',
        shell,
        profile,
        warnings: [],
      })
      expect(stdout).to.include(`\n  ${install}\n`)
    })

    it(`prints the line for ${shell} that reads what was written`, async () => {
      await run('autocomplete --refresh-cache')
      const {stdout} = await run(`autocomplete script ${shell}`)
      const {line} = JSON.parse((await run(`autocomplete script ${shell} --json`)).stdout)
      expect(stdout).to.equal(`\n# smoltrace autocomplete\n${line}\n`)
      const [, file = ''] = /'([^']+)'/.exec(line) ?? []
      expect(readFileSync(file, 'utf8')).to.include('smoltrace')
    })
  }

  it('completes for zsh and PowerShell the commands, their flags and the values of flags', async () => {
    await run('autocomplete --refresh-cache')
    expect(textOf('zsh/_smoltrace')).to.match(/^#compdef smoltrace\n/)
    expect(textOf('zsh/_smoltrace')).to.include('--only"[').and.include('(results traces metrics)')
    expect(textOf('zsh/_smoltrace')).to.include('_smoltrace_runs()').and.include('--no-dry-run"[')
    expect(textOf('powershell_setup.ps1'))
      .to.include('Register-ArgumentCompleter -Native -CommandName smoltrace')
      .and.include('"no-dry-run" = @{')
  })

  it('goes by the shell that is in use, and asks for one that it knows', async () => {
    expect((await run('autocomplete', {SHELL: '/bin/zsh'})).stdout).to.include('~/.zshrc')
    const {stdout, stderr, exitCode} = await run('autocomplete', {SHELL: '/bin/fish'})
    expect({stdout, exitCode}).to.deep.equal({stdout: '', exitCode: 2})
    expect(stderr).to.match(/^Error: Name the shell, "fish" is none of these: bash, zsh, powershell\.\n/)
  })

  it('says in one line where nothing can be written', async () => {
    writeFileSync(folder, '')
    const {stdout, stderr, exitCode} = await run('autocomplete bash')
    expect({stdout, exitCode}).to.deep.equal({stdout: '', exitCode: 1})
    expect(stderr).to.match(/^Error: .*\n(?: {2}\S.*\n)+$/)
  })

  describe('after an update', () => {
    it('is renewed by the first command that runs, without a word', async () => {
      await run('autocomplete --refresh-cache')
      const [completion, version] = [textOf('bash_setup'), textOf('version')]
      writeFileSync(join(folder, 'bash_setup'), 'old')
      await run('history')
      expect(textOf('bash_setup')).to.equal('old')
      writeFileSync(join(folder, 'version'), '0.0.1')
      const {stderr, exitCode} = await run('history --json')
      expect({stderr, exitCode}).to.deep.equal({stderr: '', exitCode: 0})
      expect([textOf('bash_setup'), textOf('version')]).to.deep.equal([completion, version])
    })

    it('leaves those alone who do not use it', async () => {
      await run('history')
      expect(existsSync(folder)).to.equal(false)
    })

    it('takes no part in how the command ends', async () => {
      await run('autocomplete --refresh-cache')
      writeFileSync(join(folder, 'version'), '0.0.1')
      // A file cannot be put in the place of a folder.
      rmSync(join(folder, 'bash_setup'))
      mkdirSync(join(folder, 'bash_setup'))
      const {stderr, exitCode} = await run('history')
      expect({stderr, exitCode}).to.deep.equal({stderr: '', exitCode: 0})
    })
  })
})
