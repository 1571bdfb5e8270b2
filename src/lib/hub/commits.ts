import {isText} from '../base/text.js'
import {fieldsOf} from './dataset-info.js'
import {HubFormatError} from './errors.js'
import {type Transport} from './transport.js'

/** One commit of a dataset's history. Its title is the Hub's text: not safe to print. */
export interface PastCommit {
  sha: string
  title: string
}

/**
 * Lists the newest commits up to a revision, at most 100, newest first, in one request (the Hub's contract, section 7).
 * @returns them, and whether these are all
 */
export async function listCommits(
  {endpoint, send}: Transport,
  name: string,
  revision: string,
  limit: number,
): Promise<{commits: PastCommit[]; areAll: boolean}> {
  const url = `${endpoint}/api/datasets/${name}/commits/${encodeURIComponent(revision)}?limit=${limit}`
  const page = await (await send(url)).json()
  if (!Array.isArray(page))
    throw new HubFormatError(`The Hub's list of the commits of ${name} is not a list.`)
  const commits = page.map((entry) => {
    const {id: sha, title} = fieldsOf(entry)
    if (!isText(sha) || typeof title !== 'string')
      throw new HubFormatError(`The Hub's list of the commits of ${name} has an entry that is not a commit.`)
    return {sha, title}
  })
  return {commits, areAll: commits.length < limit}
}
