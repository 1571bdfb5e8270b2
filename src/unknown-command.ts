import {type Config, type Interfaces} from '@oclif/core'

import {BaseCommand} from './lib/base-command.js'
import {unknownCommand} from './lib/unknown-command.js'

/**
 * Stands in for the command that words do not name, to say so as every command says what is wrong. What may have been meant is
 * named and never run, also not after a question: with the flags that stand there it could delete.
 */
export class UnknownCommand extends BaseCommand {
  static override id = ''
  static override hidden = true

  /** @param argv all words, as typed after the program's name */
  static async tell(argv: string[], config: Interfaces.Config): Promise<void> {
    // oclif hands out its own class under the name of an interface with less in it.
    await new this(argv, config as Config)._run()
  }

  async run(): Promise<never> {
    throw unknownCommand(this.argv, this.config.commands, [])
  }
}
