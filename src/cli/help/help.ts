import {type Command, Help, type Interfaces} from '@oclif/core'
import {stripVTControlCharacters} from 'node:util'

import {wrapText} from '../../lib/views/terminal/layout.js'
import {styleFor} from '../../lib/views/terminal/style.js'
import {findByWords, namingWords, splitArguments} from '../host/words.js'
import {SmoltraceCommandHelp} from './command-help.js'
import {formatLanding} from './landing.js'
import {type Entry} from './layout.js'

/** The program's help; in a host, the host's own is shown. */
export default class SmoltraceHelp extends Help {
  protected override CommandHelpClass = SmoltraceCommandHelp
  private isPlain = false

  override async showHelp(argv: string[]): Promise<void> {
    this.isPlain = argv.includes('--no-color')
    const asked = askedFor(argv.filter((word) => word !== '--no-color'))
    const words = namingWords(asked)
      .flatMap((word) => word.split(':'))
      .filter((word) => word !== 'help')
    const found = findByWords(words, [], (id) => this.config.findCommand(id) !== undefined)
    if (found) await super.showHelp([found.id])
    else if (!found && (words.length === 0 || this.config.findTopic(words.join(':'))))
      await super.showHelp(asked)
    else {
      const {reportUnknownCommand} = await import('../errors/unknown-command.js')
      const flags = asked.filter((word) => word.startsWith('-'))
      await reportUnknownCommand([...words, ...flags], this.config)
    }
  }

  protected override async showRootHelp(): Promise<void> {
    const {bold} = styleFor(process.stdout)
    this.log(
      formatLanding({
        bin: this.config.bin,
        version: this.config.version,
        commands: this.firstWords(),
        width: this.opts.maxWidth,
        heading: bold,
      }),
    )
  }

  /** oclif breaks no summary of a command or topic. */
  protected override formatTopic(topic: Interfaces.Topic): string {
    const [summary = '', ...rest] = super.formatTopic(topic).split('\n')
    return [wrapText(summary, this.opts.maxWidth), ...rest].join('\n')
  }

  /** oclif colours by what it finds out itself. */
  protected override log(...texts: string[]): void {
    const wrapped = texts.map((text) => (isLine(text) ? wrapText(text, this.opts.maxWidth) : text))
    super.log(...(this.isPlain ? wrapped.map((text) => stripVTControlCharacters(text)) : wrapped))
  }

  private firstWords(): Entry[] {
    const topics = this.sortedTopics.filter(({name}) => !name.includes(':'))
    const commands = this.sortedCommands.filter(({id}) => id !== '' && !id.includes(':'))
    return [
      ...topics.map(({name, description = ''}): Entry => [name, this.render(firstLine(description))]),
      ...commands.map((command: Command.Loadable): Entry => [
        command.id,
        this.render(firstLine(command.summary ?? command.description ?? '')),
      ]),
    ]
  }
}

/** oclif takes a `--help` anywhere for the first command's; after `sandbox` it belongs to the command that runs inside. */
function askedFor(argv: string[]): string[] {
  const [first, ...rest] = argv
  const {inner} = splitArguments(rest)
  return first === 'sandbox' && inner.length > 0 ? inner : argv
}

/** Whether it is a sentence by itself. */
function isLine(text: string): boolean {
  return !text.trimEnd().includes('\n')
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? ''
}
