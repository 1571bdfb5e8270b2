import {join} from 'node:path'

import {BaseCommand} from '../../lib/base-command.js'
import {completionFolder} from '../../lib/completion/folder.js'
import {shellArg, shellOf} from '../../lib/completion/shell-arg.js'
import {SETUPS} from '../../lib/completion/shells.js'
import {LOCAL_CODES} from '../../lib/exit-codes.js'

export default class AutocompleteScript extends BaseCommand {
  static override summary = 'Print the line that tells a shell of the completion.'
  static override hidden = true
  static override exitCodes = LOCAL_CODES
  static override args = {shell: shellArg}

  async run(): Promise<object> {
    const {args} = await this.parse(AutocompleteScript)
    const shell = shellOf(args.shell, this.config.shell)
    const {file, line} = SETUPS[shell]
    const text = line(join(completionFolder(this.config.cacheDir), file))
    this.log(`\n# ${this.config.bin} autocomplete\n${text}`)
    return {shell, line: text}
  }
}
