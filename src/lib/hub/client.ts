import {CancelledError, RefusedError, SmoltraceError} from '../base/errors.js'
import {parseDatasetName, parseTrashName} from '../base/names.js'
import {registerSecret, safe} from '../base/text.js'
import {type Account, readAccount} from './access.js'
import {describe, whereabouts} from './dataset-info.js'
import {HubFormatError, HubUnreachableError} from './errors.js'
import {createDataset, download, listCommits, listFiles, readText, readWhole, upload} from './files.js'
import {type HubResponse, timeLimit} from './http.js'
import {listDatasets, listStorage} from './listing.js'
import {makePrivate, moveDataset} from './move.js'
import {type Quota} from './quota.js'
import {type Wait} from './retry.js'
import {
  type Bound,
  createTransport,
  type Send,
  type Step,
  type Transport,
  type TransportOptions,
} from './transport.js'

/** Everything that is asked of the Hub. */
const CALLS = {
  createDataset,
  deleteDataset,
  describe,
  download,
  listCommits,
  listDatasets,
  listFiles,
  listStorage,
  makePrivate,
  moveDataset,
  readText,
  readWhole,
  upload,
  whereabouts,
  whoAmI,
}

/** One Hub, and all that the program says to it. Each call throws a SmoltraceError where the answer is not certain. */
export interface Hub extends Bound<typeof CALLS> {
  readonly endpoint: string
  /** Of calls of the API: deletions, listings and infos. */
  readonly quota: Pick<Quota, 'allowance' | 'size'>
  /** Waits, and says so. */
  pause(wait: Wait): Promise<void>
  /** Says what comes next. */
  announce(step: Step): void
  /** Reads what is not worth a longer wait, in ms: requests, retries and pauses end with it. @throws HubUnreachableError after it */
  within<T>(ms: number, what: string, read: (hub: Hub) => Promise<T>): Promise<T>
}

/** Connects to the Hub; nothing is sent yet. The client library is loaded with the first request. */
export function connectHub(options: TransportOptions): Hub {
  registerSecret(options.token)
  const transport = createTransport(options)
  const {endpoint, pause, announce, quotaOf} = transport
  return {
    ...bindAll(CALLS, transport),
    endpoint,
    pause,
    announce,
    quota: quotaOf('api'),
    async within(ms, what, read) {
      const limit = timeLimit(ms)
      const signal = options.signal ? AbortSignal.any([options.signal, limit.signal]) : limit.signal
      limit.start()
      try {
        return await read(connectHub({...options, signal}))
      } catch (error) {
        if (!limit.signal.aborted || options.signal?.aborted) throw error
        throw new HubUnreachableError(`The Hub did not send ${what} within ${ms / 1000} s.`, {cause: error})
      } finally {
        limit.stop()
      }
    },
  }
}

/** What the library cannot read, such as broken JSON, is a HubFormatError. */
function bindAll<T extends object>(calls: T, transport: Transport): Bound<T> {
  type Call = (transport: Transport, ...args: unknown[]) => Promise<unknown>
  const bind =
    (call: Call) =>
    async (...args: unknown[]) => {
      try {
        return await call(transport, ...args)
      } catch (error) {
        if (error instanceof SmoltraceError) throw error
        if (transport.signal?.aborted) throw new CancelledError('Interrupted.', {cause: error})
        const why = error instanceof Error ? error.message : String(error)
        throw new HubFormatError(`The Hub's response cannot be read: ${why}`, {cause: error})
      }
    }

  const bound = Object.entries(calls).map(([name, call]) => [name, bind(call as Call)])
  return Object.fromEntries(bound) as Bound<T>
}

/** @param namespace the one whose access is wanted; default: the owner's. @throws as `readAccount` */
async function whoAmI(transport: Transport, namespace?: string): Promise<Account> {
  const {libraryOptions, whoAmI: ask} = await import('./library.js')
  const noted = noteResponse(transport.send)
  const answer = await ask(libraryOptions(transport, noted.send))
  return readAccount(answer, noted.headerOf('date'), namespace)
}

/** Which part of a plan a DELETE belongs to: a name must be of that part, or nothing is sent. */
export type PlanPart = 'leaderboard' | 'run' | 'trash'

/** By its exact name; undefined where it is of none. */
function partOf(name: string, namespace: string): PlanPart | undefined {
  if (parseTrashName(name, namespace)) return 'trash'
  const type = parseDatasetName(name, namespace)?.type
  return type === undefined || type === 'leaderboard' ? type : 'run'
}

/** Deletes one dataset for good; the signal does not end it. @returns the Hub's id of the request, where it gave one */
async function deleteDataset(
  transport: Transport,
  name: string,
  namespace: string,
  part: PlanPart,
): Promise<string | undefined> {
  if (partOf(name, namespace) !== part)
    throw new RefusedError(
      `${name} is not a SMOLTRACE ${part} dataset of ${namespace}, so it was not deleted.`,
    )
  const {deleteRepo, libraryOptions, repo} = await import('./library.js')
  const noted = noteResponse(transport.send)
  await deleteRepo({...libraryOptions(transport, noted.send), repo: repo(name)})
  const id = noted.headerOf('x-request-id')
  return id === undefined ? undefined : safe(id)
}

/** The library returns no headers: keeps those of the last response. */
function noteResponse(send: Send) {
  let last: HubResponse | undefined
  return {
    async send(...request: Parameters<Send>) {
      last = await send(...request)
      return last
    },
    headerOf: (name: string) => last?.headers.get(name) ?? undefined,
  }
}
