import {expect} from 'chai'

import {ask, NOW, sandboxForEach} from '../support.js'

describe('sandbox: every answer', () => {
  const sandbox = sandboxForEach({}, ({state}) => {
    state.addDataset({name: 'mira/one', createdAt: NOW, files: {'a.txt': 'a'}})
  })

  for (const [status, path] of [
    [200, '/api/datasets?author=mira'],
    [307, '/datasets/mira/one/resolve/main/a.txt'],
    [400, '/api/datasets?sort=nonsense'],
    [404, '/nowhere'],
  ] as const)
    it(`comes from loopback and has the date, an id and the rate limit, on a ${status} too: ${path}`, async () => {
      const [one, other] = [await ask(sandbox(), `GET ${path}`), await ask(sandbox(), `GET ${path}`)]
      expect([one.status, new URL(sandbox().url).hostname]).to.deep.equal([status, '127.0.0.1'])
      expect(one.headers.get('date')).to.equal(NOW.toUTCString())
      expect(one.headers.get('x-request-id')).to.match(/^Root=1-[\da-f]{8}-[\da-f]{24}$/)
      expect(one.headers.get('x-request-id')).not.to.equal(other.headers.get('x-request-id'))
      expect(one.headers.get('ratelimit')).to.match(/^"(api|pages|resolvers)";r=\d+;t=\d+$/)
      expect(one.headers.get('ratelimit-policy')).to.match(/^"fixed window";"\w+";q=\d+;w=300$/)
    })

  it('copies the error into a header, each byte that is not ASCII as a star', async () => {
    const reply = await ask(sandbox(), 'GET /api/datasets?sort=nonsense')
    expect(reply.json()).to.deep.equal({error: '✖ Invalid sort parameter: nonsense'})
    expect(reply.headers.get('x-error-message')).to.equal('*** Invalid sort parameter: nonsense')
  })

  for (const [status, line, body] of [
    [400, 'DELETE /api/repos/delete', '{"name":'],
    [400, 'DELETE /api/repos/delete', '{"organization":"mira","type":"dataset"}'],
    [400, 'POST /api/repos/move', '{"type":"dataset","fromRepo":"mira/one","toRepo":"mira"}'],
    [400, 'POST /api/datasets/mira/one/commit/main', '{"key":"header","value":null}'],
    [400, 'GET /api/datasets/mira/%E0%A4%A', undefined],
    [404, 'PATCH /api/datasets', undefined],
    [404, 'DELETE /api/datasets/mira/one', undefined],
  ] as const)
    it(`is a ${status} in JSON to ${line} with ${body}, and nothing is done`, async () => {
      const reply = await ask(sandbox(), line, {body})
      expect([reply.status, typeof reply.json().error]).to.deep.equal([status, 'string'])
      expect(sandbox().state.get('mira/one')?.history).to.have.length(2)
    })
})
