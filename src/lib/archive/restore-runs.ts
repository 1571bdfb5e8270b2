import pLimit from 'p-limit'

import {DEFAULT_CONCURRENCY, mapLimited} from '../base/concurrency.js'
import {CancelledError, RefusedError} from '../base/errors.js'
import {type OptionTable} from '../base/options.js'
import {readPinTag} from '../base/pin-tags.js'
import {printable, safe} from '../base/text.js'
import {dayOf} from '../base/time.js'
import {type Visibility} from '../hub/dataset-info.js'
import {HubError} from '../hub/errors.js'
import {MAX_EXHAUSTED_WINDOWS} from '../hub/quota.js'
import {CONNECTION, type ConnectionOptions, guardListener, type Session} from '../hub/session.js'
import {type LocalFile, readSmall, reasonOf} from './disk.js'
import {type ArchiveEntry, checkArchive} from './entries.js'
import {type Manifest} from './manifest.js'
import {
  type Audience,
  decideStep,
  restoreDataset,
  type RestoreJob,
  type Step,
  visibilityFor,
} from './restore-dataset.js'

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
  | {kind: 'checking'; name: string; of: number}
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
   * team. Names inside the files, such as those that rows and cards cite, do not change.
   */
  from?: string | undefined
  /** Default false: only says what would be done. */
  dryRun?: boolean | undefined
  /** Datasets that are checked, and looked for on the Hub, at a time, 1 to 32; default 4. Runs come back one after the other. */
  concurrency?: number | undefined
  /** What it throws becomes a warning, and it is not called again. */
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

/** One archive on its way back. */
export interface RestorePart {
  entry: ArchiveEntry
  /** Full name under which it comes back. */
  name: string
  /** Why it cannot come back, as far as that is known before its files are checked. */
  problem: string | undefined
  /** Once it is checked on the disk, and looked for on the Hub. */
  ready?: Ready
  /** Once it is settled. */
  outcome?: RestoreOutcome
}

interface Ready {
  dataset: RestoreJob
  step: Step
  pin: string | undefined
}

/** How archives that were chosen come back. */
type RunOptions = Pick<RestoreOptions, 'concurrency' | 'dryRun' | 'onEvent' | 'signal'>

interface Job {
  session: Session
  options: RunOptions
  onEvent: (event: RestoreEvent) => void
  /** Why nothing new is started. */
  stopped?: string | undefined
}

/**
 * Restores runs one after the other. First everything is checked on the disk and looked for on the Hub, then the first dataset is
 * created. Where the Hub stops creating, the runs before are complete.
 * @returns an outcome for each dataset, run by run
 * @throws CancelledError where the signal was aborted before anything was created
 */
export async function restoreRuns(
  session: Session,
  options: RunOptions,
  runs: RestorePart[][],
): Promise<RestoreOutcome[]> {
  const onEvent = guardListener('onEvent', options.onEvent, session.warnings)
  const job: Job = {session, options, onEvent}
  const parts = runs.flat()
  const limit = pLimit(options.concurrency ?? DEFAULT_CONCURRENCY)
  await mapLimited(parts, limit, (part) => prepareDataset(part, parts.length, job))
  for (const run of runs) settleRun(run, job)
  const outcomes: RestoreOutcome[] = []
  for (const run of runs) {
    for (const part of run) {
      const outcome = part.outcome ?? (await restorePart(part, parts.length, job))
      part.outcome = outcome
      settleRun(run, job)
      outcomes.push(outcome)
      job.onEvent({kind: 'finished', outcome, done: outcomes.length, of: parts.length})
    }
  }

  return outcomes
}

/** Checks one archive on the disk, and looks for its dataset on the Hub. */
async function prepareDataset(part: RestorePart, of: number, job: Job): Promise<void> {
  const {entry, name, problem} = part
  const {manifest, folder} = entry
  const {hub, access, now} = job.session
  const {signal} = job.options
  try {
    if (!manifest || problem !== undefined) throw new RefusedError(problem ?? 'it has no manifest')
    job.onEvent({kind: 'checking', name, of})
    const files = await checkArchive(folder, manifest, signal)
    if (job.stopped !== undefined) return
    const dataset = {hub, name, namespace: access.namespace, manifest, files, signal}
    const ready = {dataset, step: await decideStep(dataset), pin: await pinIn(files, now)}
    part.ready = ready
    if (ready.step.kind === 'nothing') part.outcome = successOf(part, ready, 'present', ready.step.there)
  } catch (error) {
    if (signal?.aborted) throw new CancelledError('Interrupted.', {cause: error})
    part.outcome = failureOf(part, error, job)
  }
}

/** A run comes back as a whole or not at all. Why the job stopped says more than what one of its datasets lacks. */
function settleRun(run: RestorePart[], {stopped}: Job): void {
  const problem = run.find(({outcome}) => outcome && !SUCCESS.has(outcome.status))
  if (!problem?.outcome || stopped !== undefined) return
  const {status, reason = status} = problem.outcome
  const others = status === 'refused' ? 'refused' : 'unattempted'
  const whose = `the ${problem.entry.type ?? 'dataset'} of this run: `
  for (const part of run) part.outcome ??= outcomeOf(part, others, `${whose}${reason}`)
}

async function restorePart(part: RestorePart, of: number, job: Job): Promise<RestoreOutcome> {
  const {name, ready} = part
  const {signal, dryRun} = job.options
  if (signal?.aborted) job.stopped ??= 'interrupted'
  if (!ready || job.stopped !== undefined) return outcomeOf(part, 'unattempted', job.stopped)
  if (dryRun) return successOf(part, ready, 'restorable', ready.step.there)
  job.onEvent({kind: 'started', name, of})
  try {
    return successOf(part, ready, 'restored', await restoreDataset(ready.dataset, ready.step))
  } catch (error) {
    if (signal?.aborted) return outcomeOf(part, 'failed', 'interrupted halfway: restore it again to continue')
    return failureOf(part, error, job)
  }
}

function failureOf(part: RestorePart, error: unknown, job: Job): RestoreOutcome {
  if (error instanceof HubError) job.stopped ??= whyStopAfter(error)
  if (isOutOfQuota(error))
    return part.ready?.dataset.isCreated
      ? outcomeOf(part, 'failed', `it is incomplete on the Hub: ${job.stopped}`)
      : outcomeOf(part, 'unattempted', job.stopped)
  return outcomeOf(part, error instanceof RefusedError ? 'refused' : 'failed', reasonOf(error))
}

const SUCCESS: ReadonlySet<RestoreStatus> = new Set(['present', 'restorable', 'restored'])

function outcomeOf({name, entry}: RestorePart, status: RestoreStatus, reason?: string): RestoreOutcome {
  const {files = []} = entry.manifest ?? {}
  return {
    name: printable(name),
    status,
    ...(reason !== undefined && {reason: safe(reason)}),
    files: files.length,
    bytes: files.reduce((sum, {size}) => sum + size, 0),
  }
}

/** With who sees the dataset, there or once it is created, and what about that is not as it was. */
function successOf(
  part: RestorePart,
  {dataset: {manifest}, pin}: Ready,
  status: RestoreStatus,
  there: Audience | undefined,
): RestoreOutcome {
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
  if (there && there.visibility !== wanted)
    return `it is ${there.visibility} on the Hub, but was ${visibility}`
  if (gated === false) return undefined
  return wanted === visibility
    ? `its gate (${gated}) is not restored: set it again on the Hub`
    : `it was public and gated (${gated}): private until you set the gate again`
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
    return `the Hub's rate limit was reached ${MAX_EXHAUSTED_WINDOWS} times in a row: restore again later to continue`
  if (status === 401) return 'the Hub no longer accepts the token'
  if (answer.actionLimit) return `the Hub allows no more for now (${words}): restore again later to continue`
  return status === 403 && /storage limit/i.test(words)
    ? `the account's storage is full (${words}): free some space, then restore again to continue`
    : undefined
}

/** In bytes. */
const MAX_CARD = 1024 * 1024

/** The tag in a dataset's card that pins its run. */
async function pinIn(files: LocalFile[], now: Date): Promise<string | undefined> {
  const card = files.find(({path, size}) => path === 'README.md' && size <= MAX_CARD)
  if (!card) return undefined
  const {pinTagsOf} = await import('../account/protection/card.js')
  return pinTagsOf((await readSmall(card.source, MAX_CARD)) ?? '')?.find((tag) => {
    const {until} = readPinTag(tag)
    return until === undefined || until >= dayOf(now)
  })
}
