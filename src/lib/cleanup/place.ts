import {UsageError} from '../base/errors.js'
import {UnknownNamespaceError} from '../hub/access.js'
import {findCredentials} from '../hub/credentials.js'
import {type ConnectionOptions, openSession, type Session} from '../hub/session.js'
import {type Plan} from '../plan/plan.js'
import {findJob, type History} from './journal/history.js'
import {type JobRecord} from './journal/parse.js'

/** Where a plan is made, and a job runs. */
export type Place = Pick<Plan, 'endpoint' | 'namespace'>
/** What belongs to one place: the same names elsewhere are other datasets. */
type Bound = 'job' | 'plan'

const WORDS = {
  plan: {was: 'was made for', next: 'it was made with, or create a new plan'},
  job: {was: 'ran for', next: 'it ran with'},
} as const satisfies Record<Bound, unknown>

/** A place, and of a job its id. */
type BoundPlace = Place & {id?: string}

/**
 * The job whose id starts like this; `latest` is the latest of the Hub and the namespace of the options, if it has one.
 * @throws as `findJob` and `findCredentials`
 */
export async function findJobAt(
  history: History,
  id: string,
  {namespace, ...options}: ConnectionOptions,
): Promise<JobRecord> {
  if (id.toLowerCase() !== 'latest' || history.jobs.length === 0) return findJob(history, id)
  const {endpoint} = await findCredentials(options)
  const jobs = history.jobs.filter(
    (job) => isSameAddress(job.endpoint, endpoint) && job.namespace === (namespace ?? job.namespace),
  )
  // The error about another place names the job.
  return findJob(jobs.length > 0 ? {...history, jobs} : history, id)
}

/**
 * Opens a session at the place of a plan or a job, which says itself whose it is.
 * @throws UsageError where the options lead elsewhere, before anything is sent as far as that is known then; else as `openSession`
 */
export async function openSessionAt(
  place: BoundPlace,
  options: ConnectionOptions,
  what: Bound = 'plan',
): Promise<Session> {
  await requireSameHub(place, options, what)
  const {namespace = place.namespace} = options
  const session = await openSession({...options, namespace}).catch((error: unknown) => {
    throw error instanceof UnknownNamespaceError ? notTheAccount(place, error, what) : error
  })
  requireSamePlace(place, {endpoint: session.hub.endpoint, namespace: session.access.namespace}, what)
  return session
}

/** Sends nothing: the endpoint is known before, the spelling of the namespace is not. @throws UsageError */
export async function requireSameHub(
  place: BoundPlace,
  {namespace = place.namespace, ...options}: ConnectionOptions,
  what: Bound = 'plan',
): Promise<void> {
  const {endpoint} = await findCredentials(options)
  requireSamePlace(place, {endpoint, namespace}, what)
}

function requireSamePlace(own: BoundPlace, {endpoint, namespace}: Place, what: Bound): void {
  if (isSameAddress(own.endpoint, endpoint) && own.namespace === namespace) return
  throw new UsageError(`${wasFor(own, what)} at ${own.endpoint}, not for ${namespace} at ${endpoint}.`, {
    suggestions: [`Use the token and HF_ENDPOINT ${WORDS[what].next}.`],
  })
}

function notTheAccount(place: BoundPlace, cause: Error, what: Bound): UsageError {
  return new UsageError(`${wasFor(place, what)}, which is not this token's account.`, {
    cause,
    suggestions: [`Use a token of ${place.namespace}, or of a member of that organisation.`],
  })
}

function wasFor({id, namespace}: BoundPlace, what: Bound): string {
  return `${id === undefined ? `The ${what}` : `Job ${id}`} ${WORDS[what].was} ${namespace}`
}

function isSameAddress(a: string, b: string): boolean {
  return URL.canParse(a) && URL.canParse(b) && new URL(a).href === new URL(b).href
}
