import {expect} from 'chai'
import nock from 'nock'

import {CancelledError, SmoltraceError} from '../../../src/lib/base/errors.js'
import {VERSION} from '../../../src/lib/base/version.js'
import {HubError, HubFormatError, HubUnreachableError} from '../../../src/lib/hub/errors.js'
import {type Wait} from '../../../src/lib/hub/retry.js'
import {type TransportOptions} from '../../../src/lib/hub/transport.js'
import {rejectionOf, TOKEN} from '../../support/builders.js'
import {withLimits} from '../../support/limits.js'
import {withoutPauses} from '../../support/pauses.js'
import {OK, type Reply, stubHubs, type StubServer, transportTo} from './stub.js'

const BEARER = `Bearer ${TOKEN}`
const DELETE = {method: 'DELETE', body: '{"name":"x"}'}
const FILE = '/datasets/a/b/resolve/main/x'
const EMPTY_QUOTA = {ratelimit: '"api";r=0;t=0', 'ratelimit-policy': '"fixed window";"api";q=500;w=300'}
const USED_UP: Reply = {status: 429, headers: EMPTY_QUOTA, text: 'slow down'}
/** How long a Hub may be silent, in ms. */
const SILENCE = 30
const EXPIRED = '<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>'

describe('transport', () => {
  const {start, replies, closeAll} = stubHubs()

  afterEach(closeAll)

  const sendTo = (server: StubServer, options?: Partial<TransportOptions>) =>
    transportTo(server, options).send
  const ask = (server: StubServer, path = '/api/x', options?: Partial<TransportOptions>) =>
    sendTo(server, options)(server.url + path)
  const remove = (server: StubServer, options?: Partial<TransportOptions>) =>
    sendTo(server, options)(`${server.url}/api/repos/delete`, DELETE)
  const tokens = ({seen}: StubServer) => seen.map(({headers}) => headers.authorization)

  describe('a request', () => {
    it('names the program, and has an id of its own for those who trace it, a new one for each retry', async () => {
      const server = await replies({status: 503}, {json: {}})
      const store = await replies({})
      const request = sendTo(server)
      await request(`${server.url}/api/x`)
      await request(`${store.url}/object`)
      expect(server.seen[0]?.headers['user-agent']).to.equal(
        `smoltrace/${VERSION}; node/${process.versions.node}`,
      )
      const ids = server.seen.map(({headers}) => headers['x-amzn-trace-id'])
      expect(new Set(ids).size).to.equal(2)
      for (const id of ids) expect(id).to.match(/^[\da-f-]{36}$/)
      expect(store.seen[0]?.headers).not.to.have.property('x-amzn-trace-id')
    })

    it('keeps its method, body and headers, and gets the token whatever the caller gave', async () => {
      const server = await replies({json: {}})
      const headers = {'x-own': '1', Authorization: 'Bearer undefined'}
      await sendTo(server)(`${server.url}/api/x?y=1`, {method: 'POST', body: 'z', headers})
      expect(server.seen[0]).to.deep.include({method: 'POST', path: '/api/x?y=1', body: 'z'})
      expect(server.seen[0]?.headers).to.include({'x-own': '1', authorization: BEARER})
    })

    it('[S17] sends the token to no origin but that of the Hub, whatever begins alike', async () => {
      const foreign = await replies({json: {}})
      const server = await replies({json: {}})
      await sendTo(server)(`${foreign.url}/file`, {headers: {authorization: BEARER}})
      await rejectionOf(sendTo(server)(`${foreign.url}/api/x`))
      expect(tokens(foreign)).to.deep.equal([undefined, undefined])
      const port = Number(new URL(server.url).port)
      for (const url of [
        `http://127.0.0.1:${port + 1}`,
        `https://127.0.0.1:${port}`,
        'http://127.0.0.1.example',
      ])
        await transportTo({url}).send(`${server.url}/file`)
      expect(tokens(server)).to.deep.equal([undefined, undefined, undefined])
    })
  })

  describe('a file store', () => {
    it('whose address has expired is asked again at a new address of the Hub', async () => {
      for (const [status, text] of [
        [403, EXPIRED],
        [400, '<Error><Code>ExpiredToken</Code></Error>'],
      ] as const) {
        const store = await replies({status, text}, {json: {}})
        const server = await replies({status: 302, headers: {location: `${store.url}/object`}})
        expect((await ask(server, FILE)).status).to.equal(200)
        expect([server.seen.length, store.seen.length]).to.deep.equal([2, 2])
      }
    })

    it('[S16] that answered is named, is asked no more than once again, and no token is blamed', async () => {
      const store = await replies({status: 403, headers: {'x-error-code': 'EntryNotFound'}, text: EXPIRED})
      const server = await replies({status: 302, headers: {location: `${store.url}/object?sig=abc`}})
      const {message, exitCode, suggestions, answer} = (await rejectionOf(ask(server, FILE))) as HubError
      expect(message).to.include(`${new URL(store.url).host}, where the Hub redirected, returned 403`)
      expect(message).to.include('AccessDenied: Request has expired').and.not.include('sig=')
      expect(exitCode).to.equal(1)
      expect(suggestions.join(' ')).not.to.match(/too narrow|settings/)
      expect(answer.code).to.equal(undefined)
      expect([server.seen.length, store.seen.length]).to.deep.equal([2, 2])
    })

    it('that cannot be reached is named', async () => {
      const server = await replies({status: 302, headers: {location: 'http://127.0.0.1:9/object'}})
      const error = (await rejectionOf(ask(server, FILE))) as HubUnreachableError
      expect(error.message).to.include(
        'The file store 127.0.0.1:9, where the Hub redirects, cannot be reached',
      )
      expect(error.suggestions.join(' ')).not.to.include('HF_ENDPOINT')
    })
  })

  describe('a success', () => {
    it("that is something else than JSON, or comes from another origin, is not taken for the Hub's", async () => {
      const foreign = await replies({json: []})
      for (const [reply, found] of [
        [{type: 'text/html; charset=utf-8', text: '<html>Log in</html>'}, 'text/html'],
        [{type: 'text/plain', text: '[]'}, 'text/plain'],
        [{}, 'no content type'],
        [{status: 302, headers: {location: `${foreign.url}/api/datasets`}}, foreign.url],
      ] as Array<[Reply, string]>) {
        const server = await replies(reply)
        const error = (await rejectionOf(ask(server, '/api/datasets'))) as SmoltraceError
        expect(error).to.be.instanceOf(HubFormatError)
        expect(error.message).to.include(server.url).and.include(found)
        expect(error.suggestions.join(',')).to.include('HF_ENDPOINT')
      }
    })

    it('that is not all of what was asked for is refused', async () => {
      for (const status of [202, 203, 204, 206]) {
        const server = await replies({status, json: []})
        for (const path of ['/api/datasets', FILE])
          expect(await rejectionOf(ask(server, path)), `${status}`).to.be.instanceOf(HubFormatError)
      }
    })

    it('that is a file may be of any type', async () => {
      const server = await replies({type: 'text/html', text: '<p>'})
      for (const path of [FILE, '/api/resolve-cache/datasets/kim/x/abc/page.html'])
        expect((await ask(server, path)).status).to.equal(200)
    })
  })

  describe('a DELETE', () => {
    it('is done where it is answered by 200 and OK, and by nothing else', async () => {
      for (const [status, type, text] of [
        [200, 'text/html', '<html>'],
        [200, 'text/plain', ''],
        [200, 'text/plain', 'ok'],
        [200, 'text/plain', 'OK OK'],
        [202, 'text/plain', 'OK'],
      ] as const) {
        const {url} = await replies({status, type, text})
        for (const endpoint of [url, `${url}/hub`]) {
          const error = await rejectionOf(
            transportTo({url: endpoint}).send(`${endpoint}/api/repos/delete`, DELETE),
          )
          expect(error, `${status} ${text}`).to.be.instanceOf(HubFormatError)
          expect(error.message).to.include(String(status)).and.include('instead of OK')
        }
      }

      for (const text of ['OK', ' OK\n'])
        expect((await remove(await replies({type: 'text/plain; charset=utf-8', text}))).status).to.equal(200)
    })

    it('follows no redirect, not even on the Hub itself, as no upload of a file does', async () => {
      const upload = (server: StubServer) =>
        sendTo(server)(`${server.url}/object`, {method: 'PUT', body: new Blob(['x'])})
      for (const status of [301, 302, 303, 307, 308]) {
        for (const job of [remove, upload]) {
          const server = await replies({status, headers: {location: '/api/elsewhere'}}, OK)
          const error = await rejectionOf(job(server))
          expect(error).to.be.instanceOf(HubError).and.to.include({status})
          expect(server.seen).to.have.length(1)
        }
      }
    })

    it('is not retried after 429: what is to be deleted must be rechecked first', async () => {
      const waits: Wait[] = []
      const server = await replies(USED_UP)
      const error = await rejectionOf(remove(server, {onWait: (wait) => waits.push(wait)}))
      expect((error as HubError).answer).to.include({status: 429, resetMs: 0, actionLimit: false})
      expect(server.seen).to.have.length(1)
      expect(waits).to.deep.equal([])
    })

    it('under way is finished, whatever the signal says', async () => {
      const controller = new AbortController()
      const server = await replies(() => {
        controller.abort()
        return OK
      })
      expect((await remove(server, {signal: controller.signal})).status).to.equal(200)
    })
  })

  describe('a used-up quota', () => {
    it('[S15] ends the request after three windows in a row in which nothing went well', () =>
      withoutPauses(async (pauses) => {
        const server = await replies(USED_UP)
        const request = sendTo(server)
        for (const asked of [4, 5]) {
          const error = await rejectionOf(request(`${server.url}/api/x`))
          expect(error).to.be.instanceOf(HubError).and.to.have.property('status', 429)
          expect(server.seen).to.have.length(asked)
        }

        expect(pauses).to.deep.equal([100, 1000, 1000])
      }))

    it('that each response leaves empty is waited for before the next request, and ends nothing', () =>
      withoutPauses(async (pauses) => {
        const waits: Wait[] = []
        const server = await replies({json: {}, headers: {ratelimit: '"api";r=0;t=2'}})
        const request = sendTo(server, {onWait: (wait) => waits.push(wait)})
        for (let round = 0; round < 9; round++) await request(`${server.url}/api/x`)
        expect(pauses.length).to.be.at.least(8)
        expect(waits.map(({ms}) => ms)).to.deep.equal(pauses)
        expect(waits[0]).to.include({why: 'quota'}).and.to.have.property('ms').within(1000, 2000)
      }))

    it('of one bucket holds up no request of another, none to another place, and no DELETE', async () => {
      const server = await replies(({method}) =>
        method === 'DELETE' ? OK : {json: {}, headers: {ratelimit: '"api";r=0;t=40'}},
      )
      const store = await replies({text: 'bytes'})
      const request = sendTo(server)
      await request(`${server.url}/api/x`)
      await request(server.url + FILE)
      await request(`${store.url}/api/a`).catch(() => {})
      await request(`${server.url}/api/repos/delete`, DELETE)
      expect([server.seen.length, store.seen.length]).to.deep.equal([3, 1])
    })
  })

  describe('a transient failure', () => {
    const failures: Array<[what: string, reply: Reply]> = [
      ['a response 503', {status: 503, type: 'text/html', text: '<html>'}],
      ['a connection that is cut', {isCut: true}],
      [
        'a response that is cut after its head',
        {type: 'application/json', headers: {'content-length': '100'}, text: '{"fine":', isCut: true},
      ],
    ]
    for (const [what, failure] of failures) {
      it(`such as ${what} is retried five times, said each time, and never half a response`, () =>
        withoutPauses(async () => {
          const waits: Wait[] = []
          const server = await replies(failure, failure, {json: {fine: true}})
          const response = await ask(server, '/api/x', {onWait: (wait) => waits.push(wait)})
          expect(await response.json()).to.deep.equal({fine: true})
          expect(waits.map((wait) => wait.why === 'retry' && wait.retry)).to.deep.equal([1, 2])
          const broken = await replies(failure)
          expect(await rejectionOf(ask(broken))).to.be.instanceOf(SmoltraceError)
          expect(broken.seen).to.have.length(6)
        }))

      it(`such as ${what} is not retried where it was a DELETE or a commit`, async () => {
        const server = await replies(failure)
        await rejectionOf(remove(server))
        expect(server.seen).to.have.length(1)
        await rejectionOf(sendTo(server)(`${server.url}/api/datasets/kim/x/commit/main`, {method: 'POST'}))
        expect(server.seen).to.have.length(2)
      })
    }

    it('is retried for a POST that only asks, and for what stores the same again', async () => {
      const server = await replies((_, index) => (index % 2 === 0 ? {status: 503} : {json: {}}))
      const request = sendTo(server)
      await request(`${server.url}/api/datasets/kim/x/preupload/main`, {method: 'POST', body: '{}'})
      await request(`${server.url}/datasets/kim/x.git/info/lfs/objects/batch`, {method: 'POST', body: '{}'})
      await request(`${server.url}/store/object`, {method: 'PUT', body: new Blob(['all of it'])})
      expect(server.seen.map(({body}) => body).join(' ')).to.equal('{} {} {} {} all of it all of it')
    })

    it('is retried where something has answered there before, and not where nothing ever has', async () => {
      const server = await replies({json: {}})
      const waits: Wait[] = []
      const options = {onWait: (wait: Wait) => void waits.push(wait)}
      const request = sendTo(server, options)
      await request(`${server.url}/api/x`)
      await server.close()
      expect(await rejectionOf(request(`${server.url}/api/x`))).to.be.instanceOf(HubUnreachableError)
      expect(waits).to.have.length(5)
      expect(await rejectionOf(ask(server, '/api/x', options))).to.be.instanceOf(HubUnreachableError)
      expect(waits).to.have.length(5)
    })
  })

  it('[S15] gives up a Hub that sends a byte now and then, and asks again only for what is short', () =>
    withLimits(SILENCE, async () => {
      for (const [method, path, requests] of [
        ['GET', '/api/x', 1],
        ['POST', '/api/datasets/kim/x/preupload/main', 6],
      ] as const) {
        const server = await start((_, response) => {
          response.writeHead(200, {'content-type': 'application/json'})
          const timer = setInterval(() => response.write(' '), 2)
          response.once('close', () => clearInterval(timer))
        })
        const error = await withoutPauses(() =>
          rejectionOf(sendTo(server, {idleTimeoutMs: SILENCE})(server.url + path, {method})),
        )
        expect(error, method).to.be.instanceOf(HubUnreachableError)
        expect(error.message).to.include('took too long')
        expect(server.seen).to.have.length(requests)
      }
    }))

  describe('a signal', () => {
    it('ends a request that has no response yet, and lets no further one out', async () => {
      const controller = new AbortController()
      const server = await start(() => controller.abort())
      for (let time = 0; time < 2; time++) {
        const error = await rejectionOf(ask(server, '/api/x', {signal: controller.signal}))
        expect(error).to.be.instanceOf(CancelledError).and.to.have.property('exitCode', 130)
      }

      expect(server.seen).to.have.length(1)
    })

    it('ends a file in its middle at once', async () => {
      const controller = new AbortController()
      const server = await start((_, response) => response.write('x'))
      const {body} = await transportTo(server, {signal: controller.signal}).stream(server.url + FILE)
      const chunks = body[Symbol.asyncIterator]()
      await chunks.next()
      const rest = rejectionOf(chunks.next())
      controller.abort()
      expect(await rest).to.be.instanceOf(CancelledError)
    })
  })

  describe('no response', () => {
    it('because nothing listens is an error that names the Hub and the reason', async () => {
      const url = 'http://kim:hunter2@127.0.0.1:9'
      const error = (await rejectionOf(transportTo({url}).send(`${url}/api/x`))) as SmoltraceError
      expect(error).to.be.instanceOf(HubUnreachableError).and.to.have.property('exitCode', 1)
      expect(error.message).to.include('http://127.0.0.1:9 cannot be reached: ').and.include('ECONNREFUSED')
      expect(error.message).not.to.match(/hunter2|hf_/)
      expect(error.suggestions.join(',')).to.include('HF_ENDPOINT')
    })

    it('[S14] of a Hub that has answered before leaves open what became of the request', async () => {
      nock.activate()
      try {
        nock('https://hub.test')
          .get('/api/x')
          .reply(200, {})
          .delete('/api/x')
          .replyWithError(Object.assign(new Error('wrong version'), {code: 'EPROTO'}))
        const transport = transportTo({url: 'https://hub.test'})
        await transport.send('https://hub.test/api/x')
        const error = await rejectionOf(transport.send('https://hub.test/api/x', {method: 'DELETE'}))
        expect(error).to.be.instanceOf(HubUnreachableError).and.to.include({isPermanent: false})
      } finally {
        nock.cleanAll()
        nock.restore()
      }
    })

    it('because the Hub does not speak TLS is an error at once, which says so', async () => {
      const server = await start((_, response) => response.end())
      const url = server.url.replace('http:', 'https:')
      const error = await rejectionOf(transportTo({url}).send(`${url}/api/x`))
      expect(error).to.be.instanceOf(HubUnreachableError).and.to.include({isPermanent: true})
      expect(error.message).to.include('it does not speak TLS. Is it an http:// address?')
    })
  })
})
