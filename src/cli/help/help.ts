import {type Command, CommandHelp, Help, type Interfaces} from '@oclif/core'
import {stripVTControlCharacters} from 'node:util'

import {type ExitCode, formatExitCodes} from '../../lib/base/exit-codes.js'
import {wrapText} from '../../lib/views/terminal/layout.js'
import {screenOf} from '../../lib/views/terminal/style.js'
import {HubCommand} from '../base-command.js'
import {formatAdvice} from '../errors/failure.js'
import {findByWords, namingWords, splitArguments} from '../host/words.js'
import {ENVIRONMENT, formatEnvironment} from './environment.js'

/** Lines that are longer are hard to read, however wide the terminal. */
const WIDEST = 100
/** First steps, in the order in which a new user takes them. */
const FIRST_STEPS: ReadonlyArray<readonly [why: string, command: string]> = [
  ['Try it, with no account and nothing to lose:', 'sandbox cleanup --keep-recent 3'],
  ['After `hf auth login`, or with HF_TOKEN set, list your runs:', 'runs group'],
  ['See what a cleanup would move to the trash (--no-dry-run moves it):', 'cleanup --older-than 30d --trash'],
]
/** The order in which commands are met; those not named here come before them. */
const ORDER = 'cleanup trash runs datasets leaderboard policy history restore sandbox autocomplete'.split(' ')

/** What other commands name where it helps: the list has to fit on a screen. */
const UNLISTED = new Set(['help', 'plan'])

/** Calls and examples have to be on the first screen. */
const SECTIONS = ['USAGE', 'EXAMPLES', 'DESCRIPTION', 'ARGUMENTS', 'FLAGS']
/** Groups of flags that other commands have too; a command's own come before them, in its order. */
const COMMON_GROUPS = ['OUTPUT', 'CONNECTION']

/** A command's help: oclif's, in another order, with exit codes. */
export class SmoltraceCommandHelp extends CommandHelp {
  protected override sections(): ReturnType<CommandHelp['sections']> {
    const {exitCodes = []} = this.command as {exitCodes?: readonly ExitCode[]}
    const all = super.sections()
    return [
      ...SECTIONS.flatMap((title) => all.filter(({header}) => header === title)),
      {header: 'EXIT CODES', generate: () => formatExitCodes(exitCodes)},
    ]
  }

  protected override groupFlags(flags: Command.Flag.Any[]): ReturnType<CommandHelp['groupFlags']> {
    const {mainFlags, flagGroups} = super.groupFlags(flags)
    const sorted = Object.entries(flagGroups).sort(
      ([a], [b]) => COMMON_GROUPS.indexOf(a) - COMMON_GROUPS.indexOf(b),
    )
    return {mainFlags, flagGroups: Object.fromEntries(sorted)}
  }

  protected override defaultUsage(): string {
    const args = Object.values(this.command.args ?? {}).map((arg) => this.arg(arg))
    return ['<%= command.id %>', ...args, '[FLAGS]'].join(' ')
  }

  protected override arg(arg: Command.Arg.Any): string {
    return `${super.arg(arg)}${arg.multiple || this.command.strict === false ? '...' : ''}`
  }

  /** The summary is above the help. */
  protected override description(): string | undefined {
    return this.command.description && this.wrap(this.command.description)
  }

  /** Without the blank lines, which take half of the screen. */
  protected override examples(examples: Command.Example[] | string | undefined): string | undefined {
    return super.examples(examples)?.replaceAll('\n\n', '\n')
  }
}

/** The flags of every command, which `-h` leaves to `--help`. */
const COMMON_FLAGS = new Set(Object.keys(HubCommand.baseFlags))

/** A command's help on one screen, for `-h`: the flags that it calls its daily ones, else all of its own, a line each. */
export class ShortCommandHelp extends SmoltraceCommandHelp {
  protected override sections(): ReturnType<CommandHelp['sections']> {
    const shown = new Set(['ARGUMENTS', 'FLAGS', 'USAGE'])
    const {bin} = this.config
    const more = `All flags, examples and exit codes: ${bin} ${this.command.id} --help`
    return [
      ...super.sections().filter(({header}) => shown.has(header)),
      {header: 'MORE', generate: () => formatAdvice(more, bin, this.opts.maxWidth - this.indentSpacing)},
    ]
  }

  protected override groupFlags(flags: Command.Flag.Any[]): ReturnType<CommandHelp['groupFlags']> {
    const {dailyFlags} = this.command as {dailyFlags?: readonly string[]}
    const daily = dailyFlags?.flatMap((name) => flags.find((flag) => flag.name === name) ?? [])
    // oclif aligns flags only where the first, or none, has a letter.
    const shown = daily ?? flags.filter(({name}) => !COMMON_FLAGS.has(name))
    return {
      mainFlags: shown.map(({char: _, ...flag}) => ({...flag, summary: firstSentence(flag.summary)})),
      flagGroups: {},
    }
  }
}

/** Up to a full stop, or to what a bracket or colon adds. */
function firstSentence(text = ''): string {
  return text.replace(/(?<=\S)(?:\. | \(|: ).*/s, '.')
}

/** The program's help; in a host, the host's own is shown. */
export default class SmoltraceHelp extends Help {
  protected override CommandHelpClass: typeof CommandHelp = SmoltraceCommandHelp
  private isPlain = false

  constructor(config: Interfaces.Config, opts: Partial<Interfaces.HelpOptions> = {}) {
    super(config, opts)
    this.opts.maxWidth = Math.min(this.opts.maxWidth, WIDEST)
  }

  override async showHelp(argv: string[]): Promise<void> {
    this.isPlain = argv.includes('--no-color')
    const asked = innerArguments(argv.filter((word) => word !== '--no-color'))
    const words = namingWords(asked)
      .flatMap((word) => word.split(':'))
      .filter((word) => word !== 'help')
    this.CommandHelpClass = asked.includes('-h') ? ShortCommandHelp : SmoltraceCommandHelp
    const found = findByWords(words, [], (id) => this.config.findCommand(id) !== undefined)
    if (found) await super.showHelp([found.id])
    else if (words.join(' ') === ENVIRONMENT)
      this.log(formatEnvironment({...screenOf(process.stdout), width: this.opts.maxWidth}))
    else if (words.length === 0 || this.config.findTopic(words.join(':'))) await super.showHelp(asked)
    else {
      const {reportUnknownCommand} = await import('../errors/unknown-command.js')
      const flags = asked.filter((word) => word.startsWith('-'))
      await reportUnknownCommand([...words, ...flags], this.config)
    }
  }

  /** What the bare name of the program shows: 24 lines of 80 columns. */
  protected override async showRootHelp(): Promise<void> {
    const {bin, version} = this.config
    const width = this.opts.maxWidth - this.indentSpacing
    const steps = FIRST_STEPS.map(([why, command]) => `${wrapText(why, width)}\n  $ ${bin} ${command}`)
    const more = [`More: ${bin} COMMAND --help`, `Variables: ${bin} help ${ENVIRONMENT}`]
    const parts = [
      [
        `smoltrace ${version}: keeps the Hugging Face Hub tidy after SMOLTRACE evaluations.`,
        'Nothing is ever deleted without --no-dry-run and a confirmation.',
      ].join('\n'),
      this.section('FIRST STEPS', steps.join('\n')),
      this.section('COMMANDS', this.firstWords()),
      more.join(more.join('   ').length > this.opts.maxWidth ? '\n' : '   '),
    ]
    this.log(parts.join('\n\n'))
  }

  /** oclif colours by what it finds out itself, and breaks no summary of a command or topic. */
  protected override log(...texts: string[]): void {
    const wrapped = texts.map((text) => wrapText(text, this.opts.maxWidth))
    super.log(...(this.isPlain ? wrapped.map((text) => stripVTControlCharacters(text)) : wrapped))
  }

  private firstWords(): Array<[string, string | undefined]> {
    const topics = this.sortedTopics.map(({name, description}) => ({name, description}))
    const commands = this.sortedCommands.map((each) => ({name: each.id, description: this.summary(each)}))
    return (
      [...topics, ...commands]
        // The last line says how it is called.
        .filter(({name}) => name !== '' && !UNLISTED.has(name) && !name.includes(':'))
        .sort((a, b) => ORDER.indexOf(a.name) - ORDER.indexOf(b.name))
        .map(({name, description}) => [name, description])
    )
  }
}

/** oclif takes a `--help` anywhere for the first command's; after `sandbox` it belongs to the command that runs inside. */
function innerArguments(argv: string[]): string[] {
  const [first, ...rest] = argv
  const {inner} = splitArguments(rest)
  return first === 'sandbox' && inner.length > 0 ? inner : argv
}
