import {realpath} from 'node:fs/promises'

import {requireWriteAccess} from '../access.js'
import {checkConcurrency, DEFAULT_CONCURRENCY} from '../concurrency.js'
import {CancelledError, RefusedError, UsageError} from '../errors.js'
import {EXIT, type ExitCode} from '../exit-codes.js'
import {HubError} from '../hub/errors.js'
import {type Visibility} from '../hub/uploads.js'
import {type OptionTable, readOptions, readText} from '../options.js'
import {CONNECTION, type ConnectionOptions, openSession, type Session} from '../session.js'
import {printable, safe} from '../text.js'
import {all, bounded, type Bounded} from './bounded.js'
import {whatIs} from './disk.js'
import {type Manifest} from './manifest.js'
import {type Audience, nextStep, restoreDataset, visibilityFor} from './restoration.js'
import {chooseArchives, requireArchived} from './selection.js'
import {checkArchive, findArchives, type LocalFile, problemOf, type Shelved} from './shelf.js'

/**
 * What became of one archived dataset: `restored`; `present` (was there already, equal in every file); `refused` (a rule forbids
 * it, or the archive is not whole); `failed`; `unattempted`; after a dry run, `restorable`.
 */
export type RestoreStatus = 'failed' | 'present' | 'refused' | 'restorable' | 'restored' | 'unattempted'

/** What became of one archive. */
export interface RestoreOutcome {
  /** Full name of the dataset. */
  name: string
  status: RestoreStatus
  /** Why it is not restored; or what about it is not as it was. */
  reason?: string
  /** Who sees it, there or once it is created; undefined where nothing is restored. */
  visibility?: Visibility
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
  /** Default false: only says what would be done. */
  dryRun?: boolean | undefined
  /** Datasets that are worked on at a time, 1 to 32; default 4. */
  concurrency?: number | undefined
  /** What it throws is ignored. */
  onEvent?: ((event: RestoreEvent) => void) | undefined
}

const RESTORE_OPTIONS: OptionTable<RestoreOptions> = {
  ...CONNECTION,
  dir: 'text',
  names: 'texts',
  dryRun: 'boolean',
  concurrency: 'number',
  onEvent: 'function',
}

/** What became of all that was to be restored. */
export interface RestoreResult {
  endpoint: string
  namespace: string
  dir: string
  dryRun: boolean
  /** The signal was aborted before everything had been attempted. */
  interrupted: boolean
  /** One for each archive chosen, sorted by name. */
  outcomes: RestoreOutcome[]
  counts: Record<RestoreStatus, number>
  warnings: string[]
}

/** What Ctrl-C may have kept from being restored. */
const OPEN: ReadonlySet<RestoreStatus> = new Set(['failed', 'unattempted'])

/**
 * Brings archived datasets back to the Hub, under their names, with their files and their visibility. Everything is checked on
 * the disk before anything is created, nothing on the Hub is overwritten, and afterwards it is compared file by file. What the
 * Hub gives anew stays new: the date of creation, the id, the history.
 * @throws UsageError where the folder does not exist, RefusedError where it holds no archive or not one that was named,
 *   NotAllowedError where the token cannot write, CancelledError where the signal was aborted before anything was created
 */
export async function restoreDatasets(options: RestoreOptions): Promise<RestoreResult> {
  options = readOptions(options, RESTORE_OPTIONS)
  const concurrency = options.concurrency ?? DEFAULT_CONCURRENCY
  checkConcurrency(concurrency)
  const {names = [], dryRun = false, signal} = options
  const dir = readText(options.dir, '`dir`')
  const archives = await findArchives(await openFolder(dir))
  requireArchived(archives, names, dir)
  const session = await openSession(options)
  const {access, hub, warnings} = session
  if (!dryRun) requireWriteAccess(access)
  else if (access.powerless) warnings.push(`With this token nothing could be restored: ${access.powerless}.`)
  const own =
    options.namespace === undefined
      ? archives
      : archives.filter(({namespace}) => namespace === access.namespace)
  if (own.length < archives.length)
    warnings.push(`${archives.length - own.length} archives of other namespaces are left alone.`)
  if (own.length === 0)
    throw new RefusedError(`${printable(dir)} holds no archive of ${access.namespace}.`, {
      suggestions: ['Name the folder that --archive was given, or the --namespace of its datasets.'],
    })
  requireArchived(own, names, dir)
  const chosen = chooseArchives(own, names, access.namespace)
  const job = new Restore(session, {...options, dryRun}, chosen.length)
  const outcomes = await job.run(chosen, bounded(concurrency))
  return {
    endpoint: hub.endpoint,
    namespace: access.namespace,
    dir,
    dryRun,
    interrupted: signal?.aborted === true && outcomes.some(({status}) => OPEN.has(status)),
    outcomes,
    counts: countOutcomes(outcomes),
    warnings,
  }
}

/** 0 everything restored, or there already; 3 anything failed, refused or unattempted; 130 interrupted. */
export function exitCodeOfRestore({interrupted, counts}: RestoreResult): ExitCode {
  if (interrupted) return EXIT.cancelled
  return counts.failed + counts.refused + counts.unattempted > 0 ? EXIT.incomplete : EXIT.done
}

async function openFolder(dir: string): Promise<string> {
  const root = await realpath(dir).catch(() => '')
  if (root === '' || !(await whatIs(root))?.isDirectory())
    throw new UsageError(`${printable(dir)} is no folder: name the one that --archive was given.`)
  return root
}

/** An archive that has been checked. */
interface Ready {
  manifest: Manifest
  files: LocalFile[]
}

class Restore {
  private readonly oneCreation = bounded(1)
  private readonly session: Session
  private readonly options: RestoreOptions
  private readonly of: number
  private done = 0
  /** Why nothing new is started any more. */
  private stopped: string | undefined

  constructor(session: Session, options: RestoreOptions, of: number) {
    this.session = session
    this.options = options
    this.of = of
  }

  /** First everything is checked, then the first dataset is created. */
  async run(archives: Shelved[], gate: Bounded): Promise<RestoreOutcome[]> {
    const checked = await all(archives.map((archive) => gate(() => this.check(archive))))
    return all(
      checked.map((each) =>
        gate(async () => {
          const outcome = 'status' in each ? each : await this.restore(each)
          this.done++
          this.emit({kind: 'finished', outcome, done: this.done, of: this.of})
          return outcome
        }),
      ),
    )
  }

  private async check({name, namespace, place, manifest}: Shelved): Promise<Ready | RestoreOutcome> {
    const {access} = this.session
    if ('problem' in manifest) return refused(name, manifest.problem)
    if (namespace !== access.namespace)
      return refused(name, `it is not of ${access.namespace}: add --namespace ${namespace}`, manifest)
    this.emit({kind: 'checking', name})
    try {
      return {manifest, files: await checkArchive(manifest, place, this.options.signal)}
    } catch (error) {
      if (this.options.signal?.aborted) throw new CancelledError('Interrupted.', {cause: error})
      return refused(name, problemOf(error), manifest)
    }
  }

  private async restore(ready: Ready): Promise<RestoreOutcome> {
    const {manifest} = ready
    const {signal, dryRun} = this.options
    const {oneCreation} = this
    const {hub} = this.session
    if (signal?.aborted) this.stopped ??= 'interrupted'
    if (this.stopped !== undefined) return outcomeOf(manifest, 'unattempted', this.stopped)
    try {
      if (dryRun) {
        const step = await nextStep({hub, ...ready})
        const status = step.kind === 'nothing' ? 'present' : 'restorable'
        return seenOutcome(manifest, status, step.there)
      }

      const onStart = () => this.emit({kind: 'started', name: manifest.name, of: this.of})
      const {isChanged, there} = await restoreDataset({hub, ...ready, oneCreation, signal, onStart})
      return seenOutcome(manifest, isChanged ? 'restored' : 'present', there)
    } catch (error) {
      return this.fail(manifest, error)
    }
  }

  private fail(manifest: Manifest, error: unknown): RestoreOutcome {
    if (this.options.signal?.aborted)
      return outcomeOf(manifest, 'failed', 'interrupted in its middle: restore it again, and it goes on')
    if (error instanceof HubError) {
      if (error.status === 401) this.stopped ??= 'the Hub does not accept the token any more'
      if (error.answer.actionLimit) this.stopped ??= printable(error.answer.text)
    }

    const status = error instanceof RefusedError ? 'refused' : 'failed'
    return outcomeOf(manifest, status, problemOf(error))
  }

  private emit(event: RestoreEvent): void {
    try {
      this.options.onEvent?.(event)
    } catch {
      // Whoever only looks on must not decide what is restored.
    }
  }
}

/** What is not as it was: a gate cannot be created, and what is there already is left as visible as it is. */
function remarkOn(manifest: Manifest, there: Audience | undefined): string | undefined {
  const {visibility, gated} = manifest
  const wanted = visibilityFor(manifest)
  if (there?.visibility === visibility && there.gated === gated) return undefined
  if (there && there.visibility !== wanted) return `it is ${there.visibility} there, and was ${visibility}`
  if (gated === false) return undefined
  return wanted === visibility
    ? `its gate (${gated}) is not set again`
    : `it was public behind a gate (${gated}): private until you set the gate again`
}

function refused(name: string, reason: string, manifest?: Manifest): RestoreOutcome {
  return outcomeOf(manifest ?? {name, files: []}, 'refused', reason)
}

/** With who sees it, there or once it is created, and what about that is not as it was. */
function seenOutcome(manifest: Manifest, status: RestoreStatus, there: Audience | undefined): RestoreOutcome {
  const visibility = there?.visibility ?? visibilityFor(manifest)
  return {...outcomeOf(manifest, status, remarkOn(manifest, there)), visibility}
}

function outcomeOf(
  {name, files}: Pick<Manifest, 'files' | 'name'>,
  status: RestoreStatus,
  reason?: string,
): RestoreOutcome {
  const bytes = files.reduce((sum, {size}) => sum + size, 0)
  const why = reason === undefined ? {} : {reason: safe(reason)}
  return {name: printable(name), status, ...why, files: files.length, bytes}
}

function countOutcomes(outcomes: RestoreOutcome[]): Record<RestoreStatus, number> {
  const counts = {restored: 0, restorable: 0, present: 0, failed: 0, refused: 0, unattempted: 0}
  for (const {status} of outcomes) counts[status]++
  return counts
}
