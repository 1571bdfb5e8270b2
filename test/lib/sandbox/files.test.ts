import {expect} from 'chai'

import {storedFile} from '../../../src/lib/sandbox/index.js'
import {ask, NOW, refusal, type Reply, sandboxForEach} from './support.js'

const TEXT = 'hello\n'
const DATA = 'PAR1 and so on, PAR1'

// The rest of a file, from a byte on: test/lib/hub/files.test.ts.
describe('sandbox: reading files', () => {
  const sandbox = sandboxForEach({}, ({state}) => {
    const files = {'a b#.txt': TEXT, 'data/train.parquet': DATA}
    state.addDataset({name: 'mira/set', createdAt: NOW, private: true, files})
  })

  const sha = (): string => sandbox().state.get('mira/set')?.sha ?? ''
  const resolve = (path: string): Promise<Reply> => ask(sandbox(), `GET /datasets/mira/set/resolve/${path}`)
  const follow = ({headers}: Reply, token: null | string = sandbox().token): Promise<Reply> =>
    ask(sandbox(), `GET ${headers.get('location')}`, {token})

  it('redirects a file in LFS to another origin (A.7), where no token is needed, and notes one that comes', async () => {
    const reply = await resolve('main/data/train.parquet')
    expect(new URL(reply.headers.get('location') ?? '').origin).not.to.equal(sandbox().url)
    expect((await follow(reply, null)).text).to.equal(DATA)
    expect(sandbox().state.cdn).to.include({requests: 1, sawAuthorization: false})
    await follow(reply)
    expect(sandbox().state.cdn.sawAuthorization).to.equal(true)
  })

  it('redirects a file in git to a relative place (A.7), which needs the token', async () => {
    const reply = await resolve('main/a%20b%23.txt')
    expect(reply.headers.get('location')).to.match(/^\/api\/resolve-cache\/.+\/a%20b%23\.txt\?/)
    expect([(await follow(reply, null)).status, (await follow(reply)).text]).to.deep.equal([401, TEXT])
  })

  it('has no bytes from the end of a file on', async () => {
    const {headers} = await resolve('main/a%20b%23.txt')
    const authorization = `Bearer ${sandbox().token}`
    for (const [start, status] of [
      [TEXT.length - 1, 206],
      [TEXT.length, 416],
    ])
      expect(
        await fetch(sandbox().url + headers.get('location'), {
          headers: {authorization, range: `bytes=${start}-`},
        }),
      ).to.include({status})
  })

  it('has the files of an earlier commit, also where they were replaced or deleted since', async () => {
    const {state} = sandbox()
    const repo = state.get('mira/set')!
    const before = sha()
    state.commit(
      repo,
      'Change',
      new Map([
        ['a b#.txt', null],
        ['data/train.parquet', storedFile('other', true)],
      ]),
    )
    const paths = async (revision: string) =>
      (await ask(sandbox(), `GET /api/datasets/mira/set/tree/${revision}?recursive=true`))
        .json<Array<{path: string; lfs?: {oid: string}}>>()
        .map(({path, lfs}) => `${path} ${lfs?.oid}`)
    expect((await paths(before)).join(' ')).to.include('a b#.txt')
    expect((await paths('main')).join(' ')).not.to.include('a b#.txt')
    expect((await paths(before)).at(-1)).not.to.equal((await paths('main')).at(-1))
    expect((await follow(await resolve(`${before}/a%20b%23.txt`))).text).to.equal(TEXT)
    expect((await follow(await resolve(`${before}/data/train.parquet`), null)).text).to.equal(DATA)
    expect(refusal(await resolve('main/a%20b%23.txt'))).to.deep.equal([404, 'EntryNotFound'])
  })

  it('says in plain text what it does not find', async () => {
    const missing = await resolve('main/nothing.txt')
    expect([...refusal(missing), missing.text]).to.deep.equal([404, 'EntryNotFound', 'Entry not found'])
    expect(missing.headers.get('content-type')).to.equal('text/plain; charset=utf-8')
    expect(missing.headers.get('x-repo-commit')).to.equal(sha())
    expect(refusal(await resolve('other/a.txt'))).to.deep.equal([404, 'RevisionNotFound'])
  })
})
