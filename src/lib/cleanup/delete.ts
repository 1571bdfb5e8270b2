import pLimit, {type LimitFunction} from 'p-limit'

import {type Dataset} from '../account/datasets.js'
import {messageOf, printable} from '../base/text.js'
import {HubError} from '../hub/errors.js'
import {isOutcomeUnknown, isOverload, pause, retryDelay, waitBeforeRetry} from '../hub/retry.js'
import {CHANGED} from '../plan/compare.js'
import {inOrderOfDeletion, type Plan} from '../plan/plan.js'
import {Gate, type GateOptions, Throttle} from './gate.js'
import {type Journal} from './journal/write.js'
import {
  afterLostAnswer,
  failed,
  isMissing,
  type Outcome,
  stillThere,
  unattempted,
  unknownResult,
} from './outcomes.js'
import {lookFor, outcomeOfAbsence, settle, type Target} from './settle.js'

export interface DeletionOptions extends GateOptions {
  /** Runs that are worked on at a time. */
  concurrency: number
  /** Written before each DELETE and after it; what cannot be written stops everything. */
  journal?: Pick<Journal, 'intent' | 'outcome'> | undefined
}

/** After so many lost DELETEs in a row that deleted nothing, the Hub is not well. */
const MAX_UNKNOWN = 5

/**
 * Deletes what a plan says, oldest run first. Within a run datasets are deleted one after the other; where one fails or has changed, the rest
 * of that run is left unattempted and other runs go on. The leaderboard goes last, and only if all before it went. In the end one listing
 * says whether what the Hub answered is true.
 * @returns one outcome for each dataset of the plan
 * @throws what a look failed with before the first DELETE; later, what is left is unattempted
 */
export async function deletePlanned(plan: Plan, options: DeletionOptions): Promise<Outcome[]> {
  const job = new Deletion(options)
  await job.deleteRuns(plan)
  if (plan.leaderboard?.planned) await job.deleteLeaderboard(plan.leaderboard.dataset)
  return [...job.outcomes.values()]
}

class Deletion {
  readonly outcomes = new Map<Target, Outcome>()
  private readonly options: DeletionOptions
  private readonly gate: Gate
  private readonly throttle: Throttle
  private readonly runs: LimitFunction
  private pausing = 0
  private unknownInARow = 0
  private isSettled = true

  constructor(options: DeletionOptions) {
    const {session, concurrency} = options
    this.options = options
    this.gate = new Gate(options)
    this.throttle = new Throttle(concurrency, () => session.hub.quota.allowance.left)
    this.runs = pLimit(concurrency)
  }

  async deleteRuns(plan: Plan): Promise<void> {
    await this.runs.map(inOrderOfDeletion(plan), ({datasets}) => this.deleteRun(datasets))
    this.gate.requireCertain()
    this.isSettled = await this.settle(this.outcomes)
  }

  /** The runs took a while, so the leaderboard is looked at again right before its turn. */
  async deleteLeaderboard(dataset: Dataset): Promise<void> {
    const target: Target = {dataset, part: 'leaderboard'}
    const statuses = [...this.outcomes.values()].map(({status}) => status)
    const remains = !this.isSettled || statuses.some((status) => status !== 'deleted' && status !== 'gone')
    if (!remains) await this.gate.lookOnce()
    const outcome = remains
      ? unattempted(dataset, 'not everything before it was deleted')
      : await this.deleteOne(target)
    await this.finish(target, outcome)
    await this.settle([[target, outcome]])
  }

  private async deleteRun(datasets: Dataset[]): Promise<void> {
    let broken: string | undefined
    for (const dataset of datasets) {
      const target: Target = {dataset, part: 'run'}
      const outcome = broken ? unattempted(dataset, broken) : await this.deleteOne(target)
      await this.finish(target, outcome)
      if (outcome.status === 'failed') broken = `the ${dataset.type} of this run failed`
      else if (target.isChanged) broken = `the ${dataset.type} of this run ${CHANGED}`
    }
  }

  private async deleteOne(target: Target): Promise<Outcome> {
    const {name} = target.dataset
    const seen = {lost: 0, busy: 0}
    for (;;) {
      const {barred, error} = await this.sendWhenFree(target)
      if (barred?.status === 'gone') target.isAbsent = true
      if (barred) return target.isLost ? afterLostAnswer(barred) : barred
      if (!error) return {name, status: 'deleted'}
      const outcome = isMissing(error)
        ? await this.askFor(target, error)
        : isOutcomeUnknown(error)
          ? await this.settleLost(target, error, seen.lost++)
          : await this.overcome(target, error, seen)
      if (outcome) return outcome
    }
  }

  /** Sends a DELETE once, as soon as there is room for it, unless something blocks it then. */
  private async sendWhenFree(target: Target): Promise<{barred?: Outcome; error?: Error | undefined}> {
    const {dataset} = target
    let isWritten = false
    for (;;) {
      await this.gate.pending
      const sent = await this.throttle.run(async (cuts) => {
        const barred = this.gate.blocker(dataset)
        if (barred) return {barred}
        if (this.gate.mustClose()) return
        if (!target.isStarted) this.options.onEvent({kind: 'started', name: dataset.name})
        target.isStarted = true
        isWritten ||= await this.writeDown((journal) => journal.intent(dataset))
        // Writing takes a moment, in which another run may have met the end of the quota and looked again.
        if (!isWritten || this.gate.mustClose() || this.gate.blocker(dataset)) return
        this.gate.noteSent()
        const error = await this.send(target)
        if (!error) this.throttle.speedUp()
        else if (isOverload(error)) this.throttle.slowDown(cuts)
        return {error}
      })
      if (sent) return sent
    }
  }

  private async send(target: Target): Promise<Error | undefined> {
    const {hub, access} = this.options.session
    try {
      target.requestId = await hub.deleteDataset(target.dataset.name, access.namespace, target.part)
      this.unknownInARow = 0
      // Before another request meets the end of the window, and not only once this outcome is written down.
      this.gate.vainWindows = 0
      return undefined
    } catch (error) {
      if (!isOutcomeUnknown(error)) this.unknownInARow = 0
      return error instanceof Error ? error : new Error(String(error))
    }
  }

  /** @returns undefined where it is still there, and another DELETE may help */
  private async settleLost(target: Target, error: Error, repeats: number): Promise<Outcome | undefined> {
    target.isLost = true
    const mayRepeat = await this.pauseAfterLoss(target.dataset.name, error, repeats)
    const outcome = await this.askFor(target, error, mayRepeat)
    if (outcome?.status === 'failed' && !this.gate.isStopped && ++this.unknownInARow >= MAX_UNKNOWN)
      this.gate.stop(`the Hub has failed ${MAX_UNKNOWN} times in a row`)
    return outcome
  }

  /** The outcome by what the Hub shows under the name; undefined where it is still there, and another DELETE is sent. */
  private async askFor(target: Target, error: Error, mayRepeat = false): Promise<Outcome | undefined> {
    const {name} = target.dataset
    const sighting = await lookFor(this.options.session.hub, target.dataset)
    if (sighting.state === 'unknown') return unknownResult(name, error)
    target.isChanged = sighting.isChanged
    if (sighting.state === 'gone') {
      target.isAbsent = true
      return outcomeOfAbsence(target, sighting.movedTo)
    }

    if (target.isLost && sighting.isChanged && !isMissing(error))
      return {name, status: 'skipped', reason: CHANGED}
    return mayRepeat ? undefined : stillThere(name, messageOf(error))
  }

  /** Whether it may be tried again. Others continue meanwhile: the Hub may have trouble with this dataset alone. */
  private async pauseAfterLoss(name: string, error: Error, repeats: number): Promise<boolean> {
    const wait = retryDelay(error, repeats)
    if (!wait) return false
    this.options.onEvent({kind: 'repeating', name, ...wait})
    this.letOthersIn(1)
    await pause(wait, this.options.signal).catch(() => {})
    this.letOthersIn(-1)
    return true
  }

  /** For each run that pauses another one is taken up; the throttle limits how many requests are under way. */
  private letOthersIn(pausing: 1 | -1): void {
    const {concurrency} = this.options
    this.pausing += pausing
    this.runs.concurrency = concurrency + Math.min(this.pausing, concurrency)
  }

  /**
   * Waits as an answer asks; some answers stop the whole job.
   * @returns the outcome where trying again is not worth it
   */
  private async overcome(target: Target, error: Error, seen: {busy: number}): Promise<Outcome | undefined> {
    const {dataset, isLost} = target
    const {status, answer} = error instanceof HubError ? error : {}
    if (status === 401) this.gate.stop('the Hub does not accept the token any more')
    if (answer?.actionLimit) this.gate.stop(printable(answer.text))
    const tries = {retries: seen.busy, windows: this.gate.vainWindows}
    const wait = status === 429 && !answer?.actionLimit ? waitBeforeRetry(error, tries) : undefined
    if (wait) {
      if (wait.why === 'retry') seen.busy++
      await this.gate.lookOnce(wait)
      return undefined
    }

    // Nothing can be sent for now: what the answer was about was not tried.
    const isHeldBack = status === 429 && (answer?.actionLimit || answer?.resetMs !== undefined)
    if (isHeldBack) this.gate.stop()
    if (isHeldBack && !isLost) return this.gate.blocker(dataset)
    return isLost ? unknownResult(dataset.name, error) : failed(dataset, error)
  }

  private settle(outcomes: Iterable<[Target, Outcome]>): Promise<boolean> {
    return settle([...outcomes], this.options, (target, outcome) => this.finish(target, outcome))
  }

  /** Records an outcome, or corrects it: its place stays the same. */
  private async finish(target: Target, outcome: Outcome): Promise<void> {
    this.outcomes.set(target, outcome)
    if (outcome.status === 'deleted') this.gate.vainWindows = 0
    const requestId = outcome.requestId ?? target.requestId
    await this.writeDown((journal) =>
      journal.outcome({...outcome, ...(requestId && {requestId})}, target.dataset),
    )
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
