import {Help} from '@oclif/core'

import {findByWords, namingWords} from './lib/host-topic.js'
import {splitArguments} from './lib/sandbox/arguments.js'

/** oclif takes a `--help` anywhere for the first command's; after `sandbox` it belongs to the command that runs inside. */
export default class SmoltraceHelp extends Help {
  override async showHelp(argv: string[]): Promise<void> {
    const [first, ...rest] = argv
    const {inner} = splitArguments(rest)
    const asked = first === 'sandbox' && inner.length > 0 ? inner : argv
    const words = namingWords(asked)
      .flatMap((word) => word.split(':'))
      .filter((word) => word !== 'help')
    const found = findByWords(words, [], (id) => this.config.findCommand(id) !== undefined)
    if (found) await super.showHelp([found.id])
    else if (words.length === 0 || this.config.findTopic(words.join(':'))) await super.showHelp(asked)
    else {
      const {UnknownCommand} = await import('./unknown-command.js')
      await UnknownCommand.tell([...words, ...asked.filter((word) => word.startsWith('-'))], this.config)
    }
  }
}
