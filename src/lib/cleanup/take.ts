import pLimit, {type LimitFunction} from 'p-limit'

import {type Dataset} from '../account/datasets.js'
import {messageOf, printable} from '../base/text.js'
import {type PlanPart} from '../hub/client.js'
import {HubError} from '../hub/errors.js'
import {isOutcomeUnknown, isOverload, pause, retryDelay, type Wait, waitBeforeRetry} from '../hub/retry.js'
import {CHANGED} from '../plan/compare.js'
import {inOrderOfDeletion, type Plan} from '../plan/plan.js'
import {type Act} from './act.js'
import {Gate, type GateOptions, Throttle} from './gate.js'
import {type Journal} from './journal/write.js'
import {
  doneOutcome,
  failedOutcome,
  isMissing,
  type Outcome,
  outcomeAfterLostAnswer,
  stillThereOutcome,
  unattemptedOutcome,
  unknownOutcome,
} from './outcomes.js'
import {type Attempt, outcomeOfAbsence, settle} from './settle.js'

export interface TakeOptions extends GateOptions {
  /** Runs that are worked on at a time. */
  concurrency: number
  /** What is done with each dataset. */
  act: Act
  /** Written before each request and after it; what cannot be written stops everything. */
  journal?: Pick<Journal, 'intent' | 'outcome'> | undefined
}

/** What a move that the Hub says it made is looked for with. */
const OK = new Error('the Hub returned OK')
/** After so many lost requests in a row that did nothing, the Hub is not well. */
const MAX_UNKNOWN = 5

/**
 * Deletes what a plan says, or moves it, oldest run first. Within a run datasets are taken one after the other; where one fails or has
 * changed, the rest of that run is left unattempted and other runs continue. The leaderboard is deleted last, only if everything before
 * it was deleted. At the end one listing verifies what the Hub answered.
 * @returns one outcome for each dataset of the plan
 * @throws what a recheck failed with before the first DELETE; later, what is left is unattempted
 */
export async function takePlanned(plan: Plan, options: TakeOptions): Promise<Outcome[]> {
  const job = new TakeJob(options)
  await job.takeRuns(inOrderOfDeletion(plan).map(({datasets}) => datasets))
  if (plan.leaderboard?.planned) await job.deleteLeaderboard(plan.leaderboard.dataset)
  return job.outcomes
}

/** Does the same with these runs, in this order, each a list of datasets in the order in which they are taken. */
export async function takeRuns(runs: Dataset[][], options: TakeOptions): Promise<Outcome[]> {
  const job = new TakeJob(options)
  await job.takeRuns(runs)
  return job.outcomes
}

/** A DELETE or a move that was blocked, that failed or was lost, or that the Hub performed. */
interface Sent {
  blocked?: Outcome
  /** It is blocked as it changed, so that the rest of its run is kept. */
  isChanged?: boolean
  error?: Error
  /** The Hub's id of the request. */
  requestId?: string | undefined
}

class TakeJob {
  /** By name, in the order in which they ended first. */
  readonly attempts = new Map<string, Attempt>()
  private readonly options: TakeOptions
  private readonly gate: Gate
  private readonly throttle: Throttle
  private readonly runs: LimitFunction
  private pausing = 0
  private unknownInARow = 0
  private isSettled = true

  constructor(options: TakeOptions) {
    const {session, concurrency} = options
    this.options = options
    this.gate = new Gate(options)
    this.throttle = new Throttle(concurrency, () => session.hub.quota.allowance.left)
    this.runs = pLimit(concurrency)
  }

  get outcomes(): Outcome[] {
    return [...this.attempts.values()].map(({outcome}) => outcome)
  }

  async takeRuns(runs: Dataset[][]): Promise<void> {
    await this.runs.map([...runs], (datasets) => this.takeRun(datasets))
    this.gate.requireCertain()
    this.isSettled = await this.settle([...this.attempts.values()])
  }

  /** The runs took a while, so the leaderboard is looked at again right before its turn. */
  async deleteLeaderboard(dataset: Dataset): Promise<void> {
    const statuses = [...this.attempts.values()].map(({outcome}) => outcome.status)
    const remains = !this.isSettled || statuses.some((status) => status !== 'deleted' && status !== 'gone')
    if (!remains) await this.gate.recheckOnce()
    const attempt = remains
      ? {dataset, outcome: unattemptedOutcome(dataset, 'some datasets before it were not deleted')}
      : await this.takeOne(dataset, 'leaderboard')
    await this.finish(attempt)
    await this.settle([attempt])
  }

  private async takeRun(datasets: Dataset[]): Promise<void> {
    let broken: string | undefined
    for (const dataset of datasets) {
      const attempt: Attempt = broken
        ? {dataset, outcome: unattemptedOutcome(dataset, broken)}
        : await this.takeOne(dataset, 'run')
      await this.finish(attempt)
      if (attempt.outcome.status === 'failed') broken = `the ${dataset.type} of this run failed`
      else if (attempt.isChanged) broken = `the ${dataset.type} of this run ${CHANGED}`
    }
  }

  /** Sends requests until one has an outcome, or none can be sent. */
  private async takeOne(dataset: Dataset, part: PlanPart): Promise<Attempt> {
    let lost = 0
    let busy = 0
    for (let isFirst = true; ; isFirst = false) {
      const {blocked, isChanged, error, requestId} = await this.sendWhenFree(dataset, part, isFirst)
      const isLost = lost > 0
      if (blocked) {
        const outcome = isLost ? outcomeAfterLostAnswer(blocked, this.options.act.isMove) : blocked
        return {dataset, outcome, isLost, isAbsent: blocked.status === 'gone', isChanged}
      }

      if (!error) return this.accept(dataset, isLost, requestId)
      if (isMissing(error)) return this.resolveOutcome(dataset, error, isLost)
      if (isOutcomeUnknown(error)) {
        const attempt = await this.settleLost(dataset, error, lost++)
        if (attempt) return attempt
      } else {
        const next = await this.handleRefusal(dataset, error, {isLost, busy})
        if ('status' in next) return {dataset, outcome: next, isLost}
        if (next.why === 'retry') busy++
      }
    }
  }

  /** Sends one once, as soon as there is room for it, unless something blocks it then. */
  private async sendWhenFree(dataset: Dataset, part: PlanPart, isFirst: boolean): Promise<Sent> {
    let isStarted = !isFirst
    let isWritten = false
    for (;;) {
      await this.gate.pending
      const sent = await this.throttle.run(async (cuts) => {
        const blocked = this.gate.blocker(dataset)
        if (blocked) return {blocked}
        if (this.gate.mustClose()) return
        if (!isStarted) this.options.onEvent({kind: 'started', name: dataset.name})
        isStarted = true
        isWritten ||= await this.writeDown((journal) => journal.intent(dataset))
        const {act} = this.options
        const held = act.check && (await act.check(dataset))
        if (held) return {blocked: this.gate.blocker(dataset) ?? held, isChanged: held.status === 'skipped'}
        // Writing takes a moment, in which another run may have used up the quota and rechecked.
        if (!isWritten || this.gate.mustClose() || this.gate.blocker(dataset)) return
        this.gate.noteSent()
        const answer = await this.send(dataset, part)
        if (!answer.error) this.throttle.speedUp()
        else if (isOverload(answer.error)) this.throttle.slowDown(cuts)
        return answer
      })
      if (sent) return sent
    }
  }

  private async send(dataset: Dataset, part: PlanPart): Promise<Sent> {
    try {
      const requestId = await this.options.act.send(dataset, part)
      this.unknownInARow = 0
      // Before another request meets the end of the window, and not only once this outcome is written down.
      this.gate.exhaustedWindows = 0
      return {requestId}
    } catch (error) {
      if (!isOutcomeUnknown(error)) this.unknownInARow = 0
      return {error: error instanceof Error ? error : new Error(String(error))}
    }
  }

  /** The Hub said OK, which is enough for a DELETE. */
  private async accept(dataset: Dataset, isLost: boolean, requestId?: string): Promise<Attempt> {
    const {done, isMove} = this.options.act
    if (isMove) return {...(await this.resolveOutcome(dataset, OK, true)), requestId}
    return {dataset, outcome: {name: dataset.name, status: done}, isLost, requestId}
  }

  /** @returns undefined where it is still there, and another request may help */
  private async settleLost(dataset: Dataset, error: Error, repeats: number): Promise<Attempt | undefined> {
    const mayRepeat = await this.pauseAfterLoss(dataset.name, error, repeats)
    const attempt = await this.resolveOutcome(dataset, error, true)
    const {status, uncertain} = attempt.outcome
    if (status !== 'failed') return attempt
    if (mayRepeat && !uncertain) return undefined
    if (!this.gate.isStopped && ++this.unknownInARow >= MAX_UNKNOWN)
      this.gate.stop(`the Hub has failed ${MAX_UNKNOWN} times in a row`)
    return attempt
  }

  /** The outcome by what the Hub shows under the name: still there is `failed`. */
  private async resolveOutcome(dataset: Dataset, error: Error, isLost: boolean): Promise<Attempt> {
    const {name} = dataset
    const {act} = this.options
    const found = await act.lookFor(dataset)
    if (found.state === 'done') return this.done(dataset, isLost, found.alarm)
    if (found.state === 'unknown') {
      const why = error === OK ? new Error(found.why) : error
      return {dataset, outcome: unknownOutcome(name, act.isMove, why), isLost}
    }

    const {isChanged} = found
    if (found.state === 'gone') {
      const outcome = outcomeOfAbsence(name, act, isLost, found.movedTo)
      return {dataset, outcome, isLost, isAbsent: true, isChanged}
    }

    const isReplaced = isLost && isChanged && !isMissing(error)
    const outcome: Outcome = isReplaced
      ? {name, status: 'skipped', reason: CHANGED}
      : stillThereOutcome(name, messageOf(error))
    return {dataset, outcome, isLost, isChanged}
  }

  /** An alarm stops the job, however well this one ended. */
  private done(dataset: Dataset, isLost: boolean, alarm?: string): Attempt {
    const {name} = dataset
    if (alarm !== undefined) this.gate.stop(alarm)
    return {dataset, outcome: doneOutcome(name, this.options.act.done, alarm), isLost}
  }

  /** Whether it may be tried again. Other runs continue: the Hub may have trouble with this dataset alone. */
  private async pauseAfterLoss(name: string, error: Error, repeats: number): Promise<boolean> {
    const wait = retryDelay(error, repeats)
    if (!wait) return false
    this.options.onEvent({kind: 'repeating', name, ...wait})
    this.adjustConcurrency(1)
    await pause(wait, this.options.signal).catch(() => {})
    this.adjustConcurrency(-1)
    return true
  }

  /** For each run that pauses another one is taken up; the throttle limits how many requests are in progress. */
  private adjustConcurrency(pausing: 1 | -1): void {
    const {concurrency} = this.options
    this.pausing += pausing
    this.runs.concurrency = concurrency + Math.min(this.pausing, concurrency)
  }

  /**
   * Waits as an answer asks; some answers stop the whole job.
   * @returns how it waited, or the outcome where trying again is not worth it
   */
  private async handleRefusal(
    dataset: Dataset,
    error: Error,
    {isLost, busy}: {isLost: boolean; busy: number},
  ): Promise<Outcome | Wait> {
    const {status, answer} = error instanceof HubError ? error : {}
    if (status === 401) this.gate.stop('the Hub no longer accepts the token')
    if (answer?.actionLimit) this.gate.stop(printable(answer.text))
    const tries = {retries: busy, windows: this.gate.exhaustedWindows}
    const wait = status === 429 && !answer?.actionLimit ? waitBeforeRetry(error, tries) : undefined
    if (wait) {
      await this.gate.recheckOnce(wait)
      return wait
    }

    // Nothing can be sent for now: what the answer was about was not tried.
    const isHeldBack = status === 429 && (answer?.actionLimit || answer?.resetMs !== undefined)
    if (isHeldBack) this.gate.stop()
    if (isLost) return unknownOutcome(dataset.name, this.options.act.isMove, error)
    const blocked = isHeldBack ? this.gate.blocker(dataset) : undefined
    return blocked ?? failedOutcome(dataset, error)
  }

  private settle(attempts: Attempt[]): Promise<boolean> {
    return settle(attempts, this.options, (corrected) => this.finish(corrected))
  }

  /** Records an outcome, or corrects it in its place. */
  private async finish(attempt: Attempt): Promise<void> {
    const {dataset, outcome} = attempt
    this.attempts.set(dataset.name, attempt)
    if (outcome.status === this.options.act.done) this.gate.exhaustedWindows = 0
    const requestId = outcome.requestId ?? attempt.requestId
    await this.writeDown((journal) => journal.outcome({...outcome, ...(requestId && {requestId})}, dataset))
    this.options.onEvent({kind: 'finished', outcome})
  }

  /** @returns whether it is written down; where it is not, nothing new is started. */
  private async writeDown(
    entry: (journal: Pick<Journal, 'intent' | 'outcome'>) => Promise<void>,
  ): Promise<boolean> {
    const {journal} = this.options
    if (!journal) return true
    try {
      await entry(journal)
      return true
    } catch (error) {
      this.gate.stop(messageOf(error))
      return false
    }
  }
}
