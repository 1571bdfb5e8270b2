import pLimit from 'p-limit'

import {DEFAULT_CONCURRENCY, settleAll} from '../base/concurrency.js'
import {CancelledError, RefusedError} from '../base/errors.js'
import {readPinTag} from '../base/pin-tags.js'
import {printable} from '../base/text.js'
import {dayOf} from '../base/time.js'
import {HubError} from '../hub/errors.js'
import {MAX_VAIN_WINDOWS} from '../hub/quota.js'
import {type Session} from '../hub/session.js'
import {readSmall} from './disk.js'
import {checkArchive, type LocalFile, problemOf} from './entries.js'
import {outcomeOf, type Part, type RestoreOutcome, seenOutcome, settleWhole} from './outcome.js'
import {nextStep, restoreDataset} from './restore-dataset.js'
import {type RestoreEvent, type RestoreOptions} from './restore-options.js'
import {type Source} from './source.js'

/** Brings runs back, one after the other. */
export class Restore {
  private readonly session: Session
  private readonly options: RestoreOptions
  private readonly runs: Part[][]
  private readonly source: Source
  /** Why nothing new is started any more. */
  private stopped: string | undefined

  constructor(session: Session, options: RestoreOptions, runs: Part[][], source: Source) {
    this.session = session
    this.options = options
    this.runs = runs
    this.source = source
  }

  /**
   * First everything is checked on the disk, then all of it is looked for on the Hub, then the first dataset is created. Where the
   * Hub creates no more, the runs before are back as a whole.
   */
  async run(): Promise<RestoreOutcome[]> {
    await this.eachOpen((part) => this.check(part))
    await this.eachOpen((part) => this.look(part))
    const {length: of} = this.runs.flat()
    const outcomes: RestoreOutcome[] = []
    for (const run of this.runs) {
      for (const part of run) {
        const outcome = part.outcome ?? (await this.restore(part, of))
        part.outcome = outcome
        this.settle(run)
        outcomes.push(outcome)
        this.emit({kind: 'finished', outcome, done: outcomes.length, of})
      }
    }

    return outcomes
  }

  /** Does something for each dataset that is not settled yet, several at a time. */
  private async eachOpen(job: (part: Part) => Promise<void>): Promise<void> {
    const limit = pLimit(this.options.concurrency ?? DEFAULT_CONCURRENCY)
    const open = this.runs.flat().filter(({outcome}) => !outcome)
    await settleAll(open.map((part) => limit(() => job(part))))
    for (const run of this.runs) this.settle(run)
  }

  /** Why nothing more is started says more than what it began with. */
  private settle(run: Part[]): void {
    if (this.stopped === undefined) settleWhole(run)
  }

  private async check(part: Part): Promise<void> {
    const {manifest, namespace, place} = part.archive
    const {signal} = this.options
    try {
      if ('problem' in manifest) throw new RefusedError(manifest.problem)
      if (namespace !== this.source.namespace) throw new RefusedError(this.source.whyNot(namespace))
      this.emit({kind: 'checking', name: part.name})
      const files = await checkArchive(manifest, place, signal)
      part.ready = {manifest, files, pin: await pinIn(files, this.session.now)}
    } catch (error) {
      if (signal?.aborted) throw new CancelledError('Interrupted.', {cause: error})
      part.outcome = outcomeOf(part, 'refused', problemOf(error))
    }
  }

  private async look(part: Part): Promise<void> {
    const {name, ready} = part
    if (!ready) return
    if (this.stopped !== undefined) {
      part.outcome = outcomeOf(part, 'unattempted', this.stopped)
      return
    }

    try {
      part.step = await nextStep({hub: this.session.hub, name, ...ready})
      if (part.step.kind === 'nothing') part.outcome = seenOutcome(part, ready, 'present', part.step.there)
    } catch (error) {
      if (this.options.signal?.aborted) throw new CancelledError('Interrupted.', {cause: error})
      part.outcome = this.failed(part, error)
    }
  }

  private async restore(part: Part, of: number): Promise<RestoreOutcome> {
    const {name, ready, step} = part
    const {signal, dryRun} = this.options
    const {hub, access} = this.session
    if (signal?.aborted) this.stopped ??= 'interrupted'
    if (this.stopped !== undefined) return outcomeOf(part, 'unattempted', this.stopped)
    if (!ready || !step) throw new Error(`${name} was not looked for.`)
    if (dryRun) return seenOutcome(part, ready, 'restorable', step.there)
    let isCreated = false
    try {
      const onStart = () => this.emit({kind: 'started', name, of})
      const onCreated = () => {
        isCreated = true
      }

      const job = {hub, name, namespace: access.namespace, ...ready, signal, onStart, onCreated}
      const {isChanged, there} = await restoreDataset(job, step)
      return seenOutcome(part, ready, isChanged ? 'restored' : 'present', there)
    } catch (error) {
      return this.failed(part, error, isCreated)
    }
  }

  private failed(part: Part, error: unknown, isCreated = false): RestoreOutcome {
    if (this.options.signal?.aborted)
      return outcomeOf(part, 'failed', 'interrupted halfway: restore it again, and it continues')
    if (error instanceof HubError) this.stopped ??= stopAfter(error)
    if (isOutOfQuota(error)) {
      return isCreated
        ? outcomeOf(part, 'failed', `it is there and incomplete: ${this.stopped}`)
        : outcomeOf(part, 'unattempted', this.stopped)
    }

    const status = error instanceof RefusedError ? 'refused' : 'failed'
    return outcomeOf(part, status, problemOf(error))
  }

  private emit(event: RestoreEvent): void {
    try {
      this.options.onEvent?.(event)
    } catch {
      // A listener must not decide what is restored.
    }
  }
}

/** Whether the quota stayed used up, however long it was waited for. */
function isOutOfQuota(error: unknown): boolean {
  return error instanceof HubError && error.status === 429 && error.answer.resetMs !== undefined
}

/** Why nothing else would come back either, where that is so. */
function stopAfter(error: HubError): string | undefined {
  const {status, answer} = error
  const words = printable(answer.text)
  if (isOutOfQuota(error))
    return `the quota of the Hub was used up ${MAX_VAIN_WINDOWS} times in a row: restore again later, and it continues`
  if (status === 401) return 'the Hub does not accept the token any more'
  if (answer.actionLimit)
    return `the Hub allows no more for now (${words}): restore again later, and it continues`
  return status === 403 && /storage limit/i.test(words)
    ? `the account's storage is full (${words}): make room, restore again, and it continues`
    : undefined
}

/** The tag in a dataset's card that pins its run. */
async function pinIn(files: LocalFile[], now: Date): Promise<string | undefined> {
  const card = files.find(({path, size}) => path === 'README.md' && size <= LONGEST_CARD)
  if (!card) return undefined
  const {pinTagsOf} = await import('../account/protection/card.js')
  return pinTagsOf((await readSmall(card.source, LONGEST_CARD)) ?? '')?.find((tag) => {
    const {until} = readPinTag(tag)
    return until === undefined || until >= dayOf(now)
  })
}

/** In bytes. */
const LONGEST_CARD = 1024 * 1024
