import {expect} from 'chai'
import {createHash} from 'node:crypto'

import type {Sandbox} from '../../../../src/lib/sandbox/index.js'

import {ask, NOW, refusal, type Reply, sandboxAt} from '../support.js'

type Line = [key: string, value: unknown]

const base64 = (content: string): string => Buffer.from(content).toString('base64')
const header = (value: object = {}): Line => ['header', {summary: 'Change things', ...value}]
const file = (path: string, content = 'hello\n'): Line => [
  'file',
  {path, content: base64(content), encoding: 'base64'},
]

describe('sandbox: commits', () => {
  let sandbox: Sandbox
  let now = NOW

  beforeEach(async () => {
    now = NOW
    sandbox = await sandboxAt({clock: () => now})
    sandbox.state.addDataset({name: 'mira/open', createdAt: NOW, files: {'a.txt': 'a'}})
  })

  afterEach(() => sandbox.close())

  const repo = () => sandbox.state.get('mira/open')!
  const paths = (): string[] => [...repo().files.keys()].toSorted()
  const commit = (lines: Line[], token: null | string = sandbox.token, branch = 'main'): Promise<Reply> =>
    ask(sandbox, `POST /api/datasets/mira/open/commit/${branch}`, {
      token,
      body: lines.map(([key, value]) => JSON.stringify({key, value})).join('\n'),
    })

  it('tells which files go to LFS (A.5)', async () => {
    const files = [
      {path: 'app.py', size: 5, sample: base64('hello')},
      {path: 'x.parquet', size: 4, sample: base64('PAR1')},
      {path: 'blob', size: 3, sample: base64('a\0b')},
      {path: 'huge.txt', size: 11 * 1024 * 1024, sample: base64('aaa')},
    ]
    const reply = (await ask(sandbox, 'POST /api/datasets/mira/open/preupload/main', {body: {files}})).json()
    expect(reply.commitOid).to.equal(repo().sha)
    expect(reply.files[0]).to.deep.equal({path: 'app.py', uploadMode: 'regular', shouldIgnore: false})
    const modes = reply.files.map(({uploadMode}: {uploadMode: string}) => uploadMode)
    expect(modes).to.deep.equal(['regular', 'lfs', 'lfs', 'lfs'])
  })

  it('commits, and the dataset has a new sha and date, in whole seconds (A.5)', async () => {
    now = new Date('2026-10-05T12:30:00.900Z')
    const {commitOid, ...rest} = (
      await commit([header(), file('new.txt'), ['deletedFile', {path: 'a.txt'}]])
    ).json()
    const commitUrl = `${sandbox.url}/datasets/mira/open/commit/${commitOid}`
    expect(rest).to.deep.equal({success: true, commitUrl, hookOutput: ''})
    expect(repo()).to.include({sha: commitOid})
    expect(repo().lastModified.toISOString()).to.equal('2026-10-05T12:30:00.000Z')
    expect(repo().createdAt).to.deep.equal(NOW)
    expect(paths()).to.deep.equal(['.gitattributes', 'new.txt'])
  })

  it('answers 412 where parentCommit is not the head any more, and changes nothing', async () => {
    const {sha: parentCommit} = repo()
    sandbox.state.touch('mira/open')
    const reply = await commit([header({parentCommit}), file('new.txt')])
    expect([reply.status, reply.json().error]).to.deep.equal([
      412,
      'The branch was updated since you opened this page. Please refresh and try again.',
    ])
    expect(paths()).not.to.include('new.txt')
    expect((await commit([header({parentCommit: repo().sha}), file('new.txt')])).status).to.equal(200)
  })

  it('takes all lines of a commit or none', async () => {
    const {sha} = repo()
    const reply = await commit([header(), file('new.txt'), ['deletedFile', {path: 'nothing'}]])
    expect([...refusal(reply), repo().sha]).to.deep.equal([404, 'EntryNotFound', sha])
  })

  it('is for tokens that may write, and there is no branch but main', async () => {
    const {read, fineGrainedReadOnly} = sandbox.tokens
    const statuses = [null, read, fineGrainedReadOnly].map(
      async (token) => (await commit([header()], token)).status,
    )
    expect(await Promise.all(statuses)).to.deep.equal([401, 403, 403])
    expect(refusal(await commit([header()], sandbox.token, 'other'))).to.deep.equal([404, 'RevisionNotFound'])
  })

  for (const path of ['/etc/passwd', '../x', 'a//b', '.git/config', 'a/./b', ''])
    it(`refuses the path "${path}"`, async () => {
      expect((await commit([header(), file(path)])).status).to.equal(422)
    })

  for (const [title, lines] of [
    ['no header', [file('x')]],
    ['no summary', [['header', {}]]],
    ['an unknown operation', [header(), ['magic', {path: 'x'}]]],
    ['a pointer to nothing', [header(), ['lfsFile', {path: 'x.bin', oid: 'a'.repeat(64), size: 3}]]],
  ] as Array<[string, Line[]]>)
    it(`refuses ${title}`, async () => {
      expect((await commit(lines)).status).to.equal(400)
    })

  it('stores what was uploaded to LFS, once, without a token', async () => {
    const content = Buffer.from('PAR1 some bytes')
    const oid = createHash('sha256').update(content).digest('hex')
    const object = {oid, size: content.length}
    const batch = (token = sandbox.token) =>
      ask(sandbox, 'POST /datasets/mira/open.git/info/lfs/objects/batch', {
        token,
        body: {operation: 'upload', objects: [object]},
      })
    expect((await batch(sandbox.tokens.read)).status).to.equal(403)
    const {transfer, objects} = (await batch()).json()
    expect(transfer).to.equal('basic')
    const {href} = objects[0].actions.upload
    expect(new URL(href).origin).not.to.equal(sandbox.url)
    const put = async (body: Buffer) => (await ask(sandbox, `PUT ${href}`, {token: null, body})).status
    expect([await put(Buffer.from('other bytes')), await put(content)]).to.deep.equal([400, 200])
    expect((await batch()).json().objects).to.deep.equal([object])
    expect((await commit([header(), ['lfsFile', {path: 'x.bin', oid, size: 1}]])).status).to.equal(400)
    expect((await commit([header(), ['lfsFile', {path: 'x.parquet', ...object}]])).status).to.equal(200)
    expect(repo().files.get('x.parquet')).to.include({lfs: true})
  })
})
