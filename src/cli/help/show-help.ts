import {type Config, loadHelpClass, ux} from '@oclif/core'

import {screenOf} from '../../lib/views/terminal/style.js'
import {unknownCommand} from '../errors/unknown-command.js'
import {runsInside, topicOf, withoutTopic, wordsOf} from '../host/words.js'
import {ENVIRONMENT, formatEnvironment} from './environment.js'

/**
 * Shows the help of what words name that are no call of a command: one topic, or whatever follows `help`.
 * @param topic the words before them: in a host our topic
 * @returns false where they name nothing that has a help
 */
export async function showHelpOf(
  words: readonly string[],
  config: Config,
  topic: string[],
): Promise<boolean> {
  const isHelp = words[0] === 'help'
  const named = isHelp ? words.slice(1) : words
  if (isHelp && named.join(' ') === ENVIRONMENT) {
    ux.stdout(formatEnvironment(screenOf(process.stdout)))
    return true
  }

  const subject = [...topic, ...named].join(':')
  const [command, found] = [config.findCommand(subject), config.findTopic(subject)]
  // To oclif each command is a topic, too.
  const isTopic = found && (!command || named.length === 0)
  const isKnown = isHelp ? command || found : isTopic && named.length <= 1
  if (!isKnown) return false
  const HelpClass = await loadHelpClass(config)
  await new HelpClass(config, config.pjson.oclif.helpOptions).showHelp([subject])
  return true
}

/**
 * Shows the help of words that name no command to run in the sandbox.
 * @param id of the sandbox
 * @throws UsageError where they name nothing that has a help
 */
export async function showHelpInside(inner: string[], config: Config, id: string): Promise<void> {
  const topic = topicOf(id)
  const words = inner.join(',') === 'help' ? ['help', 'sandbox'] : withoutTopic(inner)
  if (await showHelpOf(words, config, topic)) return
  const known = config.commands.filter((command) => runsInside(wordsOf(command.id)))
  throw unknownCommand(words, known, {topic, within: 'sandbox'})
}
