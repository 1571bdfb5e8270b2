import {type ServerResponse} from 'node:http'

import {connectHub, type Hub} from '../../../src/lib/hub/client.js'
import {createTransport, type TransportOptions} from '../../../src/lib/hub/transport.js'
import {json, type SeenRequest, type StubServer, stubServers, TOKEN} from '../../support/builders.js'

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

export function send(
  response: ServerResponse,
  {status = 200, headers, text = '', type, isCut, ...rest}: Reply,
): void {
  if ('json' in rest && !isCut) return json(response, rest.json, {status, headers})
  if (isCut && !text) {
    response.destroy()
    return
  }

  response.writeHead(status, {...(type && {'content-type': type}), ...headers})
  if (isCut) response.write(text, () => response.destroy())
  else response.end(text)
}

/** Stub servers of a suite's tests, to be closed after each of them. */
export function stubHubs() {
  const {start, closeAll} = stubServers()
  return {
    start,
    closeAll,
    /** Answers one reply after the other, and the last one from then on. */
    replies: (...replies: Replier[]): Promise<StubServer> =>
      start((request, response, index) => {
        const reply = replies[Math.min(index, replies.length - 1)] ?? {}
        send(response, typeof reply === 'function' ? reply(request, index) : reply)
      }),
  }
}

export function hubAt(endpoint: string, options: Partial<TransportOptions> = {}): Hub {
  return connectHub({endpoint, token: TOKEN, ...options})
}

export function transportTo({url}: {url: string}, options: Partial<TransportOptions> = {}) {
  return createTransport({endpoint: url, token: TOKEN, ...options})
}
