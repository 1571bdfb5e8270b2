import {expect} from 'chai'
import {once} from 'node:events'
import http from 'node:http'
import {createServer, type Server} from 'node:net'
import {Readable} from 'node:stream'
import {buffer} from 'node:stream/consumers'
import {setTimeout as sleep} from 'node:timers/promises'
import {brotliCompressSync, deflateSync, gzipSync} from 'node:zlib'

import {HubFormatError} from '../../../src/lib/hub/errors.js'
import {type HttpRequest, limitedBody, request, timeLimit, toResponse} from '../../../src/lib/hub/http.js'
import {rejectionOf} from '../../support/builders.js'
import {withLimits} from '../../support/limits.js'
import {type Reply, stubHubs, type StubServer} from './stub.js'

const NEVER = new AbortController().signal

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as {port: number}).port}/`
}

describe('HTTP', () => {
  const {start, replies, closeAll} = stubHubs()

  afterEach(closeAll)

  const send = async (
    url: string,
    {signal = NEVER, ...rest}: Partial<HttpRequest> & {signal?: AbortSignal} = {},
    onChunk = () => {},
  ) => toResponse(await request({url, method: 'GET', headers: {}, ...rest}, {signal, onChunk}))

  describe('a response', () => {
    const text = 'grün '.repeat(1000)

    it('is read whatever it is packed with', async () => {
      for (const [encoding, encoded] of [
        ['identity', text],
        ['gzip', gzipSync(text)],
        ['x-gzip', gzipSync(text)],
        ['deflate', deflateSync(text)],
        ['br', brotliCompressSync(text)],
      ] as const) {
        const server = await start((_, response) =>
          response.writeHead(200, {'content-encoding': encoding}).end(encoded),
        )
        expect((await (await send(server.url)).text()) === text, encoding).to.equal(true)
        expect(server.seen[0]?.headers['accept-encoding']).to.include('gzip')
      }
    })

    it('that is packed and cut is an error', async () => {
      const server = await start((_, response) =>
        response.writeHead(200, {'content-encoding': 'gzip'}).end(gzipSync(text).subarray(0, -20)),
      )
      await rejectionOf((await send(server.url)).text())
    })

    it('has headers by names in any case, several values in one, of some only the first, and null for what is not there', async () => {
      const server = await start((_, response) =>
        response
          .writeHead(200, [
            'X-Own',
            'yes',
            'Link',
            '<a>',
            'Link',
            '<b>',
            'Retry-After',
            '5',
            'Retry-After',
            '9',
          ])
          .end(),
      )
      const {headers, status, ok, url} = await send(`${server.url}/x?y`)
      const found = ['x-own', 'X-OWN', 'Link', 'Retry-After', 'other'].map((name) => headers.get(name))
      expect(found).to.deep.equal(['yes', 'yes', '<a>, <b>', '5', null])
      expect({status, ok, url}).to.deep.equal({status: 200, ok: true, url: `${server.url}/x?y`})
    })

    it('that is discarded is not read on', async () => {
      const closed = new AbortController()
      const isClosed = once(closed.signal, 'abort')
      const server = await start((_, response) => {
        response.on('close', () => closed.abort()).write('endless')
      })
      ;(await send(server.url)).discard()
      await isClosed
    })
  })

  describe('a redirect', () => {
    const headers = {authorization: 'Bearer secret', 'x-own': 'kept'}
    const to = (location: string, status = 302): Reply => ({status, headers: {location}})

    it('never takes the token to another origin, nor back from there, and no credentials that an address holds', async () => {
      const home = await replies(({path}) =>
        path === '/a' ? to('/b', 307) : path === '/b' ? to(`${foreign.url}/c`) : {text: 'home'},
      )
      const foreign: StubServer = await replies(() => to(`${home.url}/d`.replace('//', '//kim:hunter2@')))
      const response = await send(`${home.url}/a`, {headers})
      expect([await response.text(), response.url]).to.deep.equal(['home', `${home.url}/d`])
      expect(home.seen.map((each) => each.headers.authorization)).to.deep.equal([
        'Bearer secret',
        'Bearer secret',
        undefined,
      ])
      expect(foreign.seen[0]?.headers).to.include({'x-own': 'kept'}).and.not.to.have.property('authorization')
    })

    it('repeats the method and the body, unless it says to look elsewhere', async () => {
      for (const [status, method, body] of [
        [302, 'GET', ''],
        [303, 'GET', ''],
        [307, 'POST', 'all'],
        [308, 'POST', 'all'],
      ] as const) {
        const server = await replies(to('/b', status), {})
        await send(`${server.url}/a`, {method: 'POST', body: 'all'})
        expect(server.seen[1]).to.include({method, body})
      }
    })

    it('in a circle ends', async () => {
      const server = await replies(to('/a'))
      expect((await rejectionOf(send(`${server.url}/a`))).message).to.include('too many redirects')
      expect(server.seen).to.have.length(6)
    })

    it('to what is not a web address is an error', async () => {
      for (const location of ['file:///etc/passwd', 'data:text/plain,x', 'http://[']) {
        const server = await replies(to(location))
        expect(await rejectionOf(send(server.url))).to.be.instanceOf(HubFormatError)
        expect(server.seen).to.have.length(1)
      }
    })
  })

  it('sends a body, a text or a file, whole and with its length, which stores ask for', async () => {
    const content = 'ü'.repeat(500_000)
    for (const body of [content, new Blob([content])]) {
      const server = await replies({})
      let chunks = 0
      await send(server.url, {method: 'PUT', body}, () => chunks++)
      expect(server.seen[0]?.headers).to.include({'content-length': '1000000'})
      expect(server.seen[0]?.headers).not.to.have.property('transfer-encoding')
      expect(server.seen[0]?.body === content).to.equal(true)
      expect(chunks).to.be.greaterThan(10)
    }
  })

  describe('a connection', () => {
    const {createConnection} = http.Agent.prototype

    /** From now on none comes about. */
    const blockConnections = (onAttempt: (port: undefined) => void) =>
      Object.assign(http.Agent.prototype, {createConnection: () => void setImmediate(onAttempt, undefined)})

    afterEach(() => Object.assign(http.Agent.prototype, {createConnection}))

    it('that is closed or changed instead of a response is an error', async () => {
      for (const reply of [
        '',
        'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n',
      ]) {
        const server = createServer((socket) => socket.once('data', () => socket.end(reply)))
        await rejectionOf(send(await listening(server)))
        server.close()
      }
    })

    it('that does not come about is given up after ten seconds, or at once by a signal', async () => {
      const late = await withLimits(10_000, (runOut) => {
        blockConnections(runOut)
        return rejectionOf(send('http://127.0.0.1:9/'))
      })
      expect(late.message).to.equal('no connection within 10 s')
      const controller = new AbortController()
      blockConnections(() => controller.abort(new Error('interrupted')))
      const early = await rejectionOf(send('http://127.0.0.1:9/', {signal: controller.signal}))
      expect(early.message).to.equal('interrupted')
    })

    it('is kept from one DELETE to the next', async () => {
      const ports = new Set<number | undefined>()
      const server = http.createServer({keepAliveTimeout: 0}, (incoming, response) => {
        ports.add(incoming.socket.remotePort)
        incoming.resume().on('end', () => response.end('OK'))
      })
      const url = await listening(server)
      for (let time = 0; time < 5; time++)
        expect(await (await send(url, {method: 'DELETE', body: '{}'})).text()).to.equal('OK')
      expect(ports.size).to.equal(1)
      server.closeAllConnections()
      server.close()
    })

    it('that was kept and has gone is replaced by a new one for what only reads, and not for a DELETE', async () => {
      for (const [method, requests] of [
        ['GET', 3],
        ['DELETE', 2],
      ] as const) {
        let seen = 0
        const server = http.createServer({keepAliveTimeout: 0}, (incoming, response) => {
          if (++seen === 2) incoming.socket.destroy()
          else response.end('OK')
        })
        const url = await listening(server)
        await (await send(url)).text()
        const again = send(url, {method})
        await (method === 'GET' ? again.then((response) => response.text()) : rejectionOf(again))
        expect(seen).to.equal(requests)
        server.closeAllConnections()
        server.close()
      }
    })
  })

  describe('a body within limits', () => {
    it('counts only the time in which a chunk is waited for, not that of its reader', async () => {
      const log: string[] = []
      const left: number[] = []
      const start = (most = 0) => {
        log.push('start')
        left.push(most)
      }

      const limit = {...timeLimit(1000), start, stop: () => log.push('stop')}
      const chunks = limitedBody(Readable.from([Buffer.from('chunk')]), limit, undefined, {totalMs: 5000})
      expect(log).to.deep.equal([])
      await chunks.next()
      log.push('the reader takes its time')
      await sleep(30)
      expect((await chunks.next()).done).to.equal(true)
      expect(log.slice(0, 5)).to.deep.equal(['start', 'stop', 'the reader takes its time', 'start', 'stop'])
      expect(log.slice(5).every((each) => each === 'stop')).to.equal(true)
      expect(left.every((ms) => ms > 4980)).to.equal(true)
    })

    it('that is longer than anything that was asked for is an error, and not read on', async () => {
      let sent = 0
      async function* large() {
        try {
          for (; sent < 1_000_000; sent += 1000) yield Buffer.alloc(1000)
        } finally {
          sent *= -1
        }
      }

      const read = buffer(limitedBody(large(), timeLimit(1000), undefined, {maxBytes: 5000}))
      expect(await rejectionOf(read)).to.be.instanceOf(HubFormatError)
      expect(sent).to.equal(-5000)
    })
  })
})
