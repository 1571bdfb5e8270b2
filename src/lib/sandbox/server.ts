import type {AddressInfo} from 'node:net'

import {once} from 'node:events'
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http'
import {buffer} from 'node:stream/consumers'
import {setTimeout as sleep} from 'node:timers/promises'

import {UsageError} from '../base/errors.js'
import {type Answer} from './http.js'

/** A request whose body has been read. */
export interface RawRequest {
  method: string
  /** With the query. */
  path: string
  headers: IncomingMessage['headers']
  body: Buffer
}

/**
 * Stands between a request and its answer, as a proxy does: looks at it, lets the Hub act with `answer` or not, and gives what is
 * to be sent, or undefined where it has dealt with the response itself.
 */
export type RequestHook = (
  request: RawRequest,
  answer: () => Answer,
  response: ServerResponse,
) => Promise<Answer | undefined>

/** How a server behaves around its answers. */
interface ServerBehaviour {
  answer: (request: RawRequest) => Answer
  onRequest: RequestHook | undefined
  latencyMs: number
  clock: () => Date
}

/** A server on loopback. */
interface LoopbackServer {
  url: string
  /** Starts answering: the URL must be known before the answers can be. */
  serve: (behaviour: ServerBehaviour) => void
  close: () => Promise<void>
}

const HOST = '127.0.0.1'
const PORT_FAULTS: Record<string, string> = {EACCES: 'not for this account', EADDRINUSE: 'already in use'}

/**
 * Listens on loopback.
 * @param port 0 for any free one
 * @throws UsageError where the port is taken, or kept from this account
 */
export async function listen(port: number): Promise<LoopbackServer> {
  const server = createServer()
  await once(server.listen(port, HOST), 'listening').catch((error: NodeJS.ErrnoException) => {
    const fault = PORT_FAULTS[error.code ?? '']
    if (fault === undefined) throw error
    throw new UsageError(`--port ${port}: it is ${fault} on ${HOST}.`, {
      suggestions: ['Give another, or leave --port out for any free one.'],
    })
  })
  return {
    url: `http://${HOST}:${(server.address() as AddressInfo).port}`,
    serve(behaviour) {
      server.on('request', (request, response) => {
        handle(request, response, behaviour).catch(() => request.socket.destroy())
      })
    },
    async close() {
      const closed = new Promise((resolve) => {
        server.close(resolve)
      })
      server.closeAllConnections()
      await closed
    },
  }
}

async function handle(
  incoming: IncomingMessage,
  response: ServerResponse,
  {answer, onRequest, latencyMs, clock}: ServerBehaviour,
): Promise<void> {
  const {method = 'GET', url: path = '/', headers} = incoming
  const request = {method, path, headers, body: await buffer(incoming)}
  if (latencyMs > 0) await sleep(latencyMs, undefined, {ref: false})
  const answered = () => answer(request)
  const sent = onRequest ? await onRequest(request, answered, response) : answered()
  if (!sent) return
  const {status, headers: own, body} = sent
  response.writeHead(status, {Date: clock().toUTCString(), ...own, 'Content-Length': body.length}).end(body)
}
