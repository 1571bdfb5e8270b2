import {type Command, type Config, type Interfaces} from '@oclif/core'

import {UsageError} from '../../lib/base/errors.js'
import {type ExitCode} from '../../lib/base/exit-codes.js'
import {nearest} from '../../lib/base/nearest.js'
import {brief, redact} from '../../lib/base/text.js'
import {BaseCommand} from '../base-command.js'
import {findByWords, HOST_TOPIC, namingWords, topicOf, wordsOf} from '../host/words.js'

const ALL_COMMANDS = 'All commands: smoltrace help'

/**
 * Says that words, as typed after the program's name or topic, name no command, and which may have been meant. That one is never
 * run, and flags are not repeated: one copied with `--yes` would delete.
 */
export function unknownCommand(
  argv: string[],
  commands: ReadonlyArray<Pick<Command.Loadable, 'hidden' | 'id'>>,
  {topic, within = ''}: {topic: string[]; within?: string},
): UsageError {
  const names = commands
    .filter(({id, hidden}) => !hidden && topicOf(id).join(',') === topic.join(','))
    .map(({id}) => wordsOf(id))
    .filter(Boolean)
  const topics = [...new Set(names.flatMap((name) => (name.includes(' ') ? [name.replace(/ .*/, '')] : [])))]
  const words = namingWords(argv)
  const [first] = words
  if (first === undefined)
    return new UsageError('No command is given: flags come after it.', {suggestions: [ALL_COMMANDS]})
  const found = findByWords(words, [], (id) => names.includes(wordsOf(id)))
  if (found)
    return new UsageError(`Unexpected argument: ${quoteWords(found.argv)}`, {
      suggestions: [`See smoltrace ${wordsOf(found.id)} --help`],
    })
  const isTopic = topics.includes(first)
  const all = isTopic ? `Commands of ${first}: smoltrace ${first} --help` : ALL_COMMANDS
  if (isTopic && words.length === 1)
    return new UsageError(`"${first}" is the first of two words, and takes no flags.`, {suggestions: [all]})
  const meant =
    nearest(words.slice(0, 2).join(' '), names) ??
    (isTopic ? undefined : nearest(first, [...names, ...topics]))
  const place = within === '' ? `a command of ${HOST_TOPIC}` : `a command that runs in the ${within}`
  const line = ['smoltrace', within, meant].filter(Boolean).join(' ')
  return new UsageError(`"${quoteWords(words)}" is not ${place}.`, {
    suggestions: [...(meant === undefined ? [] : [`Did you mean ${line}?`]), all],
  })
}

function quoteWords(words: string[]): string {
  return brief(redact(words.slice(0, 2).join(' ')))
}

/**
 * Reports an error where oclif has no command of ours to do so, as every command does.
 * @param id of the command that the words are for, if any
 * @returns how the process ends
 */
export async function reportError(
  error: Error,
  argv: string[],
  config: Interfaces.Config,
  id = '',
): Promise<ExitCode> {
  class ErrorReport extends BaseCommand {
    static override id = id
    static override baseFlags = {}

    run(): Promise<{exitCode: ExitCode}> {
      return this.withOutput(async () => ({exitCode: await this.showFailure(error)}))
    }
  }

  const {exitCode} = await new ErrorReport(argv, config as Config).run()
  return exitCode
}

/** Reports words that name no command. @param id of the topic that they belong to in a host */
export function reportUnknownCommand(argv: string[], config: Interfaces.Config, id = ''): Promise<ExitCode> {
  return reportError(unknownCommand(argv, config.commands, {topic: topicOf(id)}), argv, config, id)
}
