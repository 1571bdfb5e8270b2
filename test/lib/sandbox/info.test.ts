import {expect} from 'chai'

import type {Sandbox} from '../../../src/lib/sandbox/index.js'

import {ask, sandboxAt} from './support.js'

const UNAUTHENTICATED = 'Invalid username or password.'

describe('sandbox: info of a dataset', () => {
  let sandbox: Sandbox

  beforeEach(async () => {
    sandbox = await sandboxAt({seed: 'empty'})
    const createdAt = '2026-09-01T00:00:00.000Z'
    sandbox.state.addDataset({name: 'mira/open', createdAt, files: {'a.txt': 'hello\n', 'b.parquet': 'PAR1'}})
    sandbox.state.addDataset({name: 'mira/hidden', createdAt, private: true})
    sandbox.state.addDataset({name: 'jonas/secret', createdAt, private: true})
    sandbox.state.addDataset({
      name: 'jonas/gated',
      createdAt,
      gated: 'manual',
      files: {'README.md': '# x\n', 'a.txt': 'x'},
    })
    sandbox.state.addDataset({name: 'jonas/disabled', createdAt, disabled: true})
  })

  afterEach(() => sandbox.close())

  it('shows the list’s fields, files, card and storage', async () => {
    const reply = await ask(sandbox, 'GET /api/datasets/mira/open')
    expect(reply.status).to.equal(200)
    const info = reply.json()
    expect(info).to.include({id: 'mira/open', private: false})
    expect(info.siblings.map((file: {rfilename: string}) => file.rfilename)).to.deep.equal(
      ['.gitattributes', 'a.txt', 'b.parquet'], // prettier-ignore
    )
    expect(info.usedStorage).to.be.greaterThan(10)
  })

  it('shows only what expand asks for, and usedStorage too', async () => {
    const info = (
      await ask(sandbox, 'GET /api/datasets/mira/open?expand[]=usedStorage&expand[]=xetEnabled')
    ).json()
    expect(info).to.have.all.keys('_id', 'id', 'usedStorage', 'xetEnabled')
    expect((await ask(sandbox, 'GET /api/datasets/mira/open?expand=nonsense')).status).to.equal(400)
  })

  it('adds blob ids and sizes with blobs=true', async () => {
    const {siblings} = (await ask(sandbox, 'GET /api/datasets/mira/open?blobs=true')).json()
    expect(siblings[1]).to.deep.equal({
      rfilename: 'a.txt',
      blobId: 'ce013625030ba8dba906f756967f9e9ca394464a',
      size: 6,
    })
    expect(siblings[2].lfs).to.deep.include({size: 4}).and.to.have.all.keys('sha256', 'size', 'pointerSize')
  })

  it('shows any commit of the history', async () => {
    const old = sandbox.state.get('mira/open')?.sha
    sandbox.state.touch('mira/open')
    const then = (await ask(sandbox, `GET /api/datasets/mira/open/revision/${old}`)).json()
    const now = (await ask(sandbox, 'GET /api/datasets/mira/open/revision/main')).json()
    const head = (await ask(sandbox, 'GET /api/datasets/mira/open/revision/HEAD')).json()
    expect([then.sha, then.siblings.length]).to.deep.equal([old, 3])
    expect(now.sha).to.equal(sandbox.state.get('mira/open')?.sha).and.not.to.equal(old)
    expect(now.siblings).to.have.length(4)
    expect(head.sha).to.equal(now.sha)
  })

  for (const [title, path] of [
    ['missing', 'mira/nothing'],
    ['private', 'jonas/secret'],
    ['single-segment', 'nothing'],
  ] as const)
    it(`looks the same for every ${title} dataset: 401 to strangers, 404 with a token`, async () => {
      const stranger = await ask(sandbox, `GET /api/datasets/${path}`, {token: null})
      expect(stranger.status).to.equal(401)
      expect(stranger.json()).to.deep.equal({error: UNAUTHENTICATED})
      expect(stranger.headers.get('x-error-message')).to.equal(UNAUTHENTICATED)
      expect(stranger.headers.get('www-authenticate')).to.contain('Bearer realm')
      expect(stranger.headers.has('x-error-code')).to.equal(false)

      const known = await ask(sandbox, `GET /api/datasets/${path}`)
      expect(known.status).to.equal(404)
      expect(known.headers.get('x-error-code')).to.equal('RepoNotFound')
      expect(known.json()).to.deep.equal({error: 'Repository not found'})
    })

  it('shows a private dataset to those who may read it', async () => {
    const statusFor = async (token: null | string) =>
      (await ask(sandbox, 'GET /api/datasets/mira/hidden', {token})).status
    const {tokens} = sandbox
    expect(await statusFor(null)).to.equal(401)
    expect(await statusFor(tokens.read)).to.equal(200)
    expect(await statusFor(tokens.fineGrainedReadOnly)).to.equal(200)
    expect(await statusFor(tokens.fineGrainedNarrow)).to.equal(404)
  })

  it('answers 401 to a wrong token even for a public dataset', async () => {
    expect((await ask(sandbox, 'GET /api/datasets/mira/open', {token: 'hf_stale'})).status).to.equal(401)
  })

  it('answers 404 RevisionNotFound for an unknown revision', async () => {
    const reply = await ask(sandbox, 'GET /api/datasets/mira/open/revision/badrev')
    expect(reply.status).to.equal(404)
    expect(reply.headers.get('x-error-code')).to.equal('RevisionNotFound')
    expect(reply.json()).to.deep.equal({error: 'Invalid rev id: badrev'})
  })

  it('wants a sha in full', async () => {
    const {sha = ''} = sandbox.state.get('mira/open') ?? {}
    const reply = await ask(sandbox, `GET /api/datasets/mira/open/revision/${sha.slice(0, 12)}`)
    expect(reply.headers.get('x-error-code')).to.equal('RevisionNotFound')
  })

  it('keeps the metadata of a gated dataset public, and its files closed (A.10)', async () => {
    const info = await ask(sandbox, 'GET /api/datasets/jonas/gated', {token: null})
    expect([info.status, info.json().gated]).to.deep.equal([200, 'manual'])

    const stranger = await ask(sandbox, 'GET /api/datasets/jonas/gated/auth-check', {token: null})
    expect(stranger.status).to.equal(401)
    expect(stranger.headers.get('x-error-code')).to.equal('GatedRepo')
    expect(stranger.headers.get('www-authenticate')).to.contain('Bearer realm')
    expect(stranger.headers.get('x-error-message')).to.equal(
      'Access to dataset jonas/gated is restricted. You must have access to it and be authenticated to access it. Please log in.',
    )

    const known = await ask(sandbox, 'GET /api/datasets/jonas/gated/auth-check')
    expect(known.status).to.equal(403)
    expect(known.headers.get('x-error-code')).to.equal('GatedRepo')
    expect(known.json()).to.deep.equal({
      error:
        'Access to dataset jonas/gated is restricted and you are not in the authorized list. Visit https://huggingface.co/datasets/jonas/gated to ask for access.',
    })

    expect((await ask(sandbox, 'GET /datasets/jonas/gated/resolve/main/a.txt')).status).to.equal(403)
    expect((await ask(sandbox, 'GET /datasets/jonas/gated/resolve/main/README.md')).status).to.equal(307)
  })

  it('answers auth-check with OK, and auth-check/write only to those who may write', async () => {
    const check = await ask(sandbox, 'GET /api/datasets/mira/hidden/auth-check')
    expect([check.status, check.text]).to.deep.equal([200, 'OK'])
    const write = async (token: string) =>
      (await ask(sandbox, 'GET /api/datasets/mira/hidden/auth-check/write', {token})).status
    expect(await write(sandbox.tokens.write)).to.equal(200)
    expect(await write(sandbox.tokens.read)).to.equal(403)
  })

  it('answers 403 for a disabled dataset', async () => {
    const reply = await ask(sandbox, 'GET /api/datasets/jonas/disabled')
    expect([reply.status, reply.json().error]).to.deep.equal([403, 'Access to this resource is disabled.'])
  })

  it('redirects a former name, with the query, to a relative location (A.6)', async () => {
    const {_id} = sandbox.state.get('mira/open') ?? {}
    await ask(sandbox, 'POST /api/repos/move', {
      body: {fromRepo: 'mira/open', toRepo: 'mira/renamed', type: 'dataset'},
    })
    const reply = await ask(sandbox, 'GET /api/datasets/mira/open?expand[]=sha')
    expect(reply.status).to.equal(307)
    expect(reply.headers.get('location')).to.equal('/api/datasets/mira/renamed?expand[]=sha')
    expect(reply.headers.get('content-type')).to.equal('text/plain; charset=utf-8')
    expect(reply.headers.get('vary')).to.equal('Origin, Accept')
    expect(reply.text).to.equal('Temporary Redirect. Redirecting to /api/datasets/mira/renamed?expand[]=sha')
    const followed = await fetch(`${sandbox.url}/api/datasets/mira/open`)
    expect(await followed.json()).to.include({_id, id: 'mira/renamed'})
  })

  it('redirects names that differ in letter case, also for files', async () => {
    const info = await ask(sandbox, 'GET /api/datasets/MIRA/Open/revision/main')
    expect(info.headers.get('location')).to.equal('/api/datasets/mira/open/revision/main')
    const file = await ask(sandbox, 'GET /datasets/mira/OPEN/resolve/main/a.txt')
    expect(file.headers.get('location')).to.equal('/datasets/mira/open/resolve/main/a.txt')
  })

  it('does not revive a redirect when the dataset that took over the name is deleted', async () => {
    const move = (fromRepo: string, toRepo: string): Promise<unknown> =>
      ask(sandbox, 'POST /api/repos/move', {body: {fromRepo, toRepo, type: 'dataset'}})
    await move('mira/open', 'mira/elsewhere')
    await move('mira/hidden', 'mira/open')
    sandbox.state.remove('mira/open')
    expect((await ask(sandbox, 'GET /api/datasets/mira/open')).status).to.equal(404)
    expect((await ask(sandbox, 'GET /api/datasets/mira/hidden')).status).to.equal(404)
  })

  it('does not betray by a redirect that a private dataset exists', async () => {
    expect((await ask(sandbox, 'GET /api/datasets/mira/HIDDEN', {token: null})).status).to.equal(401)
    expect((await ask(sandbox, 'GET /api/datasets/jonas/SECRET')).status).to.equal(404)
  })

  it('stops redirecting a former name once it is registered again', async () => {
    await ask(sandbox, 'POST /api/repos/move', {
      body: {fromRepo: 'mira/open', toRepo: 'mira/renamed', type: 'dataset'},
    })
    await ask(sandbox, 'POST /api/repos/create', {
      body: {name: 'open', organization: 'mira', type: 'dataset'},
    })
    const info = (await ask(sandbox, 'GET /api/datasets/mira/open')).json()
    expect(info.id).to.equal('mira/open')
    expect(info._id).not.to.equal(sandbox.state.get('mira/renamed')?._id)
  })
})
