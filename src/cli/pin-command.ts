import {Args} from '@oclif/core'

import {type PinnedRun, type PinOptions} from '../lib/account/protection/pin-runs.js'
import {EXIT} from '../lib/base/exit-codes.js'
import {unfinishedAdvice} from '../lib/views/terminal/pins.js'
import {type ConnectionFlags, HubCommand} from './base-command.js'
import {FROM_COMMAND_LINE} from './flags/shared.js'

interface PinChange {
  runs: PinnedRun[]
  interrupted: boolean
}

/** What pins are put on; one or several. */
export const timestampArgs = {
  timestamp: Args.string({
    ...FROM_COMMAND_LINE,
    description: 'Timestamps of runs, as `runs group` shows them.',
    required: true,
  }),
}

/** Base of the commands that pin runs and remove pins. */
export abstract class PinCommand extends HubCommand {
  /** Runs the change, with progress on stderr, and sets the exit code. */
  protected async change<T extends PinChange>(
    flags: ConnectionFlags,
    make: (options: PinOptions) => Promise<T>,
  ): Promise<T> {
    const change = await this.ask(flags, async (connection, signal) => {
      const shown = await this.openProgress(signal)
      return make({...connection, onEvent: shown?.tagging})
    })
    const isUnfinished = change.runs.some(({problem}) => problem !== undefined)
    process.exitCode = change.interrupted ? EXIT.cancelled : isUnfinished ? EXIT.incomplete : undefined
    return change
  }

  /** Says what was done, and where something is left to do, how to finish it. */
  protected sayPins(text: string, {runs, interrupted}: PinChange): void {
    this.say([text, unfinishedAdvice(runs, interrupted)].filter(Boolean).join('\n'))
  }
}
