import {type Config, type Interfaces} from '@oclif/core'

import {type ExitCode, exitCodeFrom} from '../../lib/base/exit-codes.js'
import {BaseCommand} from '../base-command.js'
import {topicOf} from '../host/topic.js'
import {unknownCommand} from './unknown-command.js'

/**
 * Reports an error where oclif has no command of ours to do so, as every command does.
 * @param argv all words that it is about, as typed
 * @param id of the command that the words are for; none
 * @returns how the process ends
 */
export async function reportError(
  error: Error,
  argv: string[],
  config: Interfaces.Config,
  id = '',
): Promise<ExitCode> {
  class FailedCommand extends BaseCommand {
    static override id = id
    static override baseFlags = {}

    async run(): Promise<never> {
      throw error
    }

    report(): Promise<never> {
      return this._run()
    }
  }

  // oclif hands out its own class under the name of an interface with less in it.
  await new FailedCommand(argv, config as Config).report()
  return exitCodeFrom(Number(process.exitCode))
}

/**
 * Reports words that name no command.
 * @param id of the topic that they stand behind in a host
 */
export function reportUnknownCommand(argv: string[], config: Interfaces.Config, id = ''): Promise<ExitCode> {
  return reportError(unknownCommand(argv, config.commands, {topic: topicOf(id)}), argv, config, id)
}
