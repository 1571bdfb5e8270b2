import {RefusedError} from '../base/errors.js'
import {parseDatasetName} from '../base/names.js'
import {type Connection, libraryOptions, repo} from './connection.js'
import {type Visibility} from './dataset-info.js'
import {HubError, HubFormatError} from './errors.js'
import {jobSignal} from './retry.js'
import {type Send} from './transport.js'

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

/** Making a dataset and changing its files (the Hub's contract, sections 5 and 6). */
export interface UploadAccess {
  /**
   * Creates an empty dataset, with this visibility from its first moment.
   * @throws HubError 409 where the name is taken, or where the Hub is busy with another creation
   */
  createDataset(name: string, namespace: string, visibility: Visibility): Promise<void>
  /**
   * Commits files, large ones by way of LFS.
   * @returns the new head
   */
  upload(name: string, namespace: string, upload: Upload): Promise<string>
}

/** Makes the part of the Hub that creates and fills datasets. */
export function uploadAccess(connection: Connection, signal?: AbortSignal): UploadAccess {
  const {endpoint, send} = connection
  return {
    async createDataset(name, namespace, visibility) {
      requireOwnName(name, namespace)
      const {createRepo} = await import('./library.js')
      await createRepo({...libraryOptions(connection, send), repo: repo(name), visibility})
    },
    async upload(name, namespace, {files, deletes, title, parentCommit, beforeCommit}) {
      requireOwnName(name, namespace)
      const {commit} = await import('./library.js')
      const sendCommit: Send = async (url, request) => {
        if (url.startsWith(`${endpoint}/api/datasets/${name}/commit/`)) await beforeCommit?.()
        return send(url, request)
      }

      const result = await commit({
        ...libraryOptions(connection, sendCommit),
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
      if (!head || !/^[\da-f]{40}$/.test(head))
        throw new HubFormatError(`The Hub does not confirm the commit to ${name}.`)
      return head
    },
  }
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
