import {expect} from 'chai'

import {type Sandbox} from '../../../../src/lib/sandbox/index.js'
import {rejectionOf} from '../../../support/builders.js'
import {ask, NOW, sandboxAt} from '../support.js'

const DELETE = 'DELETE /api/repos/delete'
const COMMIT = 'POST /api/datasets/mira/one/commit/main'
const BATCH = 'POST /datasets/mira/one.git/info/lfs/objects/batch'

describe('sandbox: every answer', () => {
  let sandbox: Sandbox

  before(async () => {
    sandbox = await sandboxAt()
    sandbox.state.addDataset({name: 'mira/one', createdAt: NOW, files: {'a.txt': 'a'}})
  })

  after(() => sandbox.close())

  for (const [status, path] of [
    [200, '/api/datasets?author=mira'],
    [307, '/datasets/mira/one/resolve/main/a.txt'],
    [400, '/api/datasets?sort=nonsense'],
    [404, '/api/datasets/mira/nothing'],
    [404, '/nowhere'],
  ] as const)
    it(`has the date, an id of its own and the rate limit, on a ${status} too: ${path}`, async () => {
      const [one, other] = [await ask(sandbox, `GET ${path}`), await ask(sandbox, `GET ${path}`)]
      expect(one.status).to.equal(status)
      expect(one.headers.get('date')).to.equal(NOW.toUTCString())
      expect(one.headers.get('x-request-id')).to.match(/^Root=1-[\da-f]{8}-[\da-f]{24}$/)
      expect(one.headers.get('x-request-id')).not.to.equal(other.headers.get('x-request-id'))
      expect(one.headers.get('ratelimit')).to.match(/^"(api|pages|resolvers)";r=\d+;t=\d+$/)
      expect(one.headers.get('ratelimit-policy')).to.match(/^"fixed window";"\w+";q=\d+;w=300$/)
    })

  it('copies the error into a header, each byte that is not ASCII as a star', async () => {
    const reply = await ask(sandbox, 'GET /api/datasets?sort=nonsense')
    expect(reply.json()).to.deep.equal({error: '✖ Invalid sort parameter: nonsense'})
    expect(reply.headers.get('x-error-message')).to.equal('*** Invalid sort parameter: nonsense')
  })

  for (const [line, body] of [
    [DELETE, '{"name":'],
    [DELETE, '[]'],
    [DELETE, '{"organization":"mira","type":"dataset"}'],
    [DELETE, '{"name":"one","organization":{},"type":"dataset"}'],
    ['POST /api/repos/move', '{"type":"dataset","fromRepo":"mira/one","toRepo":"mira"}'],
    ['POST /api/repos/move', '{"type":"dataset","fromRepo":"mira/one","toRepo":"mira/a/b"}'],
    [COMMIT, '{"key":"header"'],
    [COMMIT, '{"key":"header","value":null}'],
    ['POST /api/datasets/mira/one/preupload/main', '{"files":[7]}'],
    [BATCH, '{"operation":"upload","objects":[{"oid":7}]}'],
    ['GET /api/datasets/mira/%E0%A4%A', undefined],
  ] as const)
    it(`is a 400 in JSON to ${line} with ${body}`, async () => {
      const reply = await ask(sandbox, line, {body})
      expect([reply.status, typeof reply.json().error]).to.deep.equal([400, 'string'])
      expect(sandbox.state.datasets()).to.have.length(1)
    })

  for (const line of ['GET /', 'PATCH /api/datasets', 'POST /api/whoami-v2', 'DELETE /api/datasets/mira/one'])
    it(`is a 404 to ${line}`, async () => {
      expect((await ask(sandbox, line)).status).to.equal(404)
    })

  it('comes from loopback only, and a port that is taken is refused', async () => {
    const {hostname, port} = new URL(sandbox.url)
    expect(hostname).to.equal('127.0.0.1')
    const error = await rejectionOf(sandboxAt({port: Number(port)}))
    expect(error.message).to.equal(`--port ${port}: it is already in use on 127.0.0.1.`)
  })
})
