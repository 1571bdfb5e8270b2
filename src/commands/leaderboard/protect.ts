import {Flags} from '@oclif/core'

import {HubCommand} from '../../lib/base-command.js'
import {PROTECTION_PATH, protectLeaderboard} from '../../lib/protection.js'

export default class LeaderboardProtect extends HubCommand {
  static override summary = 'Protect the leaderboard against deletion, on every machine.'
  static override description = `Commits ${PROTECTION_PATH} to the leaderboard's dataset, where every teammate's cleanup finds it. Protecting it twice changes nothing.`
  static override examples = [
    {description: 'Protect it:', command: '<%= config.bin %> <%= command.id %>'},
    {description: 'Say why:', command: '<%= config.bin %> <%= command.id %> --reason "cited in the paper"'},
    {
      description: "Protect an organisation's:",
      command: '<%= config.bin %> <%= command.id %> --namespace my-org',
    },
  ]
  static override hiddenAliases = ['smoltrace:leaderboard:protect']
  static override flags = {
    reason: Flags.string({summary: 'Why, for whoever wants to delete it later.', helpValue: 'TEXT'}),
  }

  async run(): Promise<object> {
    const {flags} = await this.parse(LeaderboardProtect)
    const {leaderboard, changed, protection} = await this.cancellable((signal) =>
      protectLeaderboard({...this.connection(flags, signal), reason: flags.reason}),
    )
    const {protectionOf} = await import('../../lib/ui/wording.js')
    this.log(`${leaderboard} is ${changed ? 'now' : 'already'} ${protectionOf(protection)}.`)
    return {leaderboard, changed, protection}
  }
}
