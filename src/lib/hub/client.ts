import {RefusedError} from '../base/errors.js'
import {parseDatasetName} from '../base/names.js'
import {hideToken, safe} from '../base/text.js'
import {type Connection, libraryOptions, repo, typedErrors} from './connection.js'
import {type Credentials} from './credentials.js'
import {
  describeDataset,
  type DescribedDataset,
  headOf,
  type Whereabouts,
  whereaboutsOf,
} from './dataset-info.js'
import {type FileAccess, fileAccess} from './files.js'
import {type HubResponse} from './http.js'
import {type Account, listDatasets, type Listing, listStorage, type StoredDataset} from './listing.js'
import {type Allowance, type QuotaSize} from './quota.js'
import {pause, type Wait} from './retry.js'
import {createTransport, type Send, silenceIn, type TransportOptions} from './transport.js'
import {type UploadAccess, uploadAccess} from './uploads.js'
import {type Identity, readIdentity} from './whoami.js'

/** Which part of a plan a DELETE belongs to: a name must be of that part, or nothing is sent. */
export type PlanPart = 'leaderboard' | 'run'

/** Everything the program says to the Hub. Each method throws a SmoltraceError where the answer is not certain. */
export interface Hub extends FileAccess, UploadAccess {
  readonly endpoint: string
  /** How many pages of listings of datasets were read so far. */
  readonly pages: number
  /** How many DELETEs may be sent before the quota is used up. */
  readonly allowance: Allowance
  /** The whole quota; undefined where the Hub has not said. */
  readonly quotaSize: QuotaSize | undefined
  /** Waits, and says so. */
  pause(wait: Wait): Promise<void>
  whoAmI(): Promise<Identity>
  /** Every dataset of a namespace that the token may see. */
  listDatasets(namespace: string): Promise<Listing>
  /** What each dataset of an account takes up, as far as the token may know. */
  listStorage(account: Account): Promise<StoredDataset[]>
  /**
   * Deletes one dataset for good. Not ended by the signal: the result of a DELETE under way must be known.
   * @returns the Hub's id of the request, where it gave one
   */
  deleteDataset(name: string, namespace: string, part: PlanPart): Promise<string | undefined>
  /** Whether a dataset is at its name, asked without following a redirect. */
  whereabouts(name: string): Promise<Whereabouts>
  /** Commit at the head of a dataset's `main`. */
  headOf(name: string): Promise<string>
  /**
   * The facts of a dataset at a commit or at the head of `main`; undefined where the dataset does not exist, or is not one that the
   * token may see: the Hub does not distinguish these.
   */
  describe(name: string, commit?: string): Promise<DescribedDataset | undefined>
}

export type HubOptions = Credentials &
  Pick<TransportOptions, 'onWait' | 'signal'> & {
    /** Says how long the Hub may be silent; default: the process's. */
    env?: NodeJS.ProcessEnv | undefined
  }

/** Connects to the Hub; nothing is sent yet. The client library is loaded with the first request. */
export function connectHub({endpoint, token, onWait, signal, env = process.env}: HubOptions): Hub {
  hideToken(token)
  const transport = createTransport({endpoint, token, signal, onWait, silenceMs: silenceIn(env)})
  const connection: Connection = {...transport, endpoint}
  let pages = 0
  const countingPages: Send = (url, request) => {
    pages++
    return connection.send(url, request)
  }

  const calls = typedErrors(
    {
      ...fileAccess(connection),
      ...uploadAccess(connection, signal),
      whoAmI: () => whoAmI(connection),
      listDatasets: (namespace: string) => listDatasets({...connection, send: countingPages}, namespace),
      listStorage: (account: Account) => listStorage(connection, account),
      deleteDataset: (...target: DeleteTarget) => deleteDataset(connection, ...target),
      whereabouts: (name: string) => whereaboutsOf(connection, name),
      headOf: (name: string) => headOf(connection, name),
      describe: (name: string, commit = 'main') => describeDataset(connection, name, commit),
    },
    signal,
  )
  return {
    ...calls,
    endpoint,
    get pages() {
      return pages
    },
    get allowance() {
      return transport.quota.allowance('api')
    },
    get quotaSize() {
      return transport.quota.sizeOf('api')
    },
    async pause(wait) {
      onWait?.(wait)
      await pause(wait, signal)
    },
  }
}

async function whoAmI(connection: Connection): Promise<Identity> {
  const library = await import('./library.js')
  const {noting, headers} = noteHeaders(connection.send)
  const answer = await library.whoAmI(libraryOptions(connection, noting))
  return readIdentity(answer, headers()?.get('date'))
}

type DeleteTarget = Parameters<Hub['deleteDataset']>

async function deleteDataset(
  connection: Connection,
  ...[name, namespace, part]: DeleteTarget
): Promise<string | undefined> {
  const type = parseDatasetName(name, namespace)?.type
  if (!type || (type === 'leaderboard') !== (part === 'leaderboard'))
    throw new RefusedError(`${name} is not a SMOLTRACE ${part} dataset of ${namespace}: it is not deleted.`)
  const {deleteRepo} = await import('./library.js')
  const {noting, headers} = noteHeaders(connection.send)
  await deleteRepo({...libraryOptions(connection, noting), repo: repo(name)})
  const id = headers()?.get('x-request-id')
  return typeof id === 'string' ? safe(id) : undefined
}

/** The library returns no headers: keeps those of the last response. */
function noteHeaders(send: Send): {noting: Send; headers: () => HubResponse['headers'] | undefined} {
  let last: HubResponse['headers'] | undefined
  return {
    async noting(url, request) {
      const response = await send(url, request)
      last = response.headers
      return response
    },
    headers: () => last,
  }
}
