import pLimit from 'p-limit'

import {DEFAULT_CONCURRENCY, settleAll} from '../base/concurrency.js'
import {CancelledError, RefusedError} from '../base/errors.js'
import {parseDatasetName} from '../base/names.js'
import {type OptionTable} from '../base/options.js'
import {readPinTag} from '../base/pin-tags.js'
import {printable, safe} from '../base/text.js'
import {dayOf} from '../base/time.js'
import {type Visibility} from '../hub/dataset-info.js'
import {HubError} from '../hub/errors.js'
import {MAX_VAIN_WINDOWS} from '../hub/quota.js'
import {CONNECTION, type ConnectionOptions, type Session} from '../hub/session.js'
import {readSmall, reasonOf} from './disk.js'
import {type ArchiveEntry, checkArchive, type LocalFile} from './entries.js'
import {type Manifest} from './manifest.js'
import {type Audience, nextStep, restoreDataset, type Step, visibilityFor} from './restore-dataset.js'

/**
 * The outcome of one archived dataset: `restored`; `present` (was there already, equal in every file); `refused` (a rule forbids
 * it, or the archive is damaged); `failed`; `unattempted`; after a dry run, `restorable`.
 */
export type RestoreStatus = 'failed' | 'present' | 'refused' | 'restorable' | 'restored' | 'unattempted'

/** The outcome of one archive. */
export interface RestoreOutcome {
  /** Full name of the dataset. */
  name: string
  status: RestoreStatus
  /** Why it is not restored; or what about it is not as it was. */
  reason?: string
  /** Who sees it, there or once it is created; undefined where nothing is restored. */
  visibility?: Visibility
  /** The tag in its card that pins its run: it comes back pinned. */
  pin?: string
  /** Files of the archive, and their size in bytes; 0 where it could not be read. */
  files: number
  bytes: number
}

/** What happens while datasets are restored. */
export type RestoreEvent =
  | {kind: 'checking'; name: string}
  | {kind: 'finished'; outcome: RestoreOutcome; done: number; of: number}
  | {kind: 'started'; name: string; of: number}

/** Which archives are brought back, and how. */
export interface RestoreOptions extends ConnectionOptions {
  /** Folder of archives. */
  dir: string
  /** Full names, names without the namespace, or timestamps of runs; none: everything in the folder. */
  names?: string[] | undefined
  /**
   * The namespace that the archives are of, where it is not the one that they come back to: of an account that was renamed, or of a
   * team. Names inside the files, such as those that rows and cards cite, stay as they are.
   */
  from?: string | undefined
  /** Default false: only says what would be done. */
  dryRun?: boolean | undefined
  /** Datasets that are checked, and looked for on the Hub, at a time, 1 to 32; default 4. Runs come back one after the other. */
  concurrency?: number | undefined
  /** What it throws is ignored. */
  onEvent?: ((event: RestoreEvent) => void) | undefined
}

export const RESTORE_OPTIONS: OptionTable<RestoreOptions> = {
  ...CONNECTION,
  dir: 'text',
  names: 'texts',
  from: 'text',
  dryRun: 'boolean',
  concurrency: 'number',
  onEvent: 'function',
}

/**
 * One dataset on its way back.
 * @internal
 */
export interface RestorePart {
  entry: ArchiveEntry
  /** Full name under which it comes back. */
  name: string
  /** Why it cannot come back, as far as that is known before its files are checked. */
  problem?: string | undefined
  /** Once its archive is checked. */
  checked?: {manifest: Manifest; files: LocalFile[]; pin: string | undefined}
  /** Once the Hub was asked for it: what is to be done. */
  step?: Step
  /** Once it is settled. */
  outcome?: RestoreOutcome
}

/**
 * Restores runs one after the other. First everything is checked on the disk, then the Hub is asked for all of it, then the first
 * dataset is created. Where the Hub stops creating, the runs before are complete.
 * @returns an outcome for each dataset, run by run
 * @throws CancelledError where the signal was aborted before anything was created
 * @internal
 */
export function restoreRuns(
  session: Session,
  options: RestoreOptions,
  runs: RestorePart[][],
): Promise<RestoreOutcome[]> {
  return new RunRestorer(session, options, runs).run()
}

class RunRestorer {
  private readonly session: Session
  private readonly options: RestoreOptions
  private readonly runs: RestorePart[][]
  /** Why nothing new is started any more. */
  private stopped: string | undefined

  constructor(session: Session, options: RestoreOptions, runs: RestorePart[][]) {
    this.session = session
    this.options = options
    this.runs = runs
  }

  async run(): Promise<RestoreOutcome[]> {
    await this.forEachOpen((part) => this.check(part))
    await this.forEachOpen((part) => this.ask(part))
    const {length: of} = this.runs.flat()
    const outcomes: RestoreOutcome[] = []
    for (const run of this.runs) {
      for (const part of run) {
        part.outcome ??= await this.restore(part, of)
        const {outcome} = part
        this.settle(run)
        outcomes.push(outcome)
        this.emit({kind: 'finished', outcome, done: outcomes.length, of})
      }
    }

    return outcomes
  }

  /** Handles each dataset that is not settled yet, several at a time. */
  private async forEachOpen(job: (part: RestorePart) => Promise<void>): Promise<void> {
    const limit = pLimit(this.options.concurrency ?? DEFAULT_CONCURRENCY)
    const open = this.runs.flat().filter(({outcome}) => !outcome)
    await settleAll(open.map((part) => limit(() => job(part))))
    for (const run of this.runs) this.settle(run)
  }

  /** A run comes back as a whole or not at all. Why the job stopped says more than what one of its datasets lacks. */
  private settle(run: RestorePart[]): void {
    const problem = run.find(({outcome}) => outcome && !SUCCESS.has(outcome.status))
    if (!problem?.outcome || this.stopped !== undefined) return
    const {status, reason = status} = problem.outcome
    for (const part of run) {
      part.outcome ??= outcomeOf(
        part,
        status === 'refused' ? 'refused' : 'unattempted',
        `the ${typeOf(problem)} of this run: ${reason}`,
      )
    }
  }

  private async check(part: RestorePart): Promise<void> {
    const {entry, name, problem} = part
    const {signal} = this.options
    try {
      if ('problem' in entry.manifest) throw new RefusedError(entry.manifest.problem)
      if (problem !== undefined) throw new RefusedError(problem)
      this.emit({kind: 'checking', name})
      const files = await checkArchive(entry.manifest, entry.paths, signal)
      part.checked = {manifest: entry.manifest, files, pin: await pinIn(files, this.session.now)}
    } catch (error) {
      if (signal?.aborted) throw new CancelledError('Interrupted.', {cause: error})
      part.outcome = outcomeOf(part, 'refused', reasonOf(error))
    }
  }

  private async ask(part: RestorePart): Promise<void> {
    const {name, checked} = part
    if (!checked) return
    if (this.stopped !== undefined) {
      part.outcome = outcomeOf(part, 'unattempted', this.stopped)
      return
    }

    try {
      part.step = await nextStep({hub: this.session.hub, name, ...checked})
      if (part.step.kind === 'nothing') part.outcome = successOf(part, 'present', part.step.there)
    } catch (error) {
      if (this.options.signal?.aborted) throw new CancelledError('Interrupted.', {cause: error})
      part.outcome = this.failureOf(part, error)
    }
  }

  private async restore(part: RestorePart, of: number): Promise<RestoreOutcome> {
    const {name, checked, step} = part
    const {signal, dryRun} = this.options
    const {hub, access} = this.session
    if (signal?.aborted) this.stopped ??= 'interrupted'
    if (this.stopped !== undefined) return outcomeOf(part, 'unattempted', this.stopped)
    if (!checked || !step) throw new Error(`${name} was not looked for.`)
    if (dryRun) return successOf(part, 'restorable', step.there)
    let isCreated = false
    try {
      const onStart = () => this.emit({kind: 'started', name, of})
      const onCreated = () => {
        isCreated = true
      }

      const job = {hub, name, namespace: access.namespace, ...checked, signal, onStart, onCreated}
      const {isChanged, there} = await restoreDataset(job, step)
      return successOf(part, isChanged ? 'restored' : 'present', there)
    } catch (error) {
      return this.failureOf(part, error, isCreated)
    }
  }

  private failureOf(part: RestorePart, error: unknown, isCreated = false): RestoreOutcome {
    if (this.options.signal?.aborted)
      return outcomeOf(part, 'failed', 'interrupted halfway: restore it again, and it continues')
    if (error instanceof HubError) this.stopped ??= whyStopAfter(error)
    if (isOutOfQuota(error)) {
      return isCreated
        ? outcomeOf(part, 'failed', `it is there and incomplete: ${this.stopped}`)
        : outcomeOf(part, 'unattempted', this.stopped)
    }

    return outcomeOf(part, error instanceof RefusedError ? 'refused' : 'failed', reasonOf(error))
  }

  private emit(event: RestoreEvent): void {
    try {
      this.options.onEvent?.(event)
    } catch {
      // A listener must not decide what is restored.
    }
  }
}

const SUCCESS: ReadonlySet<RestoreStatus> = new Set(['present', 'restorable', 'restored'])

function typeOf({entry: {name, namespace}}: RestorePart): string {
  return parseDatasetName(name, namespace)?.type ?? 'dataset'
}

function outcomeOf(
  {name, entry: {manifest}}: RestorePart,
  status: RestoreStatus,
  reason?: string,
): RestoreOutcome {
  const files = 'problem' in manifest ? [] : manifest.files
  return {
    name: printable(name),
    status,
    ...(reason !== undefined && {reason: safe(reason)}),
    files: files.length,
    bytes: files.reduce((sum, {size}) => sum + size, 0),
  }
}

/** With who sees the dataset, there or once it is created, and what about that is not as it was. */
function successOf(part: RestorePart, status: RestoreStatus, there: Audience | undefined): RestoreOutcome {
  const {checked} = part
  if (!checked) throw new Error(`${part.name} was not checked.`)
  const {manifest, pin} = checked
  return {
    ...outcomeOf(part, status, noteOn(manifest, there)),
    visibility: there?.visibility ?? visibilityFor(manifest),
    ...(pin !== undefined && {pin: safe(pin)}),
  }
}

/** What is not as it was: a gate cannot be created, and the visibility of an existing dataset is left alone. */
function noteOn(manifest: Manifest, there: Audience | undefined): string | undefined {
  const {visibility, gated} = manifest
  const wanted = visibilityFor(manifest)
  if (there?.visibility === visibility && there.gated === gated) return undefined
  if (there && there.visibility !== wanted) return `it is ${there.visibility} there, and was ${visibility}`
  if (gated === false) return undefined
  return wanted === visibility
    ? `its gate (${gated}) is not set again`
    : `it was public behind a gate (${gated}): private until you set the gate again`
}

/** Whether the quota stayed used up, however long the job waited for it. */
function isOutOfQuota(error: unknown): boolean {
  return error instanceof HubError && error.status === 429 && error.answer.resetMs !== undefined
}

/** Why no other dataset would come back either, where that is so. */
function whyStopAfter(error: HubError): string | undefined {
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

/** In bytes. */
const LONGEST_CARD = 1024 * 1024

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
