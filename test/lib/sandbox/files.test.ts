import {expect} from 'chai'
import {createHash} from 'node:crypto'

import {ask, type Ask, nextOf, NOW, refusal, type Reply, sandboxForEach} from './support.js'

const TEXT = 'hello\n'
/** As `git hash-object` says. */
const TEXT_BLOB = 'ce013625030ba8dba906f756967f9e9ca394464a'
const DATA = Buffer.from('PAR1 and so on, PAR1')
const SHA256 = createHash('sha256').update(DATA).digest('hex')

describe('sandbox: reading files', () => {
  const sandbox = sandboxForEach({pageSize: 3}, ({state}) => {
    state.addDataset({
      name: 'mira/set',
      createdAt: NOW,
      private: true,
      files: {'a b#.txt': TEXT, 'data/deep/b.txt': 'b', 'data/train.parquet': DATA},
    })
  })

  const sha = (): string => sandbox().state.get('mira/set')?.sha ?? ''
  const resolve = (path: string): Promise<Reply> => ask(sandbox(), `GET /datasets/mira/set/resolve/${path}`)
  const follow = (reply: Reply, options: Ask = {}): Promise<Reply> =>
    ask(sandbox(), `GET ${reply.headers.get('location')}`, options)

  it('lists directories first, then files in git and in LFS, page by page', async () => {
    const first = await ask(sandbox(), `GET /api/datasets/mira/set/tree/${sha()}?recursive=true`)
    const second = await ask(sandbox(), `GET ${nextOf(first)}`)
    const entries = [...first.json<any[]>(), ...second.json<any[]>()]
    expect(nextOf(second)).to.equal(undefined)
    expect(entries.map(({type, path}) => `${type} ${path}`)).to.deep.equal([
      'directory data',
      'directory data/deep',
      'file .gitattributes',
      'file a b#.txt',
      'file data/deep/b.txt',
      'file data/train.parquet',
    ])
    expect(entries[3]).to.deep.equal({type: 'file', oid: TEXT_BLOB, size: 6, path: 'a b#.txt'})
    expect(entries[5].lfs).to.include({oid: SHA256, size: DATA.length})
  })

  it('redirects a file in git to a relative place (A.7), which needs the token and has the bytes', async () => {
    const reply = await resolve('main/a%20b%23.txt')
    expect(reply.status).to.equal(307)
    expect(reply.headers.get('location')).to.contain(
      `/api/resolve-cache/datasets/mira/set/${sha()}/a%20b%23.txt?`,
    )
    expect(reply.headers.get('x-linked-etag')).to.equal(`"${TEXT_BLOB}"`)
    expect((await follow(reply, {token: null})).status).to.equal(401)
    const bytes = await follow(reply)
    expect([bytes.status, bytes.text, bytes.headers.get('etag')]).to.deep.equal([200, TEXT, `"${TEXT_BLOB}"`])
    for (const {headers} of [reply, bytes]) expect(headers.get('x-repo-commit')).to.equal(sha())
  })

  it('redirects a file in LFS to another origin (A.7), where no token is needed', async () => {
    const reply = await resolve('main/data/train.parquet')
    expect(reply.status).to.equal(302)
    const {origin, pathname} = new URL(reply.headers.get('location') ?? '')
    expect(origin).not.to.equal(sandbox().url)
    expect(pathname).to.match(/^\/xet-bridge-us\/[\da-f]{24}\/[\da-f]{64}$/)
    expect(reply.headers.get('x-linked-size')).to.equal(String(DATA.length))
    expect(reply.headers.get('x-linked-etag')).to.equal(`"${SHA256}"`)
    const bytes = await follow(reply, {token: null})
    expect([bytes.status, bytes.text]).to.deep.equal([200, DATA.toString()])
    expect(sandbox().state.cdn).to.include({requests: 1, sawAuthorization: false})
    await follow(reply)
    expect(sandbox().state.cdn.sawAuthorization).to.equal(true)
  })

  it('answers what is left from a byte on, and refuses what is beyond the end', async () => {
    const redirect = await resolve('main/a%20b%23.txt')
    for (const [range, status, text, contentRange] of [
      ['bytes=4-', 206, 'o\n', 'bytes 4-5/6'],
      ['bytes=6-', 416, 'The requested range cannot be satisfied', 'bytes */6'],
    ] as const) {
      const reply = await follow(redirect, {headers: {range}})
      expect([reply.status, reply.text]).to.deep.equal([status, text])
      expect(reply.headers.get('content-range')).to.equal(contentRange)
    }
  })

  it('says in plain text what it does not find', async () => {
    for (const [path, code, text] of [
      ['main/nothing.txt', 'EntryNotFound', 'Entry not found'],
      ['other/a.txt', 'RevisionNotFound', 'Invalid rev id: other'],
    ] as const) {
      const reply = await resolve(path)
      expect([...refusal(reply), reply.text]).to.deep.equal([404, code, text])
      expect(reply.headers.get('content-type')).to.equal('text/plain; charset=utf-8')
    }

    expect((await resolve('main/nothing.txt')).headers.get('x-repo-commit')).to.equal(sha())
  })
})
