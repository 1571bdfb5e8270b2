import {expect} from 'chai'
import {createHash} from 'node:crypto'
import {getEventListeners} from 'node:events'
import {text} from 'node:stream/consumers'

import {CancelledError, RefusedError} from '../../../src/lib/base/errors.js'
import {connectHub, type Hub} from '../../../src/lib/hub/client.js'
import {HubError, HubFormatError} from '../../../src/lib/hub/errors.js'
import {type Sandbox, startSandbox} from '../../../src/lib/sandbox/index.js'
import {json, rejectionOf, serve, type StubServer, TOKEN} from '../../support/builders.js'

const NAME = 'mira/smoltrace-results-20260105_113000'
const CREATED = '2026-01-05T12:00:00Z'
const COMMIT = 'a'.repeat(40)
const FACTS = {
  _id: '6'.repeat(24),
  id: NAME,
  sha: COMMIT,
  private: true,
  gated: false,
  tags: ['smoltrace'],
  createdAt: CREATED,
  lastModified: CREATED,
}

describe('the files of a dataset', () => {
  let sandbox: Sandbox
  let hub: Hub
  const servers: StubServer[] = []

  /** A Hub whose answers the test writes itself. */
  const stub = async (...args: Parameters<typeof serve>): Promise<{hub: Hub; server: StubServer}> => {
    const server = await serve(...args)
    servers.push(server)
    return {server, hub: connectHub({endpoint: server.url, token: TOKEN, source: 'the test'})}
  }

  const textOf = ({body}: {body: AsyncIterable<Uint8Array>}) => text(body as AsyncIterable<Buffer>)

  beforeEach(async () => {
    sandbox = await startSandbox({seed: 'empty'})
    hub = connectHub({endpoint: sandbox.url, token: sandbox.token, source: 'the test'})
  })

  afterEach(async () => {
    await Promise.all([sandbox.close(), ...servers.splice(0).map((server) => server.close())])
  })

  describe('described', () => {
    it('are the facts of the dataset at a commit, and at its head', async () => {
      const repo = sandbox.state.addDataset({
        name: NAME,
        createdAt: CREATED,
        private: true,
        gated: 'auto',
        files: {'README.md': '---\ntags: [smoltrace]\n---\n'},
      })
      const {sha} = repo
      sandbox.state.touch(NAME)
      const facts = {
        name: NAME,
        id: repo._id,
        visibility: 'private',
        gated: 'auto',
        createdAt: new Date(CREATED),
      }
      expect(await hub.describe(NAME, sha)).to.deep.include({...facts, sha})
      expect(await hub.describe(NAME)).to.deep.include({...facts, sha: repo.sha})
      expect((await hub.describe(NAME))?.tags).to.include('smoltrace')
    })

    it('are nothing where there is no such dataset, or one that the token may not see', async () => {
      sandbox.state.addDataset({name: 'other/smoltrace-leaderboard', createdAt: CREATED, private: true})
      expect(await hub.describe(NAME)).to.equal(undefined)
      expect(await hub.describe('other/smoltrace-leaderboard')).to.equal(undefined)
    })

    it('tell the name that the dataset has now', async () => {
      sandbox.state.rename(sandbox.state.addDataset({name: NAME, createdAt: CREATED}), 'mira/renamed')
      expect((await hub.describe(NAME))?.name).to.equal('mira/renamed')
    })

    it('are an error where the answer is another no', async () => {
      sandbox.state.addDataset({name: NAME, createdAt: CREATED})
      expect(await rejectionOf(hub.describe(NAME, COMMIT))).to.be.instanceOf(HubError)
      sandbox.intercept({match: () => true, respond: {status: 404}})
      expect(await rejectionOf(hub.describe(NAME))).to.be.instanceOf(HubError)
    })

    for (const [field, value] of [
      ['_id', ''],
      ['id', 1],
      ['sha', undefined],
      ['private', 'yes'],
      ['gated', true],
      ['gated', undefined],
      ['createdAt', null],
      ['lastModified', 'soon'],
      ['createdAt', '2026-09-01T12:30:00'],
      ['createdAt', '2026-09-01'],
      ['lastModified', '2026-09-01T12:30:00'],
      ['lastModified', 'Tue, 01 Sep 2026 12:30:00'],
    ] as const)
      it(`are an error where \`${field}\` is ${JSON.stringify(value)}`, async () => {
        const {hub: stubbed} = await stub((_, response) => json(response, {...FACTS, [field]: value}))
        expect(await rejectionOf(stubbed.describe(NAME))).to.be.instanceOf(HubFormatError)
      })
  })

  describe('listed', () => {
    const file = (path: string) => ({type: 'file', path, size: 1, oid: COMMIT})

    it('are an error where the answer is a text, which the library would take for a list of nothing', async () => {
      const {hub: stubbed} = await stub((_, response) => json(response, ''))
      expect(await rejectionOf(stubbed.listFiles(NAME, COMMIT))).to.be.instanceOf(HubFormatError)
    })

    it('are an error where the same come under ever new links', async () => {
      const page = Array.from({length: 300}, (_, index) => file(`data/${index}.parquet`))
      const {hub: stubbed, server} = await stub((_, response, index) => {
        const link = `<${server.url}/api/datasets/${NAME}/tree/${COMMIT}?cursor=${index}>; rel="next"`
        if (index < 20) json(response, page, {headers: {link}})
        else json(response, page)
      })
      expect(await rejectionOf(stubbed.listFiles(NAME, COMMIT))).to.be.instanceOf(HubFormatError)
    })
  })

  describe('listed by way of a proxy that takes `Link` out of the answers', () => {
    const withoutLink = async (pageSize: number, files: number) => {
      const paged = await startSandbox({seed: 'empty', pageSize})
      const contents = Array.from({length: files}, (_, index) => [`data/${index}.txt`, `${index}`])
      paged.state.addDataset({name: NAME, createdAt: CREATED, files: Object.fromEntries(contents)})
      const {hub: stubbed, server} = await stub((request, response) => {
        fetch(paged.url + request.path, {headers: {authorization: `Bearer ${paged.token}`}})
          .then(async (answer) => json(response, await answer.json(), {status: answer.status}))
          .catch((error: Error) => response.destroy(error))
      })
      const commit = paged.state.get(NAME)!.sha
      return {list: () => stubbed.listFiles(NAME, commit).finally(() => paged.close()), seen: server.seen}
    }

    it('[S11] are an error where the info of the dataset names more', async () => {
      const {list} = await withoutLink(60, 70)
      const error = await rejectionOf(list())
      expect(error).to.be.instanceOf(HubFormatError)
      expect(error.message).to.include('lacks 12 of them')
    })

    it('are all there where the info names no others', async () => {
      const {list, seen} = await withoutLink(100, 70)
      expect(await list()).to.have.length(71)
      expect(seen.map(({path}) => path.includes('expand=siblings'))).to.deep.equal([false, true])
    })

    it('are asked for once where they are too few for a second page', async () => {
      const {list, seen} = await withoutLink(100, 20)
      expect(await list()).to.have.length(21)
      expect(seen).to.have.length(1)
    })
  })

  describe('downloaded', () => {
    const respond =
      (status: number, headers: Record<string, string>, body: string): Parameters<typeof serve>[0] =>
      (_, response) => {
        response.writeHead(status, headers)
        response.end(body)
      }

    it('come whole, or from a byte on, from git and from LFS', async () => {
      const repo = sandbox.state.addDataset({
        name: NAME,
        createdAt: CREATED,
        files: {'a b/ü#?.txt': '0123456789', 'x.parquet': '0123456789'},
      })
      for (const path of ['a b/ü#?.txt', 'x.parquet']) {
        const whole = await hub.download({name: NAME, revision: repo.sha, path})
        expect([whole.from, await textOf(whole)]).to.deep.equal([0, '0123456789'])
        const rest = await hub.download({name: NAME, revision: repo.sha, path}, 4)
        expect([rest.from, await textOf(rest)]).to.deep.equal([4, '456789'])
      }

      expect(sandbox.state.cdn.sawAuthorization).to.equal(false)
    })

    it('ask for bytes as they are, since a range of compressed bytes would mean others', async () => {
      const {hub: stubbed, server} = await stub(respond(200, {}, 'x'))
      await textOf(await stubbed.download({name: NAME, revision: COMMIT, path: 'x'}))
      expect(server.seen[0]?.headers).to.include({'accept-encoding': 'identity'})
    })

    it('come from the beginning where the Hub does not heed the byte', async () => {
      const {hub: stubbed} = await stub(respond(200, {}, '0123456789'))
      const all = await stubbed.download({name: NAME, revision: COMMIT, path: 'x'}, 4)
      expect([all.from, await textOf(all)]).to.deep.equal([0, '0123456789'])
    })

    for (const range of ['bytes 3-9/10', 'bytes */10', undefined])
      it(`are an error where another part comes: ${range}`, async () => {
        const {hub: stubbed} = await stub(respond(206, range ? {'content-range': range} : {}, 'x'))
        const error = await rejectionOf(stubbed.download({name: NAME, revision: COMMIT, path: 'x'}, 4))
        expect(error).to.be.instanceOf(HubFormatError)
        expect(error.message).to.include('another part')
      })
  })

  describe('uploaded', () => {
    it('are the new head, on top of the commit that was named', async () => {
      const repo = sandbox.state.addDataset({name: NAME, createdAt: CREATED, files: {old: 'x'}})
      const content = new Blob(['content'])
      const files = [
        {path: 'a b/ü#?.txt', content},
        {path: 'x.parquet', content},
      ]
      const upload = {files, deletes: ['old'], title: 'Restore', parentCommit: repo.sha}
      expect(await hub.upload(NAME, 'mira', upload)).to.equal(repo.sha)
      expect([...repo.files.keys()]).to.have.members(['.gitattributes', 'a b/ü#?.txt', 'x.parquet'])
      for (const {path} of files) expect(repo.files.get(path)?.bytes().toString()).to.equal('content')
      expect(repo.head.title).to.equal('Restore')
      const batch = sandbox.requests.find(({path}) => path.endsWith('/info/lfs/objects/batch'))
      expect(JSON.parse(batch?.body ?? ''))
        .to.have.property('transfers')
        .that.does.not.include('xet')
      const late = await rejectionOf(hub.upload(NAME, 'mira', upload))
      expect(late).to.be.instanceOf(HubError).and.to.have.property('status', 412)
    })

    it('keep a text of megabytes as it is', async () => {
      const repo = sandbox.state.addDataset({name: NAME, createdAt: CREATED})
      const content = 'smoltrace\n'.repeat(200_000)
      const files = [{path: 'long.txt', content: new Blob([content])}]
      await hub.upload(NAME, 'mira', {files, deletes: [], title: 'x', parentCommit: repo.sha})
      expect(repo.files.get('long.txt')?.bytes().toString() === content).to.equal(true)
    })

    it('are an error with its status where the store refuses one', async () => {
      const repo = sandbox.state.addDataset({name: NAME, createdAt: CREATED})
      const oid = createHash('sha256').update('content').digest('hex')
      const refusal = {objects: [{oid, size: 7, error: {code: 422, message: 'too much of it'}}]}
      sandbox.intercept({
        match: ({path}) => path.endsWith('/info/lfs/objects/batch'),
        respond: {status: 200, body: JSON.stringify(refusal)},
      })
      const files = [{path: 'x.parquet', content: new Blob(['content'])}]
      const error = await rejectionOf(
        hub.upload(NAME, 'mira', {files, deletes: [], title: 'x', parentCommit: repo.sha}),
      )
      expect(error).to.be.instanceOf(HubError).and.to.have.property('status', 422)
      expect(error.message).to.include('too much of it')
    })

    it('and datasets are created only under a name of SMOLTRACE in the namespace', async () => {
      const parentCommit = COMMIT
      for (const name of [
        'mira/other',
        'other/smoltrace-leaderboard',
        'mira/smoltrace-results-20260231_000000',
      ])
        for (const job of [
          hub.createDataset(name, 'mira', 'public'),
          hub.upload(name, 'mira', {files: [], deletes: ['x'], title: 'x', parentCommit}),
        ])
          expect(await rejectionOf(job)).to.be.instanceOf(RefusedError)
      expect(sandbox.requests).to.deep.equal([])
    })

    for (const visibility of ['private', 'public'] as const)
      it(`go into a dataset that is created ${visibility}`, async () => {
        await hub.createDataset(NAME, 'mira', visibility)
        expect(sandbox.state.get(NAME)?.private).to.equal(visibility === 'private')
        const again = await rejectionOf(hub.createDataset(NAME, 'mira', visibility))
        expect(again).to.be.instanceOf(HubError).and.to.have.property('status', 409)
      })

    it('leave no listener on the signal, however many there are', async () => {
      const repo = sandbox.state.addDataset({name: NAME, createdAt: CREATED})
      const {signal} = new AbortController()
      const own = connectHub({endpoint: sandbox.url, token: sandbox.token, source: 'the test', signal})
      const files = [{path: 'x', content: new Blob(['x'])}]
      await own.upload(NAME, 'mira', {files, deletes: [], title: 'x', parentCommit: repo.sha})
      await own.changeFile(NAME, {path: 'y', text: 'y', title: 'y', parentCommit: repo.sha})
      expect([...repo.files.keys()]).to.include.members(['x', 'y'])
      expect(getEventListeners(signal, 'abort')).to.deep.equal([])
    })

    it('are left halfway where the signal is aborted meanwhile', async () => {
      const repo = sandbox.state.addDataset({name: NAME, createdAt: CREATED})
      const {sha} = repo
      const controller = new AbortController()
      const {signal} = controller
      const own = connectHub({endpoint: sandbox.url, token: sandbox.token, source: 'the test', signal})
      sandbox.intercept({
        match({path}) {
          if (!path.includes('/preupload/')) return false
          controller.abort()
          return false
        },
        respond: {status: 500},
      })
      const files = [{path: 'x', content: new Blob(['x'])}]
      const job = own.upload(NAME, 'mira', {files, deletes: [], title: 'x', parentCommit: sha})
      expect(await rejectionOf(job)).to.be.instanceOf(CancelledError)
      expect(signal.aborted).to.equal(true)
      expect(repo.sha).to.equal(sha)
    })

    it('are left where the signal is aborted', async () => {
      const repo = sandbox.state.addDataset({name: NAME, createdAt: CREATED})
      const {sha} = repo
      const signal = AbortSignal.abort()
      const stopped = connectHub({endpoint: sandbox.url, token: sandbox.token, source: 'the test', signal})
      const files = [{path: 'x', content: new Blob(['x'])}]
      const job = stopped.upload(NAME, 'mira', {files, deletes: [], title: 'x', parentCommit: sha})
      expect(await rejectionOf(job)).to.be.instanceOf(CancelledError)
      expect(repo.sha).to.equal(sha)
    })
  })
})
