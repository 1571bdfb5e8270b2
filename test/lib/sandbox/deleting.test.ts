import {expect} from 'chai'

import type {Sandbox} from '../../../src/lib/sandbox/index.js'

import {ask, type Ask, NOW, type Reply, sandboxAt} from './support.js'

const READ_ONLY = 'You have read access but not the required permissions for this operation'

describe('sandbox: deleting', () => {
  let sandbox: Sandbox

  beforeEach(async () => {
    sandbox = await sandboxAt({seed: 'empty'})
    for (const name of ['mira/open', 'tinyagents/shared', 'openbench/public', 'jonas/public'])
      sandbox.state.addDataset({name, createdAt: NOW})
    sandbox.state.addDataset({name: 'jonas/secret', createdAt: NOW, private: true})
  })

  afterEach(() => sandbox.close())

  const remove = (id: string, options: Ask = {}): Promise<Reply> => {
    const [organization, name] = id.split('/')
    return ask(sandbox, 'DELETE /api/repos/delete', {body: {name, organization, type: 'dataset'}, ...options})
  }

  it('answers OK in plain text, and the dataset is gone (A.4)', async () => {
    const reply = await remove('mira/open', {
      headers: {'x-amzn-trace-id': '6c21467f-21f0-4540-901b-8ccffdc38aba'},
    })
    expect(reply.status).to.equal(200)
    expect(reply.headers.get('content-type')).to.equal('text/plain; charset=utf-8')
    expect(reply.headers.get('content-length')).to.equal('2')
    expect(reply.headers.get('etag')).to.equal('W/"2-nOO9QiTIwXgNtWtBJezz8kv3SLc"')
    expect(reply.headers.get('x-powered-by')).to.equal('huggingface-moon')
    expect(reply.headers.get('x-request-id')).to.match(
      /^Root=1-[\da-f]{8}-[\da-f]{24};6c21467f-21f0-4540-901b-8ccffdc38aba$/,
    )
    expect(reply.text).to.equal('OK')
    expect((await ask(sandbox, 'GET /api/datasets/mira/open')).status).to.equal(404)
  })

  it('answers 404 RepoNotFound the second time', async () => {
    await remove('mira/open')
    const reply = await remove('mira/open')
    expect(reply.status).to.equal(404)
    expect(reply.headers.get('x-error-code')).to.equal('RepoNotFound')
    expect(reply.json()).to.deep.equal({error: 'Repository not found'})
  })

  it('takes null for the namespace as the user’s own', async () => {
    const reply = await ask(sandbox, 'DELETE /api/repos/delete', {
      body: {name: 'open', organization: null, type: 'dataset'},
    })
    expect(reply.status).to.equal(200)
  })

  it('takes a missing type for a model, which is not there', async () => {
    for (const type of [undefined, 'model', 'space']) {
      const reply = await ask(sandbox, 'DELETE /api/repos/delete', {
        body: {name: 'open', organization: 'mira', type},
      })
      expect([reply.status, reply.headers.get('x-error-code')]).to.deep.equal([404, 'RepoNotFound'])
    }

    expect(sandbox.state.get('mira/open')).not.to.equal(undefined)
  })

  it('answers 400 where the name is missing, and deletes nothing', async () => {
    const reply = await ask(sandbox, 'DELETE /api/repos/delete', {
      body: {organization: 'open', type: 'dataset'},
    })
    expect([reply.status, reply.json().error]).to.deep.equal([
      400,
      '✖ Invalid input: expected string, received undefined\n  → at name',
    ])
    expect(sandbox.state.datasets()).to.have.length(5)
  })

  for (const id of ['mira/OPEN', 'mira/former', 'jonas/secret', 'mira/nothing'])
    it(`finds no ${id}: names are exact, and the invisible is missing`, async () => {
      await ask(sandbox, 'POST /api/repos/move', {
        body: {fromRepo: 'mira/open', toRepo: 'mira/former', type: 'dataset'},
      })
      await ask(sandbox, 'POST /api/repos/move', {
        body: {fromRepo: 'mira/former', toRepo: 'mira/open', type: 'dataset'},
      })
      expect((await remove(id)).status).to.equal(404)
      expect(sandbox.state.datasets()).to.have.length(5)
    })

  for (const token of [null, 'hf_wrong'])
    it(`answers 401 to ${token ?? 'no token'}`, async () => {
      const reply = await remove('mira/open', {token})
      expect([reply.status, reply.json().error]).to.deep.equal([401, 'Invalid username or password.'])
      expect(sandbox.state.get('mira/open')).not.to.equal(undefined)
    })

  it('answers 403 to tokens that may only read', async () => {
    const read = await remove('mira/open', {token: sandbox.tokens.read})
    expect([read.status, read.json().error]).to.deep.equal([403, READ_ONLY])
    for (const token of [sandbox.tokens.fineGrainedReadOnly, sandbox.tokens.fineGrainedNarrow]) {
      const reply = await remove('mira/open', {token})
      expect(reply.status).to.equal(403)
      expect(reply.json().error).to.contain('on namespace mira, missing permissions: repo.write')
    }

    expect(sandbox.state.get('mira/open')).not.to.equal(undefined)
  })

  it('lets a fine-grained token delete within its scope, and not beyond', async () => {
    expect((await remove('tinyagents/shared', {token: sandbox.tokens.fineGrained})).status).to.equal(403)
    expect((await remove('mira/open', {token: sandbox.tokens.fineGrained})).status).to.equal(200)
  })

  it('goes by the role in an organisation', async () => {
    expect((await remove('openbench/public')).status).to.equal(403)
    expect((await remove('jonas/public')).status).to.equal(403)
    expect((await remove('tinyagents/shared')).status).to.equal(200)
  })

  it('lets a contributor delete only what she created', async () => {
    const [org] = sandbox.state.orgs
    if (org) org.roleInOrg = 'contributor'
    sandbox.state.addDataset({name: 'tinyagents/mine', createdAt: NOW, createdBy: 'mira'})
    expect((await remove('tinyagents/shared')).status).to.equal(403)
    expect((await remove('tinyagents/mine')).status).to.equal(200)
  })
})
