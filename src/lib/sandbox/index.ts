import {leaderboardName} from '../base/names.js'
import {makeTokens, ORG, SECRETS, USER} from './accounts.js'
import {cdnAnswers, hubAnswers} from './hub.js'
import {type Quota, requestCounter} from './quota.js'
import {seedAccount} from './seed/account.js'
import {listen, type RequestHook} from './server.js'
import {HubState} from './state.js'

export {type OrgRole} from './accounts.js'
export {type Answer} from './http.js'
export {gitBlobId, storedFile} from './objects.js'
export {parseQuota, type Quota} from './quota.js'
export {type Cell, type Column, Random, toParquet} from './seed/data.js'
export {type RawRequest} from './server.js'
export {type Commit, type DatasetSpec, type Repo} from './state.js'

/** How the embedded Hub is to be. */
export interface SandboxOptions {
  /** 0: any free one. Default: 0. */
  port?: number
  /** Delay before each answer. */
  latencyMs?: number
  /** How many runs the seeded account has. Default: 12. */
  runs?: number
  /** The Hub's idea of now: the `Date` header, the creation of datasets and the quota's windows follow it. */
  clock?: () => Date
  /** The quota of the `api` bucket. Default: the Hub's, 1000 requests in 300 seconds. */
  quota?: Quota
  /** What is there at the start: an account after months of evaluations, or one without datasets. Default: `account`. */
  seed?: 'account' | 'empty'
  /** The most datasets that a page of a listing may have. Default: 1000. */
  pageSize?: number
  /** For each request to the Hub and its CDN. Default: the Hub answers all. */
  onRequest?: RequestHook
}

/** An embedded Hub that is running. */
export interface Sandbox {
  url: string
  /** The user's write token. */
  token: string
  tokens: Record<keyof typeof SECRETS, string>
  /** The namespace of the user. */
  user: string
  /** An organisation in which the user may write. */
  org: string
  state: HubState
  /** Ends at once, whatever is going on. */
  close: () => Promise<void>
}

/**
 * Starts a server on loopback that behaves like the Hub, for rehearsals, demonstrations and tests. Nothing leaves the
 * machine, and everything is gone when it ends.
 * @throws UsageError where the port is taken
 */
export async function startSandbox({
  port = 0,
  latencyMs = 0,
  runs = 12,
  clock = () => new Date(),
  quota,
  seed = 'account',
  pageSize = 1000,
  onRequest,
}: SandboxOptions = {}): Promise<Sandbox> {
  const server = await listen(port)
  const cdn = await listen(0)
  const state = new HubState(clock)
  const seeded = seed === 'empty' ? undefined : seedAccount(state, state.now(), runs)
  const {_id, id: name} = seeded ?? {_id: '0'.repeat(24), id: leaderboardName(USER)}
  const hub = {state, tokens: makeTokens({_id, name}), clock, pageSize, url: server.url, cdnUrl: cdn.url}
  server.serve({onRequest, clock, latencyMs, answer: hubAnswers(hub, requestCounter(clock, quota))})
  cdn.serve({onRequest, clock, latencyMs, answer: cdnAnswers(hub)})

  return {
    url: server.url,
    token: SECRETS.write,
    tokens: SECRETS,
    user: USER,
    org: ORG,
    state,
    async close() {
      await Promise.all([server.close(), cdn.close()])
    },
  }
}
