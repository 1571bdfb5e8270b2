import {Flags} from '@oclif/core'

import {BaseCommand} from '../../cli/base-command.js'
import {writeCompletions} from '../../cli/completion/files.js'
import {shellArg, shellOf} from '../../cli/completion/shell-arg.js'
import {SETUPS, type Shell} from '../../cli/completion/shells.js'
import {LOCAL_CODES, withExitCodes} from '../../lib/base/exit-codes.js'

export default class Autocomplete extends BaseCommand {
  static override summary = 'Complete words with the tab key, in bash, zsh and PowerShell.'
  static override exitCodes = LOCAL_CODES
  static override description = withExitCodes(
    'Commands, flags and their values: writes what the shells read, and says how to tell yours of it, once. After an update of the program the first command that runs renews it.',
    this.exitCodes,
  )
  static override examples = [
    {description: 'Set it up for the shell that is in use:', command: '<%= config.bin %> <%= command.id %>'},
    {description: 'Set it up for another shell:', command: '<%= config.bin %> <%= command.id %> zsh'},
    {
      description: 'Write it again, after the cache was emptied:',
      command: '<%= config.bin %> <%= command.id %> --refresh-cache',
    },
  ]
  static override args = {shell: shellArg}
  static override flags = {
    'refresh-cache': Flags.boolean({
      char: 'r',
      summary: 'Write it again, and say nothing.',
      helpGroup: 'OUTPUT',
    }),
  }

  async run(): Promise<object> {
    const {args, flags} = await this.parse(Autocomplete)
    const shell = flags['refresh-cache'] ? undefined : shellOf(args.shell, this.config.shell)
    await writeCompletions(this.config)
    if (shell === undefined) return {shell: null, profile: null, install: null}
    this.log(this.instructions(shell))
    const {profile, install} = SETUPS[shell]
    return {shell, profile, install: install(this.config.bin)}
  }

  private instructions(shell: Shell): string {
    const {profile, install} = SETUPS[shell]
    const {bin} = this.config
    return `Run this once, and open a new terminal:

  ${install(bin)}

It adds one line to ${profile}. Then the tab key completes:

  ${bin} <TAB>                    commands
  ${bin} cleanup --keep-<TAB>     flags
  ${bin} cleanup --only <TAB>     values of a flag
`
  }
}
