import {expect} from 'chai'
import {execFileSync} from 'node:child_process'
import {mkdtempSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {checkSummaryFile} from '../../src/cli/summary-command.js'
import {UsageError} from '../../src/lib/base/errors.js'
import {rejectionOf} from '../support/builders.js'

describe('the file of a summary', () => {
  let folder: string
  const at = (name: string) => join(folder, name)
  const whyNot = async (file: string, files: Record<string, string | undefined> = {}) => {
    const error = await rejectionOf(checkSummaryFile(file, files))
    expect(error).to.be.instanceOf(UsageError)
    return error.message
  }

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'smoltrace-summary-'))
  })

  it('is refused where it cannot be one, with the flag and the reason', async () => {
    expect(await whyNot('')).to.equal('--summary "" is not a file name.')
    expect(await whyNot(folder)).to.match(/^--summary .*: it is a folder/)
    expect(await whyNot(at('no/s.md'))).to.match(/^--summary .*: it cannot be written to \(ENOENT/)
    expect(await whyNot('/dev/null')).to.include('not a regular file')
  })

  it('is refused where opening it would wait for ever', async function () {
    if (process.platform === 'win32') this.skip()
    execFileSync('mkfifo', [at('pipe')])
    expect(await whyNot(at('pipe'))).to.include('not a regular file')
  })

  it('is never a file that the command reads or writes, by whatever name', async () => {
    writeFileSync(at('policy.yaml'), 'version: 1\n')
    symlinkSync(at('policy.yaml'), at('link'))
    for (const name of [at('policy.yaml'), at('link'), join(folder, '.', 'x', '..', 'policy.yaml')])
      expect(await whyNot(name, {policy: at('policy.yaml')})).to.include('it is already the file of --policy')
    expect(await whyNot(at('new.json'), {plan: join(folder, '/./new.json')})).to.include('--plan')
    symlinkSync(folder, at('same'))
    expect(await whyNot(at('same/new.json'), {plan: at('new.json')})).to.include('--plan')
    expect(readFileSync(at('policy.yaml'), 'utf8')).to.equal('version: 1\n')
  })
})
