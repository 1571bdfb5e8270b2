import {CancelledError, RefusedError} from '../base/errors.js'
import {printable} from '../base/text.js'
import {type Hub} from '../hub/client.js'
import {type DatasetFacts, type Visibility} from '../hub/dataset-info.js'
import {HubError, HubFormatError} from '../hub/errors.js'
import {type RepoFile} from '../hub/files.js'
import {isOutcomeUnknown, retryDelay} from '../hub/retry.js'
import {openContents} from './content.js'
import {isContentOf} from './disk.js'
import {type LocalFile} from './entries.js'
import {type Manifest} from './manifest.js'

/** What restoring one dataset needs. */
interface RestoreJob {
  hub: Hub
  /** Full name under which it comes back, and its namespace: another than the manifest's where an account was renamed. */
  name: string
  namespace: string
  manifest: Manifest
  /** Checked, and so exactly what the manifest says. */
  files: LocalFile[]
  signal?: AbortSignal | undefined
  /** Called before the first request that changes anything. */
  onStart: () => void
  /** Called when the dataset is there, and still without its files. */
  onCreated: () => void
}

/** Who sees a dataset, and whether they must be let in first. */
export type Audience = Pick<DatasetFacts, 'gated' | 'visibility'>

/** What is to be done for a dataset: nothing, create it, or add what it lacks. */
export type Step = {
  /** Who sees what is there; undefined where nothing is. */
  there?: Audience
} & (
  {kind: 'create'} | {kind: 'fill'; head: string; files: LocalFile[]; deletes: string[]} | {kind: 'nothing'}
)

/** The Hub's preupload answers for a hundred files at a time. */
const MOST_FILES = 100
/** In bytes, of files whose contents are in the request itself; a larger one goes alone. */
const MOST_BYTES = 4 * 1024 * 1024
/** In bytes, of files that go to LFS: bounds what a retried commit reads again. */
const MOST_LFS_BYTES = 2 * 1024 * 1024 * 1024
const TITLE = 'Restore from an archive'
const ATTRIBUTES = '.gitattributes'

/**
 * Restores one dataset. After a request whose answer was lost it asks what is there, and continues from that.
 * @param first the first step, from `nextStep`
 * @returns whether anything was done, false where it was there already, equal in every file; and who sees it
 * @throws RefusedError where something else is there, or another writer interferes; the Hub's errors; CancelledError
 */
export async function restoreDataset(
  job: RestoreJob,
  first: Step,
): Promise<{isChanged: boolean; there: Audience | undefined}> {
  const done = new Set<Step['kind']>()
  let isChanged = false
  let setbacks = 0
  for (let step = first; ; step = await nextStep(job)) {
    if (job.signal?.aborted) throw new CancelledError('Interrupted.')
    if (step.kind === 'nothing') return {isChanged, there: step.there}
    try {
      if (done.has(step.kind)) throw new HubFormatError('the Hub shows something else than what was uploaded')
      if (!isChanged) job.onStart()
      isChanged = true
      await (step.kind === 'create' ? create(job) : fill(job, step))
      if (step.kind === 'create') job.onCreated()
      done.add(step.kind)
    } catch (error) {
      const wait = mustAskAgain(error, setbacks > 0) ? retryDelay(error, setbacks++) : undefined
      if (!wait) throw explain(error)
      await job.hub.pause(wait)
    }
  }
}

/**
 * Asks the Hub what is there, and decides the next step.
 * @throws RefusedError where a dataset of this name is there that is not the archived one, nor an empty one
 */
export async function nextStep({
  hub,
  name,
  manifest,
  files,
}: Pick<RestoreJob, 'files' | 'hub' | 'manifest' | 'name'>): Promise<Step> {
  const facts = await hub.describe(name)
  // A name that was given up leads to another dataset, and is free.
  if (facts?.name !== name) return {kind: 'create'}
  const there = await hub.listFiles(name, facts.sha)
  const {missing, others} = compare(files, there)
  const seen = {there: {visibility: facts.visibility, gated: facts.gated}}
  if (missing.length === 0 && others.length === 0) return {kind: 'nothing', ...seen}
  const isAsOpen = manifest.visibility === 'public' && facts.gated === manifest.gated
  if (facts.visibility === 'public' && visibilityFor(manifest) === 'private' && !isAsOpen)
    throw new RefusedError('it is there and public, and what was archived was not')
  const other = others.find((path) => path !== ATTRIBUTES) ?? others[0]
  const isHalf =
    other === undefined || (other === ATTRIBUTES && (await hasUsualAttributes(hub, name, facts.sha)))
  if (!isHalf)
    throw new RefusedError(`a dataset of this name is there, with another ${JSON.stringify(other)}`)
  const kept = new Set(files.map(({path}) => path))
  const deletes = others.filter((path) => !kept.has(path))
  return {kind: 'fill', head: facts.sha, files: missing, deletes, ...seen}
}

/** Whether a `.gitattributes` is what creation makes: one written by hand says more than that, or less. */
async function hasUsualAttributes(hub: Hub, name: string, revision: string): Promise<boolean> {
  const text = await hub.readText({name, revision, path: ATTRIBUTES})
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

/** Which of these files the Hub lacks, and which it has in addition or with another content. */
function compare(files: LocalFile[], there: RepoFile[]): {missing: LocalFile[]; others: string[]} {
  const local = new Map(files.map((file) => [file.path, file]))
  const equal = new Set<string>()
  const others: string[] = []
  for (const file of there) {
    const own = local.get(file.path)
    if (own && isContentOf(file, own)) equal.add(file.path)
    else others.push(file.path)
  }

  return {missing: files.filter(({path}) => !equal.has(path)), others}
}

async function create({hub, name, namespace, manifest}: RestoreJob): Promise<void> {
  await hub.createDataset(name, namespace, visibilityFor(manifest))
}

/** In commits of bounded size, each on top of the one before: another commit in between is refused, not built upon. */
async function fill(job: RestoreJob, step: Extract<Step, {kind: 'fill'}>): Promise<void> {
  let parentCommit = step.head
  let {deletes} = step
  for (const files of batches(step.files)) {
    if (job.signal?.aborted) throw new CancelledError('Interrupted.')
    parentCommit = await send(job, files, deletes, parentCommit)
    deletes = []
  }
}

/** @returns the new head */
async function send(
  {hub, name, namespace, signal}: RestoreJob,
  files: LocalFile[],
  deletes: string[],
  parentCommit: string,
): Promise<string> {
  const contents = await openContents(files, signal)
  try {
    return await hub.upload(name, namespace, {
      files: files.map(({path}, index) => ({path, content: contents.blobs[index] as Blob})),
      deletes,
      title: TITLE,
      parentCommit,
      beforeCommit: contents.verify,
    })
  } catch (error) {
    // A file that changes while it is sent looks like a broken connection.
    await contents.verify()
    throw error
  } finally {
    await contents.close()
  }
}

/**
 * Bundles files for one commit each. What says which files go to LFS comes first, and what describes the dataset to readers
 * last, as it would in an upload. There is always one bundle, since there may be something to delete.
 */
export function batches(files: LocalFile[]): LocalFile[][] {
  const rank = ({path}: LocalFile) => (path === ATTRIBUTES ? 0 : path === 'README.md' ? 2 : 1)
  let bundle: LocalFile[] = []
  let room = 1
  const bundles = [bundle]
  for (const file of files.toSorted((a, b) => rank(a) - rank(b))) {
    const share = Math.max(1 / MOST_FILES, file.size / (file.inLfs ? MOST_LFS_BYTES : MOST_BYTES))
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
function mustAskAgain(error: unknown, wasLost: boolean): boolean {
  if (isOutcomeUnknown(error)) return true
  // A name that is taken, or a creation that is under way; and our own commit, which arrived though its answer did not.
  return error instanceof HubError && (error.status === 409 || (error.status === 412 && wasLost))
}

function explain(error: unknown): unknown {
  if (!(error instanceof HubError)) return error
  if (error.status === 412) return new RefusedError('another client is writing to it')
  return error.status === 409
    ? new RefusedError(`it cannot be created: ${printable(error.answer.text)}`)
    : error
}
