import {type Command, type Config, type Interfaces} from '@oclif/core'

import {UsageError} from '../../lib/base/errors.js'
import {type ExitCode} from '../../lib/base/exit-codes.js'
import {nearest} from '../../lib/base/nearest.js'
import {brief, redact} from '../../lib/base/text.js'
import {BaseCommand} from '../base-command.js'
import {findByWords, namingWords, topicOf, wordsOf} from '../host/words.js'
import {adviceOnUnexpected} from './failure.js'
import {ownCommand} from './synonyms.js'

const ALL_COMMANDS = 'All commands: smoltrace help'
/** The program of Hugging Face that deals with tokens. */
const FOREIGN_PROGRAM = 'hf auth'

/**
 * Says that words, as typed after the program's name or topic, name no command, and which may have been meant. That one is never
 * run, and flags are not repeated: one copied with `--yes` would delete.
 */
export function unknownCommand(
  argv: string[],
  commands: ReadonlyArray<Partial<Command.Loadable> & Pick<Command.Loadable, 'hidden' | 'id'>>,
  {topic, within = ''}: {topic: string[]; within?: string},
): UsageError {
  const own = commands.filter(({id, hidden}) => !hidden && topicOf(id).join(',') === topic.join(','))
  const names = own.map(({id}) => wordsOf(id)).filter(Boolean)
  const topics = [...new Set(names.flatMap((name) => (name.includes(' ') ? [name.replace(/ .*/, '')] : [])))]
  const words = namingWords(argv)
  const [first] = words
  if (first === undefined)
    return new UsageError('Missing command. Flags go after the command.', {suggestions: [ALL_COMMANDS]})
  const found = findByWords(words, [], (id) => names.includes(wordsOf(id)))
  if (found) {
    const {flags = {}} = own.find(({id}) => wordsOf(id) === wordsOf(found.id)) ?? {}
    const {message, suggestions} = adviceOnUnexpected(found.argv, {flags})
    const help = `All flags: smoltrace ${wordsOf(found.id)} --help`
    return new UsageError(redact(message), {suggestions: [...suggestions, help]})
  }

  const isTopic = topics.includes(first)
  const inTopic = names.filter((name) => name.startsWith(`${first} `))
  const all = isTopic ? `Commands of ${first}: smoltrace ${first} --help` : ALL_COMMANDS
  const line = (command: string) => ['smoltrace', within, command].filter(Boolean).join(' ')
  if (isTopic && words.length === 1)
    return new UsageError(`"${first}" needs a second word.`, {
      suggestions: [`For example: ${line(inTopic[0] ?? first)}`, all],
    })
  // The program asks another Hub than the sandbox's.
  const known = within === '' ? [...names, FOREIGN_PROGRAM] : names
  const meant = guessCommand(words, known, isTopic ? inTopic : [...names, ...topics], isTopic)
  const guess = meant?.startsWith(FOREIGN_PROGRAM) ? meant : meant && line(meant)
  const place = within && ` for the ${within}`
  return new UsageError(`Unknown command${place}: "${quoteWords(words)}".`, {
    suggestions: [...(guess === undefined ? [] : [`Did you mean: ${guess}`]), all],
  })
}

/** What other tools call so, else what is spelled alike; of a topic only what is in it. */
function guessCommand(
  words: string[],
  known: string[],
  alike: string[],
  isTopic: boolean,
): string | undefined {
  const tries = isTopic ? [words.slice(0, 2).join(' ')] : [words.slice(0, 2).join(' '), words[0] ?? '']
  const foreign = tries.map((each) => ownCommand(each, known))
  const near = tries.map((each) => nearest(each, alike))
  return [...foreign, ...near].find((command) => command !== undefined)
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
