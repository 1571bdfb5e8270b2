import {HubCommand} from '../../cli/base-command.js'
import {examplesOf} from '../../cli/flags/shared.js'
import {unprotectLeaderboard} from '../../lib/account/protection/protect-leaderboard.js'
import {HUB_CODES} from '../../lib/base/exit-codes.js'
import {protectionOf} from '../../lib/views/format.js'
import {type Content} from '../../lib/views/json/schemas/documents.js'

export default class LeaderboardUnprotect extends HubCommand {
  static override summary = 'Remove the protection of the leaderboard.'
  static override exitCodes = HUB_CODES
  static override description =
    'Lets `cleanup --delete-leaderboard` delete it again. If it is not protected, nothing changes.'
  static override examples = [
    ...examplesOf([
      ['Unprotect your leaderboard:', ''],
      ["Unprotect an organisation's leaderboard:", '--namespace my-org'],
    ]),
    {
      description: 'See if it is protected:',
      command: "<%= config.bin %> <%= command.id.replace(/leaderboard(.)unprotect$/, 'datasets$1list') %>",
    },
  ]

  async run(): Promise<Content<'leaderboard unprotect'>> {
    const {flags} = await this.parse(LeaderboardUnprotect)
    const {leaderboard, changed, protection} = await this.ask(flags, unprotectLeaderboard)
    const text = changed
      ? `is no longer protected. It was ${protectionOf(protection)}.`
      : 'was not protected.'
    this.say(`${leaderboard} ${text}`)
    return {leaderboard, changed, lifted: protection ?? null}
  }
}
