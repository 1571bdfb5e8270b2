import {expect} from 'chai'
import {createHash} from 'node:crypto'

import type {Sandbox} from '../../../src/lib/sandbox/index.js'

import {ask, type Ask, NOW, type Reply, sandboxAt} from './support.js'

const TEXT = 'hello\n'
/** As `git hash-object` says. */
const TEXT_BLOB = 'ce013625030ba8dba906f756967f9e9ca394464a'
const DATA = Buffer.from('PAR1 and so on, PAR1')
const SHA256 = createHash('sha256').update(DATA).digest('hex')

describe('sandbox: reading files', () => {
  let sandbox: Sandbox
  let now = NOW

  beforeEach(async () => {
    now = NOW
    sandbox = await sandboxAt({seed: 'empty', clock: () => now})
    sandbox.state.addDataset({
      name: 'mira/set',
      createdAt: NOW,
      private: true,
      files: {'a b#.txt': TEXT, 'data/train.parquet': DATA, 'empty.txt': ''},
    })
  })

  afterEach(() => sandbox.close())

  const sha = (): string => sandbox.state.get('mira/set')?.sha ?? ''
  const get = (path: string, options: Ask = {}): Promise<Reply> =>
    ask(sandbox, `GET /datasets/mira/set/${path}`, options)
  const follow = (reply: Reply, options: Ask = {}): Promise<Reply> =>
    ask(sandbox, `GET ${reply.headers.get('location')}`, options)

  it('redirects a file in git to a relative place (A.7), which has the bytes and the blob’s id', async () => {
    const reply = await get('resolve/main/a%20b%23.txt')
    expect(reply.status).to.equal(307)
    expect(reply.headers.get('location')).to.match(
      new RegExp(
        `^/api/resolve-cache/datasets/mira/set/${sha()}/a%20b%23\\.txt\\?.*etag=%22${TEXT_BLOB}%22$`,
      ),
    )
    expect(reply.headers.get('x-repo-commit')).to.equal(sha())
    expect(reply.headers.get('x-linked-etag')).to.equal(`"${TEXT_BLOB}"`)
    expect(reply.headers.get('accept-ranges')).to.equal('bytes')

    const bytes = await follow(reply)
    expect([bytes.status, bytes.text]).to.deep.equal([200, TEXT])
    expect(bytes.headers.get('etag')).to.equal(`"${TEXT_BLOB}"`)
    expect(bytes.headers.get('x-repo-commit')).to.equal(sha())
    expect(bytes.headers.get('accept-ranges')).to.equal('bytes')
    expect(bytes.headers.get('content-length')).to.equal('6')
  })

  it('needs the token at the place it redirects to', async () => {
    const reply = await get('resolve/main/a%20b%23.txt')
    expect((await follow(reply, {token: null})).status).to.equal(401)
  })

  it('redirects a file in LFS to another origin (A.7)', async () => {
    const reply = await get('resolve/main/data/train.parquet')
    expect(reply.status).to.equal(302)
    const location = new URL(reply.headers.get('location') ?? '')
    expect(location.origin).not.to.equal(sandbox.url)
    expect(location.pathname).to.match(/^\/xet-bridge-us\/[\da-f]{24}\/[\da-f]{64}$/)
    expect([...location.searchParams.keys()]).to.include('Signature')
    const hash = reply.headers.get('x-xet-hash')
    expect(hash)
      .to.match(/^[\da-f]{64}$/)
      .and.not.to.equal(SHA256)
    expect(reply.headers.get('x-repo-commit')).to.equal(sha())
    expect(reply.headers.get('x-linked-size')).to.equal(String(DATA.length))
    expect(reply.headers.get('x-linked-etag')).to.equal(`"${SHA256}"`)
    expect(reply.headers.get('cache-control')).to.equal('no-store')
    expect(reply.headers.get('link')).to.match(
      new RegExp(
        `^<${sandbox.url}/api/datasets/mira/set/xet-read-token/${sha()}>; rel="xet-auth", <https://[^>]+/reconstructions/${hash}>; rel="xet-reconstruction-info"$`,
      ),
    )
    const head = await ask(sandbox, 'HEAD /datasets/mira/set/resolve/main/data/train.parquet')
    expect([head.status, head.text]).to.deep.equal([302, ''])
    expect(head.headers.get('x-linked-size')).to.equal(String(DATA.length))
  })

  it('serves LFS files without a token, in ranges, under the xet hash', async () => {
    const reply = await get('resolve/main/data/train.parquet')
    const all = await follow(reply, {token: null})
    expect([all.status, all.text]).to.deep.equal([200, DATA.toString()])
    expect(all.headers.get('etag')).to.equal(`"${reply.headers.get('x-xet-hash')}"`)
    const part = await follow(reply, {token: null, headers: {range: 'bytes=-4'}})
    expect([part.status, part.text, part.headers.get('content-range')]).to.deep.equal([
      206,
      'PAR1',
      'bytes 16-19/20',
    ])
    expect(sandbox.state.cdn).to.include({requests: 2, sawAuthorization: false})
  })

  it('notices a token that reaches the CDN', async () => {
    await follow(await get('resolve/main/data/train.parquet'))
    expect(sandbox.state.cdn.sawAuthorization).to.equal(true)
  })

  it('sends no token there when fetch follows the redirect', async () => {
    const response = await fetch(`${sandbox.url}/datasets/mira/set/resolve/main/data/train.parquet`, {
      headers: {authorization: `Bearer ${sandbox.token}`},
    })
    expect(await response.text()).to.equal(DATA.toString())
    expect(sandbox.state.cdn.sawAuthorization).to.equal(false)
  })

  it('lets the signed URL expire, and be forged by nobody', async () => {
    const reply = await get('resolve/main/data/train.parquet')
    const location = reply.headers.get('location') ?? ''
    expect(
      (await ask(sandbox, `GET ${location.replace(/Signature=./, 'Signature=!')}`, {token: null})).status,
    ).to.equal(403)
    now = new Date(NOW.getTime() + 3_600_000)
    expect((await follow(reply, {token: null})).status).to.equal(403)
  })

  it('tells about a Xet file in JSON where that is asked for', async () => {
    const type = 'application/vnd.xet-fileinfo+json'
    const reply = await get('resolve/main/data/train.parquet', {headers: {accept: `${type}, */*`}})
    expect([reply.status, reply.headers.get('content-type')]).to.deep.equal([200, type])
    expect(reply.json()).to.have.all.keys('hash', 'refreshUrl', 'reconstructionUrl', 'etag', 'size')
    expect(reply.json()).to.include({
      size: DATA.length,
      etag: `"${SHA256}"`,
      hash: reply.headers.get('x-xet-hash'),
    })
    expect(reply.headers.get('x-linked-size')).to.equal(String(DATA.length))
  })

  for (const [range, status, text, contentRange] of [
    ['bytes=0-0', 206, 'h', 'bytes 0-0/6'],
    ['bytes=1-3', 206, 'ell', 'bytes 1-3/6'],
    ['bytes=4-', 206, 'o\n', 'bytes 4-5/6'],
    ['bytes=-2', 206, 'o\n', 'bytes 4-5/6'],
    ['bytes=2-99', 206, 'llo\n', 'bytes 2-5/6'],
    ['bytes=6-', 416, 'The requested range cannot be satisfied', 'bytes */6'],
    ['bytes=-0', 416, 'The requested range cannot be satisfied', 'bytes */6'],
    ['bytes=x-y', 200, TEXT, null],
  ] as const)
    it(`answers the range ${range} with ${status}`, async () => {
      const reply = await follow(await get('resolve/main/a%20b%23.txt'), {headers: {range}})
      expect([reply.status, reply.text, reply.headers.get('content-range')]).to.deep.equal([
        status,
        text,
        contentRange,
      ])
    })

  it('answers 416 to the first byte of an empty file', async () => {
    const reply = await follow(await get('resolve/main/empty.txt'), {headers: {range: 'bytes=0-0'}})
    expect([reply.status, reply.headers.get('content-range')]).to.deep.equal([416, 'bytes */0'])
  })

  it('answers 304 where the caller has the bytes', async () => {
    const redirect = await get('resolve/main/a%20b%23.txt')
    const reply = await follow(redirect, {headers: {'if-none-match': `"${TEXT_BLOB}"`}})
    expect([reply.status, reply.text]).to.deep.equal([304, ''])
    expect((await follow(redirect, {headers: {'if-none-match': '"other"'}})).status).to.equal(200)
  })

  it('gives the git blob itself under raw: the text, or the pointer', async () => {
    expect((await get('raw/main/a%20b%23.txt')).text).to.equal(TEXT)
    const pointer = await get('raw/main/data/train.parquet')
    expect(pointer.text).to.equal(
      `version https://git-lfs.github.com/spec/v1\noid sha256:${SHA256}\nsize 20\n`,
    )
    const head = await ask(sandbox, 'HEAD /datasets/mira/set/raw/main/a%20b%23.txt')
    expect([head.status, head.headers.get('content-length'), head.text]).to.deep.equal([200, '6', ''])
  })

  it('keeps the files of every commit', async () => {
    const old = sha()
    sandbox.state.touch('mira/set')
    expect((await get(`raw/${old}/notes.txt`)).status).to.equal(404)
    expect((await get('raw/main/notes.txt')).status).to.equal(200)
    expect((await get(`raw/${sha()}/notes.txt`)).status).to.equal(200)
  })

  for (const route of ['resolve', 'raw']) {
    it(`says in plain text what ${route} does not find`, async () => {
      const entry = await get(`${route}/main/nothing.txt`)
      expect([entry.status, entry.text, entry.headers.get('x-error-code')]).to.deep.equal([
        404,
        'Entry not found',
        'EntryNotFound',
      ])
      expect(entry.headers.get('x-repo-commit')).to.equal(sha())
      expect(entry.headers.get('content-type')).to.equal('text/plain; charset=utf-8')
      const revision = await get(`${route}/refs%2Fconvert%2Fparquet/a.txt`)
      expect([revision.status, revision.text, revision.headers.get('x-error-code')]).to.deep.equal([
        404,
        'Invalid rev id: refs/convert/parquet',
        'RevisionNotFound', // prettier-ignore
      ])
      const repo = await ask(sandbox, `GET /datasets/mira/nothing/${route}/main/a.txt`)
      expect([repo.status, repo.text, repo.headers.get('x-error-code')]).to.deep.equal([
        404,
        'Repository not found',
        'RepoNotFound',
      ])
    })
  }

  it('refuses strangers as recorded (A.2)', async () => {
    const reply = await ask(sandbox, 'HEAD /datasets/mira/set/resolve/main/a.txt', {token: null})
    expect([reply.status, reply.text]).to.deep.equal([401, ''])
    const {headers} = reply
    expect(headers.get('content-type')).to.equal('text/plain; charset=utf-8')
    expect(headers.get('content-length')).to.equal('29')
    expect(headers.get('x-powered-by')).to.equal('huggingface-moon')
    expect(headers.get('x-request-id')).to.match(/^Root=1-[\da-f]{8}-[\da-f]{24}$/)
    expect(headers.get('ratelimit')).to.match(/^"resolvers";r=2999;t=\d+$/)
    expect(headers.get('ratelimit-policy')).to.equal('"fixed window";"resolvers";q=3000;w=300')
    expect(headers.get('x-error-message')).to.equal('Invalid username or password.')
    expect(headers.get('www-authenticate')).to.equal(
      'Bearer realm="Authentication required", charset="UTF-8"',
    )
    expect(headers.has('x-error-code')).to.equal(false)
  })
})
