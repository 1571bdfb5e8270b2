import type {AddressInfo} from 'node:net'

import {once} from 'node:events'
import {createServer, type Server, type ServerResponse} from 'node:http'
import {buffer} from 'node:stream/consumers'
import {setTimeout as sleep} from 'node:timers/promises'

import {UsageError} from '../base/errors.js'
import {leaderboardName} from '../base/names.js'
import {makeTokens, ORG, SECRETS, USER} from './accounts.js'
import {type Answer, type RawRequest} from './http.js'
import {cdnAnswers, hubAnswers} from './hub.js'
import {type Quota} from './quota.js'
import {seedAccount} from './seed/account.js'
import {HubState} from './state.js'

export {type OrgRole} from './accounts.js'
export {type Answer, type RawRequest} from './http.js'
export {gitBlobId, storedFile} from './objects.js'
export {parseQuota, type Quota} from './quota.js'
export {type Cell, type Column, Random, toParquet} from './seed/data.js'
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
  /**
   * Stands between a request to the Hub or its CDN and the answer, as a proxy does: lets the Hub act with `answer` or not,
   * and gives what is to be sent, or undefined where it has dealt with the response itself. Default: the Hub answers all.
   */
  onRequest?: (
    request: RawRequest,
    answer: () => Answer,
    response: ServerResponse,
  ) => Promise<Answer | undefined>
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

/** Starts a server on loopback that behaves like the Hub. Everything is gone when it ends. @throws UsageError where the port is taken */
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
  const url = originOf(server)
  const hub = {state, tokens: makeTokens({_id, name}), clock, pageSize, url, cdnUrl: originOf(cdn)}

  const serve = (server: Server, answer: (request: RawRequest) => Answer) => {
    const respond = async (request: RawRequest, response: ServerResponse) => {
      if (latencyMs > 0) await sleep(latencyMs, undefined, {ref: false})
      const answered = () => answer(request)
      const sent = onRequest ? await onRequest(request, answered, response) : answered()
      if (!sent) return
      const {status, headers, body} = sent
      response.writeHead(status, {Date: clock().toUTCString(), ...headers, 'Content-Length': body.length})
      response.end(body)
    }

    server.on('request', (incoming, response) => {
      const {method = 'GET', url: path = '/', headers} = incoming
      buffer(incoming)
        .then((body) => respond({method, path, headers, body}, response))
        .catch(() => incoming.socket.destroy())
    })
  }

  serve(server, hubAnswers(hub, quota))
  serve(cdn, cdnAnswers(hub))
  return {
    url,
    token: SECRETS.write,
    tokens: SECRETS,
    user: USER,
    org: ORG,
    state,
    async close() {
      await Promise.all([closeServer(server), closeServer(cdn)])
    },
  }
}

const HOST = '127.0.0.1'
const PORT_FAULTS: Record<string, string> = {
  EACCES: 'not allowed for this user',
  EADDRINUSE: 'already in use',
}

/** A server on loopback. @throws UsageError where the port is taken, or kept from this account */
async function listen(port: number): Promise<Server> {
  const server = createServer()
  await once(server.listen(port, HOST), 'listening').catch((error: NodeJS.ErrnoException) => {
    const fault = PORT_FAULTS[error.code ?? '']
    if (fault === undefined) throw error
    throw new UsageError(`--port ${port}: it is ${fault} on ${HOST}.`, {
      suggestions: ['Use another port, or omit --port to use any free one.'],
    })
  })
  return server
}

function originOf(server: Server): string {
  return `http://${HOST}:${(server.address() as AddressInfo).port}`
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise((resolve) => {
    server.close(resolve)
  })
  server.closeAllConnections()
  await closed
}
