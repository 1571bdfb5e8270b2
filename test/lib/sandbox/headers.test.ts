import {expect} from 'chai'

import type {Sandbox} from '../../../src/lib/sandbox/index.js'

import {ask, NOW, sandboxAt} from './support.js'

const EXPOSED =
  'X-Repo-Commit,X-Request-Id,X-Error-Code,X-Error-Message,X-Total-Count,ETag,Link,Accept-Ranges,Content-Range,X-Linked-Size,X-Linked-ETag,X-Xet-Hash'
const REQUEST_ID = /^Root=1-[\da-f]{8}-[\da-f]{24}$/

describe('sandbox: headers of every answer', () => {
  let sandbox: Sandbox

  before(async () => {
    sandbox = await sandboxAt()
  })

  after(() => sandbox.close())

  it('has the ordinary set on a 200 (A.8)', async () => {
    const {headers, text} = await ask(sandbox, 'GET /api/datasets?author=mira&limit=2')
    expect(headers.get('x-request-id')).to.match(REQUEST_ID)
    expect(headers.get('etag')).to.match(
      new RegExp(String.raw`^W/"${Buffer.byteLength(text).toString(16)}-[\w+/]{27}"$`),
    )
    expect(headers.get('ratelimit')).to.match(/^"api";r=\d+;t=\d+$/)
    expect(headers.get('ratelimit-policy')).to.equal('"fixed window";"api";q=1000;w=300')
    expect(headers.get('access-control-expose-headers')).to.equal(EXPOSED)
    expect(headers.get('x-powered-by')).to.equal('huggingface-moon')
    expect(headers.get('vary')).to.equal('Origin')
    expect(headers.get('date')).to.equal(NOW.toUTCString())
  })

  for (const [status, line] of [
    [307, `GET /datasets/mira/smoltrace-leaderboard/resolve/main/README.md`],
    [404, 'GET /api/datasets/mira/nothing'],
    [404, 'GET /nowhere'],
    [400, 'GET /api/datasets?sort=nonsense'],
  ] as const)
    it(`has them on a ${status} too: ${line}`, async () => {
      const reply = await ask(sandbox, line)
      expect(reply.status).to.equal(status)
      expect(reply.headers.get('x-request-id')).to.match(REQUEST_ID)
      expect(reply.headers.get('ratelimit')).to.match(/^"(api|pages|resolvers)";r=\d+;t=\d+$/)
      expect(reply.headers.get('ratelimit-policy')).to.match(
        /^"fixed window";"(api|pages|resolvers)";q=\d+;w=300$/,
      )
      expect(reply.headers.get('access-control-expose-headers')).to.equal(EXPOSED)
      expect(reply.headers.get('x-powered-by')).to.equal('huggingface-moon')
    })

  it('echoes the caller’s trace id, and never repeats an id of its own', async () => {
    const trace = '6c21467f-21f0-4540-901b-8ccffdc38aba'
    const [one, other] = await Promise.all([
      ask(sandbox, 'GET /api/whoami-v2', {headers: {'x-amzn-trace-id': trace}}),
      ask(sandbox, 'GET /api/whoami-v2'),
    ])
    const [own, echoed] = one.headers.get('x-request-id')?.split(';') ?? []
    expect(own).to.match(REQUEST_ID)
    expect(echoed).to.equal(trace)
    expect(other.headers.get('x-request-id')).to.match(REQUEST_ID).and.not.to.equal(own)
  })

  it('copies the error into a header, each byte that is not ASCII as a star', async () => {
    const reply = await ask(sandbox, 'GET /api/datasets?sort=nonsense')
    expect(reply.json()).to.deep.equal({error: '✖ Invalid sort parameter: nonsense'})
    expect(reply.headers.get('x-error-message')).to.equal('*** Invalid sort parameter: nonsense')
  })

  it('answers 304 where the caller has the same API answer', async () => {
    const etag = (await ask(sandbox, 'GET /api/whoami-v2')).headers.get('etag') ?? ''
    const again = await ask(sandbox, 'GET /api/whoami-v2', {headers: {'if-none-match': etag}})
    expect([again.status, again.text]).to.deep.equal([304, ''])
  })

  it('answers HEAD wherever GET is answered, without a body', async () => {
    const head = await ask(sandbox, 'HEAD /api/datasets/mira/smoltrace-leaderboard')
    const get = await ask(sandbox, 'GET /api/datasets/mira/smoltrace-leaderboard')
    expect([head.status, head.text]).to.deep.equal([200, ''])
    for (const name of ['content-length', 'etag', 'content-type'])
      expect(head.headers.get(name)).to.equal(get.headers.get(name))
  })
})
