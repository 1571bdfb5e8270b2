import {expect} from 'chai'

import type {Sandbox} from '../../../src/lib/sandbox/index.js'

import {ask, type Reply, sandboxAt} from './support.js'

const READ_ONLY = 'You have read access but not the required permissions for this operation'

describe('sandbox: creating, moving, settings', () => {
  let sandbox: Sandbox

  beforeEach(async () => {
    sandbox = await sandboxAt({seed: 'empty'})
  })

  afterEach(() => sandbox.close())

  const create = (body: Record<string, unknown>, token = sandbox.token): Promise<Reply> =>
    ask(sandbox, 'POST /api/repos/create', {body: {organization: 'mira', type: 'dataset', ...body}, token})

  it('creates a dataset with its first commit (A.5)', async () => {
    const reply = await create({name: 'fresh', private: true})
    expect(reply.status).to.equal(200)
    expect(reply.headers.get('content-type')).to.equal('application/json; charset=utf-8')
    const {id, ...rest} = reply.json()
    expect(rest).to.deep.equal({url: `${sandbox.url}/datasets/mira/fresh`, name: 'mira/fresh'})
    expect(id).to.match(/^[\da-f]{24}$/)
    const info = (await ask(sandbox, 'GET /api/datasets/mira/fresh')).json()
    expect(info).to.include({_id: id, private: true, createdAt: '2026-10-05T12:00:00.000Z'})
    expect(info.siblings).to.deep.equal([{rfilename: '.gitattributes'}])
  })

  it('answers 409 where the name is taken, in any letter case', async () => {
    await create({name: 'fresh'})
    const reply = await create({name: 'fresh'})
    expect(reply.status).to.equal(409)
    expect(reply.json()).to.deep.equal({
      error: 'You already created this dataset repo',
      url: `${sandbox.url}/datasets/mira/fresh`,
    })
    expect((await create({name: 'Fresh'})).status).to.equal(409)
  })

  it('never gives an id twice, though name and second are the same', async () => {
    const first = (await create({name: 'fresh'})).json()
    sandbox.state.remove('mira/fresh')
    expect((await create({name: 'fresh'})).json().id).not.to.equal(first.id)
  })

  for (const organization of ['openbench', 'jonas', 'TinyAgents'])
    it(`answers 403 for the namespace ${organization}`, async () => {
      const reply = await create({name: 'fresh', organization})
      expect([reply.status, reply.json().error]).to.deep.equal([
        403,
        `You don't have the rights to create a dataset under the namespace "${organization}"`,
      ])
    })

  it('lets write tokens create, not those that only read', async () => {
    expect((await create({name: 'one'}, sandbox.tokens.read)).status).to.equal(403)
    expect((await create({name: 'one'}, sandbox.tokens.fineGrainedReadOnly)).status).to.equal(403)
    expect((await create({name: 'one'}, sandbox.tokens.fineGrained)).status).to.equal(200)
    expect((await create({name: 'two', organization: 'tinyagents'})).status).to.equal(200)
  })

  for (const name of ['', 'a b', 'a/b', '-a', 'a.', 'a--b', 'a..b', 'a.git', 'x'.repeat(97), 'ä'])
    it(`refuses the name "${name.slice(0, 10)}"`, async () => {
      const reply = await create({name})
      expect(reply.status).to.equal(400)
      expect(reply.json().error).to.match(/^✖ .*\n {2}→ at name$/)
    })

  it('takes files and a licence along', async () => {
    const content = Buffer.from('hello').toString('base64')
    await create({name: 'fresh', license: 'mit', files: [{path: 'a/b.txt', content, encoding: 'base64'}]})
    const reply = await ask(sandbox, 'GET /datasets/mira/fresh/raw/main/a/b.txt')
    expect(reply.text).to.equal('hello')
    expect((await ask(sandbox, 'GET /api/datasets/mira/fresh')).json().tags).to.include('license:mit')
  })

  it('moves a dataset, unless the name is taken', async () => {
    await create({name: 'one'})
    await create({name: 'two'})
    const move = (toRepo: string) =>
      ask(sandbox, 'POST /api/repos/move', {body: {fromRepo: 'mira/one', toRepo, type: 'dataset'}})
    const taken = await move('mira/two')
    expect([taken.status, taken.json().error]).to.deep.equal([
      409,
      'A dataset repository called mira/two already exists',
    ])
    const {_id} = sandbox.state.get('mira/one') ?? {}
    const moved = await move('mira/three')
    expect([moved.status, moved.text]).to.deep.equal([200, 'OK'])
    expect(sandbox.state.get('mira/three')?._id).to.equal(_id)
    expect((await move('mira/four')).status).to.equal(404)
  })

  it('changes who sees a dataset', async () => {
    await create({name: 'one'})
    const put = (token: null | string, body: unknown) =>
      ask(sandbox, 'PUT /api/datasets/mira/one/settings', {token, body})
    expect((await put(null, {private: true})).status).to.equal(401)
    const refused = await put(sandbox.tokens.read, {private: true})
    expect([refused.status, refused.json().error]).to.deep.equal([403, READ_ONLY])
    expect((await put(sandbox.token, {visibility: 'private'})).json()).to.deep.include({private: true})
    expect((await ask(sandbox, 'GET /api/datasets/mira/one', {token: null})).status).to.equal(401)
  })
})
