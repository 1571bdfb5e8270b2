import {Args} from '@oclif/core'

import {HubCommand} from '../../lib/base-command.js'
import {HUB_CODES, withExitCodes} from '../../lib/exit-codes.js'
import {FROM_COMMAND_LINE} from '../../lib/flags.js'
import {unprotectRuns} from '../../lib/protecting.js'

export default class RunsUnprotect extends HubCommand {
  static override summary = 'Lift the pins of runs.'
  static override exitCodes = HUB_CODES
  static override description = withExitCodes(
    'After this, a cleanup may delete them again. Where a run is not pinned, nothing changes; a run that is gone can be unpinned too.',
    this.exitCodes,
  )
  static override examples = [
    {description: 'Lift one pin:', command: '<%= config.bin %> <%= command.id %> 20260131_235959'},
    {
      description: 'Lift two pins at once:',
      command: '<%= config.bin %> <%= command.id %> 20260131_235959 20260201_101500',
    },
    {
      description: 'See which runs are pinned:',
      command: "<%= config.bin %> <%= command.id.replace(/unprotect$/, 'group') %>",
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

  async run(): Promise<object> {
    const {flags, argv} = await this.parse(RunsUnprotect)
    const {leaderboard, changed, runs} = await this.cancellable((signal) =>
      unprotectRuns(argv.map(String), this.connection(flags, signal)),
    )
    const {formatUnpinned} = await import('../../lib/ui/pins.js')
    this.say(formatUnpinned(runs))
    return {
      leaderboard,
      changed,
      runs: runs.map(({run, changed: lifted, pin}) => ({run, changed: lifted, lifted: pin ?? null})),
    }
  }
}
