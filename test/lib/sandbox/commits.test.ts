import {expect} from 'chai'
import {createHash} from 'node:crypto'

import type {Sandbox} from '../../../src/lib/sandbox/index.js'

import {ask, type Ask, ndjson, NOW, type Reply, sandboxAt} from './support.js'

const base64 = (content: string): string => Buffer.from(content).toString('base64')
const header = (value: object = {}): [string, unknown] => ['header', {summary: 'Change things', ...value}]
const file = (path: string, content = 'hello\n'): [string, unknown] => [
  'file',
  {path, content: base64(content), encoding: 'base64'},
]

describe('sandbox: commits', () => {
  let sandbox: Sandbox
  let now = NOW

  beforeEach(async () => {
    now = NOW
    sandbox = await sandboxAt({seed: 'empty', clock: () => now})
    sandbox.state.addDataset({
      name: 'mira/open',
      createdAt: NOW,
      files: {'a.txt': 'a', 'dir/b.txt': 'b', 'dir/c.txt': 'c'},
    })
  })

  afterEach(() => sandbox.close())

  const commit = (lines: Array<[string, unknown]>, options: Ask = {}): Promise<Reply> =>
    ask(sandbox, 'POST /api/datasets/mira/open/commit/main', {
      body: ndjson(...lines),
      headers: {'content-type': 'application/x-ndjson'},
      ...options,
    })
  const paths = (): string[] => [...(sandbox.state.get('mira/open')?.files.keys() ?? [])].toSorted()

  it('tells which files go to LFS (A.5)', async () => {
    const before = sandbox.state.get('mira/open')?.sha
    const reply = await ask(sandbox, 'POST /api/datasets/mira/open/preupload/main', {
      body: {
        files: [
          {path: 'app.py', size: 5, sample: base64('hello')},
          {path: 'data/x.parquet', size: 4, sample: base64('PAR1')},
          {path: 'blob', size: 3, sample: base64('a\0b')},
          {path: 'huge.txt', size: 11 * 1024 * 1024, sample: base64('aaa')},
          {path: 'a.txt', size: 1, sample: base64('a')},
        ],
      },
    })
    expect(reply.status).to.equal(200)
    const {files, commitOid} = reply.json()
    expect(commitOid).to.equal(before)
    expect(files[0]).to.deep.equal({path: 'app.py', uploadMode: 'regular', shouldIgnore: false})
    expect(files.map((entry: {uploadMode: string}) => entry.uploadMode)).to.deep.equal(
      ['regular', 'lfs', 'lfs', 'lfs', 'regular'], // prettier-ignore
    )
    expect(files[4].oid).to.match(/^[\da-f]{40}$/)
  })

  it('goes by the .gitattributes that come along', async () => {
    const reply = await ask(sandbox, 'POST /api/datasets/mira/open/preupload/main', {
      body: {
        gitAttributes: '*.csv filter=lfs diff=lfs merge=lfs -text\n',
        files: [
          {path: 'a.csv', size: 1, sample: ''},
          {path: 'a.parquet', size: 1, sample: ''},
        ],
      },
    })
    expect(reply.json().files.map((entry: {uploadMode: string}) => entry.uploadMode)).to.deep.equal([
      'lfs',
      'regular',
    ])
  })

  it('commits, and the dataset has a new sha and date (A.5)', async () => {
    now = new Date('2026-10-05T12:30:00.900Z')
    const reply = await commit([header(), file('new.txt')])
    expect(reply.status).to.equal(200)
    expect(reply.headers.get('content-type')).to.equal('application/json; charset=utf-8')
    const answer = reply.json()
    expect(answer.commitOid).to.match(/^[\da-f]{40}$/)
    expect(answer).to.deep.equal({
      success: true,
      commitOid: answer.commitOid,
      commitUrl: `${sandbox.url}/datasets/mira/open/commit/${answer.commitOid}`,
      hookOutput: '',
    })
    const info = (await ask(sandbox, 'GET /api/datasets/mira/open')).json()
    expect(info).to.include({sha: answer.commitOid, lastModified: '2026-10-05T12:30:00.000Z'})
    expect(info.createdAt).to.equal('2026-10-05T12:00:00.000Z')
    expect((await ask(sandbox, 'GET /datasets/mira/open/raw/main/new.txt')).text).to.equal('hello\n')
  })

  it('deletes files and folders', async () => {
    await commit([header(), ['deletedFile', {path: 'a.txt'}]])
    expect(paths()).to.deep.equal(['.gitattributes', 'dir/b.txt', 'dir/c.txt'])
    await commit([header(), ['deletedFolder', {path: 'dir/'}]])
    expect(paths()).to.deep.equal(['.gitattributes'])
  })

  it('answers 412 where parentCommit is not the head any more, and changes nothing', async () => {
    const parentCommit = sandbox.state.get('mira/open')?.sha
    sandbox.state.touch('mira/open')
    const reply = await commit([header({parentCommit}), file('new.txt')])
    expect([reply.status, reply.json()]).to.deep.equal([
      412,
      {error: 'The branch was updated since you opened this page. Please refresh and try again.'},
    ])
    expect(paths()).not.to.include('new.txt')
    expect(
      (await commit([header({parentCommit: sandbox.state.get('mira/open')?.sha}), file('new.txt')])).status,
    ).to.equal(200)
  })

  it('takes all lines of a commit or none', async () => {
    const {sha} = sandbox.state.get('mira/open') ?? {}
    const reply = await commit([header(), file('new.txt'), ['deletedFile', {path: 'nothing'}]])
    expect([reply.status, reply.headers.get('x-error-code')]).to.deep.equal([404, 'EntryNotFound'])
    expect([paths().includes('new.txt'), sandbox.state.get('mira/open')?.sha]).to.deep.equal([false, sha])
  })

  it('answers 403 to a read token, 401 to none, 404 for a dataset one may not see', async () => {
    const read = await commit([header(), file('x')], {token: sandbox.tokens.read})
    expect(read.status).to.equal(403)
    expect(read.json().error).to.contain('you must use a write token to upload to a repository.')
    expect((await commit([header(), file('x')], {token: null})).status).to.equal(401)
    expect(
      (await commit([header(), file('x')], {token: sandbox.tokens.fineGrainedReadOnly})).status,
    ).to.equal(403)
    const missing = await ask(sandbox, 'POST /api/datasets/mira/nothing/preupload/main', {body: {files: []}})
    expect([missing.status, missing.headers.get('x-error-code')]).to.deep.equal([404, 'RepoNotFound'])
  })

  it('has no branch but main', async () => {
    const reply = await ask(sandbox, 'POST /api/datasets/mira/open/commit/other', {body: ndjson(header())})
    expect([reply.status, reply.headers.get('x-error-code')]).to.deep.equal([404, 'RevisionNotFound'])
    expect(reply.json().error).to.equal('Invalid rev id: other')
  })

  for (const path of ['/etc/passwd', '../x', 'a//b', '.git/config', 'a/./b', ''])
    it(`refuses the path "${path}"`, async () => {
      expect((await commit([header(), file(path)])).status).to.equal(422)
    })

  for (const [title, lines] of [
    ['no header', [file('x')]],
    ['no summary', [['header', {}]]],
    ['an unknown operation', [header(), ['magic', {}]]],
    [
      'a pointer to nothing',
      [header(), ['lfsFile', {path: 'x.bin', algo: 'sha256', oid: 'a'.repeat(64), size: 3}]],
    ],
  ] as Array<[string, Array<[string, unknown]>]>)
    it(`refuses ${title}`, async () => {
      expect((await commit(lines)).status).to.equal(400)
    })

  it('stores what was uploaded to LFS, once, without a token', async () => {
    const content = Buffer.from('PAR1 some bytes')
    const oid = createHash('sha256').update(content).digest('hex')
    const batch = (token = sandbox.token) =>
      ask(sandbox, 'POST /datasets/mira/open.git/info/lfs/objects/batch', {
        token,
        body: {
          operation: 'upload',
          transfers: ['basic', 'multipart', 'xet'],
          objects: [{oid, size: content.length}],
        },
      })
    expect((await batch(sandbox.tokens.read)).status).to.equal(403)
    const {transfer, objects} = (await batch()).json()
    expect(transfer).to.equal('basic')
    const {href} = objects[0].actions.upload
    expect(new URL(href).origin).not.to.equal(sandbox.url)

    expect(
      (await ask(sandbox, `PUT ${href}`, {token: null, body: Buffer.from('something else')})).status,
    ).to.equal(400)
    expect(
      (await ask(sandbox, `PUT ${href.replace(/Signature=./, 'Signature=!')}`, {token: null, body: content}))
        .status,
    ).to.equal(403)
    expect((await ask(sandbox, `PUT ${href}`, {token: null, body: content})).status).to.equal(200)
    expect((await batch()).json().objects).to.deep.equal([{oid, size: content.length}])

    const lfsFile = ['lfsFile', {path: 'data/x.parquet', algo: 'sha256', oid, size: content.length}] as [
      string,
      unknown,
    ]
    const wrongSize: [string, unknown] = ['lfsFile', {path: 'x.bin', algo: 'sha256', oid, size: 1}]
    expect((await commit([header(), wrongSize])).status).to.equal(400)
    expect((await commit([header(), lfsFile])).status).to.equal(200)
    expect((await ask(sandbox, 'GET /datasets/mira/open/raw/main/data/x.parquet')).text).to.equal(
      `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize ${content.length}\n`,
    )
  })
})
