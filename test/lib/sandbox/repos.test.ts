import {expect} from 'chai'

import {isMove} from '../../support/sandbox.js'
import {ask, nextOf, NOW, refusal, type Reply, sandboxForEach} from './support.js'

describe('sandbox: creating, deleting and moving datasets', () => {
  let now = NOW
  const sandbox = sandboxForEach({clock: () => now}, ({state}) => {
    now = NOW
    state.addDataset({name: 'mira/one', createdAt: NOW, private: true, likes: 3, files: {'a.txt': 'a'}})
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

  const listed = async () =>
    (await ask(sandbox(), 'GET /api/datasets?author=mira')).json<Array<{id: string}>>().map(({id}) => id)

  it('moves a dataset, which keeps all but its name; the former one redirects, and deletes nothing', async () => {
    const before = await info('one')
    const {_id} = before
    now = new Date(NOW.getTime() + 60_000)
    const reply = await move('mira/one', 'mira/two')
    expect([reply.status, reply.text]).to.deep.equal([200, 'OK'])
    expect(await info('two')).to.deep.equal({...before, id: 'mira/two'})
    expect(await listed()).to.deep.equal(['mira/two'])
    expect(refusal(await remove({name: 'one'}))).to.deep.equal([404, 'RepoNotFound'])
    const former = await ask(sandbox(), 'GET /api/datasets/mira/one')
    expect([former.status, former.headers.get('location')]).to.deep.equal([307, '/api/datasets/mira/two'])
    expect((await ask(sandbox(), 'GET /api/datasets/mira/one', {token: null})).status).to.equal(401)
    expect((await move('mira/one', 'mira/three')).status).to.equal(404)
    expect((await move('mira/two', 'mira/one')).status).to.equal(200)
    expect((await info('one'))._id).to.equal(_id)
  })

  it('moves nothing to a taken name, from one that is not there, nor for who may not write in both', async () => {
    const {state, tokens} = sandbox()
    const at = (name: string) => state.addDataset({name, createdAt: NOW})
    for (const name of ['mira/two', 'openbench/theirs', 'tinyagents/team', 'mira/smoltrace-leaderboard'])
      at(name)
    const taken = await move('mira/one', 'mira/Two')
    expect([taken.status, taken.json().error]).to.deep.equal([
      409,
      'A dataset repository called mira/Two already exists',
    ])
    for (const [from, to, token, status] of [
      ['mira/none', 'mira/three', tokens.write, 404],
      ['someone/theirs', 'mira/three', tokens.write, 404],
      ['openbench/theirs', 'openbench/ours', tokens.write, 403],
      ['mira/one', 'openbench/one', tokens.write, 403],
      ['mira/one', 'mira/three', tokens.read, 403],
      ['mira/one', 'mira/three', tokens.fineGrainedReadOnly, 403],
      ['mira/smoltrace-leaderboard', 'mira/three', tokens.fineGrainedNarrow, 403],
      ['mira/one', 'mira/three', null, 401],
      ['mira/one', 'mira/--', tokens.write, 400],
    ] as const) {
      const body = {fromRepo: from, toRepo: to, type: 'dataset'}
      const reply = await ask(sandbox(), 'POST /api/repos/move', {token, body})
      const code = status === 404 ? 'RepoNotFound' : null
      expect(refusal(reply), `${from} to ${to}`).to.deep.equal([status, code])
    }

    expect(await listed()).to.have.members(['mira/one', 'mira/two', 'mira/smoltrace-leaderboard'])
    expect((await move('tinyagents/team', 'tinyagents/renamed')).status).to.equal(200)
  })

  it('redirects every read of a former name, through any chain of moves, until a dataset has that name', async () => {
    const {sha, _id} = await info('one')
    const reads = (name: string) => [
      `/api/datasets/mira/${name}?expand=sha`,
      `/api/datasets/mira/${name}/revision/${sha}?expand=sha`,
      `/api/datasets/mira/${name}/tree/main?recursive=true`,
      `/api/datasets/mira/${name}/commits/main?limit=1`,
      `/datasets/mira/${name}/resolve/main/a.txt?download=1`,
    ]
    const locations = (name: string) =>
      Promise.all(
        reads(name).map(async (path) => (await ask(sandbox(), `GET ${path}`)).headers.get('location')),
      )
    for (const step of ['two', 'three', 'one', 'two']) {
      const [{id} = {id: ''}] = sandbox().state.datasets()
      expect((await move(id, `mira/${step}`)).status).to.equal(200)
      for (const name of ['one', 'two', 'three'])
        if (name !== step && sandbox().state.locate(`mira/${name}`))
          expect(await locations(name), `${name} to ${step}`).to.deep.equal(reads(step))
      expect(await info(step)).to.include({_id, sha})
    }

    sandbox().state.addDataset({name: 'mira/other', createdAt: NOW})
    expect((await move('mira/other', 'mira/one')).status).to.equal(200)
    expect((await info('one'))._id).not.to.equal(_id)
    expect(await locations('three')).to.deep.equal(reads('two'))
  })

  it('lists a dataset once whatever it is called by when its page comes', async () => {
    const {state, url} = sandbox()
    for (const name of ['a', 'b', 'c']) state.addDataset({name: `mira/${name}`, createdAt: NOW})
    const ids: string[] = []
    for (let next: string | undefined = `${url}/api/datasets?author=mira&limit=1`; next;) {
      const page = await ask(sandbox(), `GET ${next}`)
      ids.push(...page.json<Array<{_id: string}>>().map(({_id}) => _id))
      for (const repo of state.datasets()) state.rename(repo, `${repo.id}-`)
      next = nextOf(page)
    }

    expect(ids).to.have.members(state.datasets().map(({_id}) => _id))
    expect(ids).to.have.length(4)
  })

  it('moves, and its answer is lost; or is asked to, and does nothing', async () => {
    sandbox().intercept({match: isMove, times: 1, reset: 'after'})
    sandbox().intercept({match: isMove, times: 1, respond: {status: 503}})
    const ended = await move('mira/one', 'mira/two').catch(() => 'lost')
    expect([ended, (await info('two')).id]).to.deep.equal(['lost', 'mira/two'])
    expect((await move('mira/two', 'mira/one')).status).to.equal(503)
    expect((await info('two')).id).to.equal('mira/two')
  })

  describe('where a test says so', () => {
    const deleteFormer = async () => {
      await move('mira/one', 'mira/two')
      return refusal(await remove({name: 'one'}))
    }

    it('deletes by a former name what that leads to', async () => {
      sandbox().state.moves.letDeleteFollow = true
      expect(await deleteFormer()).to.deep.equal([200, null])
      expect(await listed()).to.deep.equal([])
    })

    it('makes a private dataset public, which its settings undo for those who may write', async () => {
      sandbox().state.moves.publish = true
      await move('mira/one', 'mira/two')
      expect(await info('two')).to.include({private: false})
      const hide = (token: null | string, name = 'two') =>
        ask(sandbox(), `PUT /api/datasets/mira/${name}/settings`, {token, body: {private: true}})
      const {tokens} = sandbox()
      for (const [token, status] of [
        [tokens.read, 403],
        [null, 401],
        [tokens.write, 200],
      ] as const)
        expect((await hide(token)).status).to.equal(status)
      expect(await info('two')).to.include({private: true})
      expect((await hide(tokens.write)).json()).to.deep.equal({private: true})
      const former = await hide(tokens.write, 'one')
      expect([former.status, former.headers.get('location')]).to.deep.equal([
        307,
        '/api/datasets/mira/two/settings',
      ])
    })

    it('knows the former name of a private dataset no more, lists it still, and dates the move', async () => {
      now = new Date(NOW.getTime() + 60_000)
      Object.assign(sandbox().state.moves, {hideFormerNames: true, lagInListing: true, modify: true})
      await move('mira/one', 'mira/two')
      expect(refusal(await ask(sandbox(), 'GET /api/datasets/mira/one'))).to.deep.equal([404, 'RepoNotFound'])
      expect(await listed()).to.deep.equal(['mira/one'])
      expect(await info('two')).to.include({lastModified: now.toISOString(), createdAt: NOW.toISOString()})
      sandbox().state.moves.lagInListing = false
      expect(await listed()).to.deep.equal(['mira/two'])
    })
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
