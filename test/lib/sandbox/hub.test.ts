import {expect} from 'chai'
import {setImmediate as nextTurn} from 'node:timers/promises'

import {rejectionOf} from '../../support/builders.js'
import {ask, NOW, sandboxForEach} from './support.js'

type Token = keyof ReturnType<ReturnType<typeof sandboxForEach>>['tokens'] | 'hf_wrong' | null
type Refusal = [status: number, code: null | string, line: string, body?: unknown, token?: Token]

// Whole answers, with their headers: test/recordings.
describe('sandbox: every answer', () => {
  const sandbox = sandboxForEach({}, ({state}) => {
    state.addDataset({name: 'mira/one', createdAt: NOW, files: {'a.txt': 'a'}})
    state.addDataset({name: 'jonas/secret', createdAt: NOW, private: true})
  })

  it('copies the error into a header, each byte that is not ASCII as a star', async () => {
    const {headers, text} = await ask(sandbox(), 'GET /api/datasets?sort=nonsense')
    expect(text).to.equal('{"error":"✖ Invalid sort parameter: nonsense"}')
    expect(headers.get('x-error-message')).to.equal('*** Invalid sort parameter: nonsense')
    expect(headers.get('x-request-id')).to.match(/^Root=1-[\da-f]{8}-[\da-f]{24}$/)
  })

  const CREATE = 'POST /api/repos/create'
  const DELETE = 'DELETE /api/repos/delete'
  const MOVE = 'POST /api/repos/move'
  const COMMIT = 'POST /api/datasets/mira/one/commit/main'
  const dataset = (name: string, more = {}) => ({organization: 'mira', type: 'dataset', name, ...more})
  const moved = (toRepo: string, fromRepo = 'mira/one') => ({type: 'dataset', fromRepo, toRepo})
  const commit = (...lines: Array<[key: string, value: unknown]>) =>
    [['header', {summary: 'x'}], ...lines].map(([key, value]) => JSON.stringify({key, value})).join('\n')
  const NO_REPO = 'RepoNotFound'
  const NO_REVISION = 'RevisionNotFound'
  const REFUSALS: Refusal[] = [
    ...['limit=0', 'limit=many', 'sort=name', 'expand=nonsense', 'cursor=x'].map((query): Refusal => [
      400,
      null,
      `GET /api/datasets?${query}`,
    ]),
    [400, null, 'GET /api/datasets/mira/%E0%A4%A'],
    [400, null, 'GET /api/datasets/mira/one?expand=nonsense'],
    [404, NO_REVISION, 'GET /api/datasets/mira/one/tree/other'],
    [404, NO_REPO, 'GET /api/datasets/mira/nothing'],
    [404, NO_REPO, 'GET /api/datasets/jonas/secret'],
    [401, null, 'GET /api/datasets/mira/nothing', undefined, null],
    [401, null, 'GET /api/datasets/jonas/secret', undefined, null],
    [401, null, 'GET /api/whoami-v2', undefined, null],
    [401, null, 'GET /api/whoami-v2', undefined, 'hf_wrong'],
    [403, null, 'GET /api/settings/repositories', undefined, 'fineGrainedNarrow'],
    [403, null, 'GET /api/organizations/tinyagents/settings/repositories', undefined, 'fineGrained'],
    [403, null, 'GET /api/organizations/strangers/settings/repositories'],
    [404, null, 'DELETE /api/datasets/mira/one'],
    ...['', 'a b', 'a/b', '-a', 'a.', 'a--b', 'a..b', 'a.git', 'x'.repeat(97), 'ä'].map((name): Refusal => [
      400,
      null,
      CREATE,
      dataset(name),
    ]),
    ...['openbench', 'jonas', 'TinyAgents'].map((organization): Refusal => [
      403,
      null,
      CREATE,
      dataset('x', {organization}),
    ]),
    [409, null, CREATE, dataset('one')],
    [409, null, CREATE, dataset('One')],
    [400, null, DELETE, '{"name":'],
    [400, null, DELETE, {type: 'dataset', organization: 'mira'}],
    [404, NO_REPO, DELETE, dataset('one', {type: undefined})],
    [404, NO_REPO, DELETE, dataset('one', {type: 'model'})],
    [404, NO_REPO, DELETE, dataset('ONE')],
    [400, null, MOVE, moved('mira/a..b')],
    [403, null, MOVE, moved('openbench/one')],
    [403, null, MOVE, moved('mira/three'), 'read'],
    [404, NO_REPO, MOVE, moved('mira/two', 'mira/ONE')],
    [409, null, MOVE, moved('mira/ONE')],
    [400, null, COMMIT, '{"key":"header","value":null}'],
    [400, null, COMMIT, commit(['nonsense', {path: 'x'}])],
    [400, null, COMMIT, commit(['lfsFile', {path: 'x.bin', oid: '0'.repeat(64), size: 7}])],
    [401, null, COMMIT, commit(), null],
    [403, null, COMMIT, commit(), 'fineGrainedReadOnly'],
    [404, 'EntryNotFound', COMMIT, commit(['file', {path: 'b', content: ''}], ['deletedFile', {path: 'c'}])],
    [404, NO_REVISION, COMMIT.replace('main', 'other'), commit()],
    [412, null, COMMIT, JSON.stringify({key: 'header', value: {summary: 'x', parentCommit: '0'.repeat(40)}})],
    [422, null, COMMIT, commit(['file', {path: '../x', content: ''}])],
  ]
  for (const [status, code, line, body, token = 'write'] of REFUSALS)
    it(`is a ${status} in JSON to ${line} with ${JSON.stringify(body)?.slice(0, 200)} by ${token}, and nothing is done`, async () => {
      const secret = token === null || token === 'hf_wrong' ? token : sandbox().tokens[token]
      const reply = await ask(sandbox(), line, {body, token: secret})
      expect([reply.status, reply.headers.get('x-error-code')]).to.deep.equal([status, code])
      expect(reply.json().error).to.be.a('string')
      if (status === 401) expect(reply.json().error).to.equal('Invalid username or password.')
      if (code === NO_REPO) expect(reply.json().error).to.equal('Repository not found')
      expect(reply.headers.has('www-authenticate')).to.equal(status === 401)
      const commits = sandbox()
        .state.datasets()
        .map(({id, history}) => `${id} ${history.length}`)
      expect(commits).to.deep.equal(['mira/one 2', 'jonas/secret 1'])
    })

  it('that is still being held back does not keep it from ending', async () => {
    sandbox().intercept({match: () => true, before: () => new Promise(() => {})})
    const held = rejectionOf(ask(sandbox(), 'GET /api/whoami-v2'))
    while (sandbox().requests.length === 0) await nextTurn()
    await sandbox().close()
    expect(await held).to.be.instanceOf(TypeError)
  })
})
