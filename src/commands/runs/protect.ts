import {Flags} from '@oclif/core'

import {examplesOf} from '../../cli/flags/shared.js'
import {PinCommand, timestampArgs} from '../../cli/pin-command.js'
import {protectRuns} from '../../lib/account/protection/pin-runs.js'
import {PROTECTION_PATH} from '../../lib/account/protection/pins.js'
import {UsageError} from '../../lib/base/errors.js'
import {EXIT, hubCodes} from '../../lib/base/exit-codes.js'
import {dayAfter, shortForm} from '../../lib/base/time.js'
import {pinnedRunDocument} from '../../lib/views/json/documents.js'
import {type Content} from '../../lib/views/json/schemas/documents.js'
import {formatPins, WITHOUT_LEADERBOARD} from '../../lib/views/terminal/pins.js'

export default class RunsProtect extends PinCommand {
  static override summary = 'Pin runs: every cleanup keeps them, on every machine.'
  static override exitCodes = hubCodes(EXIT.incomplete)
  static override description = `A pinned run is always kept, even with --all, and does not count for --keep-recent. A pin is stored twice: in ${PROTECTION_PATH} of the leaderboard's dataset, and as a tag in the card of the run's results, which survives if the leaderboard is renamed, moved, deleted or re-created. While a run is pinned, the leaderboard cannot be deleted. Without a leaderboard, the tag alone is the pin.

If a card cannot be changed, the run is half pinned: it is kept anyway; run the same command again to finish. The card of a run that may still be uploading is not changed yet.

Pinning again never shortens a pin.`
  static override examples = [
    ...examplesOf([
      ['Pin a run for good:', '20260131_235959 --reason "cited in the paper"'],
      ['Pin two runs until the end of the year:', '20260131_235959 20260201_101500 --until 2026-12-31'],
    ]),
    {
      description: 'See which runs are pinned:',
      command: "<%= config.bin %> <%= command.id.replace(/protect$/, 'group') %>",
    },
  ]
  static override strict = false
  static override args = timestampArgs
  static override flags = {
    reason: Flags.string({
      summary: 'Reason, shown to anyone who tries to delete them.',
      helpGroup: 'PROTECTION',
      helpValue: 'TEXT',
    }),
    until: Flags.string({
      summary: 'Last day of the pins in UTC, such as 2026-12-31 or 30d.',
      helpGroup: 'PROTECTION',
      helpValue: 'DATE',
      parse: async (input) => lastDay(input),
    }),
  }

  async run(): Promise<Content<'runs protect'>> {
    const {flags, argv} = await this.parse(RunsProtect)
    const {reason, until} = flags
    const change = await this.change(flags, (options) =>
      protectRuns(argv.map(String), {...options, reason, until}),
    )
    const {leaderboard, changed, runs, interrupted} = change
    if (!leaderboard) this.warn(WITHOUT_LEADERBOARD)
    this.sayPins(formatPins(runs, this.screen, until), change)
    const pinned = runs.map((each) => pinnedRunDocument(each))
    return {leaderboard: leaderboard ?? null, changed, runs: pinned, interrupted}
  }
}

/** A day as the lib takes it. */
function lastDay(input: string): string {
  const short = shortForm(input)
  if (short !== undefined) throw new UsageError(`use ${short}, not ${JSON.stringify(input)}.`)
  return dayAfter(input, new Date()) ?? input
}
