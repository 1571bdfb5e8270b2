import {type Command, CommandHelp, type Config, Flags, Parser} from '@oclif/core'
import {expect} from 'chai'

import {SmoltraceCommandHelp} from '../../src/cli/help/command-help.js'
import {splitArguments} from '../../src/cli/host/words.js'
import {EXIT_WORDS, formatExitCodes} from '../../src/lib/base/exit-codes.js'
import {findCommands, runCli} from '../support/cli.js'
import {shellWords} from '../support/shell-words.js'

type Described = Command.Loadable & {exitCodes: Array<keyof typeof EXIT_WORDS>}

const GROUPS = [
  'SELECTION',
  'RETENTION',
  'SCOPE',
  'SAFETY',
  'PLAN',
  'PROTECTION',
  'SANDBOX',
  'OUTPUT',
  'CONNECTION',
]

describe('the help of every command', () => {
  let config: Config
  let commands: Described[]

  before(async () => {
    config = await findCommands()
    commands = config.commands.filter(({id}) => !/^(help$|smoltrace:)/.test(id)) as Described[]
  })

  /** Lines of a help class at a width. */
  function linesOf(command: Command.Loadable, width: number, Shown: typeof CommandHelp): string[] {
    const id = command.id.replaceAll(':', ' ')
    return new Shown({...command, id}, config, {maxWidth: width, stripAnsi: true}).generate().split('\n')
  }

  it('is looked at for all of them', () => expect(commands.length).to.be.at.least(13))

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

  it('has each example but once', () => {
    for (const {id, examples = []} of commands) {
      const lines = examples.map((example) => (typeof example === 'string' ? example : example.command))
      expect(new Set(lines).size, id).to.equal(lines.length)
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
      const own = linesOf(command, 80, SmoltraceCommandHelp)
      const codes = formatExitCodes(command.exitCodes).split('\n')
      expect(own.slice(-codes.length - 1), command.id).to.deep.equal([
        'EXIT CODES',
        ...codes.map((line) => `  ${line}`),
      ])
    }
  })

  for (const width of [60, 80, 120]) {
    it(`fits into ${width} columns, and says the summary once`, () => {
      for (const command of commands) {
        const lines = linesOf(command, width, SmoltraceCommandHelp)
        for (const line of lines) expect(line.length, line).to.be.at.most(width)
        expect(lines.join(' ')).not.to.include(command.summary)
      }
    })
  }

  it('is called and exemplified on the first screen', () => {
    for (const command of commands) {
      const lines = linesOf(command, 80, SmoltraceCommandHelp)
      const [usage, examples] = ['USAGE', 'EXAMPLES'].map((title) => lines.indexOf(title))
      expect(usage, command.id).to.equal(0)
      expect(examples, command.id).to.be.within(3, 8)
    }
  })

  it('has the groups in one order, the same of every command', () => {
    for (const command of commands) {
      const titles = linesOf(command, 80, SmoltraceCommandHelp).flatMap(
        (line) => /^(\w+) FLAGS$/.exec(line)?.[1] ?? [],
      )
      expect(titles, command.id).to.deep.equal(GROUPS.filter((group) => titles.includes(group)))
      expect(titles.slice(-1)).to.satisfy(([last]: string[]) => last === 'CONNECTION' || last === 'OUTPUT')
    }
  })
})

describe('the help of a stranger', () => {
  const Stranger = {
    id: 'stranger',
    args: {},
    aliases: [],
    examples: ['<%= config.bin %> stranger'],
    description: 'Does something.',
    flags: {
      plain: Flags.boolean({name: 'plain', summary: 'Of no group.'}),
      old: Flags.boolean({hidden: true}),
    },
  }

  it('is shown too, though it has no exit codes and no groups', async () => {
    const config = await findCommands()
    const help = new SmoltraceCommandHelp(Stranger as never, config, {maxWidth: 80, stripAnsi: true})
    expect(help.generate()).to.equal(`USAGE
  $ smoltrace stranger [FLAGS]

EXAMPLES
  $ smoltrace stranger

DESCRIPTION
  Does something.

FLAGS
  --plain  Of no group.`)
  })
})

describe('smoltrace alone', () => {
  for (const argv of [[], ['--help'], ['help'], ['--help', '--no-color']]) {
    it(`says where to start: ${argv.join(' ') || 'no words'}`, async () => {
      const {stdout, stderr, exitCode} = await runCli(argv)
      expect({stderr, exitCode}).to.deep.equal({stderr: '', exitCode: 0})
      expect(stdout).to.include('$ smoltrace sandbox cleanup --keep-recent 3').and.include('hf auth login')
      expect(stdout).to.include('$ smoltrace runs group').and.include('$ smoltrace cleanup --older-than 30d')
      expect(stdout)
        .to.match(/^ {2}leaderboard {2,}\S/m)
        .and.to.match(/^ {2}restore {2,}\S/m)
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
