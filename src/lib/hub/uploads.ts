import {RefusedError} from '../base/errors.js'
import {parseDatasetName} from '../base/names.js'
import {type Visibility} from './dataset-info.js'
import {HubError, HubFormatError} from './errors.js'
import {jobSignal} from './retry.js'
import {type Send, type Transport} from './transport.js'

/** Files to add to a dataset, and paths to take out of it, in one commit. */
interface Upload {
  /** Large ones are streamed. */
  files: Array<{path: string; content: Blob}>
  deletes: string[]
  /** Title of the commit. */
  title: string
  /** The commit that must still be the head; else the Hub answers 412. */
  parentCommit: string
  /** Called once everything else is sent, right before each commit; where it throws, nothing is committed. */
  beforeCommit?: (() => Promise<void>) | undefined
}

/**
 * Creates an empty dataset, with this visibility from its first moment (the Hub's contract, section 5).
 * @throws HubError 409 where the name is taken, or where the Hub is busy with another creation
 */
export async function createDataset(
  transport: Transport,
  name: string,
  namespace: string,
  visibility: Visibility,
): Promise<void> {
  requireOwnName(name, namespace)
  const {createRepo, libraryOptions, repo} = await import('./library.js')
  await createRepo({...libraryOptions(transport, transport.send), repo: repo(name), visibility})
}

/**
 * Commits files, large ones by way of LFS (the Hub's contract, section 6).
 * @returns the new head
 */
export async function upload(
  transport: Transport,
  name: string,
  namespace: string,
  {files, deletes, title, parentCommit, beforeCommit}: Upload,
): Promise<string> {
  requireOwnName(name, namespace)
  const {commit, libraryOptions, repo} = await import('./library.js')
  const {endpoint, send, signal} = transport
  const sendCommit: Send = async (url, request) => {
    if (url.startsWith(`${endpoint}/api/datasets/${name}/commit/`)) await beforeCommit?.()
    return send(url, request)
  }

  const result = await commit({
    ...libraryOptions(transport, sendCommit),
    repo: repo(name),
    title,
    parentCommit,
    // Xet keeps large parts of a file in memory, and sends them to a third origin.
    useXet: false,
    operations: [
      ...files.map((file) => ({operation: 'addOrUpdate' as const, ...file})),
      ...deletes.map((path) => ({operation: 'delete' as const, path})),
    ],
    ...(signal && {abortSignal: jobSignal(signal)}),
  }).catch((error: unknown) => {
    throw asHubError(error)
  })
  const head = result?.commit.oid
  if (head && /^[\da-f]{40}$/.test(head)) return head
  throw new HubFormatError(`The Hub does not confirm the commit to ${name}.`)
}

/** The name is checked again right before anything is written to it. */
function requireOwnName(name: string, namespace: string): void {
  if (!parseDatasetName(name, namespace))
    throw new RefusedError(`${name} is not a SMOLTRACE dataset of ${namespace}: it is not written to.`)
}

/** The library refuses a single object of LFS with an error of its own. */
function asHubError(error: unknown): unknown {
  const {statusCode, message} = error as {statusCode?: unknown; message?: string}
  if (error instanceof HubError || typeof statusCode !== 'number') return error
  return new HubError({
    method: 'POST',
    path: '/info/lfs/objects/batch',
    status: statusCode,
    text: message ?? '',
  })
}
