import {CancelledError, RefusedError, SmoltraceError} from '../base/errors.js'
import {parseDatasetName} from '../base/names.js'
import {hideToken, safe} from '../base/text.js'
import {type Identity, readIdentity} from './access.js'
import {type Credentials} from './credentials.js'
import {describe, headOf, whereabouts} from './dataset-info.js'
import {HubFormatError} from './errors.js'
import {download, listFiles, readText, readWhole} from './files.js'
import {type HubResponse} from './http.js'
import {listDatasets, listStorage} from './listing.js'
import {type Allowance, type QuotaSize} from './quota.js'
import {type Wait} from './retry.js'
import {
  type Bound,
  createTransport,
  type Send,
  silenceIn,
  type Transport,
  type TransportOptions,
} from './transport.js'
import {createDataset, upload} from './uploads.js'

/** Everything that is asked of the Hub. */
const CALLS = {
  createDataset,
  deleteDataset,
  describe,
  download,
  headOf,
  listDatasets,
  listFiles,
  listStorage,
  readText,
  readWhole,
  upload,
  whereabouts,
  whoAmI,
}

/** One Hub, and all that the program says to it. Each call throws a SmoltraceError where the answer is not certain. */
export interface Hub extends Bound<typeof CALLS> {
  readonly endpoint: string
  /** How many pages of listings of datasets were read so far. */
  readonly pages: number
  /** How many DELETEs may be sent before the quota is used up. */
  readonly allowance: Allowance
  /** The whole quota; undefined where the Hub has not said. */
  readonly quotaSize: QuotaSize | undefined
  /** Waits, and says so. */
  pause(wait: Wait): Promise<void>
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
  let pages = 0
  const countingPages: Send = (url, request) => {
    pages++
    return transport.send(url, request)
  }

  return {
    ...bindAll(CALLS, transport),
    ...bindAll({listDatasets}, {...transport, send: countingPages}),
    endpoint,
    get pages() {
      return pages
    },
    get allowance() {
      return transport.quotaOf('api').allowance
    },
    get quotaSize() {
      return transport.quotaOf('api').size
    },
    pause: transport.pause,
  }
}

/** What the library cannot read, such as broken JSON, is a HubFormatError. */
function bindAll<T extends object>(calls: T, transport: Transport): Bound<T> {
  const all = Object.entries(calls) as Array<
    [string, (transport: Transport, ...args: unknown[]) => Promise<unknown>]
  >
  const bound = all.map(([name, call]) => [
    name,
    async (...args: unknown[]) => {
      try {
        return await call(transport, ...args)
      } catch (error) {
        if (error instanceof SmoltraceError) throw error
        if (transport.signal?.aborted) throw new CancelledError('Interrupted.', {cause: error})
        const why = error instanceof Error ? error.message : String(error)
        throw new HubFormatError(`The answer of the Hub cannot be read: ${why}`, {cause: error})
      }
    },
  ])
  return Object.fromEntries(bound) as Bound<T>
}

async function whoAmI(transport: Transport): Promise<Identity> {
  const library = await import('./library.js')
  const {noting, headers} = noteHeaders(transport.send)
  const answer = await library.whoAmI(library.libraryOptions(transport, noting))
  return readIdentity(answer, headers()?.get('date'))
}

/** Which part of a plan a DELETE belongs to: a name must be of that part, or nothing is sent. */
export type PlanPart = 'leaderboard' | 'run'

/**
 * Deletes one dataset for good. Not ended by the signal: the result of a DELETE under way must be known.
 * @returns the Hub's id of the request, where it gave one
 */
async function deleteDataset(
  transport: Transport,
  name: string,
  namespace: string,
  part: PlanPart,
): Promise<string | undefined> {
  const type = parseDatasetName(name, namespace)?.type
  if (!type || (type === 'leaderboard') !== (part === 'leaderboard'))
    throw new RefusedError(`${name} is not a SMOLTRACE ${part} dataset of ${namespace}: it is not deleted.`)
  const {deleteRepo, libraryOptions, repo} = await import('./library.js')
  const {noting, headers} = noteHeaders(transport.send)
  await deleteRepo({...libraryOptions(transport, noting), repo: repo(name)})
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
