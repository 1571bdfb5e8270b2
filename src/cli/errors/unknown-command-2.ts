import {type Interfaces} from '@oclif/core'

import {HOST_TOPIC, topicOf} from '../host/topic.js'
import {Fault} from './report-error.js'
import {unknownCommand} from './unknown-command.js'

/**
 * Of words that name no command. What may have been meant is named and never run, also not after a question: with the flags that
 * stand there it could delete.
 */
export class UnknownCommand extends Fault {
  static override id = ''

  /** @param argv all words, as typed after the program's name, in a host after the topic */
  constructor(argv: string[], config: Interfaces.Config) {
    super(unknownCommand(argv, config.commands, topicOf(new.target.id)), argv, config)
  }
}

/** The same of words after `HOST smoltrace`. */
export class UnknownInHost extends UnknownCommand {
  static override id = HOST_TOPIC
}
