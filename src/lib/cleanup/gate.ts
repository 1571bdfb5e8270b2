import pLimit, {type LimitFunction} from 'p-limit'

import {type Dataset} from '../account/datasets.js'
import {CancelledError} from '../base/errors.js'
import {messageOf} from '../base/text.js'
import {MAX_EXHAUSTED_WINDOWS, waitForQuota} from '../hub/quota.js'
import {pause, type Wait} from '../hub/retry.js'
import {type Session} from '../hub/session.js'
import {type RecheckReason, type RecheckState} from '../plan/recheck.js'
import {type Outcome, type TakeEvent, unattemptedOutcome} from './outcomes.js'

export interface GateOptions {
  session: Session
  /** Once aborted nothing new is started; what is in progress is finished. */
  signal?: AbortSignal | undefined
  state: Pick<RecheckState, 'excluded' | 'isOld' | 'refresh'>
  onEvent: (event: TakeEvent) => void
}

const INTERRUPTED = 'interrupted'
const NO_QUOTA = `the Hub's rate limit was reached ${MAX_EXHAUSTED_WINDOWS} times in a row without any progress`
/** Rechecks in a row that were too old before anything was sent. */
const MAX_STALE_RECHECKS = 10

/**
 * Lets DELETEs and moves through: closed while the quota or a recheck is waited for, and for good once the job is stopped. What may be taken is
 * what the last recheck left of the plan.
 */
export class Gate {
  /** Settles when a wait and the recheck that follows it are over; until then nothing may be sent. */
  pending: Promise<void> | undefined
  /** Windows of the quota in a row that were waited for without one success. */
  exhaustedWindows = 0
  private readonly options: GateOptions
  /** Why nothing new is started. */
  private stopReason: string | undefined
  /** How many rechecks have begun. */
  private rechecks = 0
  private staleRechecks = 0
  private hasSent = false
  /** Why a recheck failed before anything was sent. */
  private refusal: Error | undefined

  constructor(options: GateOptions) {
    this.options = options
  }

  get isStopped(): boolean {
    return this.stopReason !== undefined || this.options.signal?.aborted === true
  }

  /** Starts nothing new from now on; of several reasons the first one counts. */
  stop(reason = NO_QUOTA): void {
    this.stopReason ??= reason
  }

  /** Why a dataset must not be taken now; undefined where it may. */
  blocker(dataset: Dataset): Outcome | undefined {
    if (this.isStopped) return unattemptedOutcome(dataset, this.stopReason ?? INTERRUPTED)
    const exclusion = this.options.state.excluded.get(dataset.name)
    return exclusion && {name: dataset.name, ...exclusion}
  }

  /**
   * Closes where the quota is used up, before a request runs into its end, or where the last recheck is too old.
   * @returns whether it is closed, or the job was stopped
   */
  mustClose(): boolean {
    if (this.pending) return true
    const {refillMs} = this.options.session.hub.quota.allowance
    if (refillMs > 0) {
      if (this.exhaustedWindows >= MAX_EXHAUSTED_WINDOWS) this.stop()
      else this.close('wait', waitForQuota(refillMs, this.exhaustedWindows))
      return true
    }

    if (!this.options.state.isOld(!this.hasSent)) return false
    if (++this.staleRechecks > MAX_STALE_RECHECKS)
      this.stop('each check of the Hub was out of date before anything could be sent')
    else this.close(this.hasSent ? 'age' : 'first')
    return true
  }

  /** A request is being sent, on what the last recheck showed. */
  noteSent(): void {
    this.hasSent = true
    this.staleRechecks = 0
  }

  /** @throws what a recheck failed with, if nothing was sent before */
  requireCertain(): void {
    if (this.refusal) throw this.refusal
  }

  /** Rechecks, perhaps after a wait. All that need a recheck share one that begins from now on. */
  async recheckOnce(wait?: Wait): Promise<void> {
    const before = this.rechecks
    do {
      await this.close(wait?.why === 'retry' ? 'age' : 'wait', wait)
    } while (this.rechecks === before && !this.isStopped)
  }

  private close(why: RecheckReason, wait?: Wait): Promise<void> {
    this.pending ??= this.waitAndRecheck(why, wait).finally(() => {
      this.pending = undefined
    })
    return this.pending
  }

  /** Never rejects: what cannot be rechecked for certain is not taken. */
  private async waitAndRecheck(why: RecheckReason, wait?: Wait): Promise<void> {
    const {signal, onEvent, state} = this.options
    if (wait) {
      if (wait.why === 'quota') this.exhaustedWindows++
      onEvent({kind: 'waiting', ...wait})
      await pause(wait, signal).catch(() => {})
    }

    if (this.isStopped) return
    this.rechecks++
    onEvent({kind: 'checking'})
    try {
      await state.refresh(why)
    } catch (error) {
      const isInterrupted = error instanceof CancelledError
      if (!isInterrupted && !this.hasSent) this.refusal = error as Error
      this.stop(
        isInterrupted
          ? INTERRUPTED
          : `the remaining datasets could not be checked again: ${messageOf(error)}`,
      )
    }
  }
}

/**
 * How many requests may be in progress at a time: at most as many as asked for, half as many each time the Hub is overloaded, and one more
 * again for every round of them that succeeded.
 */
export class Throttle {
  private readonly most: number
  private readonly left: () => number
  private readonly limit: LimitFunction
  private size: number
  /** How often it was closed further. */
  private cuts = 0
  private successes = 0

  /** @param left how many requests the quota still allows; one is always let in, to learn the quota */
  constructor(most: number, left: () => number) {
    this.most = most
    this.left = left
    this.size = most
    this.limit = pLimit(most)
  }

  /** Runs a job, which gets `cuts` for `slowDown`, as soon as there is room for its request. */
  async run<T>(job: (cuts: number) => Promise<T>): Promise<T> {
    this.fit()
    return this.limit(() => job(this.cuts).finally(() => this.fit()))
  }

  /** The Hub was overloaded. Requests that were in progress together say so together, and count as one. */
  slowDown(cuts: number): void {
    if (cuts !== this.cuts) return
    this.cuts++
    this.successes = 0
    this.size = Math.max(1, Math.floor(this.size / 2))
  }

  /** A request went well. */
  speedUp(): void {
    if (++this.successes < this.size) return
    this.successes = 0
    this.size = Math.min(this.most, this.size + 1)
  }

  private fit(): void {
    this.limit.concurrency = Math.max(1, Math.min(this.size, this.left()))
  }
}
