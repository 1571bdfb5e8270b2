import {expect} from 'chai'

import {CancelledError} from '../../../src/lib/base/errors.js'
import {connectHub} from '../../../src/lib/hub/client.js'
import {HubError, HubFormatError} from '../../../src/lib/hub/errors.js'
import {json, rejectionOf, type serve, type StubServer, stubServers, TOKEN} from '../../support/builders.js'

const RUN = 'kim/smoltrace-results-20260901_120000'
const OWN = {namespace: 'kim', isOrganisation: false}
/** An entry of the inventory as the Hub sends it. */
const entry = (id: string, facts: Record<string, unknown> = {}) => ({
  id,
  type: 'dataset',
  visibility: 'private',
  storage: 1200,
  storagePercent: 0.1,
  ...facts,
})

describe('the inventory of an account', () => {
  const servers = stubServers()
  let server: StubServer

  const connect = async (answer: Parameters<typeof serve>[0], signal?: AbortSignal) => {
    server = await servers.start(answer)
    return connectHub({endpoint: server.url, token: TOKEN, source: 'HF_TOKEN', signal})
  }

  const page = (place: string) => `<${server.url}/api/settings/repositories?cursor=${place}>; rel="next"`

  afterEach(() => servers.closeAll())

  it("is the owner's, or that of an organisation, and of datasets alone", async () => {
    const hub = await connect((_, response) => json(response, []))
    expect(await hub.listStorage(OWN)).to.deep.equal([])
    expect(await hub.listStorage({namespace: 'tiny.agents', isOrganisation: true})).to.deep.equal([])
    expect(server.seen.map(({path}) => path)).to.deep.equal([
      '/api/settings/repositories?type=dataset&limit=500',
      '/api/organizations/tiny.agents/settings/repositories?type=dataset&limit=500',
    ])
    for (const {method, headers} of server.seen)
      expect([method, headers.authorization]).to.deep.equal(['GET', `Bearer ${TOKEN}`])
  })

  it('is read from all pages, in their order', async () => {
    const hub = await connect(({path}, response) => {
      if (path.includes('cursor=2')) json(response, [entry('kim/b', {storage: 0})])
      else json(response, [entry('kim/a')], {headers: {link: page('2')}})
    })
    expect(await hub.listStorage(OWN)).to.deep.equal([
      {name: 'kim/a', bytes: 1200},
      {name: 'kim/b', bytes: 0},
    ])
  })

  const hostile = [-1, 1.5, '1200', null, undefined, true, {}, [], 2 ** 53, 1e300]
  for (const storage of hostile) {
    it(`does not say how large something is whose storage is ${JSON.stringify(storage)}`, async () => {
      const hub = await connect((_, response) => json(response, [entry(RUN, {storage})]))
      expect(await hub.listStorage(OWN)).to.deep.equal([{name: RUN, bytes: undefined}])
    })
  }

  it('does not count what is no dataset with a name', async () => {
    const others = [
      null,
      5,
      'kim/a',
      [],
      {},
      entry('kim/m', {type: 'model'}),
      entry('kim/x', {type: undefined}),
    ]
    const hub = await connect((_, response) => json(response, [...others, {...entry(''), id: 7}, entry(RUN)]))
    expect(await hub.listStorage(OWN)).to.deep.equal([{name: RUN, bytes: 1200}])
  })

  it('is asked for in pages of the length that the Hub likes, where it does not like ours', async () => {
    const hub = await connect(({path}, response) => {
      if (path.includes('limit=')) json(response, {error: 'Invalid limit'}, {status: 400})
      else json(response, [entry(RUN)])
    })
    expect(await hub.listStorage(OWN)).to.have.length(1)
    expect(server.seen).to.have.length(2)
  })

  for (const status of [400, 401, 403, 404]) {
    it(`that is answered with ${status} is an error`, async () => {
      const hub = await connect((_, response) => json(response, {error: 'no'}, {status}))
      const error = await rejectionOf(hub.listStorage(OWN))
      expect(error).to.be.instanceOf(HubError).and.include({status})
    })
  }

  const bodies: Array<[title: string, type: string, body: string]> = [
    ['an object', 'application/json', '{"repositories":[]}'],
    ['null', 'application/json', 'null'],
    ['broken JSON', 'application/json', '[{"id":"kim/smol'],
    ['a page', 'text/html', '<html>Please sign in</html>'],
  ]
  for (const [title, type, body] of bodies) {
    it(`that is ${title} is an error`, async () => {
      const hub = await connect((_, response) => response.writeHead(200, {'content-type': type}).end(body))
      expect(await rejectionOf(hub.listStorage(OWN))).to.be.instanceOf(HubFormatError)
    })
  }

  const links: Array<[title: string, link: () => string]> = [
    ['leads to another origin', () => page('2').replace('127.0.0.1', 'localhost')],
    ['is relative', () => '</api/settings/repositories?cursor=2>; rel="next"'],
    ['leads back to the first page', () => `<${server.url}${server.seen[0]?.path}>; rel="next"`],
    ['leads in a circle', () => page(server.seen.at(-1)?.path.includes('cursor=2') ? '3' : '2')],
  ]
  for (const [title, link] of links) {
    it(`whose link ${title} is an error`, async () => {
      const hub = await connect((_, response) => json(response, [entry(RUN)], {headers: {link: link()}}))
      expect(await rejectionOf(hub.listStorage(OWN))).to.be.instanceOf(HubFormatError)
      expect(server.seen.length).to.be.lessThan(5)
    })
  }

  for (const [title, one] of [
    ['the same dataset', entry(RUN)],
    ['what has no name', {}],
  ] as const) {
    it(`that brings ${title} again and again is an error`, async () => {
      const hub = await connect((_, response, index) =>
        json(
          response,
          Array.from({length: 400}, () => one),
          {headers: {link: page(String(index))}},
        ),
      )
      expect(await rejectionOf(hub.listStorage(OWN))).to.be.instanceOf(HubFormatError)
      expect(server.seen.length).to.be.lessThan(5)
    })
  }

  it('is not read to the end where the job is cancelled', async () => {
    const controller = new AbortController()
    const hub = await connect((_, response, index) => {
      if (index === 0) json(response, [entry(RUN)], {headers: {link: page('2')}})
      else controller.abort()
    }, controller.signal)
    expect(await rejectionOf(hub.listStorage(OWN))).to.be.instanceOf(CancelledError)
  })
})
