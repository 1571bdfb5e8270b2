import {expect} from 'chai'
import {once} from 'node:events'
import http from 'node:http'
import {createServer, type Socket} from 'node:net'
import {brotliCompressSync, deflateSync, gzipSync} from 'node:zlib'

import {HubFormatError} from '../../../src/lib/hub/errors.js'
import {request as exchange, type HttpRequest} from '../../../src/lib/hub/http.js'
import {rejectionOf, type StubServer, stubServers} from '../../support/builders.js'
import {withLimits} from '../../support/limits.js'

describe('the wire', () => {
  const {start, closeAll} = stubServers()

  afterEach(closeAll)

  const agent = new http.Agent({keepAlive: true})
  const send = (url: string, request: Partial<HttpRequest> = {}, onChunk = () => {}) =>
    exchange(
      {url, method: 'GET', headers: {}, redirect: 'follow', ...request},
      {signal: new AbortController().signal, onChunk, agentFor: async () => agent},
    )

  after(() => agent.destroy())

  describe('an answer', () => {
    const text = 'grün '.repeat(1000)
    const encodings: Array<[name: string | undefined, encoded: Buffer | string]> = [
      [undefined, text],
      ['gzip', gzipSync(text)],
      ['x-gzip', gzipSync(text)],
      ['deflate', deflateSync(text)],
      ['br', brotliCompressSync(text)],
    ]
    for (const [name, encoded] of encodings) {
      it(`is read whatever it is packed with: ${name ?? 'nothing'}`, async () => {
        const server = await start((_, response) =>
          response.writeHead(200, name ? {'content-encoding': name} : {}).end(encoded),
        )
        const answer = await send(server.url)
        expect((await answer.text()) === text).to.equal(true)
        expect(server.seen[0]?.headers['accept-encoding']).to.include('gzip')
      })
    }

    it('that is packed and cut is an error', async () => {
      const packed = gzipSync(text)
      const server = await start((_, response) =>
        response.writeHead(200, {'content-encoding': 'gzip'}).end(packed.subarray(0, -20)),
      )
      const answer = await send(server.url)
      await rejectionOf(answer.text())
    })

    it('has headers by names in any case, several values in one, and null for what is not there', async () => {
      const server = await start((_, response) =>
        response.writeHead(200, {'X-Own': 'yes', link: ['<a>', '<b>'], 'set-cookie': ['a', 'b']}).end(),
      )
      const {headers, status, ok, url} = await send(`${server.url}/x?y`)
      expect(
        ['x-own', 'X-OWN', 'Link', 'Set-Cookie', 'other'].map((name) => headers.get(name)),
      ).to.deep.equal(['yes', 'yes', '<a>, <b>', 'a, b', null])
      expect({status, ok, url}).to.deep.equal({status: 200, ok: true, url: `${server.url}/x?y`})
    })
  })

  describe('a redirect', () => {
    const TOKEN = {authorization: 'Bearer secret', 'x-own': 'kept'}

    it('takes the token along where it stays at its origin, and nowhere else', async () => {
      const foreign = await start((_, response) => response.end('there'))
      const server = await start(({path}, response) => {
        if (path === '/a') response.writeHead(307, {location: '/b'}).end()
        else response.writeHead(302, {location: `${foreign.url}/c`}).end()
      })
      const answer = await send(`${server.url}/a`, {headers: TOKEN})
      expect(await answer.text()).to.equal('there')
      expect(answer.url).to.equal(`${foreign.url}/c`)
      expect(server.seen.map(({headers}) => headers.authorization)).to.deep.equal([
        'Bearer secret',
        'Bearer secret',
      ])
      expect(foreign.seen[0]?.headers).to.include({'x-own': 'kept'}).and.not.to.have.property('authorization')
    })

    it('never gives the token back where it comes home from elsewhere', async () => {
      const home = await start(({path}, response) => {
        if (path === '/a') response.writeHead(302, {location: `${foreign.url}/b`}).end()
        else response.end('home')
      })
      const foreign: StubServer = await start((_, response) =>
        response.writeHead(302, {location: `${home.url}/c`}).end(),
      )
      await send(`${home.url}/a`, {headers: TOKEN})
      expect(home.seen[1]?.headers).not.to.have.property('authorization')
    })

    it('repeats the method and the body, unless it says to look elsewhere', async () => {
      for (const [status, method, body] of [
        [302, 'GET', ''],
        [303, 'GET', ''],
        [307, 'POST', 'all'],
        [308, 'POST', 'all'],
      ] as const) {
        const server = await start(({path}, response) =>
          path === '/a' ? response.writeHead(status, {location: '/b'}).end() : response.end(),
        )
        await send(`${server.url}/a`, {method: 'POST', body: 'all'})
        expect(server.seen[1]).to.include({method, body})
      }
    })

    it('in a circle ends', async () => {
      const server = await start((_, response) => response.writeHead(302, {location: '/a'}).end())
      expect((await rejectionOf(send(`${server.url}/a`))).message).to.include('one redirect after the other')
      expect(server.seen).to.have.length(6)
    })

    it('to what is no web address is an error, and nobody is asked', async () => {
      for (const location of ['file:///etc/passwd', 'data:text/plain,x', 'http://[']) {
        const server = await start((_, response) => response.writeHead(302, {location}).end())
        expect(await rejectionOf(send(server.url))).to.be.instanceOf(HubFormatError)
        expect(server.seen).to.have.length(1)
      }
    })

    it('introduces nobody by another name', async () => {
      const foreign = await start((_, response) => response.end())
      const location = foreign.url.replace('http://', 'http://kim:hunter2@')
      const server = await start((_, response) => response.writeHead(302, {location}).end())
      await send(server.url)
      expect(foreign.seen[0]?.headers).not.to.have.property('authorization')
    })

    it('is handed on or refused where that was asked for', async () => {
      const server = await start((_, response) => response.writeHead(302, {location: '/a'}).end())
      expect((await send(server.url, {redirect: 'manual'})).status).to.equal(302)
      expect((await rejectionOf(send(server.url, {redirect: 'error'}))).message).to.include(
        'a redirect where none may be',
      )
      expect(server.seen).to.have.length(2)
    })
  })

  describe('a body', () => {
    const content = 'ü'.repeat(500_000)

    for (const [kind, body] of [
      ['a text', content],
      ['a file', new Blob([content])],
    ] as const) {
      it(`that is ${kind} is sent whole and with its length, which stores ask for`, async () => {
        const server = await start((_, response) => response.end())
        let pieces = 0
        await send(server.url, {method: 'PUT', body}, () => pieces++)
        expect(server.seen[0]?.headers['content-length']).to.equal('1000000')
        expect(server.seen[0]?.headers).not.to.have.property('transfer-encoding')
        expect(server.seen[0]?.body === content).to.equal(true)
        expect(pieces).to.be.greaterThan(10)
      })
    }

    it('that nobody takes tells of no more than its beginning', async () => {
      const sockets: Socket[] = []
      const mute = createServer({pauseOnConnect: true}, (socket) => sockets.push(socket))
      await new Promise<void>((resolve) => {
        mute.listen(0, '127.0.0.1', resolve)
      })
      const controller = new AbortController()
      const taken = {pieces: 0}
      const piece = new Uint8Array(1024 * 1024)
      const large = new Blob(Array.from({length: 64}, () => piece))
      const sending = rejectionOf(
        exchange(
          {
            url: `http://127.0.0.1:${(mute.address() as {port: number}).port}`,
            method: 'PUT',
            headers: {},
            body: large,
            redirect: 'error',
          },
          {
            signal: controller.signal,
            onChunk: () => taken.pieces++,
            agentFor: async () => agent,
          },
        ),
      )
      let before = -1
      while (taken.pieces === 0 || taken.pieces !== before) {
        before = taken.pieces
        for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate)
      }

      expect(taken.pieces * 65_536).to.be.lessThan(large.size / 2)
      controller.abort()
      await sending
      for (const socket of sockets) socket.destroy()
      mute.close()
    })
  })

  it('fails where the connection is closed or changed instead of an answer', async () => {
    for (const reply of [
      '',
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n',
    ]) {
      const server = createServer((socket) => socket.once('data', () => socket.end(reply)))
      await new Promise<void>((resolve) => {
        server.listen(0, '127.0.0.1', resolve)
      })
      await rejectionOf(send(`http://127.0.0.1:${(server.address() as {port: number}).port}`))
      server.close()
    }
  })

  it('gives up after ten seconds where no connection comes about, and leaves nothing behind', async () => {
    const error = await withLimits(10_000, (runOut) => {
      class Waiting extends http.Agent {
        override createConnection(): never {
          setImmediate(runOut, undefined)
          return undefined as never
        }
      }

      const waiting = new Waiting()
      const sending = exchange(
        {url: 'http://127.0.0.1:9/', method: 'GET', headers: {}, redirect: 'follow'},
        {signal: new AbortController().signal, onChunk() {}, agentFor: async () => waiting},
      )
      return rejectionOf(sending)
    })
    expect(error.message).to.equal('no connection within 10 s')
  })

  it('ends at once where there is no connection yet', async () => {
    const controller = new AbortController()
    class Waiting extends http.Agent {
      override createConnection(): never {
        setImmediate(() => controller.abort(new Error('interrupted')))
        return undefined as never
      }
    }

    const waiting = new Waiting()
    const sending = exchange(
      {url: 'http://127.0.0.1:9/', method: 'GET', headers: {}, redirect: 'follow'},
      {signal: controller.signal, onChunk() {}, agentFor: async () => waiting},
    )
    expect((await rejectionOf(sending)).message).to.equal('interrupted')
  })

  it('keeps its connection from one DELETE to the next', async () => {
    const ports = new Set<number | undefined>()
    const server = http.createServer({keepAliveTimeout: 0}, (request, response) => {
      ports.add(request.socket.remotePort)
      request.resume().on('end', () => response.end('OK'))
    })
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    const {port} = server.address() as {port: number}
    for (let time = 0; time < 5; time++) {
      const answer = await send(`http://127.0.0.1:${port}/`, {method: 'DELETE', body: '{}'})
      expect(await answer.text()).to.equal('OK')
    }

    expect(ports.size).to.equal(1)
    server.closeAllConnections()
    server.close()
  })

  it('reads on a new connection where the one that was kept has gone, and repeats no DELETE', async () => {
    for (const [method, requests] of [
      ['GET', 3],
      ['DELETE', 2],
    ] as const) {
      let seen = 0
      const server = http.createServer({keepAliveTimeout: 0}, (request, response) => {
        seen++
        if (seen === 2) request.socket.destroy()
        else response.end('OK')
      })
      await new Promise<void>((resolve) => {
        server.listen(0, '127.0.0.1', resolve)
      })
      const url = `http://127.0.0.1:${(server.address() as {port: number}).port}/`
      await (await send(url)).text()
      const again = send(url, {method})
      await (method === 'GET' ? again.then((answer) => answer.text()) : rejectionOf(again))
      expect(seen).to.equal(requests)
      server.closeAllConnections()
      server.close()
    }
  })

  it('leaves a connection whose answer nobody wants', async () => {
    const closed = new AbortController()
    const isClosed = once(closed.signal, 'abort')
    const server = await start((_, response) => {
      response.on('close', () => closed.abort()).write('endless')
    })
    const answer = await send(server.url)
    answer.discard()
    await isClosed
  })
})
