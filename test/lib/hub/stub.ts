import {once} from 'node:events'
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http'
import {type AddressInfo} from 'node:net'
import {text as textOf} from 'node:stream/consumers'

import {connectHub, type Hub} from '../../../src/lib/hub/client.js'
import {createTransport, type TransportOptions} from '../../../src/lib/hub/transport.js'
import {TOKEN} from '../../support/builders.js'

/** What a stub server answers: JSON, or a text of any type. */
export interface Reply {
  status?: number
  headers?: Record<string, string>
  json?: unknown
  text?: string
  type?: string
  /** The connection is cut in the middle of the body, or before the head where there is neither. */
  isCut?: boolean
}

export type Replier = Reply | ((request: SeenRequest, index: number) => Reply)

export const OK: Reply = {text: 'OK', type: 'text/plain'}

export function send(response: ServerResponse, reply: Reply): void {
  const {status = 200, headers, isCut} = reply
  const [text, type] =
    'json' in reply
      ? [JSON.stringify(reply.json), 'application/json; charset=utf-8']
      : [reply.text ?? '', reply.type]
  if (isCut && !text) {
    response.destroy()
    return
  }

  response.writeHead(status, {...(type && {'content-type': type}), ...headers})
  if (isCut) response.write(text, () => response.destroy())
  else response.end(text)
}

/** A request that a stub server got. */
export interface SeenRequest {
  method: string
  /** With the query. */
  path: string
  headers: IncomingMessage['headers']
  body: string
}

/** A server on loopback that answers as a test says. */
export interface StubServer {
  url: string
  seen: SeenRequest[]
  close: () => Promise<void>
}

/** Stub servers of a suite's tests, to be closed after each of them. */
export function stubHubs() {
  const servers: StubServer[] = []
  const start = async (
    answer: (request: SeenRequest, response: ServerResponse, index: number) => void,
  ): Promise<StubServer> => {
    const seen: SeenRequest[] = []
    const server = createServer((request, response) => {
      const {method = '', url: path = '', headers} = request
      void textOf(request).then((body) => {
        const entry = {method, path, headers, body}
        answer(entry, response, seen.push(entry) - 1)
      })
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const close = () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })

    const stub = {url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen, close}
    servers.push(stub)
    return stub
  }

  return {
    start,
    /** Answers one reply after the other, and the last one from then on. */
    replies: (...replies: Replier[]): Promise<StubServer> =>
      start((request, response, index) => {
        const reply = replies[Math.min(index, replies.length - 1)] ?? {}
        send(response, typeof reply === 'function' ? reply(request, index) : reply)
      }),
    closeAll: () => Promise.all(servers.splice(0).map((server) => server.close())),
  }
}

export function hubAt(endpoint: string, options: Partial<TransportOptions> = {}): Hub {
  return connectHub({endpoint, token: TOKEN, ...options})
}

export function transportTo({url}: {url: string}, options: Partial<TransportOptions> = {}) {
  return createTransport({endpoint: url, token: TOKEN, ...options})
}
