import type {DatasetEntry} from '@huggingface/hub'

import {CancelledError, RefusedError, SmoltraceError} from '../errors.js'
import {parseDatasetName} from '../naming.js'
import {type Credentials} from './credentials.js'
import {HubFormatError, HubUnreachableError} from './errors.js'
import {type Identity, readIdentity} from './identity.js'
import {createTransport, type TransportOptions, type Wait} from './transport.js'

/** One dataset as the listing shows it. */
export interface ListedDataset {
  /** `namespace/name`. */
  name: string
  /** The repository's own id, which a deleted and newly created dataset of the same name does not share. */
  id: string
  /** Commit at the head of `main`. */
  sha: string
  createdAt: Date
  lastModified: Date
  private: boolean
}

/** A change to one small text file. */
export interface FileChange {
  path: string
  /** The new text; undefined deletes the file. */
  text: string | undefined
  /** Title of the commit. */
  title: string
  /** The commit that must still be the head; else the Hub answers 412. */
  parentCommit: string
}

/** Which part of a plan a DELETE belongs to: a name must be of that part, or nothing is sent. */
export type PlanPart = 'leaderboard' | 'run'

/** Everything the program says to the Hub. Each method throws a SmoltraceError where the answer is not certain. */
export interface Hub {
  readonly endpoint: string
  /** How many times a request had to wait for the quota so far. What was listed before a wait may be stale. */
  readonly waits: number
  whoAmI(): Promise<Identity>
  /** Every dataset of a namespace that the token may see, newest first. */
  listDatasets(namespace: string): Promise<ListedDataset[]>
  /** Deletes one dataset for good. Not ended by the signal: the result of a DELETE under way must be known. */
  deleteDataset(name: string, namespace: string, part: PlanPart): Promise<void>
  /** Commit at the head of a dataset's `main`. */
  headOf(name: string): Promise<string>
  /** A small text file; undefined where the dataset certainly has no such file. */
  readText(name: string, path: string, revision: string): Promise<string | undefined>
  changeFile(name: string, change: FileChange): Promise<void>
}

export type HubOptions = Credentials & Pick<TransportOptions, 'onWait' | 'signal'>

/** Connects to the Hub; nothing is sent yet. The client library is loaded with the first request. */
export function connectHub({endpoint, token, onWait, signal}: HubOptions): Hub {
  let waits = 0
  const countWait = (wait: Wait) => {
    waits++
    onWait?.(wait)
  }

  const request = createTransport({endpoint, signal, onWait: countWait})
  const access = {hubUrl: endpoint, accessToken: token, fetch: request}

  const certain = <T>(ask: () => Promise<T>) => certainly(ask, signal)
  return {
    endpoint,
    get waits() {
      return waits
    },
    whoAmI: () =>
      certain(async () => {
        const {whoAmI} = await library()
        let date: string | null = null
        const noteDate: typeof fetch = async (input, init) => {
          const response = await request(input, init)
          date = response.headers.get('date')
          return response
        }

        return readIdentity(await whoAmI({...access, fetch: noteDate}), date)
      }),
    listDatasets: (namespace) =>
      certain(async () => {
        const {listDatasets} = await library()
        const listed: ListedDataset[] = []
        const pages = listDatasets({
          ...access,
          fetch: followingLinks(request, endpoint),
          search: {owner: namespace},
          sort: 'createdAt',
          additionalFields: ['sha', 'createdAt'],
        })
        for await (const entry of pages) listed.push(readListed(entry))
        return listed
      }),
    deleteDataset: (name, namespace, part) =>
      certain(async () => {
        const type = parseDatasetName(name, namespace)?.type
        if (!type || (type === 'leaderboard') !== (part === 'leaderboard')) {
          throw new RefusedError(
            `${name} is no SMOLTRACE ${part} dataset of ${namespace}: it is not deleted.`,
          )
        }

        const {deleteRepo} = await library()
        await deleteRepo({...access, repo: repo(name)})
      }),
    headOf: (name) =>
      certain(async () => {
        const {datasetInfo} = await library()
        const {sha} = await datasetInfo({...access, name, additionalFields: ['sha']})
        return requireText(sha, `the head of ${name}`)
      }),
    readText: (name, path, revision) =>
      certain(async () => {
        const {downloadFile} = await library()
        const file = await downloadFile({
          ...access,
          fetch: missingEntryAnswered(request),
          repo: repo(name),
          path,
          revision,
          xet: false,
        })
        return file?.text()
      }),
    changeFile: (name, {path, text, title, parentCommit}) =>
      certain(async () => {
        const {commit} = await library()
        const operation =
          text === undefined
            ? ({operation: 'delete', path} as const)
            : ({operation: 'addOrUpdate', path, content: new Blob([text])} as const)
        await commit({
          ...access,
          repo: repo(name),
          title,
          parentCommit,
          operations: [operation],
          ...(signal && {abortSignal: signal}),
        })
      }),
  }
}

/** Loaded with the first request, since `--help` and a usage error need none. */
function library() {
  return import('@huggingface/hub')
}

function repo(name: string) {
  return {type: 'dataset', name} as const
}

/** What the library cannot read, such as broken JSON, is an answer that is not certain. */
async function certainly<T>(ask: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof SmoltraceError) throw error
    if (signal?.aborted) throw new CancelledError('Interrupted.', {cause: error})
    const why = error instanceof Error ? error.message : String(error)
    if (error instanceof Error && (error.name === 'TimeoutError' || why === 'terminated')) {
      throw new HubUnreachableError('The answer of the Hub broke off.', {cause: error})
    }

    throw new HubFormatError(`The answer of the Hub cannot be read: ${why}`, {cause: error})
  }
}

/** The only form of a next page's address that the library reads. */
const READABLE_LINK = /<(https?:\/\/[^>]+)>;\s+rel="next"/g

/**
 * Guards the pages of a listing. The library takes a `Link` that it cannot read for the end of the list, and follows
 * any other wherever it leads, in a circle too.
 */
function followingLinks(request: typeof fetch, endpoint: string): typeof fetch {
  const seen = new Set<string>()
  return async (input, init) => {
    const response = await request(input, init)
    seen.add(String(input))
    const link = response.headers.get('link') ?? ''
    if (!/next/i.test(link)) return response
    // Of several the library would follow the last.
    const [next = '', ...others] = [...link.matchAll(READABLE_LINK)].map(([, address = '']) => address)
    if (others.length > 0 || !URL.canParse(next) || new URL(next).origin !== new URL(endpoint).origin) {
      throw new HubFormatError(`The listing of the Hub goes on at an address that is not the Hub's: ${link}`)
    }

    if (seen.has(next)) throw new HubFormatError('The listing of the Hub leads in a circle.')
    return response
  }
}

/** A file that certainly does not exist is an answer, not an error; the library reads it from the status and the code. */
function missingEntryAnswered(request: typeof fetch): typeof fetch {
  return async (input, init) => {
    try {
      return await request(input, init)
    } catch (error) {
      const {answer} = error as {answer?: {status: number; code?: string}}
      if (answer?.status !== 404 || answer.code !== 'EntryNotFound') throw error
      return new Response('Entry not found', {status: 404, headers: {'x-error-code': 'EntryNotFound'}})
    }
  }
}

/** Names are compared and dates decide, so an entry that lacks one makes the whole listing uncertain. */
function readListed(entry: DatasetEntry & {createdAt: string; sha: string}): ListedDataset {
  const name = requireText(entry.name, 'the name of a dataset')
  return {
    name,
    id: requireText(entry.id, `the id of ${name}`),
    sha: requireText(entry.sha, `the head of ${name}`),
    createdAt: requireDate(entry.createdAt, `the creation date of ${name}`),
    lastModified: requireDate(entry.updatedAt, `the last change of ${name}`),
    private: entry.private === true,
  }
}

function requireText(value: unknown, what: string): string {
  if (typeof value !== 'string' || value === '')
    throw new HubFormatError(`The answer of the Hub lacks ${what}.`)
  return value
}

/** The library makes a date of 1970 of what is none, a null or a number. */
function requireDate(value: unknown, what: string): Date {
  const date = typeof value === 'string' || value instanceof Date ? new Date(value) : undefined
  if (!date || !(date.getTime() > OLDEST_DATE))
    throw new HubFormatError(`The answer of the Hub lacks ${what}.`)
  return date
}

/** Long before there was a Hub. */
const OLDEST_DATE = Date.UTC(2000, 0)
