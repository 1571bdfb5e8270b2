import {join} from 'node:path'

import {BaseCommand} from '../../cli/base-command.js'
import {completionFolder} from '../../cli/completion/folder.js'
import {shellArg, shellOf} from '../../cli/completion/shell-arg.js'
import {SETUPS} from '../../cli/completion/shells.js'
import {LOCAL_CODES, withExitCodes} from '../../lib/base/exit-codes.js'

export default class AutocompleteScript extends BaseCommand {
  static override summary = 'Print the line that tells a shell of the completion.'
  static override hidden = true
  static override exitCodes = LOCAL_CODES
  static override description = withExitCodes('For the profile of the shell.', this.exitCodes)
  static override examples = [
    {
      description: 'For bash, to its profile:',
      command: '<%= config.bin %> <%= command.id %> bash >> ~/.bashrc',
    },
    {description: 'For zsh, to its profile:', command: '<%= config.bin %> <%= command.id %> zsh >> ~/.zshrc'},
    {
      description: 'For PowerShell, to its profile:',
      command: '<%= config.bin %> <%= command.id %> powershell | Add-Content $PROFILE',
    },
  ]
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
