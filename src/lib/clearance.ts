import {type Exclusion} from './comparison.js'
import {type Dataset} from './datasets.js'
import {CancelledError} from './errors.js'
import {pause, type Wait} from './hub/repeats.js'
import {type Outcome, unattempted} from './outcomes.js'
import {messageOf} from './text.js'

export interface ClearanceOptions {
  signal?: AbortSignal | undefined
  /** What fell out of the plan already. */
  excluded: Map<string, Exclusion>
  /** Lists again and says what fell out of the plan. */
  lookAgain: () => Promise<Map<string, Exclusion>>
  /** Called when everybody begins to wait. */
  onWait: (wait: Wait) => void
  /** Called when the Hub is looked at again. */
  onLook: () => void
}

const INTERRUPTED = 'interrupted'

/** What of a plan may still go: what the last look at the Hub left of it, unless the job was stopped. */
export class Clearance {
  private readonly options: ClearanceOptions
  private excluded: Map<string, Exclusion>
  /** Why nothing new is started any more. */
  private stopReason: string | undefined
  /** Settles when a wait and the look that follows it are over; everybody waits for the same one. */
  private gate: Promise<void> | undefined
  /** How many looks have begun. */
  private looks = 0

  constructor(options: ClearanceOptions) {
    this.options = options
    this.excluded = options.excluded
  }

  /** Nothing may be sent until this settles; undefined where nothing is waited for. */
  get pending(): Promise<void> | undefined {
    return this.gate
  }

  get isStopped(): boolean {
    return this.stopReason !== undefined || this.options.signal?.aborted === true
  }

  /** Starts nothing new from now on; of several reasons the first one counts. */
  stop(reason: string): void {
    this.stopReason ??= reason
  }

  /** Why a dataset must not be deleted now; undefined where it may. */
  against(dataset: Dataset): Outcome | undefined {
    if (this.isStopped) return unattempted(dataset, this.stopReason ?? INTERRUPTED)
    const exclusion = this.excluded.get(dataset.name)
    return exclusion && {name: dataset.name, ...exclusion}
  }

  /** Looks again, perhaps after a wait. Everybody who needs to shares one look, if it begins from now on. */
  async lookOnce(wait?: Wait): Promise<void> {
    const before = this.looks
    do {
      this.gate ??= this.waitAndLook(wait).finally(() => {
        this.gate = undefined
      })
      await this.gate
    } while (this.looks === before && !this.isStopped)
  }

  private async waitAndLook(wait: Wait | undefined): Promise<void> {
    if (wait) {
      this.options.onWait(wait)
      await pause(wait, this.options.signal).catch(() => {})
    }

    if (!this.isStopped) await this.look()
  }

  /** What cannot be looked at for certain is not deleted. */
  private async look(): Promise<void> {
    this.looks++
    this.options.onLook()
    try {
      this.excluded = await this.options.lookAgain()
    } catch (error) {
      this.stop(
        error instanceof CancelledError
          ? INTERRUPTED
          : `what is left could not be checked again: ${messageOf(error)}`,
      )
    }
  }
}
