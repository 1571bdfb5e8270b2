import {expect} from 'chai'
import {createHash} from 'node:crypto'

import {ask, nextOf, NOW, refusal, type Reply, sandboxForEach} from './support.js'

const TEXT = 'hello\n'
/** As `git hash-object` says. */
const TEXT_BLOB = 'ce013625030ba8dba906f756967f9e9ca394464a'
const DATA = Buffer.from('PAR1 and so on, PAR1')
const SHA256 = createHash('sha256').update(DATA).digest('hex')

// Their bytes, whole or from one on: test/lib/hub/files.test.ts.
describe('sandbox: reading files', () => {
  const sandbox = sandboxForEach({pageSize: 3}, ({state}) => {
    const files = {'a b#.txt': TEXT, 'data/deep/b.txt': 'b', 'data/train.parquet': DATA}
    state.addDataset({name: 'mira/set', createdAt: NOW, private: true, files})
  })

  const sha = (): string => sandbox().state.get('mira/set')?.sha ?? ''
  const resolve = (path: string): Promise<Reply> => ask(sandbox(), `GET /datasets/mira/set/resolve/${path}`)
  const follow = ({headers}: Reply, token: null | string = sandbox().token): Promise<Reply> =>
    ask(sandbox(), `GET ${headers.get('location')}`, {token})

  it('lists directories first, then files in git and in LFS, page by page', async () => {
    const first = await ask(sandbox(), `GET /api/datasets/mira/set/tree/${sha()}?recursive=true`)
    const second = await ask(sandbox(), `GET ${nextOf(first)}`)
    const entries = [...first.json<any[]>(), ...second.json<any[]>()]
    expect(nextOf(second)).to.equal(undefined)
    expect(entries.map(({type, path}) => `${type[0]} ${path}`).join(', ')).to.equal(
      'd data, d data/deep, f .gitattributes, f a b#.txt, f data/deep/b.txt, f data/train.parquet',
    )
    expect(entries[3]).to.deep.equal({type: 'file', oid: TEXT_BLOB, size: 6, path: 'a b#.txt'})
    expect(entries[5].lfs).to.include({oid: SHA256, size: DATA.length})
  })

  it('redirects a file in git to a relative place (A.7), which needs the token', async () => {
    const reply = await resolve('main/a%20b%23.txt')
    expect(reply.status).to.equal(307)
    const place = `/api/resolve-cache/datasets/mira/set/${sha()}/a%20b%23.txt?`
    expect(reply.headers.get('location')).to.contain(place)
    expect((await follow(reply, null)).status).to.equal(401)
    for (const {headers} of [reply, await follow(reply)]) {
      expect(headers.get('x-repo-commit')).to.equal(sha())
      expect(headers.get('x-linked-etag') ?? headers.get('etag')).to.equal(`"${TEXT_BLOB}"`)
    }
  })

  it('redirects a file in LFS to another origin (A.7), where no token is needed', async () => {
    const reply = await resolve('main/data/train.parquet')
    expect(reply.status).to.equal(302)
    const {origin, pathname} = new URL(reply.headers.get('location') ?? '')
    expect(origin).not.to.equal(sandbox().url)
    expect(pathname).to.match(/^\/xet-bridge-us\/[\da-f]{24}\/[\da-f]{64}$/)
    expect(reply.headers.get('x-linked-size')).to.equal(String(DATA.length))
    expect(reply.headers.get('x-linked-etag')).to.equal(`"${SHA256}"`)
    expect((await follow(reply, null)).text).to.equal(DATA.toString())
    expect(sandbox().state.cdn).to.include({requests: 1, sawAuthorization: false})
    await follow(reply)
    expect(sandbox().state.cdn.sawAuthorization).to.equal(true)
  })

  it('says in plain text what it does not find', async () => {
    const missing = await resolve('main/nothing.txt')
    expect([...refusal(missing), missing.text]).to.deep.equal([404, 'EntryNotFound', 'Entry not found'])
    expect(missing.headers.get('content-type')).to.equal('text/plain; charset=utf-8')
    expect(missing.headers.get('x-repo-commit')).to.equal(sha())
    expect(refusal(await resolve('other/a.txt'))).to.deep.equal([404, 'RevisionNotFound'])
  })
})
