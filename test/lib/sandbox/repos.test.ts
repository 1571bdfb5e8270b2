import {expect} from 'chai'

import {ask, NOW, refusal, type Reply, sandboxForEach} from './support.js'

describe('sandbox: creating, deleting and moving datasets', () => {
  const sandbox = sandboxForEach({}, ({state}) => {
    state.addDataset({name: 'mira/one', createdAt: NOW, private: true})
  })

  const send =
    (line: string) =>
    (body: object): Promise<Reply> =>
      ask(sandbox(), line, {body: {organization: 'mira', type: 'dataset', ...body}})
  const create = send('POST /api/repos/create')
  const remove = send('DELETE /api/repos/delete')
  const move = (fromRepo: string, toRepo: string) => send('POST /api/repos/move')({fromRepo, toRepo})
  const info = async (name: string) => (await ask(sandbox(), `GET /api/datasets/mira/${name}`)).json()

  it('creates a dataset with its first commit (A.5)', async () => {
    const {id, ...rest} = (await create({name: 'fresh', visibility: 'private'})).json()
    expect(rest).to.deep.equal({url: `${sandbox().url}/datasets/mira/fresh`, name: 'mira/fresh'})
    const {siblings, ...facts} = await info('fresh')
    expect(facts).to.include({_id: id, private: true, createdAt: NOW.toISOString()})
    expect(siblings).to.deep.equal([{rfilename: '.gitattributes'}])
  })

  it('moves a dataset: same id, same visibility, and the former name redirects, and deletes nothing', async () => {
    const {_id} = await info('one')
    const reply = await move('mira/one', 'mira/two')
    expect([reply.status, reply.text]).to.deep.equal([200, 'OK'])
    expect(await info('two')).to.include({_id, private: true})
    expect(refusal(await remove({name: 'one'}))).to.deep.equal([404, 'RepoNotFound'])
    const former = await ask(sandbox(), 'GET /api/datasets/mira/one')
    expect([former.status, former.headers.get('location')]).to.deep.equal([307, '/api/datasets/mira/two'])
    expect((await ask(sandbox(), 'GET /api/datasets/mira/one', {token: null})).status).to.equal(401)
    expect((await move('mira/one', 'mira/three')).status).to.equal(404)
    expect((await move('mira/two', 'mira/one')).status).to.equal(200)
    expect((await info('one'))._id).to.equal(_id)
  })

  it('stops redirecting a former name once it is given again, for good', async () => {
    const {_id} = await info('one')
    await move('mira/one', 'mira/two')
    expect((await create({name: 'one'})).status).to.equal(200)
    const second = await info('one')
    sandbox().state.remove('mira/one')
    expect((await ask(sandbox(), 'GET /api/datasets/mira/one')).status).to.equal(404)
    await create({name: 'one'})
    const ids = [_id, second._id, (await info('one'))._id]
    expect(new Set(ids).size, 'no id twice, though name and second are the same').to.equal(3)
  })
})
