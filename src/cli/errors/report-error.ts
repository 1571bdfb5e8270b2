import {type Config, type Interfaces} from '@oclif/core'

import {type ExitCode, exitCodeFrom} from '../../lib/base/exit-codes.js'
import {BaseCommand} from '../base-command.js'

/** Stands in for a command of ours where oclif has none to say what is wrong, and says it as every command does. */
export abstract class Fault extends BaseCommand {
  static override hidden = true
  private readonly fault: Error

  /**
   * @param fault what is wrong
   * @param argv all words that it is about, as typed
   */
  constructor(fault: Error, argv: string[], config: Interfaces.Config) {
    // oclif hands out its own class under the name of an interface with less in it.
    super(argv, config as Config)
    this.fault = fault
  }

  /** @returns how the process ends now, unless something is done about it */
  async tell(): Promise<ExitCode> {
    await this._run()
    return exitCodeFrom(Number(process.exitCode))
  }

  async run(): Promise<never> {
    throw this.fault
  }
}
