import {expect} from 'chai'
import {createHash} from 'node:crypto'

import type {Sandbox} from '../../../src/lib/sandbox/index.js'

import {ask, nextOf, NOW, type Reply, sandboxAt} from './support.js'

const TEXT = 'hello\n'
const TEXT_BLOB = 'ce013625030ba8dba906f756967f9e9ca394464a'
const DATA = Buffer.from('PAR1 and so on, PAR1')
const SHA256 = createHash('sha256').update(DATA).digest('hex')

function pathsOf(reply: Reply): string[] {
  return reply.json<Array<{path: string}>>().map(({path}) => path)
}

describe('sandbox: trees', () => {
  let sandbox: Sandbox

  beforeEach(async () => {
    sandbox = await sandboxAt({seed: 'empty', pageSize: 3})
    sandbox.state.addDataset({
      name: 'mira/set',
      createdAt: NOW,
      files: {'a.txt': TEXT, 'data/train.parquet': DATA, 'data/deep/b.txt': 'b', 'z.txt': 'z'},
    })
  })

  afterEach(() => sandbox.close())

  const tree = (rest: string): Promise<Reply> => ask(sandbox, `GET /api/datasets/mira/set/tree/${rest}`)

  it('shows one level, page by page', async () => {
    const first = await tree('main?expand=false')
    const next = nextOf(first) ?? ''
    expect(next).to.match(
      /^http:\/\/127\.0\.0\.1:\d+\/api\/datasets\/mira\/set\/tree\/main\?expand=false&cursor=/,
    )
    const second = await ask(sandbox, `GET ${next}`)
    expect([...pathsOf(first), ...pathsOf(second)]).to.deep.equal([
      'data',
      '.gitattributes',
      'a.txt',
      'z.txt',
    ])
    expect(nextOf(second)).to.equal(undefined)
  })

  it('tells directories, files in git and files in LFS apart', async () => {
    const [folder, file] = (await tree('main/data')).json()
    expect(folder).to.have.all.keys('type', 'oid', 'size', 'path')
    expect(folder).to.include({type: 'directory', path: 'data/deep', size: 0})
    expect(file).to.include({type: 'file', path: 'data/train.parquet', size: DATA.length})
    expect(file.oid).to.match(/^[\da-f]{40}$/)
    expect(file.lfs).to.include({oid: SHA256, size: DATA.length})
    expect(file.xetHash).to.match(/^[\da-f]{64}$/)
    const text = (await tree('main?limit=3')).json().at(-1)
    expect(text).to.deep.equal({type: 'file', oid: TEXT_BLOB, size: 6, path: 'a.txt'})
  })

  it('goes down with recursive, and tells the last commit with expand', async () => {
    sandbox.state.touch('mira/set')
    const reply = await tree('main?recursive=true&expand=true&limit=2')
    expect(pathsOf(reply)).to.deep.equal(['data', 'data/deep'])
    expect(reply.json()[0].lastCommit).to.include({title: 'Upload dataset', date: NOW.toISOString()})
    expect(reply.json()[0]).to.have.nested.property('securityFileStatus.avScan.status', 'safe')
    const info = await ask(sandbox, 'POST /api/datasets/mira/set/paths-info/main', {
      body: {paths: ['notes.txt'], expand: true},
    })
    expect(info.json()[0].lastCommit.id).to.equal(sandbox.state.get('mira/set')?.sha)
  })

  for (const path of ['nothing', 'a.txt'])
    it(`answers 404 EntryNotFound for ${path}, which is no directory`, async () => {
      const reply = await tree(`main/${path}`)
      expect([reply.status, reply.headers.get('x-error-code')]).to.deep.equal([404, 'EntryNotFound'])
    })

  it('answers 404 RevisionNotFound for an unknown revision', async () => {
    expect((await tree('other')).headers.get('x-error-code')).to.equal('RevisionNotFound')
  })

  it('tells about single paths, without those that are not there', async () => {
    const json = await ask(sandbox, 'POST /api/datasets/mira/set/paths-info/main', {
      body: {paths: ['z.txt', 'nothing', 'data']},
    })
    expect(pathsOf(json)).to.deep.equal(['z.txt', 'data'])
    const form = await ask(sandbox, 'POST /api/datasets/mira/set/paths-info/main', {
      body: 'paths=a.txt&paths=z.txt',
      headers: {'content-type': 'application/x-www-form-urlencoded'},
    })
    expect(pathsOf(form)).to.deep.equal(['a.txt', 'z.txt'])
    const tooMany = {paths: Array.from({length: 2001}, () => 'a.txt')}
    expect(
      (await ask(sandbox, 'POST /api/datasets/mira/set/paths-info/main', {body: tooMany})).status,
    ).to.equal(400)
  })
})
