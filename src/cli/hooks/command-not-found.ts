import {type Hook} from '@oclif/core'

import {UnknownCommand} from '../errors/unknown-command-2.js'

/** What oclif calls where it finds no command. It has made an id of the words before the first flag. */
const hook: Hook.CommandNotFound = async ({id, argv = [], config}) => {
  const words = id.startsWith('-') ? [id] : id.split(':')
  await new UnknownCommand([...words, ...argv], config).tell()
}

export default hook
