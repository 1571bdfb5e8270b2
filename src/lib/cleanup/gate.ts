import {type Dataset} from '../account/datasets.js'
import {CancelledError} from '../base/errors.js'
import {messageOf} from '../base/text.js'
import {pause, type Wait} from '../hub/retry.js'
import {type Exclusion} from '../plan/compare.js'
import {type LookReason} from '../plan/recheck.js'
import {type Outcome, unattempted} from './outcomes.js'

interface ClearanceOptions {
  signal?: AbortSignal | undefined
  /** What fell out of the plan already. */
  excluded: Map<string, Exclusion>
  /** Looks at the Hub again, and says what fell out of the plan. */
  lookAgain: (why: LookReason) => Promise<Map<string, Exclusion>>
  /** Whether the last look is too old for a DELETE; for the first one of the job sooner. */
  isOld?: ((isFirst: boolean) => boolean) | undefined
  /** Called when everybody begins to wait. */
  onWait: (wait: Wait) => void
  /** Called when the Hub is looked at again. */
  onLook: () => void
}

const INTERRUPTED = 'interrupted'
/** Looks in a row after none of which a DELETE was sent before they were too old. */
const MOST_IN_VAIN = 10

/** What of a plan may still be deleted: what the last look at the Hub left of it, unless the job was stopped. */
export class Clearance {
  private readonly options: ClearanceOptions
  private excluded: Map<string, Exclusion>
  /** Why nothing new is started any more. */
  private stopReason: string | undefined
  /** Settles when a wait and the look that follows it are over; everybody waits for the same one. */
  private gate: Promise<void> | undefined
  /** How many looks have begun. */
  private looks = 0
  private looksInVain = 0
  private hasSent = false
  /** Why a look failed before anything was sent. */
  private refusal: Error | undefined

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

  /**
   * Begins a look where the last one is too old.
   * @returns whether everybody waits for one now
   */
  beginsToLook(): boolean {
    if (this.gate) return true
    if (this.options.isOld?.(!this.hasSent) !== true) return false
    if (++this.looksInVain > MOST_IN_VAIN)
      this.stop('each look at the Hub was too old before anything could be sent')
    else this.openGate(this.hasSent ? 'age' : 'first').catch(() => {})
    return true
  }

  /** A DELETE is being sent, on what the last look showed. */
  noteSent(): void {
    this.hasSent = true
    this.looksInVain = 0
  }

  /** @throws what a look failed with, if nothing was sent before */
  requireCertain(): void {
    if (this.refusal) throw this.refusal
  }

  /** Looks again, perhaps after a wait. Everybody who needs to shares one look, if it begins from now on. */
  async lookOnce(wait?: Wait): Promise<void> {
    const before = this.looks
    do {
      await this.openGate(wait?.why === 'retry' ? 'age' : 'wait', wait)
    } while (this.looks === before && !this.isStopped)
  }

  private openGate(why: LookReason, wait?: Wait): Promise<void> {
    this.gate ??= this.waitAndLook(why, wait).finally(() => {
      this.gate = undefined
    })
    return this.gate
  }

  private async waitAndLook(why: LookReason, wait: Wait | undefined): Promise<void> {
    if (wait) {
      this.options.onWait(wait)
      await pause(wait, this.options.signal).catch(() => {})
    }

    if (!this.isStopped) await this.look(why)
  }

  /** What cannot be looked at for certain is not deleted. */
  private async look(why: LookReason): Promise<void> {
    this.looks++
    this.options.onLook()
    try {
      this.excluded = await this.options.lookAgain(why)
    } catch (error) {
      const isInterrupted = error instanceof CancelledError
      if (!isInterrupted && !this.hasSent) this.refusal = error as Error
      this.stop(isInterrupted ? INTERRUPTED : `what is left could not be checked again: ${messageOf(error)}`)
    }
  }
}
