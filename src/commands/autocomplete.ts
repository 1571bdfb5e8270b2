import {Args} from '@oclif/core'

import {BaseCommand} from '../cli/base-command.js'
import {completionScript, completionsOf, PROFILES, SHELLS} from '../cli/completion.js'
import {examplesOf, FROM_COMMAND_LINE} from '../cli/flags/shared.js'
import {UsageError} from '../lib/base/errors.js'
import {LOCAL_CODES} from '../lib/base/exit-codes.js'
import {joinWords} from '../lib/base/text.js'
import {type Content} from '../lib/views/json/schemas/documents.js'

export default class Autocomplete extends BaseCommand {
  static override summary = 'Set up tab completion.'
  static override exitCodes = LOCAL_CODES
  static override description =
    'Sets up tab completion of commands, flags and values. Prints the lines to add to your bash, zsh, fish or PowerShell profile. Once is enough: updates need nothing more.'
  static override examples = examplesOf([
    ['Set it up in bash:', 'bash >> ~/.bashrc'],
    ['Set it up in zsh:', 'zsh >> ~/.zshrc'],
    ['Set it up in fish:', 'fish >> ~/.config/fish/config.fish'],
    ['Set it up in PowerShell:', 'powershell >> $PROFILE'],
  ])
  static override args = {
    shell: Args.string({
      ...FROM_COMMAND_LINE,
      description: 'Your shell (default: the one in use).',
      options: SHELLS,
    }),
  }

  async run(): Promise<object> {
    const line = process.env.COMP_LINE
    if (line !== undefined) return this.complete(line)
    const {args} = await this.parse(Autocomplete)
    const shell = SHELLS.find((each) => each === (args.shell ?? this.config.shell))
    if (shell === undefined) {
      throw new UsageError(`Your shell could not be detected: add ${joinWords(SHELLS, 'or')}.`, {
        suggestions: ['For example: smoltrace autocomplete bash'],
      })
    }

    const script = completionScript(shell, this.config.bin)
    const profile = PROFILES[shell]
    this.log(script)
    if (!this.jsonEnabled()) this.note(`add this to ${profile}, and open a new terminal`)
    return {shell, profile, script} satisfies Content<'autocomplete'>
  }

  /** The arguments are the shell's: the program, the word that is completed, and the one before it. */
  private complete(line: string): object {
    this.parsed = true
    const [, word] = this.argv.slice(this.argv.indexOf('--') + 1)
    const typed = /\S*$/.exec(line)?.[0] ?? ''
    // In bash a word ends at an equals sign.
    const cut = word === undefined ? 0 : typed.length - word.length
    for (const each of completionsOf(line, this.config.commands)) this.log(each.slice(cut))
    return {}
  }
}
