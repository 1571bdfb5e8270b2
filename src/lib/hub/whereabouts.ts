import {isText} from '../base/text.js'
import {HubError, HubFormatError} from './errors.js'
import {type Ask} from './transport.js'

/** What the Hub says of one name. */
export type Whereabouts =
  | {
      state: 'there'
      /** The repository's own id. */
      id: string
      /** `namespace/name`, as asked. */
      name: string
      /** Commit at the head of `main`. */
      sha: string
    }
  /** No dataset of this name, or none that this token may see: the Hub does not tell these apart. */
  | {state: 'missing'}
  /** The name leads to another one; `to` where that is a dataset of the same Hub. */
  | {state: 'moved'; to: string | undefined}

const REDIRECTS = new Set([301, 302, 303, 307, 308])

/**
 * Asks the Hub for one dataset by its name. A redirect is not followed: what is behind it has another name.
 * @param ask carries the token
 * @throws HubError for any other refusal, HubFormatError where the answer does not say which dataset it is
 */
export async function askWhereabouts(ask: Ask, endpoint: string, name: string): Promise<Whereabouts> {
  const url = `${endpoint}/api/datasets/${name}?expand=sha`
  try {
    const answer = await ask(url, {redirect: 'manual'})
    return readInfo(await answer.json(), name)
  } catch (error) {
    if (!(error instanceof HubError)) throw error
    const {status, answer} = error
    if (status === 404 && answer.code === 'RepoNotFound') return {state: 'missing'}
    if (!REDIRECTS.has(status) || answer.location === undefined) throw error
    return {state: 'moved', to: datasetAt(answer.location, url, endpoint)}
  }
}

function readInfo(info: unknown, asked: string): Whereabouts {
  const {_id: id, id: name, sha} = (info ?? {}) as Record<string, unknown>
  if (!isText(id) || !isText(name) || !isText(sha))
    throw new HubFormatError(`The answer of the Hub does not say which dataset ${asked} is.`)
  return name === asked ? {state: 'there', id, name, sha} : {state: 'moved', to: name}
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
