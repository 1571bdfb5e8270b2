import {type Command, CommandHelp, type Config, Parser} from '@oclif/core'
import {expect} from 'chai'

import {ShortCommandHelp, SmoltraceCommandHelp} from '../../src/cli/help/help.js'
import {splitArguments} from '../../src/cli/host/words.js'
import {EXIT_WORDS, formatExitCodes} from '../../src/lib/base/exit-codes.js'
import {findCommands, runCli} from '../support/cli.js'
import {expectGolden} from '../support/golden.js'
import {shellWords} from '../support/shell-words.js'

type Described = Command.Loadable & {exitCodes: Array<keyof typeof EXIT_WORDS>}

const GROUPS = 'SELECTION RETENTION SCOPE SAFETY PLAN PROTECTION SANDBOX OUTPUT CONNECTION'.split(' ')

describe('the help of every command', () => {
  let config: Config
  let commands: Described[]

  before(async () => {
    config = await findCommands()
    commands = config.commands.filter(({id}) => !/^(help$|smoltrace:)/.test(id)) as Described[]
  })

  function linesOf(command: Command.Loadable, maxWidth: number, HelpClass = SmoltraceCommandHelp): string[] {
    const id = command.id.replaceAll(':', ' ')
    const help = new HelpClass({...command, id}, config, {maxWidth, stripAnsi: true, flagSortOrder: 'none'})
    return help.generate().split('\n')
  }

  it('fits on a screen with -h, a line for each flag', () => {
    const screens = commands.map((command) => {
      // oclif writes the summary and a blank line above, and one below.
      const lines = [command.summary ?? '', '', ...linesOf(command, 80, ShortCommandHelp), '']
      expect(lines.length, command.id).to.be.at.most(24)
      for (const line of lines) expect(line.length, line).to.be.at.most(80)
      const flags = lines.slice(lines.indexOf('FLAGS')).filter((line) => /^ {2,}\S/.test(line))
      for (const line of flags) expect(line, command.id).to.match(/^ {2}(?:--|All flags)/)
      return [`$ smoltrace ${command.id.replaceAll(':', ' ')} -h`, ...lines].join('\n')
    })
    expectGolden('help.txt', `${screens.join('\n')}`)
  })

  it('breaks no command that it names where a terminal is narrow', () => {
    for (const command of commands) {
      const id = command.id.replaceAll(':', ' ')
      expect(linesOf(command, 40, ShortCommandHelp).at(-1), id).to.match(
        new RegExp(`smoltrace ${id} --help$`),
      )
    }
  })

  it('is the short one with -h alone', async () => {
    const short = await runCli(['cleanup', '-h'])
    const long = await runCli(['cleanup', '--help'])
    const sandbox = await runCli(['sandbox', 'cleanup', '-h'])
    expect([short, long, sandbox].map(({exitCode}) => exitCode)).to.deep.equal([0, 0, 0])
    expect(short.stdout).to.include('--max-delete').and.not.to.include('--group-by')
    expect(long.stdout).to.include('--group-by').and.include('EXIT CODES')
    expect(sandbox.stdout).to.equal(short.stdout)
  })

  it('has a summary of one line, and each flag a summary and a group', () => {
    for (const {id, summary = '', flags} of commands) {
      expect(summary, id).to.match(/^\S.{10,63}\.$/)
      for (const flag of Object.values(flags)) {
        expect(flag.summary, `${id} --${flag.name}`).to.match(/^\S.{10,}\.$/)
        expect(GROUPS, `${id} --${flag.name}`).to.include(flag.helpGroup)
      }
    }
  })

  it('has three examples, each with a sentence and a command line that is understood', async () => {
    for (const command of commands) {
      const {id, examples = []} = command
      expect(examples.length, id).to.be.at.least(3)
      for (const example of examples) {
        if (typeof example === 'string') throw new Error(`${id}: an example without a sentence`)
        expect(example.description, id).to.match(/^[A-Z].{7,}:$/)
        await understand(example.command, command)
      }
    }
  })

  /** Parses an example as oclif would. */
  async function understand(line: string, command: Command.Loadable): Promise<void> {
    const shown = {...command, id: command.id.replaceAll(':', ' ')}
    const rendered = new Rendering(shown, config, {maxWidth: 80}).line(line)
    const [called = ''] = rendered.split(/ (?:\||>>?) /)
    const [bin, ...words] = shellWords(called)
    expect(bin, rendered).to.equal(config.bin)
    await parse(words, rendered)
  }

  async function parse(words: string[], line: string): Promise<void> {
    const length = config.findCommand(words.slice(0, 2).join(':')) ? 2 : 1
    const CommandClass = await config.findCommand(words.slice(0, length).join(':'), {must: true}).load()
    const argv = words.slice(length)
    const {own, inner} = words[0] === 'sandbox' ? splitArguments(argv) : {own: argv, inner: []}
    const {args, baseFlags, flags, strict} = CommandClass
    try {
      await Parser.parse(own, {args, flags: {...baseFlags, ...flags}, strict})
    } catch (error) {
      throw new Error(`${line}: ${String(error)}`)
    }

    if (inner.length > 0) await parse(inner, line)
  }

  it('ends with its exit codes', () => {
    for (const command of commands) {
      expect(command.exitCodes, command.id).to.include.members([0, 1, 2])
      const own = linesOf(command, 80)
      const codes = formatExitCodes(command.exitCodes).split('\n')
      expect(own.slice(-codes.length - 1), command.id).to.deep.equal([
        'EXIT CODES',
        ...codes.map((line) => `  ${line}`),
      ])
    }
  })

  for (const width of [80, 120]) {
    it(`fits into ${width} columns, and says the summary once`, () => {
      for (const command of commands) {
        const lines = linesOf(command, width)
        for (const line of lines) expect(line.length, line).to.be.at.most(width)
        expect(lines.join(' ')).not.to.include(command.summary)
      }
    })
  }

  it('shows calls and examples on the first screen, and the groups of all commands last', () => {
    for (const command of commands) {
      const lines = linesOf(command, 80)
      expect(lines[0], command.id).to.equal('USAGE')
      expect(lines.indexOf('EXAMPLES'), command.id).to.be.within(3, 8)
      const groups = lines.filter((line) => line.endsWith(' FLAGS'))
      const last = groups.filter((group) => /^(?:OUTPUT|CONNECTION) /.test(group))
      expect(groups.slice(-last.length), command.id).to.deep.equal(last)
    }
  })
})

describe('smoltrace alone', () => {
  for (const argv of [[], ['help'], ['--help', '--no-color']]) {
    it(`says where to start: ${argv.join(' ') || 'no words'}`, async () => {
      const {stdout, stderr, exitCode} = await runCli(argv)
      expect({stderr, exitCode}).to.deep.equal({stderr: '', exitCode: 0})
      expect(stdout).to.match(/^smoltrace [^]*\n {4}\$ smoltrace runs group\n[^]*\n {2}restore {2,}\S/)
      const lines = stdout.trimEnd().split('\n')
      expect(lines.length).to.be.at.most(24)
      for (const line of lines) expect(line.length, line).to.be.at.most(80)
    })
  }
})

/** Renders as help does. */
class Rendering extends CommandHelp {
  line(text: string): string {
    return this.render(text)
  }
}
