import {type Interfaces} from '@oclif/core'

import {Fault} from './fault.js'
import {unknownCommand} from './lib/unknown-command.js'

/**
 * Of words that name no command. What may have been meant is named and never run, also not after a question: with the flags that
 * stand there it could delete.
 */
export class UnknownCommand extends Fault {
  static override id = ''

  /** @param argv all words, as typed after the program's name */
  constructor(argv: string[], config: Interfaces.Config) {
    super(unknownCommand(argv, config.commands, []), argv, config)
  }
}
