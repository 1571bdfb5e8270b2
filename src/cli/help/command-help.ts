import {type Command, CommandHelp} from '@oclif/core'

import {type ExitCode, formatExitCodes} from '../../lib/base/exit-codes.js'
import {indented, wrapText} from '../../lib/views/terminal/layout.js'
import {type Entry, layOutEntries, widthOfTerms, wrapCommand} from './layout.js'

/** Groups of flags in the order in which a person composes a command; unlisted groups come last but one. */
const FLAG_GROUPS = [
  'SELECTION',
  'RETENTION',
  'SCOPE',
  'SAFETY',
  'PLAN',
  'PROTECTION',
  'SANDBOX',
  '',
  'OUTPUT',
  'CONNECTION',
]
/** Flags that every command has, listed after its own. */
const COMMON_FLAGS: ReadonlySet<string> = new Set(['json', 'namespace', 'no-color', 'token'])
/** Lines that are longer are hard to read, however wide the terminal. */
const WIDEST = 100

type DescribedCommand = Command.Loadable & {exitCodes?: readonly ExitCode[]}
type Section = [header: string, body: string]

/**
 * A command's help: what it does, how it is called and examples first, since they have to be on the first screen; the flags in
 * groups of one order; exit codes last.
 */
export class SmoltraceCommandHelp extends CommandHelp {
  private get width(): number {
    return Math.min(this.opts.maxWidth, WIDEST) - this.indentSpacing
  }

  override generate(): string {
    const {examples, description = '', exitCodes = []} = this.command as DescribedCommand
    const sections: Section[] = [
      ['USAGE', this.usage()],
      ['EXAMPLES', this.examples(examples)],
      ['DESCRIPTION', wrapText(this.render(description), this.width)],
      ['ARGUMENTS', this.arguments()],
      ...this.flagSections(),
      ['EXIT CODES', formatExitCodes(exitCodes)],
    ]
    return sections
      .filter(([, body]) => body !== '')
      .map(([header, body]) => this.section(header, body))
      .join('\n\n')
  }

  protected override usage(): string {
    return [this.command.usage ?? this.defaultUsage()]
      .flat()
      .map((line) => `$ ${this.config.bin} ${this.render(line)}`)
      .map((line) => wrapCommand(line, this.width, this.broken))
      .join('\n')
  }

  protected override defaultUsage(): string {
    const args = this.shownArgs.map((arg) => this.argLabel(arg))
    return ['<%= command.id %>', ...args, '[FLAGS]'].join(' ')
  }

  protected override examples(examples: Command.Example[] | string | undefined): string {
    return [examples ?? []]
      .flat()
      .map((example) => this.example(example))
      .join('\n')
  }

  private example(example: Command.Example): string {
    const {description, command} = typeof example === 'string' ? {description: '', command: example} : example
    const indent = '  '
    const line = `$ ${this.render(command).replace(/^\$ /, '')}`
    const wrapped = wrapCommand(line, this.width - indent.length, this.broken)
    return description === ''
      ? wrapped
      : `${wrapText(this.render(description), this.width)}\n${indented(wrapped, indent)}`
  }

  /** The end of a line that is continued. */
  private get broken(): string {
    if (this.config.platform !== 'win32') return '\\'
    return this.config.shell.includes('powershell') ? '`' : '^'
  }

  private get shownArgs(): Command.Arg.Cached[] {
    return Object.values(this.command.args ?? {}).filter(({hidden}) => !hidden)
  }

  private argLabel({name, multiple, required}: Command.Arg.Cached): string {
    const label = `${name.toUpperCase()}${multiple || this.command.strict === false ? '...' : ''}`
    return required ? label : `[${label}]`
  }

  private arguments(): string {
    const entries = this.shownArgs.map((arg): Entry => [
      this.argLabel(arg),
      this.render(arg.description ?? ''),
    ])
    return layOutEntries(entries, widthOfTerms(entries), this.width)
  }

  /** The meanings of all groups are aligned. */
  private flagSections(): Section[] {
    const flags = Object.values(this.command.flags ?? {})
      .filter(({hidden}) => !hidden)
      .sort((a, b) => Number(COMMON_FLAGS.has(a.name)) - Number(COMMON_FLAGS.has(b.name)))
    const terms = widthOfTerms(flags.map((flag) => this.flagEntry(flag)))
    const names = [...new Set(flags.map((flag) => groupOf(flag)))].sort((a, b) => placeOf(a) - placeOf(b))
    return names.map((name) => {
      const entries = flags.filter((flag) => groupOf(flag) === name).map((flag) => this.flagEntry(flag))
      return [`${name} FLAGS`.trimStart(), layOutEntries(entries, terms, this.width)]
    })
  }

  private flagEntry(flag: Command.Flag.Cached): Entry {
    const name = flag.type === 'boolean' && flag.allowNo ? `--[no-]${flag.name}` : `--${flag.name}`
    const value = flag.type === 'option' ? ` ${[flag.helpValue ?? 'VALUE'].flat().join(' ')}` : ''
    const letter = flag.char ? `, -${flag.char}` : ''
    const preset = flag.type === 'option' && flag.default ? [`Default: ${String(flag.default)}.`] : []
    const meaning = [flag.summary ?? flag.description ?? '', ...preset].join(' ')
    return [`${name}${value}${letter}`, this.render(meaning)]
  }
}

function groupOf({helpGroup = ''}: Command.Flag.Cached): string {
  return helpGroup.toUpperCase()
}

function placeOf(group: string): number {
  const place = FLAG_GROUPS.indexOf(group)
  return place === -1 ? FLAG_GROUPS.indexOf('') : place
}
