import {commands} from '@oclif/plugin-help'

/** oclif's own, as a command of ours: to find and to read it as a plugin would take each start longer. */
export default class Help extends commands.help {
  protected override async catch(error: Error): Promise<void> {
    // oclif warns of commands that never parsed; one that failed while parsing did.
    this.parsed = true
    const {reportError} = await import('../cli/errors/unknown-command.js')
    await reportError(error, this.argv, this.config, 'help')
  }
}
