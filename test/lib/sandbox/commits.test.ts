import {expect} from 'chai'
import {createHash} from 'node:crypto'

import {ask, nextOf, NOW, refusal, type Reply, sandboxForEach} from './support.js'

type Line = [key: string, value: unknown]

const base64 = (content: string): string => Buffer.from(content).toString('base64')
const header = (value: object = {}): Line => ['header', {summary: 'Change things', ...value}]
const file = (path: string): Line => ['file', {path, content: base64('hello'), encoding: 'base64'}]

describe('sandbox: commits', () => {
  let now = NOW
  const sandbox = sandboxForEach({clock: () => now}, ({state}) => {
    now = NOW
    state.addDataset({name: 'mira/open', createdAt: NOW, files: {'a.txt': 'a'}})
  })

  const repo = () => sandbox().state.get('mira/open')!
  const commit = (lines: Line[]): Promise<Reply> =>
    ask(sandbox(), 'POST /api/datasets/mira/open/commit/main', {
      body: lines.map(([key, value]) => JSON.stringify({key, value})).join('\n'),
    })

  it('says which files belong in LFS (A.5)', async () => {
    const file = (path: string, content: string, size = 5) => ({path, size, sample: base64(content)})
    const large = file('huge.txt', 'aaa', 11 * 1024 * 1024)
    const files = [file('app.py', 'hello'), file('x.parquet', 'PAR1'), file('blob', 'a\0b'), large]
    const reply = await ask(sandbox(), 'POST /api/datasets/mira/open/preupload/main', {body: {files}})
    const {commitOid, files: said} = reply.json()
    expect(commitOid).to.equal(repo().sha)
    expect(said[0]).to.deep.equal({path: 'app.py', uploadMode: 'regular', shouldIgnore: false})
    const modes = said.map(({uploadMode}: {uploadMode: string}) => uploadMode)
    expect(modes).to.deep.equal(['regular', 'lfs', 'lfs', 'lfs'])
  })

  it('commits, and the dataset has a new sha and date, in whole seconds (A.5)', async () => {
    now = new Date('2026-10-05T12:30:00.900Z')
    const reply = await commit([header(), file('new.txt'), ['deletedFile', {path: 'a.txt'}]])
    const {commitOid, success, commitUrl} = reply.json()
    expect([success, commitOid]).to.deep.equal([true, repo().sha])
    expect(commitUrl).to.equal(`${sandbox().url}/datasets/mira/open/commit/${commitOid}`)
    expect(repo().lastModified.toISOString()).to.equal('2026-10-05T12:30:00.000Z')
    expect(repo().createdAt).to.deep.equal(NOW)
    expect([...repo().files.keys()]).to.have.members(['.gitattributes', 'new.txt'])
  })

  it('lists the commits up to a revision, the newest first, a page at a time', async () => {
    now = new Date('2026-10-05T12:30:00.000Z')
    sandbox().state.touch('mira/open')
    const {history} = repo()
    const list = (rest: string) => ask(sandbox(), `GET /api/datasets/mira/open/commits/${rest}`)
    const all = await list('main')
    expect(all.headers.get('x-total-count')).to.equal('3')
    const expected = history.map(({oid, title, date}) => ({id: oid, title, date: date.toISOString()}))
    expect(all.json()).to.have.length(3)
    for (const [at, commit] of expected.toReversed().entries()) {
      expect(all.json()[at]).to.include(commit)
      expect(all.json()[at].authors[0].user).to.equal('mira')
    }

    const ids: string[] = []
    for (
      let next: string | undefined = `${sandbox().url}/api/datasets/mira/open/commits/main?limit=1`;
      next;
    ) {
      const page = await ask(sandbox(), `GET ${next}`)
      ids.push(...page.json().map(({id}: {id: string}) => id))
      sandbox().state.touch('mira/open')
      next = nextOf(page)
    }

    expect(ids).to.deep.equal(all.json().map(({id}: {id: string}) => id))
    expect((await list(expected[1]!.id)).json()).to.have.length(2)
    expect(refusal(await list('badrev'))).to.deep.equal([404, 'RevisionNotFound'])
  })

  it('commits on the parent that it names only while that is the head', async () => {
    const {sha: parentCommit} = repo()
    const statuses = [await commit([header({parentCommit})]), await commit([header({parentCommit})])]
    expect(statuses.map(({status}) => status)).to.deep.equal([200, 412])
  })

  it('takes an LFS pointer only to an object that was uploaded whole', async () => {
    const oid = createHash('sha256').update('content').digest('hex')
    const body = {operation: 'upload', objects: [{oid, size: 7}]}
    const reply = await ask(sandbox(), 'POST /datasets/mira/open.git/info/lfs/objects/batch', {body})
    const {href} = reply.json().objects[0].actions.upload
    for (const [content, status] of [
      ['other bytes', 400],
      ['content', 200],
    ] as const) {
      expect((await ask(sandbox(), `PUT ${href}`, {token: null, body: content})).status).to.equal(status)
      const pointer = await commit([header(), ['lfsFile', {path: 'x.bin', oid, size: 7}]])
      expect(pointer.status).to.equal(status)
    }
  })
})
