import {type Hook} from '@oclif/core'
import {getHelpFlagAdditions} from '@oclif/core/help'

/** What oclif calls where it finds no command. It has made an id of the words before the first flag. */
export const commandNotFound: Hook.CommandNotFound = async ({id, argv = [], config}) => {
  const words = id.startsWith('-') ? [id] : id.split(':')
  const {reportUnknownCommand} = await import('./errors/unknown-command.js')
  await reportUnknownCommand([...words, ...argv], config)
}

/**
 * What oclif calls before it looks for a command. With flags after nothing but a topic, such as `runs --json`, it would forget them,
 * show the topic's help and end with 0.
 */
export const refuseFlagsOfTopic: Hook.Init = async function ({id, argv, config}) {
  const end = argv.indexOf('--')
  const own = end === -1 ? argv : argv.slice(0, end)
  const isHelp = getHelpFlagAdditions(config).some((flag) => own.includes(flag))
  if (isHelp || argv.every((word) => word === '--no-color')) return
  if (id === undefined || config.findCommand(id) || !config.findTopic(id)) return
  const {reportUnknownCommand} = await import('./errors/unknown-command.js')
  const code = await reportUnknownCommand([...id.split(':'), ...argv], config)
  // All is said; nothing else keeps oclif from going on to the help.
  this.exit(code)
}
