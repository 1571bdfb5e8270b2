import {RefusedError} from '../base/errors.js'
import {parseDatasetName} from '../base/names.js'
import {HubError, HubFormatError} from './errors.js'
import {asFetch, certainly, library, repo} from './library.js'
import {ownSignal} from './own-signal.js'
import {type Ask} from './transport.js'

/** Who may see a dataset. */
export type Visibility = 'private' | 'public'

/** Files to add to a dataset, and paths to take out of it, in one commit. */
export interface Upload {
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

/** Making a dataset and filling it (the Hub's contract, sections 5 and 6). */
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

export interface UploadAccessOptions {
  endpoint: string
  token: string
  request: Ask
  signal?: AbortSignal | undefined
}

/** Makes the part of the Hub that creates and fills datasets. */
export function uploadAccess({endpoint, token, request, signal}: UploadAccessOptions): UploadAccess {
  const access = {hubUrl: endpoint, accessToken: token, fetch: asFetch(request)}
  return {
    createDataset: (name, namespace, visibility) =>
      certainly(async () => {
        requireOwnName(name, namespace)
        const {createRepo} = await library()
        await createRepo({...access, repo: repo(name), visibility})
      }, signal),
    upload: (name, namespace, {files, deletes, title, parentCommit, beforeCommit}) =>
      certainly(async () => {
        requireOwnName(name, namespace)
        const {commit} = await library()
        const ask: Ask = async (url, question) => {
          if (url.startsWith(`${endpoint}/api/datasets/${name}/commit/`)) await beforeCommit?.()
          return request(url, question)
        }

        const answer = await commit({
          ...access,
          fetch: asFetch(ask),
          repo: repo(name),
          title,
          parentCommit,
          // Its way of uploading keeps large parts of a file in memory, and leads to a third origin.
          useXet: false,
          operations: [
            ...files.map((file) => ({operation: 'addOrUpdate' as const, ...file})),
            ...deletes.map((path) => ({operation: 'delete' as const, path})),
          ],
          ...(signal && {abortSignal: ownSignal(signal)}),
        }).catch((error: unknown) => {
          throw plainError(error)
        })
        const head = answer?.commit.oid
        if (!head || !/^[\da-f]{40}$/.test(head))
          throw new HubFormatError(`The Hub does not say what became of the commit to ${name}.`)
        return head
      }, signal),
  }
}

/** The name is checked again right before anything is written to it. */
function requireOwnName(name: string, namespace: string): void {
  if (!parseDatasetName(name, namespace))
    throw new RefusedError(`${name} is no SMOLTRACE dataset of ${namespace}: it is not written to.`)
}

/** The library refuses a single object of LFS with an error of its own, which the rest of the program does not know. */
function plainError(error: unknown): unknown {
  const {statusCode, message} = error as {statusCode?: unknown; message?: string}
  if (error instanceof HubError || typeof statusCode !== 'number') return error
  return new HubError({
    method: 'POST',
    path: '/info/lfs/objects/batch',
    status: statusCode,
    text: message ?? '',
  })
}
