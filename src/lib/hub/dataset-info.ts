import {isText} from '../base/text.js'
import {HubError, HubFormatError} from './errors.js'
import {library} from './library.js'
import {momentOf} from './moment.js'
import {type Visibility} from './uploads.js'

/** What the Hub knows about a dataset beside its files. */
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
}

/** Facts, and what else only the archive asks for. */
export interface DescribedDataset extends DatasetFacts {
  /** Paths of all files at that commit, from another source than their listing; undefined where the Hub does not say. */
  paths?: string[] | undefined
}

/** Asks for a dataset's facts; undefined where there is none of this name that the token may see. */
export async function askFacts(
  access: {hubUrl: string; accessToken: string; fetch: typeof fetch},
  name: string,
  revision: string,
): Promise<DescribedDataset | undefined> {
  const {datasetInfo} = await library()
  try {
    const answer = await datasetInfo({
      ...access,
      name,
      revision,
      // The Hub knows this one too; the library's types do not.
      additionalFields: ['sha', 'createdAt', 'tags', 'siblings' as 'tags'],
    })
    return readFacts(answer, name)
  } catch (error) {
    if (error instanceof HubError && error.answer.code === 'RepoNotFound') return undefined
    throw error
  }
}

/** A visibility, a gate or a date that cannot be read would be archived, and come back as it was not. */
function readFacts(answer: object, asked: string): DescribedDataset {
  const facts = answer as Record<string, unknown>
  const {name, id, sha, gated, tags} = facts
  const createdAt = momentOf(facts.createdAt)
  const lastModified = momentOf(facts.updatedAt)
  const isGateKnown = gated === false || gated === 'auto' || gated === 'manual'
  const isCertain = isText(name) && isText(id) && isText(sha) && typeof facts.private === 'boolean'
  if (!isCertain || !isGateKnown || !createdAt || !lastModified)
    throw new HubFormatError(`The answer of the Hub does not describe ${asked}.`)
  return {
    name,
    id,
    sha,
    visibility: facts.private ? 'private' : 'public',
    gated,
    tags: Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : [],
    createdAt,
    lastModified,
    paths: pathsOf(facts.siblings),
  }
}

function pathsOf(siblings: unknown): string[] | undefined {
  if (!Array.isArray(siblings)) return undefined
  const paths = siblings.map((each) => (each as {rfilename?: unknown} | null)?.rfilename)
  return paths.every((path) => isText(path)) ? paths : undefined
}
