import {expect} from 'chai'
import {type ServerResponse} from 'node:http'
import {createServer, type Socket} from 'node:net'

import {CancelledError, SmoltraceError} from '../../../src/lib/base/errors.js'
import {VERSION} from '../../../src/lib/base/version.js'
import {HubError, HubFormatError, HubUnreachableError} from '../../../src/lib/hub/errors.js'
import {type Wait} from '../../../src/lib/hub/retry.js'
import {createTransport, type TransportOptions} from '../../../src/lib/hub/transport.js'
import {json, rejectionOf, type StubServer, stubServers, TOKEN} from '../../support/builders.js'
import {at} from '../../support/hub.js'
import {type RunOut, withLimits} from '../../support/limits.js'
import {withoutPauses} from '../../support/pauses.js'

const DELETE = {method: 'DELETE', body: '{"name":"x"}'}
const EXHAUSTED = {ratelimit: '"api";r=0;t=0', 'ratelimit-policy': '"fixed window";"api";q=500;w=300'}

describe('transport', () => {
  const {start, closeAll} = stubServers()

  afterEach(closeAll)

  const connect = (server: StubServer, options: Partial<TransportOptions> = {}) =>
    createTransport({endpoint: server.url, token: TOKEN, ...options}).send

  describe('a request', () => {
    it('names the program, its version and that of Node', async () => {
      const server = await start((_, response) => json(response, {}))
      await connect(server)(`${server.url}/api/x`)
      expect(server.seen[0]?.headers['user-agent']).to.equal(
        `smoltrace/${VERSION}; node/${process.versions.node}`,
      )
    })

    it('has an id of its own for those who trace it, a new one for each repeat, and none elsewhere', async () => {
      const server = await start((_, response, index) =>
        index === 0 ? response.writeHead(503).end() : json(response, {}),
      )
      const store = await start((_, response) => response.end())
      const request = connect(server)
      await request(`${server.url}/api/x`)
      await request(`${store.url}/object`)
      const ids = server.seen.map(({headers}) => headers['x-amzn-trace-id'])
      expect(new Set(ids).size).to.equal(2)
      for (const id of ids) expect(id).to.match(/^[\da-f-]{36}$/)
      expect(store.seen[0]?.headers).not.to.have.property('x-amzn-trace-id')
    })

    it('keeps its method, body and headers', async () => {
      const server = await start((_, response) => json(response, {}))
      await connect(server)(`${server.url}/api/x?y=1`, {
        method: 'POST',
        body: 'z',
        headers: {'x-own': '1'},
      })
      expect(server.seen[0]).to.deep.include({method: 'POST', path: '/api/x?y=1', body: 'z'})
      expect(server.seen[0]?.headers).to.include({'x-own': '1', authorization: `Bearer ${TOKEN}`})
    })

    for (const [what, status, body] of [
      [
        'that has expired',
        403,
        '<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>',
      ],
      ['that S3 calls too old', 400, '<Error><Code>ExpiredToken</Code></Error>'],
    ] as const) {
      it(`asks the Hub once more for an address ${what}`, async () => {
        const store = await start((_, response, index) =>
          index === 0 ? response.writeHead(status).end(body) : json(response, {}),
        )
        const server = await start((_, response) =>
          response.writeHead(302, {location: `${store.url}/object`}).end(),
        )
        const file = await connect(server)(`${server.url}/datasets/a/b/resolve/main/x`)
        expect(file.status).to.equal(200)
        expect([server.seen.length, store.seen.length]).to.deep.equal([2, 2])
      })
    }

    it('[S16] names the file store that answered, asks the Hub no more than once again, and blames no token', async () => {
      const body = '<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>'
      const store = await start((_, response) =>
        response.writeHead(403, {'x-error-code': 'EntryNotFound'}).end(body),
      )
      const server = await start((_, response) =>
        response.writeHead(302, {location: `${store.url}/object?sig=abc`}).end(),
      )
      const error = await rejectionOf(connect(server)(`${server.url}/datasets/a/b/resolve/main/x`))
      expect(error).to.be.instanceOf(HubError)
      const {message, exitCode, suggestions, answer} = error as HubError
      expect(message).to.include(`${new URL(store.url).host}, to which the Hub led, answered 403`)
      expect(message).to.include('AccessDenied: Request has expired').and.not.include('sig=')
      expect(exitCode).to.equal(1)
      expect(suggestions.join(' ')).not.to.match(/too narrow|settings/)
      expect(answer.code).to.equal(undefined)
      expect([server.seen.length, store.seen.length]).to.deep.equal([2, 2])
    })

    it('names the file store that cannot be reached', async () => {
      const server = await start((_, response) =>
        response.writeHead(302, {location: 'http://127.0.0.1:9/object'}).end(),
      )
      const error = await rejectionOf(connect(server)(`${server.url}/datasets/a/b/resolve/main/x`))
      expect(error.message).to.include(
        'The file store 127.0.0.1:9, to which the Hub leads, cannot be reached',
      )
      expect((error as HubUnreachableError).suggestions.join(' ')).not.to.include('HF_ENDPOINT')
    })

    it('[S17] sends the token to no origin but that of the Hub', async () => {
      const foreign = await start((_, response) => json(response, {}))
      const server = await start((_, response) => json(response, {}))
      await connect(server)(`${foreign.url}/file`)
      expect(foreign.seen).to.have.length(1)
      expect(foreign.seen[0]?.headers).not.to.have.property('authorization')
      await rejectionOf(connect(server)(`${foreign.url}/api/x`))
      expect(foreign.seen[1]?.headers).not.to.have.property('authorization')
    })

    it('takes another port, scheme or host with the same beginning for another origin', async () => {
      const server = await start((_, response) => json(response, {}))
      const port = Number(new URL(server.url).port)
      for (const endpoint of [
        `http://127.0.0.1:${port + 1}`,
        `https://127.0.0.1:${port}`,
        `http://127.0.0.1:${port}.example`.replace(`:${port}`, ''),
      ]) {
        await createTransport({endpoint, token: TOKEN}).send(`${server.url}/file`)
        expect(server.seen.at(-1)?.headers, endpoint).not.to.have.property('authorization')
      }
    })

    it('keeps the token where a redirect stays on the Hub, and loses it where it leaves', async () => {
      const foreign = await start((_, response) => response.end('bytes'))
      const server = await start(({path}, response) => {
        if (path === '/near') response.writeHead(307, {location: '/far'})
        else if (path === '/far') response.writeHead(307, {location: `${foreign.url}/cdn`})
        response.end()
      })
      const response = await connect(server)(`${server.url}/near`)
      expect(await response.text()).to.equal('bytes')
      expect(server.seen.map(({headers}) => headers.authorization)).to.deep.equal([
        `Bearer ${TOKEN}`,
        `Bearer ${TOKEN}`,
      ])
      expect(foreign.seen[0]?.headers).not.to.have.property('authorization')
    })
  })

  describe('an answer', () => {
    it('that is a success is handed on', async () => {
      const server = await start((_, response) => json(response, {fine: true}))
      const response = await connect(server)(`${server.url}/api/x`)
      expect(await response.json()).to.deep.equal({fine: true})
    })

    const pages: Array<[title: string, headers: Record<string, string>, body: string, found: string]> = [
      ['a page', {'content-type': 'text/html; charset=utf-8'}, '<html>Log in</html>', 'text/html'],
      ['plain text', {'content-type': 'text/plain'}, '[]', 'text/plain'],
      ['something without a type', {}, '[]', 'no content type'],
    ]
    for (const [title, headers, body, found] of pages) {
      it(`that is ${title} instead of JSON is not taken for the Hub's`, async () => {
        const server = await start((_, response) => response.writeHead(200, headers).end(body))
        const error = (await rejectionOf(connect(server)(`${server.url}/api/datasets`))) as SmoltraceError
        expect(error).to.be.instanceOf(HubFormatError)
        expect(error.message).to.include(server.url).and.include(found)
        expect(error.suggestions.join(',')).to.include('HF_ENDPOINT')
      })
    }

    for (const status of [202, 203, 204, 206]) {
      it(`that has status ${status} is not taken for all of what was asked for`, async () => {
        const server = await start((_, response) => json(response, [], {status}))
        for (const path of ['/api/datasets', '/datasets/kim/x/resolve/main/a.json'])
          expect(await rejectionOf(connect(server)(server.url + path))).to.be.instanceOf(HubFormatError)
      })
    }

    it('that is a part is handed on where a part was asked for', async () => {
      const server = await start((_, response) => json(response, [], {status: 206}))
      const question = {headers: {range: 'bytes=0-1'}}
      const answer = await connect(server)(`${server.url}/datasets/kim/x/resolve/main/a.json`, question)
      expect(answer.status).to.equal(206)
    })

    it('that is a page is not taken for a deletion', async () => {
      const server = await start((_, response) =>
        response.writeHead(200, {'content-type': 'text/html'}).end('<html>'),
      )
      expect(await rejectionOf(connect(server)(`${server.url}/api/repos/delete`, DELETE))).to.be.instanceOf(
        HubFormatError,
      )
    })

    for (const [status, type, body] of [
      [200, 'text/plain', ''],
      [200, 'text/plain', 'ok'],
      [200, 'text/plain', 'OK OK'],
      [200, 'application/json', '"OK"'],
      [200, 'application/json', '{"ok":true}'],
      [201, 'text/plain', 'OK'],
      [202, 'text/plain', 'OK'],
      [202, 'application/json', '{}'],
      [204, 'text/plain', ''],
      [206, 'text/plain', 'OK'],
    ] as const) {
      it(`of ${status} with ${JSON.stringify(body)} in ${type} is not taken for a deletion`, async () => {
        const server = await start((_, response) =>
          response.writeHead(status, {'content-type': type}).end(body),
        )
        const error = await rejectionOf(connect(server)(`${server.url}/api/repos/delete`, DELETE))
        expect(error).to.be.instanceOf(HubFormatError)
        expect(error.message).to.include(String(status)).and.include('instead of OK')
      })
    }

    for (const body of ['OK', ' OK\n']) {
      it(`that says ${JSON.stringify(body)} in plain text is a deletion`, async () => {
        const server = await start((_, response) =>
          response.writeHead(200, {'content-type': 'text/plain; charset=utf-8'}).end(body),
        )
        expect((await connect(server)(`${server.url}/api/repos/delete`, DELETE)).status).to.equal(200)
      })
    }

    it('that is a file may be of any type', async () => {
      const server = await start((_, response) =>
        response.writeHead(200, {'content-type': 'text/html'}).end('<p>'),
      )
      for (const path of [
        '/datasets/kim/x/resolve/main/page.html',
        '/api/resolve-cache/datasets/kim/x/abc/page.html',
      ]) {
        expect((await connect(server)(server.url + path)).status).to.equal(200)
      }
    })

    it('that comes from another origin is not taken for the API', async () => {
      const foreign = await start((_, response) => json(response, []))
      const server = await start((_, response) =>
        response.writeHead(302, {location: `${foreign.url}/api/datasets`}).end(),
      )
      const error = await rejectionOf(connect(server)(`${server.url}/api/datasets`))
      expect(error).to.be.instanceOf(HubFormatError)
      expect(error.message).to.include(foreign.url)
    })
  })

  describe('a DELETE', () => {
    for (const status of [301, 302, 303, 307, 308]) {
      it(`follows no redirect ${status}, not even on the Hub itself`, async () => {
        const server = await start(({path}, response) => {
          if (path === '/api/repos/delete') response.writeHead(status, {location: '/api/elsewhere'}).end()
          else response.writeHead(200, {'content-type': 'text/plain'}).end('OK')
        })
        const error = await rejectionOf(connect(server)(`${server.url}/api/repos/delete`, DELETE))
        expect(error).to.be.instanceOf(HubError).and.to.have.property('status', status)
        expect(server.seen).to.have.length(1)
      })
    }

    it('is not repeated after 429: what goes must be looked at again first', async () => {
      const waits: number[] = []
      const server = await start((_, response) => response.writeHead(429, EXHAUSTED).end('slow down'))
      const error = await rejectionOf(
        connect(server, {onWait: ({ms}) => waits.push(ms)})(`${server.url}/api/repos/delete`, DELETE),
      )
      expect(error).to.be.instanceOf(HubError)
      expect((error as HubError).answer).to.include({status: 429, resetMs: 0, actionLimit: false})
      expect(server.seen).to.have.length(1)
      expect(waits).to.deep.equal([])
    })

    it('under way is finished, whatever the signal says', async () => {
      const controller = new AbortController()
      const server = await start((_, response) => {
        controller.abort()
        response.writeHead(200, {'content-type': 'text/plain'}).end('OK')
      })
      const response = await connect(server, {signal: controller.signal})(
        `${server.url}/api/repos/delete`,
        DELETE,
      )
      expect(await response.text()).to.equal('OK')
    })
  })

  describe('an answer that is no success', () => {
    const answered = async (
      status: number,
      headers: Record<string, string>,
      body: string,
    ): Promise<HubError> => {
      const server = await start((_, response) => response.writeHead(status, headers).end(body))
      const error = await rejectionOf(connect(server)(`${server.url}/api/datasets?author=kim`))
      expect(error).to.be.instanceOf(HubError)
      return error as HubError
    }

    const JSON_TYPE = {'content-type': 'application/json; charset=utf-8'}
    const bodies: Array<[title: string, headers: Record<string, string>, body: string, text: string]> = [
      ['an error in JSON', JSON_TYPE, '{"error":"Repository not found"}', 'Repository not found'],
      ['several errors in JSON', JSON_TYPE, '{"error":["too long","too odd"]}', 'too long; too odd'],
      ['a message in JSON', JSON_TYPE, '{"message":"try later"}', 'try later'],
      [
        'an error and its description in JSON',
        JSON_TYPE,
        '{"error":"invalid_grant","error_description":"it expired"}',
        'invalid_grant; it expired',
      ],
      ['an error in JSON that is an object', JSON_TYPE, '{"error":{"message":"too long"}}', 'too long'],
      [
        'errors in JSON that are objects',
        JSON_TYPE,
        '{"errors":[{"message":"too long"},{"message":"too odd"}]}',
        'too long; too odd',
      ],
      ['an error before a message', JSON_TYPE, '{"error":"first","message":"second"}', 'first'],
      [
        'an empty error in JSON, and a header',
        {...JSON_TYPE, 'x-error-message': 'from the header'},
        '{"error":""}',
        'from the header',
      ],
      [
        'broken JSON, and a header',
        {...JSON_TYPE, 'x-error-message': 'from the header'},
        '{"error',
        'from the header',
      ],
      [
        'JSON that is null, and a header',
        {...JSON_TYPE, 'x-error-message': 'from the header'},
        'null',
        'from the header',
      ],
      ['no body, and a header', {'x-error-message': 'from the header'}, '', 'from the header'],
      ['plain text', {'content-type': 'text/plain'}, 'We had to rate limit you', 'We had to rate limit you'],
      ['a page', {'content-type': 'text/html'}, '<html><script>alert(1)</script>', 'an HTML page'],
      ['nothing at all', {}, '', ''],
    ]
    for (const [title, headers, body, text] of bodies) {
      it(`says in the Hub's own words what is wrong, from ${title}`, async () => {
        expect((await answered(400, headers, body)).answer.text).to.equal(text)
      })
    }

    it('tells its code, the id of the request and what was asked, without the query', async () => {
      const {answer} = await answered(
        404,
        {'x-error-code': 'RepoNotFound', 'x-request-id': 'Root=1-abc'},
        'no',
      )
      expect(answer).to.include({
        method: 'GET',
        path: '/api/datasets',
        status: 404,
        code: 'RepoNotFound',
        requestId: 'Root=1-abc',
      })
    })

    it('has no code and no id where the Hub gave none', async () => {
      const {answer} = await answered(401, JSON_TYPE, '{"error":"Invalid username or password."}')
      expect(answer.code).to.equal(undefined)
      expect(answer.requestId).to.equal(undefined)
    })

    it('never shows the token, even where a proxy sends the request back', async () => {
      const server = await start(({headers}, response) =>
        response.writeHead(502, {'content-type': 'text/html'}).end(`<pre>${headers.authorization}</pre>`),
      )
      const error = await rejectionOf(connect(server)(`${server.url}/api/datasets`))
      expect(error.message).not.to.include(TOKEN)
    })

    it('[S17] never shows the token where the Hub itself repeats it', async () => {
      const server = await start(({headers}, response) =>
        json(response, {error: `bad header ${headers.authorization}`}, {status: 400}),
      )
      const error = (await rejectionOf(connect(server)(`${server.url}/api/datasets`))) as HubError
      expect(error.message).to.include('bad header')
      expect([error.message, error.stack, JSON.stringify(error.answer)].join('\n')).not.to.include(TOKEN)
    })

    for (const status of [400, 401, 403, 404, 409, 412, 500, 503]) {
      it(`is no success with ${status}, and is not taken for a quota`, async () => {
        const error = await answered(status, EXHAUSTED, '')
        expect(error.status).to.equal(status)
      })
    }
  })

  describe('a used-up quota', () => {
    it('is waited for as long as the Hub says so, and never without a pause', async () => {
      const waits: number[] = []
      const server = await start((_, response, index) => {
        if (index < 3) response.writeHead(429, EXHAUSTED).end('slow down')
        else json(response, {fine: true})
      })
      const response = await connect(server, {onWait: ({ms}) => waits.push(ms)})(`${server.url}/api/x`)
      expect(await response.json()).to.deep.equal({fine: true})
      expect(server.seen).to.have.length(4)
      expect(waits).to.deep.equal([100, 1000, 1000])
      expect(server.seen.at(-1)?.headers.authorization).to.equal(`Bearer ${TOKEN}`)
    })

    it('[S15] ends the request after three windows in a row in which nothing went well', () =>
      withoutPauses(async (pauses) => {
        const server = await start((_, response) => response.writeHead(429, EXHAUSTED).end('slow down'))
        const request = connect(server)
        for (const asked of [4, 5]) {
          const error = await rejectionOf(request(`${server.url}/api/x`))
          expect(error).to.be.instanceOf(HubError).and.to.have.property('status', 429)
          expect(server.seen).to.have.length(asked)
        }

        expect(pauses).to.deep.equal([100, 1000, 1000])
      }))

    it('begins to count anew where anything went well', () =>
      withoutPauses(async () => {
        const server = await start((_, response, index) => {
          if (index % 4 < 3) response.writeHead(429, EXHAUSTED).end('slow down')
          else json(response, {})
        })
        const request = connect(server)
        for (let round = 0; round < 5; round++) await request(`${server.url}/api/x`)
        expect(server.seen).to.have.length(20)
      }))

    it('that each answer leaves empty is waited for after each, and ends nothing', () =>
      withoutPauses(async (pauses) => {
        const server = await start((_, response) =>
          json(response, {}, {headers: {ratelimit: '"api";r=0;t=2'}}),
        )
        const request = connect(server)
        for (let round = 0; round < 9; round++) await request(`${server.url}/api/x`)
        expect(pauses.length).to.be.at.least(8)
      }))

    it('[S15] of whoami alone is waited for, as long as its answer says', () =>
      withoutPauses(async (pauses) => {
        const answers: Array<Record<string, string>> = [
          {ratelimit: '"api";r=499;t=7'},
          {ratelimit: '"api";r=499;t=289', 'retry-after': '9'},
        ]
        const server = await start((_, response, index) => {
          const headers = answers[index]
          json(response, {}, headers ? {status: 429, headers} : {})
        })
        await connect(server)(`${server.url}/api/whoami-v2`)
        expect(pauses).to.deep.equal([7000, 9000])
      }))

    it('is told from a limit of one action, for which waiting is useless', async () => {
      const server = await start((_, response) =>
        json(
          response,
          {error: 'exceeded for repository creation (300 per day)'},
          {status: 429, headers: {ratelimit: '"api";r=499;t=289'}},
        ),
      )
      const error = (await rejectionOf(connect(server)(`${server.url}/api/x`))) as HubError
      expect(error.answer).to.include({status: 429, actionLimit: true, resetMs: undefined})
      expect(error.message).to.include('300 per day')
      expect(server.seen).to.have.length(1)
    })

    it('is waited for before it is run into, by whoever sends next', async () => {
      const waits: Wait[] = []
      const controller = new AbortController()
      const server = await start((_, response) =>
        json(response, {}, {headers: {ratelimit: '"api";r=0;t=40'}}),
      )
      const request = connect(server, {
        signal: controller.signal,
        onWait(wait) {
          waits.push(wait)
          controller.abort()
        },
      })
      await request(`${server.url}/api/x`)
      expect(await rejectionOf(request(`${server.url}/api/x`))).to.be.instanceOf(CancelledError)
      expect(server.seen).to.have.length(1)
      expect(waits.map(({why}) => why)).to.deep.equal(['quota'])
      expect(waits[0]?.ms).to.be.within(39_000, 40_000)
    })

    it('of one bucket holds up no request of another, none to another place, and no DELETE', async () => {
      const server = await start(({method}, response) =>
        method === 'DELETE'
          ? response.writeHead(200, {'content-type': 'text/plain'}).end('OK')
          : json(response, {}, {headers: {ratelimit: '"api";r=0;t=40'}}),
      )
      const store = await start((_, response) => response.end('bytes'))
      const request = connect(server)
      await request(`${server.url}/api/x`)
      await request(`${server.url}/datasets/kim/x/resolve/main/a`)
      await request(`${store.url}/api/a`).catch(() => {})
      await request(`${server.url}/api/repos/delete`, DELETE)
      expect([server.seen.length, store.seen.length]).to.deep.equal([3, 1])
    })

    it('without a word about the pause is waited for all the same', async () => {
      const waits: Wait[] = []
      const server = await start((_, response, index) =>
        index < 2 ? response.writeHead(429).end('slow down') : json(response, {}),
      )
      await connect(server, {onWait: (wait) => waits.push(wait)})(`${server.url}/api/x`)
      expect(waits.map(({why, ms}) => [why, ms])).to.deep.equal([
        ['retry', 0],
        ['retry', 0],
      ])
    })
  })

  describe('a failure that may pass', () => {
    const failures: Array<[what: string, fail: (response: ServerResponse) => void]> = [
      ...[408, 500, 502, 503, 504, 429].map((status): [string, (response: ServerResponse) => void] => [
        `an answer ${status}`,
        (response) => response.writeHead(status, {'content-type': 'text/html'}).end('<html>'),
      ]),
      ['a connection that is cut', (response) => response.destroy()],
      [
        'an answer that is cut after its head',
        (response) => {
          response.writeHead(200, {'content-type': 'application/json', 'content-length': '100'})
          response.write('{"fine":', () => response.destroy())
        },
      ],
      [
        'an answer in pieces that is cut',
        (response) => {
          response.writeHead(200, {'content-type': 'application/json'})
          response.write('[1,', () => response.destroy())
        },
      ],
    ]
    for (const [what, fail] of failures) {
      it(`such as ${what} is repeated, and each repeat is told`, async () => {
        const waits: Wait[] = []
        const server = await start((_, response, index) =>
          index < 2 ? fail(response) : json(response, {fine: true}),
        )
        const response = await connect(server, {onWait: (wait) => waits.push(wait)})(`${server.url}/api/x`)
        expect(await response.json()).to.deep.equal({fine: true})
        expect(server.seen).to.have.length(3)
        expect(waits.map((wait) => wait.why === 'retry' && wait.retry)).to.deep.equal([1, 2])
      })

      it(`such as ${what} is an error after five repeats, and never half an answer`, async () => {
        const server = await start((_, response) => fail(response))
        const error = await rejectionOf(connect(server)(`${server.url}/api/x`))
        expect(error).to.be.instanceOf(SmoltraceError)
        expect(server.seen).to.have.length(6)
      })

      it(`such as ${what} is not repeated where it was a DELETE or a commit`, async () => {
        const server = await start((_, response) => fail(response))
        await rejectionOf(connect(server)(`${server.url}/api/repos/delete`, DELETE))
        expect(server.seen).to.have.length(1)
        if (what.endsWith('429')) return
        await rejectionOf(
          connect(server)(`${server.url}/api/datasets/kim/x/commit/main`, {...DELETE, method: 'POST'}),
        )
        expect(server.seen).to.have.length(2)
      })
    }

    it('is repeated for what only asks, and for what stores the same again', async () => {
      const server = await start((_, response, index) =>
        index % 2 === 0 ? response.writeHead(503).end() : json(response, {}),
      )
      const request = connect(server)
      await request(`${server.url}/api/datasets/kim/x/preupload/main`, {method: 'POST', body: '{}'})
      await request(`${server.url}/datasets/kim/x.git/info/lfs/objects/batch`, {method: 'POST', body: '{}'})
      await request(`${server.url}/store/object`, {method: 'PUT', body: new Blob(['all of it'])})
      expect(server.seen.map(({method}) => method)).to.deep.equal([
        'POST',
        'POST',
        'POST',
        'POST',
        'PUT',
        'PUT',
      ])
      expect(server.seen.slice(4).map(({body}) => body)).to.deep.equal(['all of it', 'all of it'])
    })

    const asked: Array<[retryAfter: string, date: string | undefined, ms: number]> = [
      ['30', undefined, 30_000],
      ['Thu, 26 Nov 2026 10:00:40 GMT', 'Thu, 26 Nov 2026 10:00:00 GMT', 40_000],
      ['Thursday, 26-Nov-26 10:00:40 GMT', 'Thu, 26 Nov 2026 10:00:00 GMT', 40_000],
      ['Thu, 26 Nov 2099 10:00:40 GMT', undefined, 300_000],
    ]
    for (const [status, [retryAfter, date, ms]] of [429, 503].flatMap((each) =>
      asked.map((one) => [each, one] as const),
    )) {
      it(`is waited for as long as an answer ${status} asks for with ${retryAfter} at ${date ?? 'no date'}`, async () => {
        const controller = new AbortController()
        const waits: Wait[] = []
        const server = await start((_, response) => {
          response.sendDate = false
          response.writeHead(status, {'retry-after': retryAfter, ...(date && {date})}).end()
        })
        const onWait = (wait: Wait) => {
          waits.push(wait)
          controller.abort()
        }

        await rejectionOf(connect(server, {signal: controller.signal, onWait})(`${server.url}/api/x`))
        expect(waits[0]).to.deep.include({why: 'retry', ms})
      })
    }

    it('is waited for by the clock of this program where an answer asks for a date and has no clock', () =>
      at(new Date('2026-11-26T10:00:00Z'), async () => {
        const controller = new AbortController()
        const waits: number[] = []
        const server = await start((_, response) => {
          response.sendDate = false
          response.writeHead(503, {'retry-after': 'Thu, 26 Nov 2026 10:00:20 GMT'}).end()
        })
        const onWait = ({ms}: Wait) => {
          waits.push(ms)
          controller.abort()
        }

        await rejectionOf(connect(server, {signal: controller.signal, onWait})(`${server.url}/api/x`))
        expect(waits).to.deep.equal([20_000])
      }))

    for (const retryAfter of ['soon', '-5', '1.5', '2026-11-26', 'Thu, 26 Nov 1998 10:00:00 GMT']) {
      it(`is waited for as usual where an answer asks for ${retryAfter}`, async () => {
        const controller = new AbortController()
        const waits: number[] = []
        const server = await start((_, response) =>
          response.writeHead(503, {'retry-after': retryAfter}).end(),
        )
        const onWait = ({ms}: Wait) => {
          waits.push(ms)
          controller.abort()
        }

        await rejectionOf(connect(server, {signal: controller.signal, onWait})(`${server.url}/api/x`))
        expect(waits[0]).to.be.at.most(500)
      })
    }

    it('is tried again where something has answered there before, and not where nothing ever has', async () => {
      const server = await start((_, response) => json(response, {}))
      const waits: Wait[] = []
      const request = connect(server, {onWait: (wait) => waits.push(wait)})
      await request(`${server.url}/api/x`)
      await server.close()
      expect(await rejectionOf(request(`${server.url}/api/x`))).to.be.instanceOf(HubUnreachableError)
      expect(waits).to.have.length(5)
      const fresh = connect(server, {onWait: (wait) => waits.push(wait)})
      expect(await rejectionOf(fresh(`${server.url}/api/x`))).to.be.instanceOf(HubUnreachableError)
      expect(waits).to.have.length(5)
    })
  })

  describe('a Hub that is silent', () => {
    const SILENCE = 30
    /** @param starts of the limit before it runs out, in each answer */
    const silent = async (runOut: RunOut, starts: number, begin: (response: ServerResponse) => void) => {
      const server = await start((_, response) => {
        runOut(response.socket?.remotePort, starts)
        begin(response)
      })
      const {send: request, stream} = createTransport({
        endpoint: server.url,
        token: TOKEN,
        silenceMs: SILENCE,
      })
      return {server, request, stream}
    }

    it('before its answer begins is given up, and asked again', () =>
      withLimits(SILENCE, async (runOut) => {
        const {server, request} = await silent(runOut, 0, () => {})
        const error = await rejectionOf(request(`${server.url}/api/x`))
        expect(error).to.be.instanceOf(HubUnreachableError)
        expect(error.message).to.include('no answer within 0.03 s')
        expect(server.seen).to.have.length(6)
      }))

    it('in the middle of its answer is given up, and asked again', () =>
      withLimits(SILENCE, async (runOut) => {
        const {server, request} = await silent(runOut, 2, (response) => {
          response.writeHead(200, {'content-type': 'application/json'})
          response.write('[')
        })
        const error = await rejectionOf(request(`${server.url}/api/x`))
        expect(error).to.be.instanceOf(HubUnreachableError)
        expect(error.message).to.include('brought nothing for 0.03 s')
        expect(server.seen).to.have.length(6)
      }))

    it('in the middle of a DELETE leaves open what was done, and is not asked again', () =>
      withLimits(SILENCE, async (runOut) => {
        const {server, request} = await silent(runOut, 0, () => {})
        const error = await rejectionOf(request(`${server.url}/api/repos/delete`, DELETE))
        expect(error).to.be.instanceOf(HubUnreachableError)
        expect(server.seen).to.have.length(1)
      }))

    it('in the middle of a file tells whoever reads it', () =>
      withLimits(SILENCE, async (runOut) => {
        const {server, stream} = await silent(runOut, 2, (response) => response.write('half'))
        const {body} = await stream(`${server.url}/datasets/kim/x/resolve/main/a`)
        const pieces = body[Symbol.asyncIterator]()
        expect(String((await pieces.next()).value)).to.equal('half')
        expect(await rejectionOf(pieces.next())).to.be.instanceOf(HubUnreachableError)
      }))

    it('[S15] but for a byte now and then is given up, and not asked again', () =>
      withLimits(SILENCE, async () => {
        const server = await start((_, response) => {
          response.writeHead(200, {'content-type': 'application/json'})
          const timer = setInterval(() => response.write(' '), 2)
          response.once('close', () => clearInterval(timer))
        })
        const error = await rejectionOf(connect(server, {silenceMs: SILENCE})(`${server.url}/api/x`))
        expect(error).to.be.instanceOf(HubUnreachableError)
        expect(error.message).to.include('took too long')
        expect(server.seen).to.have.length(1)
      }))

    it('is left at once where the signal is aborted in the middle of a file', async () => {
      const controller = new AbortController()
      const server = await start((_, response) => response.write('x'))
      const request = createTransport({endpoint: server.url, token: TOKEN, signal: controller.signal}).stream
      const {body} = await request(`${server.url}/datasets/kim/x/resolve/main/a`)
      const pieces = body[Symbol.asyncIterator]()
      await pieces.next()
      const rest = rejectionOf(pieces.next())
      controller.abort()
      expect(await rest).to.be.instanceOf(CancelledError)
    })
  })

  describe('a signal', () => {
    it('ends a request that has no answer yet', async () => {
      const controller = new AbortController()
      const server = await start(() => controller.abort())
      const error = await rejectionOf(connect(server, {signal: controller.signal})(`${server.url}/api/x`))
      expect(error).to.be.instanceOf(CancelledError).and.to.have.property('exitCode', 130)
    })

    it('that was given before lets no request out', async () => {
      const server = await start((_, response) => json(response, {}))
      const error = await rejectionOf(connect(server, {signal: AbortSignal.abort()})(`${server.url}/api/x`))
      expect(error).to.be.instanceOf(CancelledError)
      expect(server.seen).to.deep.equal([])
    })
  })

  describe('no answer', () => {
    it('because nothing listens is an error that names the Hub and the reason', async () => {
      const server = await start(() => {})
      await server.close()
      const error = (await rejectionOf(connect(server)(`${server.url}/api/x`))) as SmoltraceError
      expect(error).to.be.instanceOf(HubUnreachableError).and.to.have.property('exitCode', 1)
      expect(error.message).to.include(server.url).and.include('ECONNREFUSED').and.not.include(TOKEN)
      expect(error.suggestions.join(',')).to.include('HF_ENDPOINT')
    })

    it('because the address holds a password is an error that does not show it', async () => {
      const endpoint = 'http://kim:hunter2@127.0.0.1:9'
      const error = await rejectionOf(createTransport({endpoint, token: TOKEN}).send(`${endpoint}/api/x`))
      expect(error).to.be.instanceOf(HubUnreachableError)
      expect(error.message).not.to.include('hunter2')
    })

    it('because the connection is cut is an error too, for a DELETE as well', async () => {
      const server = await start((_, response) => response.destroy())
      for (const request of [{}, DELETE]) {
        expect(await rejectionOf(connect(server)(`${server.url}/api/x`, request))).to.be.instanceOf(
          HubUnreachableError,
        )
      }
    })

    it('in HTTP is an error too', async () => {
      const sockets: Socket[] = []
      const server = createServer((socket) => {
        sockets.push(socket)
        socket.end('SSH-2.0-OpenSSH_9.6\r\n')
      })
      await new Promise<void>((resolve) => {
        server.listen(0, '127.0.0.1', resolve)
      })
      const endpoint = `http://127.0.0.1:${(server.address() as {port: number}).port}`
      expect(
        await rejectionOf(createTransport({endpoint, token: TOKEN}).send(`${endpoint}/api/x`)),
      ).to.be.instanceOf(HubUnreachableError)
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    })
  })
})
