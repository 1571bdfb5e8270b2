import {expect} from 'chai'

import type {Sandbox} from '../../../src/lib/sandbox/index.js'

import {ask, sandboxAt} from './support.js'

describe('sandbox: whoami', () => {
  let sandbox: Sandbox

  before(async () => {
    sandbox = await sandboxAt()
  })

  after(() => sandbox.close())

  it('tells a write token who it belongs to (A.1)', async () => {
    const reply = await ask(sandbox, 'GET /api/whoami-v2')
    expect(reply.status).to.equal(200)
    expect(reply.headers.get('content-type')).to.equal('application/json; charset=utf-8')
    const me = reply.json()
    expect(me).to.include({type: 'user', name: sandbox.user, isPro: false})
    expect(me.auth).to.deep.equal({
      type: 'access_token',
      accessToken: {displayName: 'laptop', role: 'write', createdAt: '2026-06-07T12:00:00.000Z'},
    })
  })

  it('names the organisations and the role in each', async () => {
    const {orgs} = (await ask(sandbox, 'GET /api/whoami-v2')).json()
    expect(orgs.map((org: Record<string, unknown>) => [org.type, org.name, org.roleInOrg])).to.deep.equal([
      ['org', sandbox.org, 'write'],
      ['org', 'openbench', 'read'],
    ])
    expect(orgs[0]).to.include.all.keys('id', 'fullname', 'avatarUrl')
  })

  it('shows the scopes of a fine-grained token (A.1)', async () => {
    const me = (await ask(sandbox, 'GET /api/whoami-v2', {token: sandbox.tokens.fineGrained})).json()
    const {accessToken} = me.auth
    expect(accessToken.role).to.equal('fineGrained')
    expect(accessToken.fineGrained).to.include.all.keys('canReadGatedRepos', 'global', 'scoped')
    expect(accessToken.fineGrained.scoped).to.deep.equal([
      {
        entity: {_id: me.id, name: sandbox.user, type: 'user'},
        permissions: ['repo.content.read', 'repo.write'],
      },
    ])
    expect(me).not.to.have.property('email')
  })

  it('scopes the narrow token to one private dataset that exists, and the read-only one to reading', async () => {
    const scopeOf = async (token: string) =>
      (await ask(sandbox, 'GET /api/whoami-v2', {token})).json().auth.accessToken.fineGrained.scoped
    const [narrow] = await scopeOf(sandbox.tokens.fineGrainedNarrow)
    const dataset = sandbox.state.get(narrow.entity.name)
    expect(narrow.entity).to.deep.include({type: 'dataset', _id: dataset?._id})
    expect(dataset?.private).to.equal(true)
    expect((await scopeOf(sandbox.tokens.fineGrainedReadOnly))[0].permissions).to.deep.equal([
      'repo.content.read',
    ])
  })

  it('has a read token, with its role', async () => {
    const me = (await ask(sandbox, 'GET /api/whoami-v2', {token: sandbox.tokens.read})).json()
    expect(me.auth.accessToken).to.include({role: 'read'}).and.not.to.have.property('fineGrained')
  })

  for (const [title, token] of [
    ['no token', null],
    ['a token nobody has', 'hf_wrong'],
  ] as const)
    it(`answers 401 to ${title}`, async () => {
      const reply = await ask(sandbox, 'GET /api/whoami-v2', {token})
      expect(reply.status).to.equal(401)
      expect(reply.json()).to.deep.equal({error: 'Invalid username or password.'})
      expect(reply.headers.get('x-error-message')).to.equal('Invalid username or password.')
      expect(reply.headers.get('www-authenticate')).to.equal(
        'Bearer realm="Authentication required", charset="UTF-8"',
      )
      expect(reply.headers.has('x-error-code')).to.equal(false)
    })

  it('answers 401 to an Authorization header that is no bearer token', async () => {
    const reply = await ask(sandbox, 'GET /api/whoami-v2', {
      token: null,
      headers: {authorization: 'Basic bWlyYQ=='},
    })
    expect(reply.status).to.equal(401)
    expect(reply.json().error).to.equal('Invalid credentials in Authorization header')
  })
})
