import {Clearance} from './clearance.js'
import {type Exclusion} from './comparison.js'
import {type Dataset} from './datasets.js'
import {type Hub, type PlanPart} from './hub/client.js'
import {HubError} from './hub/errors.js'
import {
  isLost,
  isOverload,
  pause,
  type TroubleWait,
  type Wait,
  waitAfter,
  waitForQuota,
  waitToRepeat,
} from './hub/repeats.js'
import {
  afterLostAnswer,
  failed,
  gone,
  isActionLimit,
  isMissing,
  type Outcome,
  unattempted,
  unknownResult,
} from './outcomes.js'
import {type Plan, type PlannedRun} from './plan.js'
import {messageOf, printable} from './text.js'
import {Throttle} from './throttle.js'

/** What happens while a plan is carried out. */
export type DeletionEvent =
  | {kind: 'checking'}
  | {kind: 'finished'; outcome: Outcome}
  | (TroubleWait & {kind: 'repeating'; name: string})
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
  /** Looks at the Hub again, because of age alone or after a wait, and says what fell out of the plan. */
  lookAgain: (why: 'age' | 'wait') => Promise<Map<string, Exclusion>>
  /** Whether the last look is too old for a DELETE, and for the first one of the job. */
  isOld?: ((isFirst: boolean) => boolean) | undefined
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

/** So many datasets in a row of which nobody knows what became of them are not the fault of one: the Hub is not well. */
const MOST_UNKNOWN = 5

/**
 * Carries out a plan. Within a run one dataset goes after the other; where one fails, the rest of that run is left
 * unattempted and other runs go on. The leaderboard goes last, and only if all before it went.
 * @returns one outcome for each dataset of the plan, in the order they came about
 * @throws what a look failed with before the first DELETE; later, what is left is unattempted
 */
export async function carryOut(plan: Plan, options: DeletionOptions): Promise<Outcome[]> {
  const job = new Deletion(plan, options)
  const workers = Math.min(options.concurrency, plan.delete.length)
  await Promise.all(Array.from({length: workers}, () => job.work()))
  await job.substitutesDone()
  job.clearance.requireCertain()
  if (plan.leaderboard?.goes) await job.deleteLeaderboard(plan.leaderboard.dataset)
  return job.outcomes
}

class Deletion {
  readonly outcomes: Outcome[] = []
  readonly clearance: Clearance
  private readonly options: DeletionOptions
  private readonly queue: IterableIterator<PlannedRun>
  private readonly throttle: Throttle
  /** The Hub's ids of the requests that succeeded. */
  private readonly requestIds = new Map<string, string>()
  private readonly announced = new Set<string>()
  private unknownInARow = 0
  private working = 0
  private pausing = 0
  private readonly substitutes: Array<Promise<void>> = []

  constructor(plan: Plan, options: DeletionOptions) {
    this.queue = plan.delete.values()
    this.options = options
    this.clearance = new Clearance({
      ...options,
      onWait: (wait) => this.emit({kind: 'waiting', ...wait}),
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
  async deleteLeaderboard(leaderboard: Dataset): Promise<void> {
    const remains = this.outcomes.some(({status}) => status !== 'deleted' && status !== 'gone')
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
      const isRepeat = seen.lost > 0
      if (barred) return isRepeat ? afterLostAnswer(barred) : barred
      if (!error) return {name, status: 'deleted'}
      if (isMissing(error)) return isRepeat ? {name, status: 'deleted'} : gone(name)
      if (isLost(error)) {
        if (!(await this.lookAfterLoss(name, error, seen.lost++))) return unknownResult(name, error)
      } else if (!(await this.overcome(error, seen))) {
        if (isRepeat) return unknownResult(name, error)
        return isActionLimit(error)
          ? (this.clearance.against(dataset) ?? failed(dataset, error))
          : failed(dataset, error)
      }
    }
  }

  /** Sends a DELETE once, as soon as there is room for it, unless something stands against it then. */
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
    // Whoever asked waits at the gate, as all others do.
    this.clearance.lookOnce(waitForQuota(refillMs)).catch(() => {})
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
      return undefined
    } catch (error) {
      if (!isLost(error)) this.unknownInARow = 0
      return error instanceof Error ? error : new Error(String(error))
    }
  }

  /** Whether it is worth trying again. Others go on meanwhile: the Hub may have trouble with this dataset alone. */
  private async lookAfterLoss(name: string, error: Error, repeats: number): Promise<boolean> {
    const {signal} = this.options
    const wait = waitToRepeat(error, repeats)
    if (!wait) {
      if (++this.unknownInARow >= MOST_UNKNOWN)
        this.clearance.stop(`the Hub has failed ${MOST_UNKNOWN} times in a row`)
      return false
    }

    this.emit({kind: 'repeating', name, ...wait})
    // Somebody else takes up a run meanwhile; how many requests are under way, the throttle sees to.
    if (this.pausing++ < this.options.concurrency) this.substitutes.push(this.work())
    await pause(wait, signal).catch(() => {})
    this.pausing--
    await this.clearance.lookOnce()
    return true
  }

  /** Whether it is worth trying again: after the wait that a used-up quota asks for. Some errors stop the whole job. */
  private async overcome(error: Error, seen: {busy: number}): Promise<boolean> {
    if (!(error instanceof HubError)) return false
    if (error.status === 401) this.clearance.stop('the Hub does not accept the token any more')
    if (isActionLimit(error)) this.clearance.stop(printable(error.answer.text))
    const wait = error.status === 429 ? waitAfter(error, {repeats: seen.busy, windows: 0}) : undefined
    if (!wait) return false
    if (wait.why === 'trouble') seen.busy++
    await this.clearance.lookOnce(wait)
    return true
  }

  private async finish(dataset: Dataset, outcome: Outcome): Promise<void> {
    this.outcomes.push(outcome)
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
