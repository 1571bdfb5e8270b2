import {Flags} from '@oclif/core'

import {byFlag, examplesOf, wholeNumber} from '../../cli/flags/shared.js'
import {PinCommand} from '../../cli/pin-command.js'
import {METRIC_LIST} from '../../lib/account/leaderboard/metrics.js'
import {PROTECTION_PATH} from '../../lib/account/protection/pins.js'
import {protectLeaderboard} from '../../lib/account/protection/protect-leaderboard.js'
import {EXIT, hubCodes} from '../../lib/base/exit-codes.js'
import {protectionOf} from '../../lib/views/format.js'
import {pinnedRunDocument} from '../../lib/views/json/documents.js'
import {type Content} from '../../lib/views/json/schemas/documents.js'
import {formatPins, inDoubtWarning} from '../../lib/views/terminal/pins.js'

export default class LeaderboardProtect extends PinCommand {
  static override summary = 'Protect the leaderboard against deletion, on every machine.'
  static override exitCodes = hubCodes(EXIT.incomplete)
  static override description = `Commits ${PROTECTION_PATH} to the leaderboard's dataset, where every teammate's cleanup reads it. Protecting it twice changes nothing.

With --runs, also pins the runs that the leaderboard cites: every cleanup keeps them, so no row loses its datasets. With --top, only the best of them. If it is unclear whether a run belongs to them, it is not pinned, and a warning names it.`
  static override examples = examplesOf([
    ['Protect your leaderboard:', ''],
    ['Protect it and record why:', '--reason "cited in the paper"'],
    ['Also pin the three best runs:', '--top 3 --by success_rate'],
    ["Protect an organisation's leaderboard:", '--namespace my-org'],
  ])
  static override flags = {
    reason: Flags.string({
      summary: 'Reason, shown to anyone who tries to delete it.',
      helpGroup: 'PROTECTION',
      helpValue: 'TEXT',
    }),
    runs: Flags.boolean({
      summary: 'Also pin every run that the leaderboard cites.',
      helpGroup: 'PROTECTION',
      exclusive: ['top'],
    }),
    top: wholeNumber({
      summary: 'Also pin the N best runs that it cites.',
      min: 1,
      helpGroup: 'PROTECTION',
      helpValue: 'N',
    }),
    by: byFlag({
      summary: `Metric of --top (default success_rate): ${METRIC_LIST}.`,
      helpGroup: 'PROTECTION',
      dependsOn: ['top'],
    }),
  }

  async run(): Promise<Content<'leaderboard protect'>> {
    const {flags} = await this.parse(LeaderboardProtect)
    const {reason, runs: all, top, by} = flags
    const change = await this.change(flags, (options) =>
      protectLeaderboard({...options, reason, runs: all, top, by}),
    )
    const {leaderboard, changed, protection, runs, inDoubt, interrupted} = change
    const text = `${leaderboard} ${changed ? 'is now' : 'was already'} ${protectionOf(protection)}.`
    this.sayPins(all || top !== undefined ? `${text}\n${formatPins(runs, this.screen)}` : text, change)
    const warning = inDoubtWarning(inDoubt, leaderboard.split('/', 1)[0] ?? '')
    if (warning) this.warn(warning)
    const pinned = runs.map((each) => pinnedRunDocument(each))
    return {leaderboard, changed, protection, runs: pinned, inDoubt, interrupted}
  }
}
