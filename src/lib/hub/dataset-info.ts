import {isObject} from '../base/collections.js'
import {isText} from '../base/text.js'
import {HubError, HubFormatError} from './errors.js'
import {isRedirect} from './http.js'
import {type Transport} from './transport.js'

/** Who may see a dataset. */
export type Visibility = 'private' | 'public'

/** What the Hub knows about a dataset apart from its files. */
export interface DatasetFacts {
  /** `namespace/name` as the Hub has it now: a name that was asked for may have been given up. */
  name: string
  /** The repository's own id. */
  id: string
  /** The commit asked for. */
  sha: string
  visibility: Visibility
  /** Whether readers must be let in first: `auto` or `manual`. */
  gated: false | 'auto' | 'manual'
  tags: string[]
  createdAt: Date
  lastModified: Date
  /** Paths of all files at that commit, from another source than their listing; undefined where the Hub does not say. */
  paths?: string[] | undefined
}

/** Reads the facts of a dataset at a commit or at the head of `main`; undefined if there is none that the token can see. */
export async function describe(
  transport: Transport,
  name: string,
  revision = 'main',
): Promise<DatasetFacts | undefined> {
  const {datasetInfo, libraryOptions} = await import('./library.js')
  try {
    const info = await datasetInfo({
      ...libraryOptions(transport, async (url, request) => {
        const response = await transport.send(url, request)
        const info = normalizeEntry(await response.json())
        return {...response, json: async () => info}
      }),
      name,
      revision,
      // The Hub knows `siblings` too; the library's types do not.
      additionalFields: ['sha', 'createdAt', 'tags', 'siblings' as 'tags'],
    })
    return readDescription(fieldsOf(info), name)
  } catch (error) {
    if (error instanceof HubError && error.answer.code === 'RepoNotFound') return undefined
    throw error
  }
}

/** A visibility or a gate that cannot be read would be archived, and restored as another. */
function readDescription(info: Fields, asked: string): DatasetFacts {
  const {name, gated, tags, siblings, private: isPrivate} = info
  if (!isText(name)) throw missingFact('name', asked)
  const visibility = visibilityOf(isPrivate)
  if (!visibility) throw missingFact('visibility', asked)
  if (gated !== false && gated !== 'auto' && gated !== 'manual') throw missingFact('gate', asked)
  const {id, sha, createdAt, lastModified} = readCoreFacts(info, asked)
  const paths = Array.isArray(siblings) ? siblings.map((each) => fieldsOf(each).rfilename) : [undefined]
  return {
    name,
    id,
    sha,
    visibility,
    gated,
    tags: Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : [],
    createdAt,
    lastModified,
    paths: paths.every((path) => isText(path)) ? paths : undefined,
  }
}

function visibilityOf(isPrivate: unknown): Visibility | undefined {
  if (typeof isPrivate !== 'boolean') return undefined
  return isPrivate ? 'private' : 'public'
}

/** Reads what every rule about a dataset rests on, as the library passes it on. @throws HubFormatError where any of it is lacking */
export function readCoreFacts(
  entry: Fields,
  name: string,
): Pick<DatasetFacts, 'createdAt' | 'id' | 'lastModified' | 'sha'> {
  const {id, sha, createdAt, updatedAt} = entry
  if (!isText(id)) throw missingFact('id', name)
  if (!isText(sha)) throw missingFact('head', name)
  const created = dateOf(createdAt)
  if (!created) throw missingFact('creation date', name)
  const lastModified = dateOf(updatedAt)
  if (!lastModified) throw missingFact('modification date', name)
  return {id, sha, createdAt: created, lastModified}
}

export function missingFact(what: string, name: string): HubFormatError {
  return new HubFormatError(`The Hub's response lacks the ${what} of ${name}.`)
}

/** What the Hub says of one name. */
export type Whereabouts =
  | (Pick<DatasetFacts, 'id' | 'name' | 'sha'> & {
      state: 'there'
      /** Undefined where the Hub did not say: an error for whoever needs it. */
      visibility?: Visibility | undefined
    })
  /** No dataset of this name, or none that this token may see: the Hub does not distinguish these. */
  | {state: 'missing'}
  /** The name leads to another one; `to` where that is a dataset of the same Hub. */
  | {state: 'moved'; to: string | undefined}

/**
 * Asks for one dataset by its name. A redirect is not followed: what is behind it has another name.
 * @param options `isUrgent`: the signal does not end it
 * @throws HubError for any other refusal, HubFormatError where the answer does not say which dataset it is
 */
export async function whereabouts(
  {endpoint, send}: Transport,
  name: string,
  {isUrgent = false} = {},
): Promise<Whereabouts> {
  const url = `${endpoint}/api/datasets/${name}?expand=sha&expand=private`
  try {
    const response = await send(url, {redirect: 'manual', isUrgent})
    const {_id: id, id: found, sha, private: isPrivate} = fieldsOf(await response.json())
    if (!isText(id) || !isText(found) || !isText(sha))
      throw new HubFormatError(`The Hub's response does not identify the dataset ${name}.`)
    if (found !== name) return {state: 'moved', to: found}
    return {state: 'there', id, name, sha, visibility: visibilityOf(isPrivate)}
  } catch (error) {
    if (!(error instanceof HubError)) throw error
    const {status, answer} = error
    if (status === 404 && answer.code === 'RepoNotFound') return {state: 'missing'}
    if (!isRedirect(status) || answer.location === undefined) throw error
    return {state: 'moved', to: datasetAt(answer.location, url, endpoint)}
  }
}

const INFO_PATH = /^\/api\/datasets\/([\w.-]+\/[\w.-]+)$/

/** The dataset that a redirect of an info call leads to; undefined where it leads elsewhere. */
function datasetAt(location: string, url: string, endpoint: string): string | undefined {
  if (!URL.canParse(location, url)) return undefined
  const to = new URL(location, url)
  const base = new URL(endpoint)
  if (to.origin !== base.origin) return undefined
  const prefix = base.pathname.replace(/\/$/, '')
  return to.pathname.startsWith(prefix) ? INFO_PATH.exec(to.pathname.slice(prefix.length))?.[1] : undefined
}

/** An object in JSON whose fields may be anything. */
export type Fields = Record<string, unknown>

/** The fields of a value from outside; none where it is not an object. */
export function fieldsOf(value: unknown): Fields {
  return isObject(value) ? value : {}
}

/** A moment in ISO 8601 that says its zone: any other text would be read in the zone of this machine. */
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/
/** Long before there was a Hub. */
const OLDEST_DATE = Date.UTC(2000, 0)

/** A date as the Hub wrote it, or the library has read it; undefined for anything but a moment. */
function dateOf(value: unknown): Date | undefined {
  const isReadable = value instanceof Date || (typeof value === 'string' && MOMENT.test(value))
  const date = isReadable ? new Date(value) : undefined
  return date && date.getTime() > OLDEST_DATE ? date : undefined
}

/** What the library can read of a dataset: it fails over what is not an object, and reads a date without a zone in this machine's. */
export function normalizeEntry(entry: unknown): Fields {
  const fields = fieldsOf(entry)
  return dateOf(fields.lastModified) ? fields : {...fields, lastModified: undefined}
}
