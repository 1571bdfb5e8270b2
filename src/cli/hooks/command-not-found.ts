import {type Hook} from '@oclif/core'

import {reportUnknownCommand} from '../errors/unknown-command.js'

/** What oclif calls where it finds no command. It has made an id of the words before the first flag. */
const hook: Hook.CommandNotFound = async ({id, argv = [], config}) => {
  const words = id.startsWith('-') ? [id] : id.split(':')
  await reportUnknownCommand([...words, ...argv], config)
}

export default hook
