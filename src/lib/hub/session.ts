import {NotAllowedError, RefusedError, UsageError} from '../base/errors.js'
import {type OptionTable} from '../base/options.js'
import {messageOf} from '../base/text.js'
import {DAY, formatDuration, MINUTE} from '../base/time.js'
import {type Access, type Account, requireWriteAccess} from './access.js'
import {connectHub, type Hub} from './client.js'
import {type CredentialOptions, findCredentials} from './credentials.js'
import {HubError} from './errors.js'
import {isLoopback} from './proxy.js'
import {type Wait} from './retry.js'
import {type Step} from './transport.js'

/** How to reach the Hub, as whom, and in which namespace. */
export interface ConnectionOptions extends CredentialOptions {
  /** An organisation of the token's owner; default: the owner. */
  namespace?: string | undefined
  /** Cancels the job. A deletion in progress is finished, no new one starts. */
  signal?: AbortSignal | undefined
  /** The machine's clock; "now" is the earlier of it and the Hub's. */
  clock?: (() => Date) | undefined
  /** Called before each pause of a request that only reads; a deletion's pauses are events of `onEvent`. */
  onWait?: ((wait: Wait) => void) | undefined
  /** Called before each request, or page of several, that may take a while; of a job, only for what is not an event of `onEvent`. */
  onProgress?: ((step: Step) => void) | undefined
}

/** Of a saved plan, which says whose it is. */
export const CONNECTION_OF_PLAN: OptionTable<Omit<ConnectionOptions, 'namespace'>> = {
  token: 'text',
  endpoint: 'text',
  env: 'object',
  signal: 'signal',
  clock: 'function',
  onWait: 'function',
  onProgress: 'function',
}

export const CONNECTION: OptionTable<ConnectionOptions> = {...CONNECTION_OF_PLAN, namespace: 'text'}

/** A connection whose owner, namespace and time are known. */
export interface Session extends Omit<Account, 'date'> {
  hub: Hub
  /** The earlier of the machine's clock and the Hub's: a wrong clock must not make runs look older. */
  now: Date
  /** Whether the Hub said what time it is; without that, a wrong clock of the machine is not noticed. */
  isTimeCertain: boolean
  /** What the Hub said the time is; else what the machine says. */
  hubTime: Date
  /** How far the machine's clock is ahead of the Hub's, in ms. */
  skewMs: number
  /** The machine's clock. */
  clock: () => Date
  /** What the reader should know before trusting the answer. */
  warnings: string[]
}

/** The machine's own idea of now: good enough to refuse a bad date before anything is sent. */
export function machineTime({clock = () => new Date()}: Pick<ConnectionOptions, 'clock'>): Date {
  const now = clock()
  if (Number.isNaN(now.getTime())) throw new UsageError('`clock` does not return a valid date.')
  return now
}

const TOLERATED_SKEW = 5 * MINUTE

/** Finds the credentials and asks whose they are. @throws NotAllowedError without a valid token, else as `readAccount` */
export async function openSession(options: ConnectionOptions = {}): Promise<Session> {
  const {signal, clock = () => new Date()} = options
  const credentials = await findCredentials(options)
  const warnings = unencryptedWarnings(credentials.endpoint)
  const hub = connectHub({
    ...credentials,
    signal,
    onWait: guardListener('onWait', options.onWait, warnings),
    onProgress: guardListener('onProgress', options.onProgress, warnings),
  })
  hub.announce({kind: 'account'})
  const {date, ...account} = await identify(hub, credentials.source, options.namespace)
  const machine = machineTime(options)
  const {namespace, readLimit, partial} = account.access
  if (readLimit) warnings.push(`Not everything in ${namespace} may be visible: ${readLimit}.`)
  else if (partial) warnings.push(`Some datasets of ${namespace} may be hidden from this token: ${partial}.`)
  warnings.push(...clockWarnings(machine, date))
  return {
    hub,
    ...account,
    now: date && date < machine ? date : machine,
    isTimeCertain: date !== undefined,
    hubTime: date ?? machine,
    skewMs: date ? machine.getTime() - date.getTime() : 0,
    clock,
    warnings,
  }
}

/** The namespaces that the token has access to besides the one in use. */
export function otherNamespaces({namespaces, access}: Session): string[] {
  return namespaces.filter((name) => name !== access.namespace)
}

/** Stops a job that deletes before anything is listed. @throws as `requireWriteAccess`, RefusedError where the time is not certain */
export function requireDeletable({access, isTimeCertain}: Session): void {
  requireWriteAccess(access)
  if (!isTimeCertain)
    throw new RefusedError("Refused: the Hub's response has no date, so no age is certain.", {
      suggestions: [
        "A proxy may be removing the `Date` header from the Hub's responses: try without it, or check HF_ENDPOINT.",
      ],
    })
}

/** @throws RefusedError where the token sees or may do less than when the session was opened; else as `whoAmI` */
export async function requireSameAccess({hub, access}: Session): Promise<void> {
  const {namespace, ...limits} = (await hub.whoAmI(access.namespace)).access
  // Whatever limits access; one that was there from the start has been dealt with.
  const found = Object.entries(limits).find(
    ([limit, why]) => why !== undefined && access[limit as keyof Access] === undefined,
  )
  if (!found) return
  throw new RefusedError(`Access to ${namespace} has changed since the job began: ${found[1]}.`, {
    suggestions: [`Use a token with write access to all datasets in ${namespace}.`],
  })
}

/** Warns that a plan which is only shown could not be applied. */
export function warnIfReadOnly({access: {writeLimit}, warnings}: Session): void {
  if (writeLimit) warnings.push(`This token cannot delete anything: ${writeLimit}.`)
}

/** Without TLS the token can be read on its way, and used. */
function unencryptedWarnings(endpoint: string): string[] {
  const url = new URL(endpoint)
  if (url.protocol !== 'http:' || isLoopback(url)) return []
  return [`HF_ENDPOINT is ${endpoint}, without TLS: the token is sent to ${url.host} unencrypted.`]
}

async function identify(hub: Hub, source: string, namespace: string | undefined): Promise<Account> {
  try {
    return await hub.whoAmI(namespace)
  } catch (error) {
    if (!(error instanceof HubError) || error.status !== 401) throw error
    throw new NotAllowedError(`The Hub at ${hub.endpoint} rejected the token from ${source}.`, {
      cause: error,
      suggestions: error.suggestions,
    })
  }
}

function clockWarnings(machine: Date, hub: Date | undefined): string[] {
  if (!hub) return ["The Hub's response has no date: ages rely on this machine's clock alone."]
  const skew = machine.getTime() - hub.getTime()
  const size = Math.abs(skew)
  if (size <= TOLERATED_SKEW) return []
  const distance = size < DAY ? `${Math.round(size / MINUTE)} min` : formatDuration(size)
  const direction = skew > 0 ? 'ahead of' : 'behind'
  return [`This machine's clock is ${distance} ${direction} the Hub's. Ages use the earlier one.`]
}

/** A caller's listener, of which a fault stops nothing: it becomes a warning, and the listener is not called again. */
export function guardListener<T>(
  name: string,
  listener: ((value: T) => unknown) | undefined,
  warnings: string[],
): (value: T) => Promise<void> {
  let isBroken = false
  return async (value) => {
    if (isBroken) return
    try {
      await listener?.(value)
    } catch (error) {
      if (!isBroken) warnings.push(`${name} failed and was not called again: ${messageOf(error)}`)
      isBroken = true
    }
  }
}
