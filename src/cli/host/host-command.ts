import {BaseCommand} from '../base-command.js'
import {reportUnknownCommand} from '../errors/unknown-command.js'
import {showHelpOf} from '../help/show-help.js'
import {findByWords, HOST_TOPIC} from './words.js'

/**
 * `HOST smoltrace …`: a host that separates the words of its commands with colons passes them all to this one, and every
 * host does what it cannot find.
 */
export default class SmoltraceInHost extends BaseCommand {
  static override summary = 'Keep the Hugging Face Hub tidy after SMOLTRACE agent evaluations.'
  static override usage = '<%= command.id %> COMMAND'
  static override hidden = true
  static override strict = false
  static override enableJsonFlag = false
  static override flags = {}
  // The commands have them.
  static override baseFlags = {}

  async run(): Promise<object> {
    // The words there are for the named command.
    this.parsed = true
    const {argv, config} = this
    const found = findByWords(argv, [HOST_TOPIC], (id) => config.findCommand(id) !== undefined)
    if (found) {
      await config.runCommand(found.id, found.argv)
      return {}
    }

    if (!(await showHelpOf(argv, config, [HOST_TOPIC])))
      await reportUnknownCommand(argv[0] === 'help' ? argv.slice(1) : argv, config, HOST_TOPIC)

    return {}
  }
}
