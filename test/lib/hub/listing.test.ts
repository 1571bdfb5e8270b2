import {expect} from 'chai'
import {Readable} from 'node:stream'

import {HubError, HubFormatError} from '../../../src/lib/hub/errors.js'
import {toResponse} from '../../../src/lib/hub/http.js'
import {guardPages} from '../../../src/lib/hub/listing.js'
import {type Send} from '../../../src/lib/hub/transport.js'
import {rejectionOf, TOKEN} from '../../support/builders.js'
import {hubAt, type Replier, type SeenRequest, stubHubs, type StubServer} from './stub.js'

const CREATED = '2026-09-01T12:30:00.000Z'
const CHANGED = '2026-09-02T12:30:00.000Z'
const RUN = 'kim/smoltrace-results-20260901_120000'
const BOARD = 'kim/smoltrace-leaderboard'

/** An entry of the listing as the Hub sends it. */
const entry = (name: string, facts: Record<string, unknown> = {}) => ({
  _id: '621ffdd236468d709f181d5e',
  id: name,
  private: true,
  downloads: 0,
  gated: false,
  likes: 0,
  lastModified: CHANGED,
  tags: ['region:us'],
  createdAt: CREATED,
  sha: 'a'.repeat(40),
  ...facts,
})
/** An entry of the inventory as the Hub sends it. */
const stored = (id: unknown, facts: Record<string, unknown> = {}) => ({
  id,
  type: 'dataset',
  visibility: 'private',
  storage: 1200,
  storagePercent: 0.1,
  ...facts,
})

describe('a listing', () => {
  const {replies, closeAll} = stubHubs()
  let server: StubServer

  afterEach(closeAll)

  const connect = async (...answers: Replier[]) => {
    server = await replies(...answers)
    return hubAt(server.url)
  }

  const list = async (...answers: Replier[]) => (await connect(...answers)).listDatasets('kim')
  const inventory = async (...answers: Replier[]) => (await connect(...answers)).listStorage()
  /** Refused for what answers at the Hub. */
  const expectRefused = async (listing: Promise<unknown>, mostRequests: number) => {
    expect(await rejectionOf(listing)).to.be.instanceOf(HubFormatError)
    expect(server.seen.length).to.be.at.most(mostRequests)
  }

  const next = (cursor: number | string, rest = 'rel="next"') =>
    `<${server.url}/api/datasets?cursor=${cursor}>; ${rest}`
  /** A page with a link, which knows the server's address only once it is asked. */
  const page =
    (json: unknown, link: (index: number) => string): Replier =>
    (_, index) => ({json, headers: {link: link(index)}})

  it('[S2] is asked for by author, in the order of creation, with all that decides', async () => {
    expect(await list({json: []})).to.deep.equal({datasets: [], trash: [], others: [], nameless: 0, pages: 1})
    const [{path = '', headers} = {} as SeenRequest] = server.seen
    const query = new URL(server.url + path).searchParams
    expect(path).to.match(/^\/api\/datasets\?/)
    expect(query.get('author')).to.equal('kim')
    expect(query.get('sort')).to.equal('createdAt')
    expect(query.getAll('expand')).to.include.members(['createdAt', 'lastModified', 'sha', 'private', 'tags'])
    expect(headers.authorization).to.equal(`Bearer ${TOKEN}`)
  })

  it('is read from all pages, each time again, with dates of any zone and the tags that pin or may be meant to', async () => {
    const tags = ['smoltrace', 'smoltrace-pinned', 'license:mit', 'Smoltrace-Pinned-x', 'unpinned']
    const quota = {ratelimit: '"api";r=9;t=8', 'ratelimit-policy': '"fixed window";"api";q=500;w=300'}
    const hub = await connect(({path}) =>
      path.includes('cursor=2')
        ? {json: [entry(BOARD, {private: false})], headers: quota}
        : {json: [entry(RUN, {tags, lastModified: '2026-09-02T14:30+02:00'})], headers: {link: next(2)}},
    )
    const dates = {createdAt: new Date(CREATED), lastModified: new Date(CHANGED)}
    const facts = {id: entry(RUN)._id, sha: 'a'.repeat(40), ...dates}
    const pinTags = ['smoltrace-pinned', 'Smoltrace-Pinned-x']
    for (let time = 0; time < 2; time++) {
      const {datasets, pages} = await hub.listDatasets('kim')
      expect(pages).to.equal(2)
      expect(datasets).to.deep.equal([
        {
          ...facts,
          name: RUN,
          namespace: 'kim',
          type: 'results',
          timestamp: '20260901_120000',
          private: true,
          pinTags,
        },
        {...facts, name: BOARD, namespace: 'kim', type: 'leaderboard', private: false},
      ])
    }

    expect(hub.quota).to.deep.include({size: {requests: 500, windowMs: 300_000}})
  })

  const values = [undefined, null, '', {}]
  const dates = ['soon', '2026-09-01T12:30:00', '2026-09-01', '2026-09-01 12:30:00Z', '1788265800000']
  for (const [field, wrong] of [
    ['_id', values],
    ['sha', values],
    ['tags', [...values, 'smoltrace-pinned']],
    ['createdAt', [...values, ...dates]],
    ['lastModified', [...values, ...dates, 'Tue, 01 Sep 2026 12:30:00']],
  ] as const) {
    it(`is an error where one of ours has no certain \`${field}\`, and not where another has none`, async () => {
      const others = ['kim/notes', 'team/smoltrace-leaderboard', `${RUN}-copy`]
      for (const value of wrong) {
        const facts = {[field]: value}
        const error = await rejectionOf(list({json: [entry(RUN), entry(BOARD, facts)]}))
        expect(error, JSON.stringify(value)).to.be.instanceOf(HubFormatError)
        expect(error.message).to.match(new RegExp(`lacks the .* of ${BOARD}`))
        const foreigners = others.map((name) => entry(name, facts))
        const {datasets, ...rest} = await list({json: [...foreigners, entry(RUN)]})
        expect(datasets.map(({name}) => name)).to.deep.equal([RUN])
        expect(rest).to.deep.equal({trash: [], others, nameless: 0, pages: 1})
      }
    })
  }

  it('counts the entries without a name', async () => {
    const unnamed = [null, {}, 5, 'kim', [], {id: null}, {id: ''}, {id: 5}, {id: {}}, {_id: '1'}]
    const {datasets, ...rest} = await list({json: [...unnamed, entry(RUN)]})
    expect(datasets.map(({name}) => name)).to.deep.equal([RUN])
    expect(rest).to.deep.equal({trash: [], others: [], nameless: unnamed.length, pages: 1})
  })

  it('that is something else is an error, of datasets as of the inventory', async () => {
    const broken = {type: 'application/json', text: '[{"id": "kim/smol'}
    for (const reply of [{json: {datasets: []}}, {json: null}, {json: ''}, broken]) {
      await expectRefused(list(reply), 1)
      await expectRefused(inventory(reply), 1)
    }
  })

  describe('whose link', () => {
    const links: Array<[title: string, link: () => string]> = [
      ['leads to an origin that begins alike', () => `<${server.url}@other.test/api/x>; rel="next"`],
      ['is written in capitals', () => next(2, 'rel="NEXT"')],
      ['has its scheme in capitals', () => next(2).replace('http', 'HTTP')],
      ['is one of two', () => `${next(2)}, ${next(3)}`],
      ['is relative', () => '</api/datasets?cursor=2>; rel="next"'],
      ['is written without quotes', () => next(2, 'rel=next')],
      ['has another part before its relation', () => next(2, 'title="x"; rel="next"')],
      ['leads back to the first page', () => `<${server.url}${server.seen[0]?.path}>; rel="next"`],
    ]
    for (const [title, link] of links) {
      it(`${title} is an error, never a short listing`, async () => {
        await expectRefused(list(page([entry(RUN)], link)), 1)
        await expectRefused(inventory(page([stored(RUN)], link)), 1)
      })
    }

    it('leads only back is the last', async () => {
      expect((await list(page([entry(RUN)], () => next(0, 'rel="first"')))).datasets).to.have.length(1)
      expect(server.seen).to.have.length(1)
    })

    it('[S17] leads to another Hub names that as HF_ENDPOINT, and is never followed', async () => {
      const foreign = await replies({json: []})
      const headers = {link: `<${foreign.url}/api/datasets?cursor=2>; rel="next"`}
      const error = (await rejectionOf(list({json: [entry(RUN)], headers}))) as HubFormatError
      expect(error.message).to.include(`at ${foreign.url}`).and.include('HF_ENDPOINT seems to be a mirror')
      expect(error.suggestions[0]).to.include(`Set HF_ENDPOINT to ${foreign.url}`)
      expect(foreign.seen).to.deep.equal([])
    })

    it('leads in a circle of several pages is an error', async () => {
      const circle = (index: number) => next(index % 2 === 0 ? 2 : 3)
      await expectRefused(list(page([entry(RUN)], circle)), 5)
      await expectRefused(inventory(page([stored(RUN)], circle)), 5)
    })

    it('leads on and on past pages with nothing on them is an error, and past some of them is not', async () => {
      await expectRefused(list(page([], next)), 99)
      const some: Replier = (_, index) =>
        index < 20 ? {json: [], headers: {link: next(index)}} : {json: [entry(RUN)]}
      expect((await list(some)).datasets).to.have.length(1)
    })

    it('leads on to the same again and again is an error', async () => {
      const names = Array.from({length: 300}, (_, at) => entry(`kim/notes-${at}`))
      await expectRefused(list(page(names, next)), 9)
      for (const one of [stored(RUN), {}])
        await expectRefused(inventory(page(Array.from({length: 400}).fill(one), next)), 4)
    })
  })

  describe('of which a full page has no link', () => {
    const full = (count: number) => Array.from({length: count}, (_, index) => entry(`kim/notes-${index}`))
    const limitOf = (path: string) => Number(new URL(server.url + path).searchParams.get('limit'))

    it('is an error where there is more: a proxy takes it out of the responses', async () => {
      const error = (await rejectionOf(list(({path}) => ({json: full(limitOf(path))})))) as HubFormatError
      expect(error.suggestions.join(' ')).to.include('proxy')
    })

    it('is whole where there is no more', async () => {
      const {others} = await list(({path}, index) => ({json: full(limitOf(path) - index)}))
      expect(server.seen.map(({path}) => limitOf(path))).to.deep.equal([others.length, others.length + 1])
    })

    it('is not asked again where it is shorter, or comes after another', async () => {
      await list(({path}) => ({json: full(limitOf(path) - 1)}))
      expect(server.seen).to.have.length(1)
      await list(({path}, index) => {
        const link = `<${server.url}${path}&cursor=2>; rel="next"`
        return {json: full(limitOf(path)), headers: index === 0 ? {link} : {}}
      })
      expect(server.seen).to.have.length(2)
    })
  })

  it('[S15] ends with an error after ten thousand pages, though each has a new name', async () => {
    const endpoint = 'https://hub.example'
    const pageAt = (at: number) => `${endpoint}/api/datasets?cursor=${at}`
    let asked = 0
    const send: Send = async (url) => {
      const headers = new Headers({link: `<${pageAt(++asked)}>; rel="next"`})
      const body = Readable.from([Buffer.from(`[{"id":"kim/${asked}"}]`)])
      return toResponse({status: 200, ok: true, url, headers, body, discard() {}})
    }

    const readPage = guardPages({endpoint, send}, 'id')
    const reading = async () => {
      for (let at = 0; at < 20_000; at++) await readPage(pageAt(at))
    }

    const error = await rejectionOf(reading())
    expect(error).to.be.instanceOf(HubFormatError)
    expect(error.message).to.include('10000 pages')
    expect(asked).to.equal(10_000)
  })

  describe('of what an account takes up', () => {
    it("is the owner's, or that of an organisation, and of datasets alone", async () => {
      const hub = await connect({json: []})
      await hub.listStorage()
      await hub.listStorage('tiny.agents')
      expect(server.seen.map(({path}) => path)).to.deep.equal([
        '/api/settings/repositories?type=dataset&limit=500',
        '/api/organizations/tiny.agents/settings/repositories?type=dataset&limit=500',
      ])
      for (const {headers} of server.seen) expect(headers.authorization).to.equal(`Bearer ${TOKEN}`)
    })

    it('is read from all pages, of what is a dataset with a name, in whole bytes or as unknown', async () => {
      const others = [null, 5, 'kim/a', [], {}, stored('kim/m', {type: 'model'}), stored(7)]
      const first = page([stored('kim/a'), ...others], () => next(2))
      const hostile = [-1, 1.5, '1200', null, undefined, 2 ** 53]
      const second = hostile.map((storage) => stored('kim/b', {storage}))
      expect(await inventory(first, {json: [...second, stored('kim/c', {storage: 0})]})).to.deep.equal([
        {name: 'kim/a', bytes: 1200},
        ...hostile.map(() => ({name: 'kim/b', bytes: undefined})),
        {name: 'kim/c', bytes: 0},
      ])
    })

    it('is asked for without a limit where the Hub refuses ours, and an error where that is refused', async () => {
      const refused = {json: {error: 'Invalid limit'}, status: 400}
      expect(await inventory(refused, {json: [stored(RUN)]})).to.have.length(1)
      expect(await rejectionOf(inventory(refused))).to.be.instanceOf(HubError)
      expect(server.seen).to.have.length(2)
      expect(await rejectionOf(inventory({json: {error: 'no'}, status: 403}))).to.be.instanceOf(HubError)
      expect(server.seen).to.have.length(1)
    })
  })
})
