import {CancelledError, RefusedError} from '../base/errors.js'
import {printable} from '../base/text.js'
import {type Hub} from '../hub/client.js'
import {type DatasetFacts, type Visibility} from '../hub/dataset-info.js'
import {HubError, HubFormatError} from '../hub/errors.js'
import {isContentOf} from '../hub/files.js'
import {isOutcomeUnknown, retryDelay} from '../hub/retry.js'
import {withContents} from './content.js'
import {type LocalFile} from './disk.js'
import {type Manifest} from './manifest.js'

/** What restoring one dataset needs. */
export interface RestoreJob {
  hub: Hub
  /** Full name under which it comes back, and its namespace: another than the manifest's where an account was renamed. */
  name: string
  namespace: string
  manifest: Manifest
  /** Checked, and so exactly what the manifest says. */
  files: LocalFile[]
  signal: AbortSignal | undefined
  /** Set once it was created, and is still without its files. */
  isCreated?: boolean
}

/** Who sees a dataset, and whether they must be let in first. */
export type Audience = Pick<DatasetFacts, 'gated' | 'visibility'>

/** What is to be done for a dataset: create it, add what it lacks, or nothing; and who sees what is there. */
export type Step =
  | {kind: 'create'; there?: undefined}
  | {kind: 'fill'; there: Audience; head: string; files: LocalFile[]; deletes: string[]}
  | {kind: 'nothing'; there: Audience}

/** The Hub's preupload answers for a hundred files at a time. */
const MAX_FILES = 100
/** In bytes, of files whose contents are in the request itself; a larger one is sent alone. */
const MAX_BYTES = 4 * 1024 * 1024
/** In bytes, of files that go to LFS: bounds what a retried commit reads again. */
const MAX_LFS_BYTES = 2 * 1024 * 1024 * 1024
const TITLE = 'Restore from an archive'
const ATTRIBUTES = '.gitattributes'

/**
 * Restores one dataset. After a request whose answer was lost it asks what is there, and continues from that.
 * @returns who sees it
 * @throws RefusedError where something else is there, or another writer interferes; the Hub's errors; CancelledError
 */
export async function restoreDataset(job: RestoreJob, step: Step): Promise<Audience> {
  const {hub, name, namespace, manifest} = job
  const done = new Set<Step['kind']>()
  let setbacks = 0
  for (; step.kind !== 'nothing'; step = await decideStep(job)) {
    if (job.signal?.aborted) throw new CancelledError('Interrupted.')
    try {
      if (done.has(step.kind)) throw new HubFormatError('the Hub does not show what was uploaded')
      if (step.kind === 'fill') await fillDataset(job, step)
      else {
        await hub.createDataset(name, namespace, visibilityFor(manifest))
        job.isCreated = true
      }

      done.add(step.kind)
    } catch (error) {
      const wait = mustAskHub(error, setbacks > 0) ? retryDelay(error, setbacks++) : undefined
      if (!wait) throw explainError(error)
      await hub.pause(wait)
    }
  }

  return step.there
}

/**
 * Asks the Hub what is there, and decides the next step.
 * @throws RefusedError where a dataset of this name is there that is not the archived one, nor an empty one
 */
export async function decideStep({hub, name, manifest, files}: RestoreJob): Promise<Step> {
  const facts = await hub.describe(name)
  // A name that was given up leads to another dataset, and is free.
  if (facts?.name !== name) return {kind: 'create'}
  const {sha: head, visibility, gated} = facts
  const there = {visibility, gated}
  const local = new Map(files.map((file) => [file.path, file]))
  const same = new Set<string>()
  const others: string[] = []
  for (const file of await hub.listFiles(name, head)) {
    const own = local.get(file.path)
    if (own && isContentOf(file, own)) same.add(file.path)
    else others.push(file.path)
  }

  const missing = files.filter(({path}) => !same.has(path))
  if (missing.length === 0 && others.length === 0) return {kind: 'nothing', there}
  const isAsOpen = manifest.visibility === 'public' && gated === manifest.gated
  if (visibility === 'public' && visibilityFor(manifest) === 'private' && !isAsOpen)
    throw new RefusedError('it exists on the Hub and is public, but the archived dataset was not')
  const other = others.find((path) => path !== ATTRIBUTES) ?? others[0]
  const isHalf = other === undefined || (other === ATTRIBUTES && (await hasUsualAttributes(hub, name, head)))
  if (!isHalf)
    throw new RefusedError(
      `a dataset with this name exists on the Hub, with a different ${JSON.stringify(other)}`,
    )
  return {kind: 'fill', there, head, files: missing, deletes: others.filter((path) => !local.has(path))}
}

/** Whether a `.gitattributes` is what creation makes: one written by hand says more than that, or less. */
async function hasUsualAttributes(hub: Hub, name: string, revision: string): Promise<boolean> {
  const text = await hub.readText(name, revision, ATTRIBUTES)
  const lines = (text ?? '').split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'))
  return lines.some((line) => line.startsWith(USUAL_BEGIN)) && lines.every((line) => USUAL_LINE.test(line))
}

/** A new dataset's attributes name the form that datasets come in; few who write their own name all of it. */
const USUAL_BEGIN = '*.parquet '
const USUAL_LINE = /^\S+ filter=lfs diff=lfs merge=lfs -text\s*$/

/** A gate cannot be created: until the owner sets it again, the dataset is private. */
export function visibilityFor({visibility, gated}: Pick<Manifest, 'gated' | 'visibility'>): Visibility {
  return gated === false ? visibility : 'private'
}

/** In commits of bounded size, each on top of the one before: another commit in between is refused, not built upon. */
async function fillDataset(
  {hub, name, namespace, signal}: RestoreJob,
  {head, files, deletes}: Extract<Step, {kind: 'fill'}>,
): Promise<void> {
  let parentCommit = head
  for (const [index, bundle] of batchFiles(files).entries()) {
    if (signal?.aborted) throw new CancelledError('Interrupted.')
    parentCommit = await withContents(bundle, signal, (contents, verify) =>
      hub.upload(name, namespace, {
        files: bundle.map(({path}, at) => ({path, content: contents[at] as Blob})),
        deletes: index === 0 ? deletes : [],
        title: TITLE,
        parentCommit,
        beforeCommit: verify,
      }),
    )
  }
}

/**
 * Bundles files for one commit each: what says which files belong in LFS first, and the card last, as in an upload. There is always
 * one bundle, since there may be something to delete.
 */
export function batchFiles(files: LocalFile[]): LocalFile[][] {
  const rank = ({path}: LocalFile) => (path === ATTRIBUTES ? 0 : path === 'README.md' ? 2 : 1)
  let bundle: LocalFile[] = []
  let room = 1
  const bundles = [bundle]
  for (const file of files.toSorted((a, b) => rank(a) - rank(b))) {
    const share = Math.max(1 / MAX_FILES, file.size / (file.inLfs ? MAX_LFS_BYTES : MAX_BYTES))
    if (bundle.length > 0 && share > room) {
      bundle = []
      bundles.push(bundle)
      room = 1
    }

    bundle.push(file)
    room -= share
  }

  return bundles
}

/** Whether the outcome of a request can only be found out by asking the Hub what is there. */
function mustAskHub(error: unknown, wasLost: boolean): boolean {
  if (isOutcomeUnknown(error)) return true
  // A name that is taken, or a creation that is in progress; and our own commit, which arrived though its answer did not.
  return error instanceof HubError && (error.status === 409 || (error.status === 412 && wasLost))
}

function explainError(error: unknown): unknown {
  if (!(error instanceof HubError)) return error
  if (error.status === 412) return new RefusedError('another client is writing to it')
  return error.status === 409
    ? new RefusedError(`it cannot be created: ${printable(error.answer.text)}`)
    : error
}
