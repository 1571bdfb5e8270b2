import {type Config, type Interfaces} from '@oclif/core'

import {BaseCommand} from './lib/base-command.js'

/** Says what is wrong with the words after `help` as every command says it: oclif's own way is its own help, and a stack. */
export class HelpFault extends BaseCommand {
  static override id = 'help'
  static override hidden = true
  static override baseFlags = {}
  private fault = new Error('help failed')

  /**
   * @param error what the command threw
   * @param argv its words, as typed
   */
  static async tell(error: Error, argv: string[], config: Interfaces.Config): Promise<void> {
    // oclif hands out its own class under the name of an interface with less in it.
    const command = new this(argv, config as Config)
    command.fault = error
    await command._run()
  }

  async run(): Promise<never> {
    throw this.fault
  }
}
