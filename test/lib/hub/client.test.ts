import {expect} from 'chai'
import {subscribe, unsubscribe} from 'node:diagnostics_channel'

import {CancelledError, RefusedError, SmoltraceError} from '../../../src/lib/base/errors.js'
import {connectHub, type Hub, type PlanPart} from '../../../src/lib/hub/client.js'
import {HubError, HubFormatError, HubUnreachableError} from '../../../src/lib/hub/errors.js'
import {json, NEAR_MISSES, rejectionOf, serve, type StubServer, TOKEN} from '../../support/builders.js'
import {withHub} from '../../support/hub.js'

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

const ok: Parameters<typeof serve>[0] = (_, response) =>
  response.writeHead(200, {'content-type': 'text/plain'}).end('OK')
const refuse =
  (status: number, code?: string): Parameters<typeof serve>[0] =>
  (_, response) =>
    response.writeHead(status, {'content-type': 'text/plain', ...(code && {'x-error-code': code})}).end('no')

describe('client', () => {
  let server: StubServer | undefined
  /** Another server, which must never be asked. */
  let foreign: StubServer

  const connect = async (...args: Parameters<typeof serve>): Promise<Hub> => {
    server = await serve(...args)
    return connectHub({endpoint: server.url, token: TOKEN, source: 'HF_TOKEN'})
  }

  const seen = () => server?.seen ?? []
  const url = () => server?.url ?? ''

  before(async () => {
    foreign = await serve((_, response) => json(response, []))
  })

  after(() => foreign.close())

  beforeEach(() => {
    foreign.seen.length = 0
  })

  afterEach(async () => {
    await server?.close()
    server = undefined
  })

  describe('the listing', () => {
    it('[S2] is asked for by author, in the order of creation, with all that decides', async () => {
      const hub = await connect((_, response) => json(response, []))
      expect(await hub.listDatasets('kim')).to.deep.equal({datasets: [], others: [], nameless: 0})
      const query = new URL(url() + (seen()[0]?.path ?? '')).searchParams
      expect(seen()[0]?.path).to.match(/^\/api\/datasets\?/)
      expect(query.get('author')).to.equal('kim')
      expect(query.get('sort')).to.equal('createdAt')
      expect(query.get('search')).to.equal(null)
      expect(query.getAll('expand')).to.include.members([
        'createdAt',
        'lastModified',
        'sha',
        'private',
        'tags',
      ])
      expect(seen()[0]?.headers.authorization).to.equal(`Bearer ${TOKEN}`)
    })

    it('is read from all pages', async () => {
      const hub = await connect(({path}, response) => {
        if (path.includes('cursor=2')) json(response, [entry(BOARD, {private: false})])
        else json(response, [entry(RUN)], {headers: {link: `<${url()}/api/datasets?cursor=2>; rel="next"`}})
      })
      expect((await hub.listDatasets('kim')).datasets).to.deep.equal([
        {
          name: RUN,
          id: '621ffdd236468d709f181d5e',
          sha: 'a'.repeat(40),
          createdAt: new Date(CREATED),
          lastModified: new Date(CHANGED),
          private: true,
        },
        {
          name: BOARD,
          id: '621ffdd236468d709f181d5e',
          sha: 'a'.repeat(40),
          createdAt: new Date(CREATED),
          lastModified: new Date(CHANGED),
          private: false,
        },
      ])
      expect(seen()).to.have.length(2)
    })

    it('keeps of the tags only what pins, or may be meant to', async () => {
      const tags = ['smoltrace', 'smoltrace-pinned', 'license:mit', 'Smoltrace-Pinned-x', 'unpinned']
      const hub = await connect((_, response) => json(response, [entry(RUN, {tags})]))
      const [listed] = (await hub.listDatasets('kim')).datasets
      expect(listed?.pinTags).to.deep.equal(['smoltrace-pinned', 'Smoltrace-Pinned-x'])
    })

    for (const tags of [undefined, null, 'smoltrace-pinned', {}]) {
      it(`is not certain where a dataset's tags are ${JSON.stringify(tags)}`, async () => {
        const hub = await connect((_, response) => json(response, [entry(RUN, {tags})]))
        const error = await rejectionOf(hub.listDatasets('kim'))
        expect(error).to.be.instanceOf(HubFormatError)
        expect(error.message).to.include(`the tags of ${RUN}`)
      })
    }

    it('ends at a page whose link leads only back', async () => {
      const hub = await connect((_, response) =>
        json(response, [entry(RUN)], {headers: {link: `<${url()}/api/datasets?cursor=0>; rel="first"`}}),
      )
      expect((await hub.listDatasets('kim')).datasets).to.have.length(1)
      expect(seen()).to.have.length(1)
    })

    const links: Array<[title: string, link: () => string]> = [
      ['leads to another origin', () => `<${foreign.url}/api/datasets?cursor=2>; rel="next"`],
      ['leads to an origin that begins alike', () => `<${url()}.example/api/datasets?cursor=2>; rel="next"`],
      [
        'leads to the Hub under another name',
        () => `<${url().replace('127.0.0.1', 'localhost')}/api/datasets?cursor=2>; rel="next"`,
      ],
      ['is written in capitals', () => `<${url()}/api/datasets?cursor=2>; rel="NEXT"`],
      [
        'has its scheme in capitals',
        () => `<${url().replace('http', 'HTTP')}/api/datasets?cursor=2>; rel="next"`,
      ],
      [
        'is one of two',
        () => `<${url()}/api/datasets?cursor=2>; rel="next", <${url()}/api/datasets?cursor=3>; rel="next"`,
      ],
      ['is relative', () => '</api/datasets?cursor=2>; rel="next"'],
      ['is empty', () => '<>; rel="next"'],
      ['is written without quotes', () => `<${url()}/api/datasets?cursor=2>; rel=next`],
      ['is written without a blank', () => `<${url()}/api/datasets?cursor=2>;rel="next"`],
      [
        'has another part before its relation',
        () => `<${url()}/api/datasets?cursor=2>; title="x"; rel="next"`,
      ],
      ['is of two relations', () => `<${url()}/api/datasets?cursor=2>; rel="next last"`],
      ['leads back to the first page', () => `<${url()}${seen()[0]?.path}>; rel="next"`],
    ]
    for (const [title, link] of links) {
      it(`whose link ${title} is an error, never a short listing`, async () => {
        const hub = await connect((_, response) => json(response, [entry(RUN)], {headers: {link: link()}}))
        expect(await rejectionOf(hub.listDatasets('kim'))).to.be.instanceOf(HubFormatError)
        expect(seen()).to.have.length(1)
        expect(foreign.seen).to.deep.equal([])
      })
    }

    it('[S17] whose link leads to another Hub names that as HF_ENDPOINT, and never follows', async () => {
      for (const other of ['https://huggingface.co', 'http://localhost:1']) {
        const link = `<${other}/api/datasets?cursor=2>; rel="next"`
        const hub = await connect((_, response) => json(response, [entry(RUN)], {headers: {link}}))
        const error = await rejectionOf(hub.listDatasets('kim'))
        expect(error).to.be.instanceOf(HubFormatError)
        expect(error.message)
          .to.include(`continues at ${other}`)
          .and.include('HF_ENDPOINT seems to be a mirror')
        expect((error as HubFormatError).suggestions[0]).to.include(`Set HF_ENDPOINT to ${other}`)
      }
    })

    it('whose links lead in a circle of several pages is an error', async () => {
      const hub = await connect(({path}, response) => {
        const next = path.includes('cursor=2') ? 3 : 2
        json(response, [entry(RUN)], {headers: {link: `<${url()}/api/datasets?cursor=${next}>; rel="next"`}})
      })
      expect(await rejectionOf(hub.listDatasets('kim'))).to.be.instanceOf(HubFormatError)
      expect(seen().length).to.be.lessThan(6)
    })

    it('whose links lead on and on past pages with nothing on them is an error', async () => {
      const hub = await connect((_, response, index) =>
        json(response, [], {headers: {link: `<${url()}/api/datasets?cursor=${index}>; rel="next"`}}),
      )
      expect(await rejectionOf(hub.listDatasets('kim'))).to.be.instanceOf(HubFormatError)
      expect(seen().length).to.be.lessThan(100)
    })

    describe('of which a full page has no link', () => {
      const page = (count: number) =>
        Array.from({length: count}, (_, index) => entry(`kim/notes-${index}`)).map((each) => ({
          ...each,
          _id: each.id,
        }))
      const limitOf = (path: string) => Number(new URL(url() + path).searchParams.get('limit'))

      it('is an error where there is more: a proxy takes it out of the answers', async () => {
        const hub = await connect(({path}, response) => json(response, page(limitOf(path))))
        const error = (await rejectionOf(hub.listDatasets('kim'))) as SmoltraceError
        expect(error).to.be.instanceOf(HubFormatError)
        expect(error.suggestions.join(' ')).to.include('proxy')
      })

      it('is whole where there is no more', async () => {
        const hub = await connect(({path}, response, index) =>
          json(response, page(index === 0 ? limitOf(path) : limitOf(path) - 1)),
        )
        const {others} = await hub.listDatasets('kim')
        expect(others).to.have.length(limitOf(seen()[0]?.path ?? ''))
        expect(seen().map(({path}) => limitOf(path))).to.deep.equal([others.length, others.length + 1])
      })

      it('is not asked again where it is shorter, or comes after another', async () => {
        const short = await connect(({path}, response) => json(response, page(limitOf(path) - 1)))
        await short.listDatasets('kim')
        expect(seen()).to.have.length(1)
        await server?.close()
        const paged = await connect(({path}, response, index) => {
          const link = `<${url()}${path}&cursor=2>; rel="next"`
          json(response, page(limitOf(path)), {headers: index === 0 ? {link} : {}})
        })
        await paged.listDatasets('kim')
        expect(seen()).to.have.length(2)
      })
    })

    it('that brings the same datasets under ever new links is an error', async () => {
      const page = Array.from({length: 300}, (_, index) =>
        entry(`kim/smoltrace-results-20260901_${120_000 + index}`),
      )
      const hub = await connect((_, response, index) =>
        json(response, page, {headers: {link: `<${url()}/api/datasets?cursor=${index}>; rel="next"`}}),
      )
      expect(await rejectionOf(hub.listDatasets('kim'))).to.be.instanceOf(HubFormatError)
      expect(seen().length).to.be.lessThan(10)
    })

    it('may have a page with nothing on it in its middle', async () => {
      const hub = await connect((_, response, index) => {
        const headers = index < 20 ? {link: `<${url()}/api/datasets?cursor=${index}>; rel="next"`} : {}
        json(response, index < 20 ? [] : [entry(RUN)], {headers})
      })
      expect((await hub.listDatasets('kim')).datasets).to.have.length(1)
    })

    it('may be asked for again: pages of the last time are no circle', async () => {
      const hub = await connect(({path}, response) => {
        if (path.includes('cursor=2')) json(response, [])
        else json(response, [entry(RUN)], {headers: {link: `<${url()}/api/datasets?cursor=2>; rel="next"`}})
      })
      await hub.listDatasets('kim')
      expect((await hub.listDatasets('kim')).datasets).to.have.length(1)
    })

    const fields = ['_id', 'sha', 'createdAt', 'lastModified']
    for (const field of fields) {
      for (const value of [undefined, null, '', 'soon', {}]) {
        const isName = field === '_id' || field === 'sha'
        if (isName && value === 'soon') continue
        const shown = JSON.stringify(value) ?? 'no value'
        it(`of which one of ours has ${shown} as ${field} is an error`, async () => {
          const hub = await connect((_, response) =>
            json(response, [entry(RUN), entry(BOARD, {[field]: value})]),
          )
          expect(await rejectionOf(hub.listDatasets('kim'))).to.be.instanceOf(HubFormatError)
        })

        it(`is not stopped where somebody else's has ${shown} as ${field}`, async () => {
          const foreign = ['kim/notes', 'team/smoltrace-leaderboard', `${RUN}-copy`]
          const entries = foreign.map((name) => entry(name, {[field]: value}))
          const hub = await connect((_, response) => json(response, [...entries, entry(RUN)]))
          const {datasets, others, nameless} = await hub.listDatasets('kim')
          expect(datasets.map(({name}) => name)).to.deep.equal([RUN])
          expect({others, nameless}).to.deep.equal({others: foreign, nameless: 0})
        })
      }
    }

    for (const date of [
      '2026-09-01T12:30:00',
      '2026-09-01',
      '2026-09-01 12:30:00Z',
      'Tue, 01 Sep 2026 12:30:00',
      '1788265800000',
    ]) {
      it(`takes no date of a zone that it does not say: ${date}`, async () => {
        for (const field of ['createdAt', 'lastModified']) {
          const hub = await connect((_, response) => json(response, [entry(RUN, {[field]: date})]))
          expect(await rejectionOf(hub.listDatasets('kim')), field).to.be.instanceOf(HubFormatError)
          await server?.close()
        }
      })
    }

    it('[S2] takes a date with a zone for the moment that it is', async () => {
      const dates = {createdAt: '2026-09-01T14:30:00+02:00', lastModified: '2026-09-01T12:30Z'}
      const hub = await connect((_, response) => json(response, [entry(RUN, dates)]))
      const [dataset] = (await hub.listDatasets('kim')).datasets
      const moment = new Date('2026-09-01T12:30:00Z')
      expect(dataset).to.deep.include({createdAt: moment, lastModified: moment})
    })

    for (const value of [null, {}, 5, 'kim', [], {id: null}, {id: ''}, {id: 5}, {id: {}}, {_id: '1'}]) {
      it(`counts an entry without a name: ${JSON.stringify(value)}`, async () => {
        const hub = await connect((_, response) => json(response, [value, entry(RUN)]))
        const {datasets, others, nameless} = await hub.listDatasets('kim')
        expect(datasets.map(({name}) => name)).to.deep.equal([RUN])
        expect({others, nameless}).to.deep.equal({others: [], nameless: 1})
      })
    }

    for (const [title, value] of [
      ['an object', {datasets: []}],
      ['null', null],
      ['a number', 5],
      ['an empty text', ''],
    ] as const) {
      it(`that is ${title} is an error`, async () => {
        const hub = await connect((_, response) => json(response, value))
        expect(await rejectionOf(hub.listDatasets('kim'))).to.be.instanceOf(SmoltraceError)
      })
    }

    it('that is broken JSON is an error', async () => {
      const hub = await connect((_, response) =>
        response.writeHead(200, {'content-type': 'application/json'}).end('[{"id": "kim/smol'),
      )
      expect(await rejectionOf(hub.listDatasets('kim'))).to.be.instanceOf(HubFormatError)
    })

    it('that breaks off in the middle is an error', async () => {
      const hub = await connect((_, response) => {
        response.writeHead(200, {'content-type': 'application/json', 'content-length': '1000'})
        response.write('[{"id": "kim/smol', () => response.destroy())
      })
      const error = await rejectionOf(hub.listDatasets('kim'))
      expect(error).to.be.instanceOf(HubUnreachableError)
    })

    it('[S2] of which the second page fails is an error', async () => {
      const hub = await connect(({path}, response) => {
        if (path.includes('cursor=2')) json(response, {error: 'oops'}, {status: 500})
        else json(response, [entry(RUN)], {headers: {link: `<${url()}/api/datasets?cursor=2>; rel="next"`}})
      })
      expect(await rejectionOf(hub.listDatasets('kim')))
        .to.be.instanceOf(HubError)
        .and.to.have.property('status', 500)
    })

    it('that a signal ends in the middle of a page is a cancellation, not a broken answer', async () => {
      const controller = new AbortController()
      server = await serve((_, response) => {
        response.writeHead(200, {'content-type': 'application/json'})
        response.write('[')
      })
      const hub = connectHub({
        endpoint: server.url,
        token: TOKEN,
        source: 'HF_TOKEN',
        signal: controller.signal,
      })
      const whenItBegins = () => setImmediate(() => controller.abort())
      subscribe('http.client.response.finish', whenItBegins)
      const error = await rejectionOf(hub.listDatasets('kim')).finally(() =>
        unsubscribe('http.client.response.finish', whenItBegins),
      )
      expect(error).to.be.instanceOf(CancelledError).and.to.have.property('exitCode', 130)
    })

    it('counts its pages, and knows how many requests the quota allows', async () => {
      const hub = await connect(({path, headers: {host}}, response) => {
        const link = {link: `<http://${host}/api/datasets?cursor=2>; rel="next"`}
        const policy = {ratelimit: '"api";r=9;t=8', 'ratelimit-policy': '"fixed window";"api";q=500;w=300'}
        json(response, [], {headers: {...policy, ...(!path.includes('cursor') && link)}})
      })
      expect(hub).to.include({pages: 0, quotaSize: undefined})
      await hub.listDatasets('kim')
      await hub.listDatasets('kim')
      expect(hub.pages).to.equal(4)
      expect(hub.quotaSize).to.deep.equal({requests: 500, windowMs: 300_000})
    })
  })

  describe('a deletion', () => {
    it('names the dataset, its namespace and its type', async () => {
      const hub = await connect(ok)
      await hub.deleteDataset(RUN, 'kim', 'run')
      await hub.deleteDataset(BOARD, 'kim', 'leaderboard')
      expect(seen().map(({method, path}) => `${method} ${path}`)).to.deep.equal([
        'DELETE /api/repos/delete',
        'DELETE /api/repos/delete',
      ])
      expect(seen().map(({body}) => JSON.parse(body))).to.deep.equal([
        {name: 'smoltrace-results-20260901_120000', organization: 'kim', type: 'dataset'},
        {name: 'smoltrace-leaderboard', organization: 'kim', type: 'dataset'},
      ])
      expect(seen()[0]?.headers.authorization).to.equal(`Bearer ${TOKEN}`)
    })

    const refused: Array<[name: string, namespace: string, part: PlanPart]> = [
      ...NEAR_MISSES.flatMap(
        (name) =>
          [
            [`kim/${name}`, 'kim', 'run'],
            [`kim/${name}`, 'kim', 'leaderboard'],
          ] as Array<[string, string, PlanPart]>,
      ),
      [BOARD, 'kim', 'run'],
      [RUN, 'kim', 'leaderboard'],
      [RUN, 'team', 'run'],
      [RUN, 'Kim', 'run'],
      ['team/smoltrace-results-20260901_120000', 'kim', 'run'],
      ['smoltrace-results-20260901_120000', '', 'run'],
      [`datasets/${RUN}`, 'kim', 'run'],
    ]

    it('[S1] of any other name, namespace or part is refused before anything is sent', async () => {
      const hub = await connect(ok)
      for (const [name, namespace, part] of refused) {
        const error = await rejectionOf(hub.deleteDataset(name, namespace, part))
        expect(error, `${name} of ${namespace} as ${part}`).to.be.instanceOf(RefusedError)
      }

      expect(seen()).to.deep.equal([])
    })

    it('that the Hub refuses is an error, with its code', async () => {
      const hub = await connect((_, response) =>
        json(response, {error: 'gone'}, {status: 404, headers: {'x-error-code': 'RepoNotFound'}}),
      )
      const error = (await rejectionOf(hub.deleteDataset(RUN, 'kim', 'run'))) as HubError
      expect(error.answer).to.include({status: 404, code: 'RepoNotFound', method: 'DELETE', text: 'gone'})
    })

    it('that a page answers is none, at an endpoint with a path too', async () => {
      server = await serve((_, response) =>
        response.writeHead(200, {'content-type': 'text/html'}).end('<html>'),
      )
      for (const endpoint of [server.url, `${server.url}/hub`]) {
        const hub = connectHub({endpoint, token: TOKEN, source: 'HF_TOKEN'})
        expect(await rejectionOf(hub.deleteDataset(RUN, 'kim', 'run')), endpoint).to.be.instanceOf(
          HubFormatError,
        )
      }
    })

    it('is not sent to where a redirect leads', async () => {
      const hub = await connect((_, response) =>
        response.writeHead(307, {location: `${foreign.url}/api/repos/delete`}).end(),
      )
      expect(await rejectionOf(hub.deleteDataset(RUN, 'kim', 'run'))).to.be.instanceOf(HubError)
      expect(foreign.seen).to.deep.equal([])
    })
  })

  describe('whoami', () => {
    it("tells the owner and the Hub's clock", async () => {
      const hub = await connect((_, response) => {
        response.setHeader('date', 'Mon, 05 Oct 2026 12:00:00 GMT')
        json(response, {type: 'user', name: 'kim', auth: {accessToken: {role: 'write'}}})
      })
      expect(await hub.whoAmI()).to.deep.include({
        name: 'kim',
        tokenRole: 'write',
        date: new Date('2026-10-05T12:00:00Z'),
      })
      expect(seen()[0]).to.deep.include({method: 'GET', path: '/api/whoami-v2'})
    })

    for (const [title, value] of [
      ['null', null],
      ['a list', []],
      ['nobody', {auth: {}}],
      ['a text', 'kim'],
    ] as const) {
      it(`that answers ${title} is an error`, async () => {
        const hub = await connect((_, response) => json(response, value))
        expect(await rejectionOf(hub.whoAmI())).to.be.instanceOf(HubFormatError)
      })
    }

    it('passes a rejected token on as 401', async () => {
      const hub = await connect((_, response) =>
        json(response, {error: 'Invalid username or password.'}, {status: 401}),
      )
      const error = await rejectionOf(hub.whoAmI())
      expect(error).to.be.instanceOf(HubError).and.to.have.property('status', 401)
      expect(error.message).not.to.include(TOKEN)
    })
  })

  describe('a text file', () => {
    const PROTECTION = {name: BOARD, revision: 'main', path: '.smoltrace/protection.json'}

    it('may be empty, and is there all the same', () =>
      withHub({seed: 'empty'}, async (sandbox) => {
        const files = {[PROTECTION.path]: '', 'a.txt': 'ä'}
        const name = 'mira/smoltrace-leaderboard'
        sandbox.state.addDataset({name, createdAt: '2026-10-01T00:00:00Z', files})
        const hub = connectHub({endpoint: sandbox.url, token: sandbox.token, source: 'test'})
        expect(await hub.readText({...PROTECTION, name})).to.equal('')
        expect(await hub.readText({name, revision: 'main', path: 'a.txt'})).to.equal('ä')
        expect(await hub.readText({name, revision: 'main', path: 'b.txt'})).to.equal(undefined)
      }))

    it('[S11] is certainly not there only where the Hub says so of the entry', async () => {
      const hub = await connect(refuse(404, 'EntryNotFound'))
      expect(await hub.readText(PROTECTION)).to.equal(undefined)
    })

    for (const [status, code] of [
      [404, 'RepoNotFound'],
      [404, 'RevisionNotFound'],
      [404, undefined],
      [401, undefined],
      [403, 'EntryNotFound'],
      [500, undefined],
    ] as const) {
      it(`is not known after ${status} ${code ?? 'without a code'}, so it is an error`, async () => {
        const hub = await connect(refuse(status, code))
        expect(await rejectionOf(hub.readText(PROTECTION))).to.be.instanceOf(HubError)
      })
    }
  })

  it('takes the head of a dataset only from an answer that names it', async () => {
    const hub = await connect((_, response, index) =>
      json(
        response,
        index === 0 ? {...entry(BOARD), sha: 'b'.repeat(40)} : {...entry(BOARD), sha: undefined},
      ),
    )
    expect(await hub.headOf(BOARD)).to.equal('b'.repeat(40))
    expect(await rejectionOf(hub.headOf(BOARD))).to.be.instanceOf(HubFormatError)
  })
})
