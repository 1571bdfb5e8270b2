import {loadHelpClass} from '@oclif/core'

import {BaseCommand} from '../base-command.js'
import {reportUnknownCommand} from '../errors/unknown-command.js'
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
    const [first] = argv
    const found = findByWords(argv, [HOST_TOPIC], (id) => config.findCommand(id) !== undefined)
    if (found) await config.runCommand(found.id, found.argv)
    else if (first === undefined || first === 'help') await this.showHelp(argv.slice(1))
    else if (argv.length === 1 && config.findTopic(`${HOST_TOPIC}:${first}`)) await this.showHelp(argv)
    else await reportUnknownCommand(argv, config, HOST_TOPIC)

    return {}
  }

  private async showHelp(words: string[]): Promise<void> {
    const {config} = this
    const subject = [HOST_TOPIC, ...words].join(':')
    if (!config.findCommand(subject) && !config.findTopic(subject)) {
      await reportUnknownCommand(words, config, HOST_TOPIC)
      return
    }

    const Help = await loadHelpClass(config)
    const help = new Help(config, config.pjson.oclif.helpOptions)
    await help.showHelp([subject])
  }
}
