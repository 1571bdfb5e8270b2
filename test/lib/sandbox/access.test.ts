import {expect} from 'chai'

import type {OrgRole} from '../../../src/lib/sandbox/index.js'

import {ask, NOW, type Reply, sandboxForEach} from './support.js'

describe('sandbox: who may do what', () => {
  const sandbox = sandboxForEach({}, ({state}) => {
    for (const name of ['mira/open', 'tinyagents/shared', 'openbench/public', 'jonas/public'])
      state.addDataset({name, createdAt: NOW})
    for (const name of ['mira/hidden', 'tinyagents/inner', 'jonas/secret'])
      state.addDataset({name, createdAt: NOW, private: true})
  })

  const info = (id: string, token: null | string = sandbox().token) =>
    ask(sandbox(), `GET /api/datasets/${id}`, {token})
  const remove = (id: string, token: null | string = sandbox().token): Promise<Reply> => {
    const [organization, name] = id.split('/')
    return ask(sandbox(), 'DELETE /api/repos/delete', {token, body: {name, organization, type: 'dataset'}})
  }

  /** Statuses of looking at a dataset and of deleting it. */
  const tried = async (id: string, token?: null | string) =>
    [await info(id, token), await remove(id, token)].map(({status}) => status)
  const org = (role: OrgRole) => Object.assign(sandbox().state.orgs[0]!, {roleInOrg: role})

  it('shows a private dataset to each token that may read it, and lets only those delete that may write', async () => {
    const {write, read, fineGrained, fineGrainedReadOnly, fineGrainedNarrow} = sandbox().tokens
    for (const [token, seen, deleted] of [
      [null, 401, 401],
      [read, 200, 403],
      [fineGrainedReadOnly, 200, 403],
      [fineGrainedNarrow, 404, 404],
      [fineGrained, 200, 200],
      [write, 404, 404],
    ] as const)
      expect(await tried('mira/hidden', token), String(token)).to.deep.equal([seen, deleted])
  })

  it('says which permission a fine-grained token lacks', async () => {
    const reply = await remove('mira/open', sandbox().tokens.fineGrainedReadOnly)
    expect(reply.json().error).to.contain('on namespace mira, missing permissions: repo.write')
    expect((await remove('tinyagents/shared', sandbox().tokens.fineGrained)).status).to.equal(403)
  })

  it('depends on the role in an organisation', async () => {
    for (const [role, seen, deleted] of [
      ['no_access', 404, 404],
      ['read', 200, 403],
      ['contributor', 200, 403],
      ['admin', 200, 200],
    ] as const) {
      org(role)
      expect(await tried('tinyagents/inner'), role).to.deep.equal([seen, deleted])
    }

    for (const id of ['openbench/public', 'jonas/public'])
      expect(await tried(id), id).to.deep.equal([200, 403])
  })
})
