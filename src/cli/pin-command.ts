import {type PinnedRun, type PinOptions} from '../lib/account/protection/pin-runs.js'
import {EXIT, type ExitCode} from '../lib/base/exit-codes.js'
import {type ConnectionFlags, HubCommand} from './base-command.js'

/** Base of the commands that pin runs and lift pins. */
export abstract class PinCommand extends HubCommand {
  /** Runs the change, with progress on stderr, and sets the exit code. */
  protected async change<T extends {runs: PinnedRun[]; interrupted: boolean}>(
    flags: ConnectionFlags,
    make: (options: PinOptions) => Promise<T>,
  ): Promise<T> {
    const {logTagging} = await import('./progress/job-log.js')
    const onEvent = this.jsonEnabled() ? undefined : logTagging((text) => this.note(text))
    const change = await this.cancellable((signal) => make({...this.connection(flags, signal), onEvent}))
    process.exitCode = exitCodeOfPins(change)
    return change
  }

  /** Says what was done, and where something is left to do, how to finish it. */
  protected async sayPins(
    text: string,
    {runs, interrupted}: {runs: PinnedRun[]; interrupted: boolean},
  ): Promise<void> {
    const {unfinishedAdvice} = await import('../lib/views/terminal/pins.js')
    this.say([text, unfinishedAdvice(runs, interrupted)].filter(Boolean).join('\n'))
  }
}

function exitCodeOfPins({
  runs,
  interrupted,
}: {
  runs: PinnedRun[]
  interrupted: boolean
}): ExitCode | undefined {
  if (interrupted) return EXIT.cancelled
  return runs.some(({problem}) => problem !== undefined) ? EXIT.incomplete : undefined
}
