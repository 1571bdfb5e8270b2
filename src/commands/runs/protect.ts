import {Args, Flags} from '@oclif/core'

import {HubCommand} from '../../lib/base-command.js'
import {HUB_CODES, withExitCodes} from '../../lib/exit-codes.js'
import {FROM_COMMAND_LINE} from '../../lib/flags.js'
import {protectRuns} from '../../lib/protecting.js'
import {PROTECTION_PATH} from '../../lib/protection-file.js'

export default class RunsProtect extends HubCommand {
  static override summary = 'Pin runs, so that every cleanup keeps them, on every machine.'
  static override exitCodes = HUB_CODES
  static override description = withExitCodes(
    `A pinned run is kept by every rule, --all included, and does not use up the number of --keep-recent. Pins are kept in ${PROTECTION_PATH} of the leaderboard's dataset, where every teammate's cleanup finds them; while one holds, the leaderboard cannot be deleted.

Pinning again never shortens a pin: the one that holds longer stays.`,
    this.exitCodes,
  )
  static override examples = [
    {
      description: 'Pin a run for good:',
      command: '<%= config.bin %> <%= command.id %> 20260131_235959 --reason "cited in the paper"',
    },
    {
      description: 'Pin two runs until the end of the year:',
      command: '<%= config.bin %> <%= command.id %> 20260131_235959 20260201_101500 --until 2026-12-31',
    },
    {
      description: 'See which runs are pinned:',
      command: "<%= config.bin %> <%= command.id.replace(/protect$/, 'group') %>",
    },
  ]
  static override strict = false
  static override args = {
    timestamp: Args.string({
      ...FROM_COMMAND_LINE,
      description: 'Timestamps of runs, as `runs group` shows them.',
      required: true,
    }),
  }
  static override flags = {
    reason: Flags.string({
      summary: 'Why, for whoever wants to delete them later.',
      helpGroup: 'PROTECTION',
      helpValue: 'TEXT',
    }),
    until: Flags.string({
      summary: 'The last day on which the pins hold, in UTC.',
      helpGroup: 'PROTECTION',
      helpValue: 'YYYY-MM-DD',
    }),
  }

  async run(): Promise<object> {
    const {flags, argv} = await this.parse(RunsProtect)
    const {leaderboard, changed, runs} = await this.cancellable((signal) =>
      protectRuns(argv.map(String), {
        ...this.connection(flags, signal),
        reason: flags.reason,
        until: flags.until,
      }),
    )
    const {formatPins} = await import('../../lib/ui/pins.js')
    this.say(formatPins(runs))
    return {leaderboard, changed, runs}
  }
}
