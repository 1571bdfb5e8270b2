import {type Dataset} from '../account/datasets.js'
import {RefusedError} from '../base/errors.js'
import {messageOf, printable} from '../base/text.js'
import {type Hub, type PlanPart} from '../hub/client.js'
import {HubError} from '../hub/errors.js'
import {MAX_VAIN_WINDOWS} from '../hub/quota.js'
import {
  isOutcomeUnknown,
  isOverload,
  pause,
  retryDelay,
  type RetryWait,
  type Wait,
  waitBeforeRetry,
  waitForQuota,
} from '../hub/retry.js'
import {type Exclusion} from '../plan/compare.js'
import {inOrderOfDeletion, type Plan, plannedDatasets, type PlannedRun} from '../plan/plan.js'
import {type LookReason} from '../plan/recheck.js'
import {Clearance} from './gate.js'
import {
  afterLostAnswer,
  failed,
  isActionLimit,
  isHeldBack,
  isMissing,
  type Outcome,
  stillThere,
  unattempted,
  unknownResult,
} from './outcomes.js'
import {changedMeanwhile, correctionOf, lookFor, outcomeOfAbsence} from './settle.js'
import {Throttle} from './throttle.js'

/** What happens while a plan is carried out. */
export type DeletionEvent =
  | {kind: 'checking'}
  /** Called again for a dataset whose outcome the final listing corrects. */
  | {kind: 'finished'; outcome: Outcome}
  | (RetryWait & {kind: 'repeating'; name: string})
  | {kind: 'started'; name: string}
  | (Wait & {kind: 'waiting'})

export interface DeletionOptions {
  hub: Hub
  /** The only namespace in which anything is deleted. */
  namespace: string
  /** Runs that are worked on at a time. */
  concurrency: number
  /** Once aborted no new deletion starts; those under way are finished. */
  signal?: AbortSignal | undefined
  /** What fell out of the plan already. */
  excluded: Map<string, Exclusion>
  /** Looks at the Hub again, and says what fell out of the plan. */
  lookAgain: (why: LookReason) => Promise<Map<string, Exclusion>>
  /** Whether the last look is too old for a DELETE, and for the first one of the job. */
  isOld?: ((isFirst: boolean) => boolean) | undefined
  /**
   * Lists everything once more when all was sent.
   * @throws RefusedError where the token may no longer see everything
   */
  listAtEnd: () => Promise<Dataset[]>
  /** Called with what keeps the end from being certain. */
  warn: (text: string) => void
  onEvent: (event: DeletionEvent) => void
  /** Written before each DELETE and after it; without, nothing is written down. */
  journal?: DeletionJournal | undefined
}

/** What is written down of a deletion. What cannot be written stops it. */
export interface DeletionJournal {
  /** Settles when it is certain that the intent is on the disk. */
  intent: (dataset: Dataset) => Promise<void>
  outcome: (outcome: Outcome, dataset: Dataset) => Promise<void>
}

/** So many datasets in a row whose DELETEs come to nothing are not the fault of one: the Hub is not well. */
const MOST_UNKNOWN = 5

/**
 * Carries out a plan, oldest run first. Within a run datasets are deleted one after the other; where one fails, the rest of that run is
 * left unattempted and other runs go on. The leaderboard goes last, and only if all before it went. In the end one listing
 * says whether what the Hub answered is true.
 * @returns one outcome for each dataset of the plan, in the order they came about
 * @throws what a look failed with before the first DELETE; later, what is left is unattempted
 */
export async function carryOut(plan: Plan, options: DeletionOptions): Promise<Outcome[]> {
  const job = new Deletion(plan, options)
  const workers = Math.min(options.concurrency, plan.delete.length)
  await Promise.all(Array.from({length: workers}, () => job.work()))
  await job.substitutesDone()
  job.clearance.requireCertain()
  const isSettled = await job.settle()
  if (plan.leaderboard?.goes) {
    await job.deleteLeaderboard(plan.leaderboard.dataset, isSettled)
    await job.settle(job.outcomes.length - 1)
  }

  return job.outcomes
}

const NO_QUOTA = `the quota of the Hub was used up ${MAX_VAIN_WINDOWS} times in a row without one deletion`

/** Whether the Hub may show it to be otherwise. */
function mayBeUntrue({status, uncertain}: Outcome): boolean {
  return status === 'deleted' || status === 'gone' || uncertain === true
}

class Deletion {
  readonly outcomes: Outcome[] = []
  readonly clearance: Clearance
  private readonly options: DeletionOptions
  private readonly datasets: ReadonlyMap<string, Dataset>
  private readonly queue: IterableIterator<PlannedRun>
  private readonly throttle: Throttle
  /** The Hub's ids of the requests that succeeded. */
  private readonly requestIds = new Map<string, string>()
  private readonly announced = new Set<string>()
  /** Names with a DELETE whose answer does not say what was done. */
  private readonly lost = new Set<string>()
  /** Names that count as deleted or gone because they could not be found any more. */
  private readonly absent = new Set<string>()
  private unknownInARow = 0
  /** Windows of the quota in a row that were waited for without one deletion. */
  private vainWindows = 0
  private working = 0
  private pausing = 0
  private readonly substitutes: Array<Promise<void>> = []

  constructor(plan: Plan, options: DeletionOptions) {
    this.queue = inOrderOfDeletion(plan).values()
    this.datasets = new Map(plannedDatasets(plan).map((each) => [each.name, each]))
    this.options = options
    this.clearance = new Clearance({
      ...options,
      onWait: (wait) => {
        if (wait.why === 'quota') this.vainWindows++
        this.emit({kind: 'waiting', ...wait})
      },
      onLook: () => this.emit({kind: 'checking'}),
    })
    this.throttle = new Throttle(options.concurrency, () => options.hub.allowance.left)
  }

  /** Takes up one run after the other, as long as there are no more at work than may be. */
  async work(): Promise<void> {
    this.working++
    for (const {datasets} of this.queue) {
      await this.deleteRun(datasets)
      if (this.working - this.pausing > this.options.concurrency) break
    }

    this.working--
  }

  /** Settles when those are done that took up runs while others paused. */
  async substitutesDone(): Promise<void> {
    for (let next = this.substitutes.shift(); next; next = this.substitutes.shift()) await next
  }

  /** A deletion of many runs takes a while, so the leaderboard is looked at again right before its turn. */
  async deleteLeaderboard(leaderboard: Dataset, isSettled: boolean): Promise<void> {
    const remains = !isSettled || this.outcomes.some(({status}) => status !== 'deleted' && status !== 'gone')
    if (!remains) await this.clearance.lookOnce()
    await this.finish(
      leaderboard,
      remains
        ? unattempted(leaderboard, 'not everything before it was deleted')
        : await this.deleteOne(leaderboard, 'leaderboard'),
    )
  }

  private async deleteRun(datasets: Dataset[]): Promise<void> {
    let broken: string | undefined
    for (const dataset of datasets) {
      const outcome = broken ? unattempted(dataset, broken) : await this.deleteOne(dataset, 'run')
      await this.finish(dataset, outcome)
      if (outcome.status === 'failed') broken = `the ${dataset.type} of this run failed`
    }
  }

  private async deleteOne(dataset: Dataset, part: PlanPart): Promise<Outcome> {
    const {name} = dataset
    const seen = {lost: 0, busy: 0}
    for (;;) {
      const {barred, error} = await this.sendWhenFree(dataset, part)
      const isRepeat = this.lost.has(name)
      if (barred?.status === 'gone') this.absent.add(name)
      if (barred) return isRepeat ? afterLostAnswer(barred) : barred
      if (!error) return {name, status: 'deleted'}
      if (isMissing(error)) return this.settleMissing(dataset, error)
      if (isOutcomeUnknown(error)) {
        this.lost.add(name)
        const settled = await this.settleLost(dataset, error, seen.lost++)
        if (settled) return settled
      } else if (!(await this.overcome(error, seen))) {
        if (isRepeat) return unknownResult(name, error)
        const held = isHeldBack(error) ? this.clearance.against(dataset) : undefined
        return held ?? failed(dataset, error)
      }
    }
  }

  /** The Hub knows no such dataset; nor does it where the token may not see it any more. */
  private async settleMissing(dataset: Dataset, error: Error): Promise<Outcome> {
    const {name} = dataset
    const sighting = await lookFor(this.options.hub, dataset)
    if (sighting.state === 'unknown') return unknownResult(name, error)
    if (sighting.state === 'there') return stillThere(name, messageOf(error))
    return this.absence(name, sighting.movedTo)
  }

  /** @returns undefined where it is still there, and another DELETE may help */
  private async settleLost(dataset: Dataset, error: Error, repeats: number): Promise<Outcome | undefined> {
    const {name} = dataset
    const mayRepeat = await this.pauseAfterLoss(name, error, repeats)
    const sighting = await lookFor(this.options.hub, dataset)
    if (sighting.state === 'gone') return this.absence(name, sighting.movedTo)
    if (sighting.state === 'there' && sighting.isChanged) return changedMeanwhile(name)
    if (sighting.state === 'there' && mayRepeat) return undefined
    if (!this.clearance.isStopped && ++this.unknownInARow >= MOST_UNKNOWN)
      this.clearance.stop(`the Hub has failed ${MOST_UNKNOWN} times in a row`)
    return sighting.state === 'there' ? stillThere(name, messageOf(error)) : unknownResult(name, error)
  }

  private absence(name: string, movedTo: string | undefined): Outcome {
    this.absent.add(name)
    return outcomeOfAbsence(name, movedTo, this.lost.has(name))
  }

  /** Sends a DELETE once, as soon as there is room for it, unless something blocks it then. */
  private async sendWhenFree(dataset: Dataset, part: PlanPart): Promise<{barred?: Outcome; error?: Error}> {
    let isWritten = false
    for (;;) {
      await this.clearance.pending
      const pass = await this.throttle.enter()
      try {
        const barred = this.clearance.against(dataset)
        if (barred) return {barred}
        if (this.clearance.pending || this.beginsToWait() || this.clearance.beginsToLook()) continue
        this.announce(dataset.name)
        isWritten ||= await this.writeDown((journal) => journal.intent(dataset))
        // Writing takes a moment, in which another worker may have met the end of the quota and looked again.
        if (!isWritten || this.clearance.beginsToLook() || this.clearance.against(dataset)) continue
        this.clearance.noteSent()
        const error = await this.send(dataset.name, part)
        if (!error) this.throttle.speedUp()
        else if (isOverload(error)) this.throttle.slowDown(pass)
        return error ? {error} : {}
      } finally {
        this.throttle.leave()
      }
    }
  }

  /**
   * Stops before the quota is used up rather than after.
   * @returns whether everybody waits for it now
   */
  private beginsToWait(): boolean {
    const {refillMs} = this.options.hub.allowance
    if (refillMs <= 0) return false
    if (this.vainWindows >= MAX_VAIN_WINDOWS) this.clearance.stop(NO_QUOTA)
    // The caller waits at the gate, as all others do.
    else this.clearance.lookOnce(waitForQuota(refillMs, this.vainWindows)).catch(() => {})
    return true
  }

  private announce(name: string): void {
    if (this.announced.has(name)) return
    this.announced.add(name)
    this.emit({kind: 'started', name})
  }

  private async send(name: string, part: PlanPart): Promise<Error | undefined> {
    try {
      const requestId = await this.options.hub.deleteDataset(name, this.options.namespace, part)
      if (requestId !== undefined) this.requestIds.set(name, requestId)
      this.unknownInARow = 0
      this.vainWindows = 0
      return undefined
    } catch (error) {
      if (!isOutcomeUnknown(error)) this.unknownInARow = 0
      return error instanceof Error ? error : new Error(String(error))
    }
  }

  /** Whether it may be tried again. Others continue meanwhile: the Hub may have trouble with this dataset alone. */
  private async pauseAfterLoss(name: string, error: Error, repeats: number): Promise<boolean> {
    const {signal} = this.options
    const wait = retryDelay(error, repeats)
    if (!wait) return false
    this.emit({kind: 'repeating', name, ...wait})
    // Another worker takes up a run meanwhile; the throttle limits how many requests are under way.
    if (this.pausing++ < this.options.concurrency) this.substitutes.push(this.work())
    await pause(wait, signal).catch(() => {})
    this.pausing--
    return true
  }

  /** Whether it is worth trying again: after the wait that a used-up quota asks for. Some errors stop the whole job. */
  private async overcome(error: Error, seen: {busy: number}): Promise<boolean> {
    if (!(error instanceof HubError)) return false
    if (error.status === 401) this.clearance.stop('the Hub does not accept the token any more')
    if (isActionLimit(error)) this.clearance.stop(printable(error.answer.text))
    const tries = {retries: seen.busy, windows: this.vainWindows}
    const wait = error.status === 429 ? waitBeforeRetry(error, tries) : undefined
    if (!wait && isHeldBack(error)) this.clearance.stop(NO_QUOTA)
    if (!wait) return false
    if (wait.why === 'retry') seen.busy++
    await this.clearance.lookOnce(wait)
    return true
  }

  /**
   * Compares what is said to be deleted or gone, and what is not known, with one listing: an answer may be untrue, or lost.
   * @param from which outcome on
   * @returns whether it could be compared
   */
  async settle(from = 0): Promise<boolean> {
    const open = [...this.outcomes.entries()].slice(from).filter(([, outcome]) => mayBeUntrue(outcome))
    if (open.length === 0) return true
    if (this.options.signal?.aborted) return false
    this.emit({kind: 'checking'})
    try {
      const listed = new Map((await this.options.listAtEnd()).map(({name, id}) => [name, id]))
      const left = open.values()
      const worker = async () => {
        for (const [index, outcome] of left) await this.compare(index, outcome, listed)
      }

      await Promise.all(Array.from({length: this.options.concurrency}, worker))
      return true
    } catch (error) {
      await this.leaveOpen(open, error)
      return false
    }
  }

  private async compare(index: number, outcome: Outcome, listed: ReadonlyMap<string, string>): Promise<void> {
    const {name} = outcome
    const dataset = this.datasets.get(name)
    if (!dataset) return
    const known = {outcome, dataset, isLost: this.lost.has(name), isListed: listed.get(name) === dataset.id}
    const correction = await correctionOf(known, this.options.hub)
    if (correction) await this.correct(index, dataset, correction)
  }

  /** Where the token may no longer see everything, what could not be found may only be hidden. */
  private async leaveOpen(open: Array<[index: number, outcome: Outcome]>, error: unknown): Promise<void> {
    if (this.options.signal?.aborted) return
    const why = messageOf(error)
    this.options.warn(`A last look, whether all of it is gone, failed: ${why}`)
    if (!(error instanceof RefusedError)) return
    for (const [index, {name}] of open) {
      const dataset = this.datasets.get(name)
      if (dataset && this.absent.has(name)) await this.correct(index, dataset, unknownResult(name, error))
    }
  }

  private async correct(index: number, dataset: Dataset, outcome: Outcome): Promise<void> {
    this.outcomes[index] = outcome
    await this.tell(dataset, outcome)
  }

  private async finish(dataset: Dataset, outcome: Outcome): Promise<void> {
    this.outcomes.push(outcome)
    if (outcome.status === 'deleted') this.vainWindows = 0
    await this.tell(dataset, outcome)
  }

  private async tell(dataset: Dataset, outcome: Outcome): Promise<void> {
    const requestId = outcome.requestId ?? this.requestIds.get(dataset.name)
    await this.writeDown((journal) => journal.outcome({...outcome, ...(requestId && {requestId})}, dataset))
    this.emit({kind: 'finished', outcome})
  }

  /** @returns whether it is written down; where it is not, nothing new is started. */
  private async writeDown(entry: (journal: DeletionJournal) => Promise<void>): Promise<boolean> {
    const {journal} = this.options
    if (!journal) return true
    try {
      await entry(journal)
      return true
    } catch (error) {
      this.clearance.stop(messageOf(error))
      return false
    }
  }

  private emit(event: DeletionEvent): void {
    this.options.onEvent(event)
  }
}
