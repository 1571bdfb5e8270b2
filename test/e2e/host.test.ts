import {expect} from 'chai'
import {mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {root} from '../support/cli.js'
import {withHub} from '../support/hub.js'
import {cleanEnv, run as runProgram} from '../support/process.js'

/** Another oclif CLI that has our package as a plugin, and a command `cleanup` of its own. */
function makeHost(topicSeparator: string): string {
  const host = mkdtempSync(join(tmpdir(), 'smoltrace-host-'))
  const pjson = {
    name: 'mycli',
    version: '1.0.0',
    type: 'module',
    dependencies: {smoltrace: '*'},
    oclif: {bin: 'mycli', dirname: 'mycli', commands: './commands', topicSeparator, plugins: ['smoltrace']},
  }
  mkdirSync(join(host, 'commands'))
  mkdirSync(join(host, 'node_modules/@oclif'), {recursive: true})
  installPackage(join(host, 'node_modules/smoltrace'))
  symlinkSync(join(root, 'node_modules/@oclif/core'), join(host, 'node_modules/@oclif/core'))
  writeFileSync(join(host, 'package.json'), JSON.stringify(pjson))
  writeFileSync(
    join(host, 'commands/cleanup.js'),
    `import {Command} from '@oclif/core'
export default class Cleanup extends Command {
  static strict = false
  static summary = 'The own cleanup of the host.'
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

/** As npm does: of a whole checkout oclif would run the sources, and each start would take twice as long. */
function installPackage(folder: string): void {
  const {devDependencies, ...pjson} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  expect(devDependencies).to.have.property('tsx')
  mkdirSync(folder)
  writeFileSync(join(folder, 'package.json'), JSON.stringify(pjson))
  for (const part of ['bin', 'dist']) symlinkSync(join(root, part), join(folder, part))
}

/** Of help that lists commands, the names of those that stand there. */
function listed(help: string): string[] {
  return [...help.matchAll(/^ {2}(\S+(?: \S+)*) {2,}\S/gm)].map(([, name = '']) => name)
}

for (const [separator, kind] of [
  [' ', 'blanks'],
  [':', 'colons'],
] as const) {
  describe(`the plugin in a host that separates words with ${kind}`, () => {
    const host = makeHost(separator)

    const run = (argv: string[], env: Record<string, string> = cleanEnv()) =>
      runProgram(argv, {...env, OCLIF_DISABLE_LINKED_ESM_WARNING: '1'}, join(host, 'run.js'))

    it("adds one topic to the host's own commands, and nothing else", async () => {
      const {stdout, exitCode} = await run(['--help'])
      expect(exitCode).to.equal(0)
      expect(listed(stdout)).to.deep.equal(['smoltrace', 'cleanup'])
      expect((await run(['cleanup'])).stdout).to.equal('the own cleanup of the host\n')
      expect((await run(['history'])).exitCode).to.equal(2)
    })

    for (const words of [[], ['--help']]) {
      it(`lists its commands at smoltrace ${words.join(' ')}`, async () => {
        const {stdout, stderr, exitCode} = await run(['smoltrace', ...words])
        expect({stderr, exitCode}).to.deep.equal({stderr: '', exitCode: 0})
        const names = 'datasets runs trash leaderboard plan policy cleanup restore history sandbox'
        const full = names.split(' ').map((name) => `smoltrace${separator}${name}`)
        expect(listed(stdout)).to.have.members(full)
      })
    }

    it('answers to the full name, with the same document as everywhere', () =>
      withHub({runs: 4}, async (hub) => {
        const words = separator === ' ' ? ['smoltrace', 'runs', 'group'] : ['smoltrace:runs:group']
        for (const argv of [words, ['smoltrace', 'runs', 'group']]) {
          const {stdout, stderr, exitCode} = await run([...argv, '--json'], cleanEnv(hub))
          expect({stderr, exitCode}).to.deep.equal({stderr: '', exitCode: 0})
          expect(JSON.parse(stdout)).to.include({schemaVersion: 1, command: 'runs group'})
        }
      }))

    it('ends with its own exit code, and says where to find help', async () => {
      const wrong = await run(['smoltrace', 'cleanup', '--no-such-flag'])
      expect(wrong.exitCode).to.equal(2)
      expect(wrong.stderr).to.include(`mycli smoltrace${separator}cleanup --help`)
      expect((await run(['smoltrace', 'runs', 'group'])).exitCode).to.equal(4)
    })

    it('calls other commands in its examples by their names in this host', async () => {
      const {stdout} = await run(['smoltrace', 'help', 'leaderboard', 'unprotect'])
      expect(stdout).to.include(`$ mycli ${['smoltrace', 'datasets', 'list'].join(separator)}\n`)
    })

    it('says so where there is no such command', async () => {
      const {stdout, stderr, exitCode} = await run(['smoltrace', 'clenup', '--all'])
      expect({stdout, exitCode}).to.deep.equal({stdout: '', exitCode: 2})
      expect(stderr).to.equal(`Error: Unknown command: "clenup".
  Did you mean: mycli smoltrace cleanup
  All commands: mycli smoltrace help
`)
      const help = await run(['smoltrace', 'help', 'clenup'])
      expect({...help}).to.deep.equal({stdout: '', stderr, exitCode: 2})
      const json = await run(['smoltrace', '--json', 'runs', 'group'])
      expect({...json, stdout: ''}).to.deep.equal({stdout: '', stderr: '', exitCode: 2})
      expect(JSON.parse(json.stdout).error.suggestions).to.deep.equal(['All commands: mycli smoltrace help'])
    })

    it("never runs the host's own command in the sandbox: a rehearsal would become the real thing", async () => {
      const {stdout, exitCode} = await run(['smoltrace', 'sandbox', 'cleanup', '--keep-recent', '1'])
      expect(exitCode).to.equal(0)
      expect(stdout).to.include('Cleanup: dry run').and.not.include('the own cleanup of the host')
      expect(stdout).to.include('mycli smoltrace sandbox cleanup --keep-recent 1 --no-dry-run')
    })
  })
}
