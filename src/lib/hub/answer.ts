import {type IncomingHttpHeaders} from 'node:http'

import {HubFormatError} from './errors.js'

export interface AnswerFacts {
  status: number
  statusText: string
  /** Where it came from in the end, after redirects. */
  url: string
  headers: IncomingHttpHeaders
  /** The bytes as they arrive, decompressed. */
  body: AsyncIterable<Uint8Array>
  /** Ends the transfer of a body that nobody wants. */
  discard: () => void
}

/**
 * An answer over HTTP: as much of the web's `Response` as this program and its client library use. That one itself comes with
 * an HTTP client that takes longer to load than all of this program.
 */
export class Answer {
  readonly status: number
  readonly statusText: string
  readonly url: string
  readonly body: AsyncIterable<Uint8Array>
  readonly headers: {get: (name: string) => string | null}
  readonly discard: () => void
  private readonly facts: AnswerFacts

  constructor(facts: AnswerFacts) {
    this.facts = facts
    this.status = facts.status
    this.statusText = facts.statusText
    this.url = facts.url
    this.body = facts.body
    this.discard = facts.discard
    this.headers = {
      get(name) {
        const value = facts.headers[name.toLowerCase()]
        return Array.isArray(value) ? value.join(', ') : (value ?? null)
      },
    }
  }

  get ok(): boolean {
    return this.status >= 200 && this.status < 300
  }

  /** The same answer with another body. */
  with(body: AsyncIterable<Uint8Array>): Answer {
    return new Answer({...this.facts, body})
  }

  /** The same answer with a body that is in memory, and can be read once more. */
  withBytes(bytes: Uint8Array): Answer {
    return this.with(
      (async function* () {
        yield bytes
      })(),
    )
  }

  /** The same answer, whose JSON has been read already. */
  withJson(value: unknown): Answer {
    const answer = this.withBytes(Buffer.alloc(0))
    answer.json = async () => value
    return answer
  }

  async bytes(): Promise<Buffer> {
    const pieces: Uint8Array[] = []
    for await (const piece of this.body) pieces.push(piece)
    return Buffer.concat(pieces)
  }

  async text(): Promise<string> {
    return (await this.bytes()).toString('utf8')
  }

  /** @throws HubFormatError where it is no JSON; the parser's own error would quote the body */
  async json(): Promise<unknown> {
    const text = await this.text()
    try {
      return JSON.parse(text)
    } catch {
      throw new HubFormatError('The answer of the Hub cannot be read: it is not JSON.')
    }
  }
}
