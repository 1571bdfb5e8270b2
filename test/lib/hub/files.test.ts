import {expect} from 'chai'
import {createHash} from 'node:crypto'
import {getEventListeners} from 'node:events'
import {text} from 'node:stream/consumers'

import {CancelledError, RefusedError} from '../../../src/lib/base/errors.js'
import {type Hub} from '../../../src/lib/hub/client.js'
import {HubError, HubFormatError} from '../../../src/lib/hub/errors.js'
import {rejectionOf} from '../../support/builders.js'
import {type Sandbox, startSandbox} from '../../support/sandbox.js'
import {hubAt, type Replier, type Reply, stubHubs, type StubServer} from './stub.js'

const NAME = 'mira/smoltrace-results-20260105_113000'
const CREATED = '2026-01-05T12:00:00Z'
const COMMIT = 'a'.repeat(40)

describe('the files of a dataset', () => {
  const {replies, closeAll} = stubHubs()
  let sandbox: Sandbox
  let hub: Hub
  let server: StubServer

  /** A Hub whose answers the test writes itself. */
  const stub = async (...answers: Replier[]): Promise<Hub> => {
    server = await replies(...answers)
    return hubAt(server.url)
  }

  const connect = (signal?: AbortSignal) => hubAt(sandbox.url, {token: sandbox.token, signal})
  const textOf = ({body}: {body: AsyncIterable<Uint8Array>}) => text(body as AsyncIterable<Buffer>)
  const addDataset = (files: Record<string, string> = {}) =>
    sandbox.state.addDataset({name: NAME, createdAt: CREATED, files})

  beforeEach(async () => {
    sandbox = await startSandbox({seed: 'empty'})
    hub = connect()
  })

  afterEach(() => Promise.all([sandbox.close(), closeAll()]))

  describe('listed', () => {
    const file = (path: string) => ({type: 'file', path, size: 1, oid: COMMIT})

    it('are an error where one is not certainly a file, and where the answer is a text, which the library would take for none', async () => {
      for (const facts of [
        {type: 'unknown'},
        {path: 5},
        {size: -1},
        {size: 1.5},
        {oid: 'a'},
        {lfs: {oid: COMMIT}},
      ]) {
        const stubbed = await stub({json: [{...file('x'), ...facts}]})
        const error = await rejectionOf(stubbed.listFiles(NAME, COMMIT))
        expect(error, JSON.stringify(facts)).to.be.instanceOf(HubFormatError)
      }

      const error = await rejectionOf((await stub({json: ''})).listFiles(NAME, COMMIT))
      expect(error).to.be.instanceOf(HubFormatError)
    })

    it('are an error where the same come under ever new links', async () => {
      const page = Array.from({length: 300}, (_, index) => file(`data/${index}.parquet`))
      const stubbed = await stub((_, index) => {
        const link = `<${server.url}/api/datasets/${NAME}/tree/${COMMIT}?cursor=${index}>; rel="next"`
        return {json: page, headers: index < 20 ? {link} : {}}
      })
      expect(await rejectionOf(stubbed.listFiles(NAME, COMMIT))).to.be.instanceOf(HubFormatError)
    })

    it('[S11] are all there, by their info where a proxy takes `Link` out of the responses', async () => {
      // Of 49 files there is no second page.
      for (const [onPage, named, requests] of [
        [49, 49, 1],
        [50, 50, 2],
        [60, 72, 2],
      ] as const) {
        const paths = Array.from({length: named}, (_, index) => `${index}.txt`)
        const stubbed = await stub(
          {json: paths.slice(0, onPage).map((path) => file(path))},
          {json: {siblings: paths.map((rfilename) => ({rfilename}))}},
        )
        const found = await stubbed.listFiles(NAME, COMMIT).catch((error: Error) => error.message)
        if (onPage === named) expect(found).to.have.length(named)
        else expect(found).to.include('lacks 12 files')
        expect(server.seen.map(({path}) => path.includes('expand=siblings'))).to.deep.equal(
          [false, true].slice(0, requests),
        )
      }
    })
  })

  describe('read as a text', () => {
    it('may be empty, and are there all the same', async () => {
      addDataset({'empty.txt': '', 'a.txt': 'ä'})
      const found = ['empty.txt', 'a.txt', 'b.txt'].map((path) => hub.readText(NAME, 'main', path))
      expect(await Promise.all(found)).to.deep.equal(['', 'ä', undefined])
    })

    it('[S11] are certainly not there only where the Hub says so of the entry', async () => {
      for (const [status, code] of [
        [404, 'RepoNotFound'],
        [404, 'RevisionNotFound'],
        [404, undefined],
        [403, 'EntryNotFound'],
      ] as const) {
        const refused = await stub({status, headers: code ? {'x-error-code': code} : {}})
        const error = await rejectionOf(refused.readText(NAME, 'main', 'a.txt'))
        expect(error, `${status} ${code}`).to.be.instanceOf(HubError)
      }
    })
  })

  describe('downloaded', () => {
    it('come from a byte on, from the beginning where the Hub does not heed that, never compressed, and no other part', async () => {
      const downloaded = async (reply: Reply) =>
        (await stub(reply)).download(NAME, COMMIT, {path: 'a b/ü#?.txt', start: 4})
      const part = (range: string | undefined): Reply => ({
        status: 206,
        headers: range ? {'content-range': range} : {},
        text: '456789',
      })
      const all = await downloaded({text: '0123456789'})
      expect([all.from, await textOf(all)]).to.deep.equal([0, '0123456789'])
      const {headers, path} = server.seen[0]!
      expect(headers).to.include({'accept-encoding': 'identity', range: 'bytes=4-'})
      expect(path).to.equal(`/datasets/${NAME}/resolve/${COMMIT}/a%20b/%C3%BC%23%3F.txt`)
      const rest = await downloaded(part('bytes 4-9/10'))
      expect([rest.from, await textOf(rest)]).to.deep.equal([4, '456789'])
      for (const range of ['bytes 3-9/10', 'bytes */10', undefined]) {
        const error = await rejectionOf(downloaded(part(range)))
        expect(error).to.be.instanceOf(HubFormatError)
        expect(error.message).to.include('a different part')
      }
    })
  })

  describe('uploaded', () => {
    const content = new Blob(['content'])
    const adding = (path: string, parentCommit: string) => ({
      files: [{path, content}],
      deletes: [],
      title: 'Restore',
      parentCommit,
    })

    it('are the new head, on top of the commit that was named', async () => {
      const repo = addDataset({old: 'x'})
      const long = 'smoltrace\n'.repeat(200_000)
      const files = [
        {path: 'a b/ü#?.txt', content},
        {path: 'x.parquet', content},
        {path: 'long.txt', content: new Blob([long])},
      ]
      const upload = {...adding('', repo.sha), files, deletes: ['old']}
      expect(await hub.upload(NAME, 'mira', upload)).to.equal(repo.sha)
      const contents = [...repo.files].map(([path, file]) => [path, file.bytes().toString()])
      expect(Object.fromEntries(contents)).to.include({
        'a b/ü#?.txt': 'content',
        'x.parquet': 'content',
        'long.txt': long,
      })
      expect([...repo.files.keys()]).not.to.include('old')
      expect(repo.head.title).to.equal('Restore')
      const batch = sandbox.requests.find(({path}) => path.endsWith('/info/lfs/objects/batch'))
      expect(JSON.parse(batch?.body ?? '').transfers).not.to.include('xet')
      const late = await rejectionOf(hub.upload(NAME, 'mira', upload))
      expect(late).to.be.instanceOf(HubError).and.to.have.property('status', 412)
    })

    it('are an error with its status where the store refuses one', async () => {
      const {sha} = addDataset()
      const oid = createHash('sha256').update('content').digest('hex')
      const refusal = {objects: [{oid, size: 7, error: {code: 422, message: 'too much of it'}}]}
      sandbox.intercept({
        match: ({path}) => path.endsWith('/info/lfs/objects/batch'),
        respond: {status: 200, body: JSON.stringify(refusal)},
      })
      const error = await rejectionOf(hub.upload(NAME, 'mira', adding('x.parquet', sha)))
      expect(error).to.be.instanceOf(HubError).and.to.have.property('status', 422)
      expect(error.message).to.include('too much of it')
    })

    it('and datasets are created only under a name of SMOLTRACE in the namespace', async () => {
      for (const name of ['other/smoltrace-leaderboard', 'mira/smoltrace-results-20260231_000000']) {
        const creating = hub.createDataset(name, 'mira', 'public')
        for (const job of [creating, hub.upload(name, 'mira', adding('x', COMMIT))])
          expect(await rejectionOf(job)).to.be.instanceOf(RefusedError)
      }

      expect(sandbox.requests).to.deep.equal([])
    })

    it('leave no listener on the signal, and are not committed where it is aborted before, or in the middle', async () => {
      const repo = addDataset()
      const controller = new AbortController()
      const {signal} = controller
      const own = connect(signal)
      for (const path of ['x', 'y']) await own.upload(NAME, 'mira', adding(path, repo.sha))
      await own.upload(NAME, 'mira', {...adding('', repo.sha), files: [], deletes: ['y']})
      expect([...repo.files.keys()].toSorted()).to.deep.equal(['.gitattributes', 'x'])
      expect(getEventListeners(signal, 'abort')).to.deep.equal([])
      const {sha} = repo
      sandbox.intercept({
        match({path}) {
          if (path.includes('/preupload/')) controller.abort()
          return false
        },
        respond: {status: 500},
      })
      for (let time = 0; time < 2; time++) {
        const job = own.upload(NAME, 'mira', adding('x', sha))
        expect(await rejectionOf(job)).to.be.instanceOf(CancelledError)
      }

      expect(repo.sha).to.equal(sha)
    })
  })
})
