import type {Hub} from './call.js'

import {createAccounts, ORG, SECRETS, USER} from './accounts.js'
import {cdnAnswers} from './cdn-server.js'
import {createFaults, type Fault} from './faults.js'
import {hubAnswers} from './hub-server.js'
import {createQuotas, type Quota} from './quota.js'
import {seedAccount} from './seed.js'
import {listen, type LoopbackServer, type ServerBehaviour} from './server.js'
import {HubState} from './state.js'

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
}

/** A request that the Hub received. */
export interface LoggedRequest {
  method: string
  /** With the query. */
  path: string
  body?: string
  /** 0 while it is being answered, and where the connection was cut. */
  status: number
  at: Date
}

/** An embedded Hub that is running. */
export interface Sandbox {
  url: string
  /** The user's write token. */
  token: string
  tokens: {
    write: string
    read: string
    /** `repo.content.read` and `repo.write` on the user. */
    fineGrained: string
    /** The same on one dataset only. */
    fineGrainedNarrow: string
    /** `repo.content.read` on the user. */
    fineGrainedReadOnly: string
  }
  /** The namespace of the user. */
  user: string
  /** An organisation in which the user may write. */
  org: string
  state: HubState
  /** Every request to the Hub so far, but not those to its CDN. */
  requests: LoggedRequest[]
  /** Makes something go wrong. @returns its removal. */
  intercept: (fault: Fault) => () => void
  /** Ends at once, whatever is going on. */
  close: () => Promise<void>
}

const LARGEST_BODY = 16 * 1024 * 1024
const LARGEST_UPLOAD = 100 * 1024 * 1024
const DEFAULT_RUNS = 12
const DEFAULT_PAGE_SIZE = 1000

/**
 * Starts a server on loopback that behaves like the Hub, for rehearsals, demonstrations and tests. Nothing leaves the
 * machine, and everything is gone when it ends.
 * @throws Error where the port is taken.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const clock = options.clock ?? (() => new Date())
  const server = await listen(options.port ?? 0)
  const cdn = await listen(0)
  const hub = createHub(options, clock, server, cdn)
  const requests: LoggedRequest[] = []
  const faults = createFaults()
  const common = {faults, clock, latencyMs: options.latencyMs ?? 0}

  server.serve({
    ...common,
    answer: hubAnswers(hub, createQuotas(clock, options.quota)),
    largestBody: LARGEST_BODY,
    log: logTo(requests, clock),
  })
  cdn.serve({...common, answer: cdnAnswers(hub), largestBody: LARGEST_UPLOAD})

  return {
    url: server.url,
    token: SECRETS.write,
    tokens: {...SECRETS},
    user: USER,
    org: ORG,
    state: hub.state,
    requests,
    intercept: (fault) => faults.install(fault),
    async close() {
      await Promise.all([server.close(), cdn.close()])
    },
  }
}

function createHub(
  options: SandboxOptions,
  clock: () => Date,
  server: LoopbackServer,
  cdn: LoopbackServer,
): Hub {
  const state = new HubState(clock)
  const now = state.now()
  const narrow = options.seed === 'empty' ? undefined : seedAccount(state, now, options.runs ?? DEFAULT_RUNS)
  return {
    state,
    accounts: createAccounts(
      now,
      state.orgs,
      narrow ?? {_id: '0'.repeat(24), id: `${USER}/smoltrace-leaderboard`},
    ),
    clock,
    pageSize: options.pageSize ?? DEFAULT_PAGE_SIZE,
    url: server.url,
    cdnUrl: cdn.url,
  }
}

function logTo(requests: LoggedRequest[], clock: () => Date): ServerBehaviour['log'] {
  return ({method, path, body}) => {
    const entry: LoggedRequest = {
      method,
      path,
      ...(body.length > 0 && {body: body.toString('utf8')}),
      status: 0,
      at: clock(),
    }
    requests.push(entry)
    return (status) => {
      entry.status = status
    }
  }
}
