import {UsageError} from '../base/errors.js'
import {UnknownNamespaceError} from '../hub/access.js'
import {findCredentials} from '../hub/credentials.js'
import {type ConnectionOptions, openSession, type Session} from '../hub/session.js'
import {type Plan} from '../plan/plan.js'

/** Where a plan is made, and a job runs. */
export type Place = Pick<Plan, 'endpoint' | 'namespace'>
/** What belongs to one place: the same names elsewhere are other datasets. */
type Bound = 'job' | 'plan'

const WORDS = {
  plan: {was: 'The plan was made for', next: 'it was made with, or create a new plan'},
  job: {was: 'The job ran for', next: 'it ran with'},
} as const satisfies Record<Bound, unknown>

/**
 * Opens a session at the place of a plan or a job, which says itself whose it is.
 * @throws UsageError where the options lead elsewhere, before anything is sent as far as that is known then; else as `openSession`
 */
export async function openSessionAt(
  place: Place,
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
  place: Place,
  {namespace = place.namespace, ...options}: ConnectionOptions,
  what: Bound = 'plan',
): Promise<void> {
  const {endpoint} = await findCredentials(options)
  requireSamePlace(place, {endpoint, namespace}, what)
}

function requireSamePlace(own: Place, {endpoint, namespace}: Place, what: Bound): void {
  if (isSameAddress(own.endpoint, endpoint) && own.namespace === namespace) return
  const {was, next} = WORDS[what]
  throw new UsageError(`${was} ${own.namespace} at ${own.endpoint}, not for ${namespace} at ${endpoint}.`, {
    suggestions: [`Use the token and HF_ENDPOINT ${next}.`],
  })
}

function notTheAccount({namespace}: Place, cause: Error, what: Bound): UsageError {
  return new UsageError(`${WORDS[what].was} ${namespace}, which is not this token's account.`, {
    cause,
    suggestions: [`Use a token of ${namespace}, or of a member of that organisation.`],
  })
}

function isSameAddress(a: string, b: string): boolean {
  return URL.canParse(a) && URL.canParse(b) && new URL(a).href === new URL(b).href
}
