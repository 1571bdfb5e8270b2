import {examplesOf} from '../../cli/flags/shared.js'
import {PinCommand, timestampArgs} from '../../cli/pin-command.js'
import {unprotectRuns} from '../../lib/account/protection/pin-runs.js'
import {EXIT, hubCodes} from '../../lib/base/exit-codes.js'
import {type Content} from '../../lib/views/json/schemas/documents.js'
import {formatUnpinned} from '../../lib/views/terminal/pins.js'

export default class RunsUnprotect extends PinCommand {
  static override summary = 'Lift the pins of runs.'
  static override exitCodes = hubCodes(EXIT.incomplete)
  static override description =
    'After this, a cleanup may delete them again: the pins in the protection file are lifted first, then the tags in the cards. Interrupted in between, or where a card cannot be changed, a run stays pinned; the same command again finishes it. Where a run is not pinned, nothing changes; a run that is gone can be unpinned too.'
  static override examples = [
    ...examplesOf([
      ['Lift one pin:', '20260131_235959'],
      ['Lift two pins at once:', '20260131_235959 20260201_101500'],
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
    this.sayPins(formatUnpinned(runs), change)
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
