import {setTimeout as sleep} from 'node:timers/promises'

import {type Exclusion} from './comparison.js'
import {type Dataset} from './datasets.js'
import {CancelledError} from './errors.js'
import {type Hub, type PlanPart} from './hub/client.js'
import {HubError} from './hub/errors.js'
import {pause, pauseFor} from './hub/transport.js'
import {
  afterLostAnswer,
  failed,
  gone,
  isActionLimit,
  isLost,
  isMissing,
  type Outcome,
  unattempted,
  unknownResult,
} from './outcomes.js'
import {type Plan, type PlannedRun} from './plan.js'
import {messageOf, printable} from './text.js'

/** What happens while a plan is carried out. */
export type DeletionEvent =
  | {kind: 'checking'}
  | {kind: 'finished'; outcome: Outcome}
  | {kind: 'started'; name: string}
  | {kind: 'waiting'; ms: number}

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
  /** Lists again and says what fell out of the plan. */
  lookAgain: () => Promise<Map<string, Exclusion>>
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

const INTERRUPTED = 'interrupted'
/** Pauses before a DELETE whose answer was lost is repeated, in ms. */
const REPEATS = [250, 1000]

/**
 * Carries out a plan. Within a run one dataset goes after the other; where one fails, the rest of that run is left
 * unattempted and other runs go on. The leaderboard goes last, and only if all before it went.
 * @returns one outcome for each dataset of the plan, in the order they came about
 */
export async function carryOut(plan: Plan, options: DeletionOptions): Promise<Outcome[]> {
  const job = new Deletion(options)
  const queue = plan.delete.values()
  const workers = Math.min(options.concurrency, plan.delete.length)
  await Promise.all(Array.from({length: workers}, () => job.work(queue)))
  if (plan.leaderboard?.goes) await job.deleteLeaderboard(plan.leaderboard.dataset)
  return job.outcomes
}

class Deletion {
  readonly outcomes: Outcome[] = []
  private readonly options: DeletionOptions
  private excluded: Map<string, Exclusion>
  /** Why nothing new is started any more. */
  private stopped: string | undefined
  /** The Hub's ids of the requests that succeeded. */
  private readonly requestIds = new Map<string, string>()
  /** Settles when a wait and the look that follows it are over; every worker waits for the same one. */
  private gate: Promise<void> | undefined

  constructor(options: DeletionOptions) {
    this.options = options
    this.excluded = options.excluded
  }

  async work(queue: Iterable<PlannedRun>): Promise<void> {
    for (const {datasets} of queue) await this.deleteRun(datasets)
  }

  /** A deletion of many runs takes a while, so the leaderboard is looked at again right before its turn. */
  async deleteLeaderboard(leaderboard: Dataset): Promise<void> {
    const remains = this.outcomes.some(({status}) => status !== 'deleted' && status !== 'gone')
    if (!remains && !this.isStopped()) await this.look()
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
    let lost = 0
    let waits = 0
    for (let attempt = 0; ; attempt++) {
      await this.gate
      const barred = this.barredFromStart(dataset)
      if (barred) return lost > 0 ? afterLostAnswer(barred) : barred
      if (attempt === 0) this.emit({kind: 'started', name})
      const isWritten = await this.writeDown((journal) => journal.intent(dataset))
      // Writing takes a moment, in which another worker may have met the end of the quota and looked again.
      if (!isWritten || this.gate || this.barredFromStart(dataset)) continue
      const error = await this.send(name, part)
      if (!error) return {name, status: 'deleted'}
      if (isMissing(error)) return lost > 0 ? {name, status: 'deleted'} : gone(name)
      if (isLost(error)) {
        const delay = REPEATS[lost++]
        if (delay === undefined) return unknownResult(name, error)
        await sleep(delay)
        await this.lookOnce()
      } else if (!(await this.overcome(error, waits++))) {
        if (lost > 0) return unknownResult(name, error)
        return this.stopped !== undefined && isActionLimit(error)
          ? unattempted(dataset, this.stopped)
          : failed(dataset, error)
      }
    }
  }

  private async send(name: string, part: PlanPart): Promise<Error | undefined> {
    try {
      const requestId = await this.options.hub.deleteDataset(name, this.options.namespace, part)
      if (requestId !== undefined) this.requestIds.set(name, requestId)
      return undefined
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error))
    }
  }

  /** Whether it is worth trying again: after the wait that a used-up quota asks for. Some errors stop the whole job. */
  private async overcome(error: Error, attempt: number): Promise<boolean> {
    if (!(error instanceof HubError)) return false
    if (error.status === 401) this.stopped ??= 'the Hub does not accept the token any more'
    if (isActionLimit(error)) this.stopped ??= printable(error.answer.text)
    const ms = error.status === 429 ? pauseFor(error, attempt) : undefined
    if (ms === undefined) return false
    await this.lookOnce(ms)
    return true
  }

  /** Everybody who needs to look again waits for the same look. */
  private async lookOnce(waitMs = 0): Promise<void> {
    this.gate ??= this.waitAndLook(waitMs).finally(() => {
      this.gate = undefined
    })
    await this.gate
  }

  private async waitAndLook(ms: number): Promise<void> {
    const {signal} = this.options
    try {
      if (ms > 0) await pause(ms, {signal, onWait: () => this.emit({kind: 'waiting', ms})})
    } catch {
      return
    }

    await this.look()
  }

  /** What cannot be looked at for certain is not deleted. */
  private async look(): Promise<void> {
    this.emit({kind: 'checking'})
    try {
      this.excluded = await this.options.lookAgain()
    } catch (error) {
      this.stopped ??=
        error instanceof CancelledError
          ? INTERRUPTED
          : `what is left could not be checked again: ${messageOf(error)}`
    }
  }

  private barredFromStart(dataset: Dataset): Outcome | undefined {
    if (this.isStopped()) return unattempted(dataset, this.stopped ?? INTERRUPTED)
    const exclusion = this.excluded.get(dataset.name)
    return exclusion && {name: dataset.name, ...exclusion}
  }

  private isStopped(): boolean {
    return this.stopped !== undefined || this.options.signal?.aborted === true
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
      this.stopped ??= messageOf(error)
      return false
    }
  }

  private emit(event: DeletionEvent): void {
    this.options.onEvent(event)
  }
}
