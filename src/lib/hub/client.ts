import type {DatasetEntry} from '@huggingface/hub'

import {RefusedError} from '../base/errors.js'
import {parseDatasetName} from '../base/names.js'
import {isPinTag} from '../base/pin-tags.js'
import {hideToken, safe} from '../base/text.js'
import {type Answer} from './answer.js'
import {type Credentials} from './credentials.js'
import {HubFormatError} from './errors.js'
import {type FileAccess, fileAccess} from './files.js'
import {asFetch, certainly, library, repo} from './library.js'
import {followingLinks, withoutRepeats} from './listing.js'
import {momentOf, readable} from './moment.js'
import {ownSignal} from './own-signal.js'
import {type Allowance, type QuotaSize, QuotaWatch} from './quota.js'
import {pause, type Wait} from './retry.js'
import {type Account, askStorage, type StoredDataset} from './storage.js'
import {silenceIn} from './time-limit.js'
import {type Ask, createTransport, type TransportOptions} from './transport.js'
import {askWhereabouts, type Whereabouts} from './whereabouts.js'
import {type Identity, readIdentity} from './whoami.js'

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
  /** Those of its card's tags that pin its run, or may be meant to; left out where there are none. */
  pinTags?: string[]
}

/** One whole listing of a namespace, sorted by name before anything else of an entry is read. */
export interface Listing {
  /** Everything with exactly one of SMOLTRACE's names, newest first. */
  datasets: ListedDataset[]
  /** Full names of everything else, as the Hub wrote them. Of these nothing but the name is read. */
  others: string[]
  /** How many entries have no name that can be read: any of them may be one of SMOLTRACE's. */
  nameless: number
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
export interface Hub extends FileAccess {
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
  changeFile(name: string, change: FileChange): Promise<void>
}

export type HubOptions = Credentials &
  Pick<TransportOptions, 'onWait' | 'signal'> & {
    /** Says how long the Hub may be silent; default: the process's. */
    env?: NodeJS.ProcessEnv | undefined
  }

/** Connects to the Hub; nothing is sent yet. The client library is loaded with the first request. */
export function connectHub({endpoint, token, onWait, signal, env = process.env}: HubOptions): Hub {
  hideToken(token)
  let pages = 0
  const quota = new QuotaWatch()
  const transport: TransportOptions = {
    endpoint,
    signal,
    onWait,
    quota,
    silenceMs: silenceIn(env),
  }
  const request = createTransport(transport)
  const transfer = createTransport({...transport, hasLongBodies: true})
  const withToken: Ask = (url, question = {}) =>
    request(url, {...question, headers: {...question.headers, authorization: `Bearer ${token}`}})
  const access = {hubUrl: endpoint, accessToken: token, fetch: asFetch(request)}

  const requestPage: Ask = (url, question) => {
    pages++
    return request(url, question)
  }

  const certain = <T>(ask: () => Promise<T>) => certainly(ask, signal)
  return {
    endpoint,
    get pages() {
      return pages
    },
    get allowance() {
      return quota.allowance('api')
    },
    get quotaSize() {
      return quota.sizeOf('api')
    },
    async pause(wait) {
      onWait?.(wait)
      await pause(wait, signal)
    },
    ...fileAccess({endpoint, token, request, transfer, signal}),
    whoAmI: () =>
      certain(async () => {
        const {whoAmI} = await library()
        const {noting, headers} = noteHeaders(request)
        const answer = await whoAmI({...access, fetch: asFetch(noting)})
        return readIdentity(answer, headers()?.get('date'))
      }),
    listDatasets: (namespace) =>
      certain(async () => {
        const {listDatasets} = await library()
        const listing: Listing = {datasets: [], others: [], nameless: 0}
        const entries = listDatasets({
          ...access,
          fetch: asFetch(followingLinks(requestPage, endpoint, readable)),
          search: {owner: namespace},
          sort: 'createdAt',
          additionalFields: ['sha', 'createdAt', 'tags'],
        })
        for await (const entry of withoutRepeats(entries, ({name}) => name)) sortIn(listing, entry, namespace)
        return listing
      }),
    listStorage: (account) => certain(() => askStorage(withToken, endpoint, account)),
    deleteDataset: (name, namespace, part) =>
      certain(async () => {
        const type = parseDatasetName(name, namespace)?.type
        if (!type || (type === 'leaderboard') !== (part === 'leaderboard')) {
          throw new RefusedError(
            `${name} is no SMOLTRACE ${part} dataset of ${namespace}: it is not deleted.`,
          )
        }

        const {deleteRepo} = await library()
        const {noting, headers} = noteHeaders(request)
        await deleteRepo({...access, fetch: asFetch(noting), repo: repo(name)})
        return shownRequestId(headers()?.get('x-request-id'))
      }),
    whereabouts: (name) => certain(() => askWhereabouts(withToken, endpoint, name)),
    headOf: (name) =>
      certain(async () => {
        const {datasetInfo} = await library()
        const {sha} = await datasetInfo({...access, name, additionalFields: ['sha']})
        return requireText(sha, `the head of ${name}`)
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
          ...(signal && {abortSignal: ownSignal(signal)}),
        })
      }),
  }
}

function shownRequestId(id: string | null | undefined): string | undefined {
  return id === null || id === undefined ? undefined : safe(id)
}

/** The library returns no headers: keeps those of the last answer. */
function noteHeaders(request: Ask): {noting: Ask; headers: () => Answer['headers'] | undefined} {
  let last: Answer['headers'] | undefined
  return {
    async noting(url, question) {
      const response = await request(url, question)
      last = response.headers
      return response
    },
    headers: () => last,
  }
}

type Entry = DatasetEntry & {createdAt: string; sha: string; tags: string[]}

/** Other datasets may lack any field: only what can be deleted is read strictly. */
function sortIn(listing: Listing, entry: Entry, namespace: string): void {
  const {name}: {name: unknown} = entry
  if (typeof name !== 'string' || name === '') listing.nameless++
  else if (parseDatasetName(name, namespace)) listing.datasets.push(readListed(entry))
  else listing.others.push(name)
}

/** Ids are compared and dates decide, so a dataset of ours that lacks one makes the whole listing uncertain. */
function readListed(entry: Entry): ListedDataset {
  const {name} = entry
  const pinTags = readPinTags(entry.tags, name)
  return {
    name,
    id: requireText(entry.id, `the id of ${name}`),
    sha: requireText(entry.sha, `the head of ${name}`),
    createdAt: requireDate(entry.createdAt, `the creation date of ${name}`),
    lastModified: requireDate(entry.updatedAt, `the last change of ${name}`),
    private: entry.private === true,
    ...(pinTags.length > 0 && {pinTags}),
  }
}

/** A tag keeps a run for good: an entry without tags does not say that there are none. */
function readPinTags(tags: unknown, name: string): string[] {
  if (!Array.isArray(tags)) throw new HubFormatError(`The answer of the Hub lacks the tags of ${name}.`)
  return tags.map(String).filter((tag) => isPinTag(tag))
}

function requireText(value: unknown, what: string): string {
  if (typeof value !== 'string' || value === '')
    throw new HubFormatError(`The answer of the Hub lacks ${what}.`)
  return value
}

function requireDate(value: unknown, what: string): Date {
  const date = momentOf(value)
  if (!date) throw new HubFormatError(`The answer of the Hub lacks ${what}.`)
  return date
}
