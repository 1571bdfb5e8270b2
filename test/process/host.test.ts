import {expect} from 'chai'
import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {mkdirSync, mkdtempSync, symlinkSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {text} from 'node:stream/consumers'

import {root} from '../support/cli.js'
import {deletionsAt, withHub} from '../support/hub.js'
import {cleanEnv} from '../support/process.js'

/** Another oclif CLI that has our package as a plugin, and a command `cleanup` of its own. */
function makeHost(): string {
  const host = mkdtempSync(join(tmpdir(), 'smoltrace-host-'))
  const pjson = {
    name: 'mycli',
    version: '1.0.0',
    type: 'module',
    dependencies: {smoltrace: '*'},
    oclif: {
      bin: 'mycli',
      dirname: 'mycli',
      commands: './commands',
      topicSeparator: ' ',
      plugins: ['smoltrace'],
    },
  }
  mkdirSync(join(host, 'commands'))
  mkdirSync(join(host, 'node_modules/@oclif'), {recursive: true})
  symlinkSync(root, join(host, 'node_modules/smoltrace'))
  symlinkSync(join(root, 'node_modules/@oclif/core'), join(host, 'node_modules/@oclif/core'))
  writeFileSync(join(host, 'package.json'), JSON.stringify(pjson))
  writeFileSync(
    join(host, 'commands/cleanup.js'),
    `import {Command} from '@oclif/core'
export default class Cleanup extends Command {
  static strict = false
  async run() {
    this.log('the own cleanup of the host')
  }
}
`,
  )
  writeFileSync(
    join(host, 'run.js'),
    "import {execute} from '@oclif/core'\nawait execute({dir: import.meta.url})\n",
  )
  return host
}

describe('the plugin in a host', () => {
  const host = makeHost()

  const run = async (argv: string[], env: Record<string, string>) => {
    const child = spawn(process.execPath, [join(host, 'run.js'), ...argv], {
      env: {...env, OCLIF_DISABLE_LINKED_ESM_WARNING: '1'},
    })
    const [stdout, stderr, [exitCode]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close') as Promise<[number]>,
    ])
    return {stdout, stderr, exitCode}
  }

  it('answers to its topic where the host has a command of the same name', () =>
    withHub({runs: 4}, async (hub) => {
      const {stdout, exitCode} = await run(['smoltrace', 'cleanup', '--keep-recent', '1'], cleanEnv(hub))
      expect(exitCode).to.equal(0)
      expect(stdout)
        .to.include('Runs to delete: ')
        .and.include('mycli smoltrace cleanup --keep-recent 1 --no-dry-run')
      expect(deletionsAt(hub)).to.deep.equal([])
    }))

  it("never runs the host's own command in the sandbox: a rehearsal would become the real thing", async () => {
    const {stdout, exitCode} = await run(['sandbox', 'cleanup', '--keep-recent', '1'], cleanEnv())
    expect(exitCode).to.equal(0)
    expect(stdout).to.include('Cleanup: dry run').and.not.include('the own cleanup of the host')
    expect(stdout).to.include('mycli smoltrace sandbox cleanup --keep-recent 1 --no-dry-run')
  })
})
