import {examplesOf} from '../../cli/flags/shared.js'
import {PinCommand, timestampArgs} from '../../cli/pin-command.js'
import {unprotectRuns} from '../../lib/account/protection/pin-runs.js'
import {EXIT, hubCodes} from '../../lib/base/exit-codes.js'
import {type Content} from '../../lib/views/json/schemas/documents.js'
import {formatUnpinned} from '../../lib/views/terminal/pins.js'

export default class RunsUnprotect extends PinCommand {
  static override summary = 'Unpin runs: a cleanup may delete them again.'
  static override exitCodes = hubCodes(EXIT.incomplete)
  static override description =
    'Pins are removed from the protection file first, then from the cards. After an interruption, or if a card cannot be changed, a run is still pinned: run the same command again to finish. You can also unpin runs that are gone.'
  static override examples = [
    ...examplesOf([
      ['Unpin one run:', '20260131_235959'],
      ['Unpin two runs:', '20260131_235959 20260201_101500'],
    ]),
    {
      description: 'See which runs are pinned:',
      command: "<%= config.bin %> <%= command.id.replace(/unprotect$/, 'group') %>",
    },
  ]
  static override strict = false
  static override args = timestampArgs

  async run(): Promise<Content<'runs unprotect'>> {
    const {flags, argv} = await this.parse(RunsUnprotect)
    const change = await this.change(flags, (options) => unprotectRuns(argv.map(String), options))
    const {leaderboard, changed, runs, interrupted} = change
    this.sayPins(formatUnpinned(runs, this.screen), change)
    const lifted = runs.map(({pin, tagged, problem, ...each}) => ({
      run: each.run,
      changed: each.changed,
      lifted: pin ?? null,
      pinned: tagged,
      problem: problem ?? null,
    }))
    return {leaderboard: leaderboard ?? null, changed, runs: lifted, interrupted}
  }
}
