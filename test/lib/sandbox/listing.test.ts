import {expect} from 'chai'

import type {Call, Hub} from '../../../src/lib/sandbox/call.js'
import type {Sandbox} from '../../../src/lib/sandbox/index.js'

import {pageOf} from '../../../src/lib/sandbox/paging.js'
import {ask, nextOf, type Reply, sandboxAt} from './support.js'

interface Item {
  _id: string
  id: string
  createdAt: string
  [field: string]: unknown
}

const ids = (reply: Reply): string[] => reply.json<Item[]>().map(({id}) => id)

describe('sandbox: listing datasets', () => {
  let sandbox: Sandbox

  beforeEach(async () => {
    sandbox = await sandboxAt({seed: 'empty'})
    for (const [index, name] of ['delta', 'alpha', 'echo', 'bravo', 'charlie'].entries())
      sandbox.state.addDataset({
        name: `mira/${name}`,
        createdAt: new Date(Date.UTC(2026, 8, index + 1)),
        lastModified: new Date(Date.UTC(2026, 9, 5 - index)),
        private: name === 'bravo',
        files: {
          'README.md': `---\nlicense: mit\ntags:\n- smoltrace\n- ${name}\n---\n\n# The ${name} set\n\n${'x'.repeat(300)}\n`,
        },
      })
  })

  afterEach(() => sandbox.close())

  const sorted = async (sort: string): Promise<string[]> =>
    ids(await ask(sandbox, `GET /api/datasets?author=mira&sort=${sort}`)).map((id) => id.slice(5))

  it('shows the default fields (section 2.2)', async () => {
    const [item] = (await ask(sandbox, 'GET /api/datasets?author=mira&search=delta')).json<Item[]>()
    expect(item).to.have.all.keys(
      '_id',
      'id',
      'author',
      'disabled',
      'gated',
      'lastModified',
      'likes',
      'trendingScore',
      'private',
      'sha',
      'description',
      'downloads',
      'tags',
      'createdAt',
      'key',
    )
    expect(item).to.include({
      id: 'mira/delta',
      author: 'mira',
      private: false,
      gated: false,
      disabled: false,
      key: '',
    })
    expect(item?._id).to.match(/^[\da-f]{24}$/)
    expect(item?.sha).to.match(/^[\da-f]{40}$/)
    expect(item?.createdAt).to.equal('2026-09-01T00:00:00.000Z')
    expect(item?.lastModified).to.equal('2026-10-05T00:00:00.000Z')
  })

  it('adds the card with full=true: derived tags first, then the card’s own (A.3)', async () => {
    const [item] = (await ask(sandbox, 'GET /api/datasets?search=alpha&full=true')).json<Item[]>()
    expect(item?.cardData).to.deep.equal({license: 'mit', tags: ['smoltrace', 'alpha']})
    expect(item?.siblings).to.deep.equal([{rfilename: '.gitattributes'}, {rfilename: 'README.md'}])
    expect(item?.tags).to.deep.equal(['license:mit', 'region:us', 'smoltrace', 'alpha'])
    expect(item?.description).to.match(
      /^\n\t\n\t\t\n\t\tThe alpha set\n\t\n\nx{200}… See the full description on the dataset page: http/,
    )
  })

  for (const spelling of ['expand', 'expand[]', 'expand%5B%5D'])
    it(`shows only what ${spelling} asks for`, async () => {
      const reply = await ask(sandbox, `GET /api/datasets?search=alpha&${spelling}=sha&${spelling}=private`)
      expect(reply.json<Item[]>()[0]).to.have.all.keys('_id', 'id', 'sha', 'private')
    })

  for (const field of ['nonsense', 'usedStorage', 'sha,private'])
    it(`refuses to expand ${field}`, async () => {
      const reply = await ask(sandbox, `GET /api/datasets?expand=sha&expand=${field}`)
      expect(reply.status).to.equal(400)
      expect(reply.json().error).to.match(/^✖ Invalid option: expected one of .*\n {2}→ at expand\[1\]$/)
    })

  it('sorts descending by any of the known orders', async () => {
    expect(await sorted('createdAt')).to.deep.equal(['charlie', 'bravo', 'echo', 'alpha', 'delta'])
    expect(await sorted('lastModified')).to.deep.equal(['delta', 'alpha', 'echo', 'bravo', 'charlie'])
    expect(await sorted('id')).to.deep.equal(['echo', 'delta', 'charlie', 'bravo', 'alpha'])
    for (const sort of ['likes', 'downloads', 'trendingScore']) expect(await sorted(sort)).to.have.length(5)
  })

  for (const sort of ['X', 'toString', ''])
    it(`refuses to sort by "${sort}"`, async () => {
      const reply = await ask(sandbox, `GET /api/datasets?sort=${sort}`)
      expect(reply.status).to.equal(400)
      expect(reply.json()).to.deep.equal({error: `✖ Invalid sort parameter: ${sort}`})
    })

  it('filters by a part of the name and by tags, all of which must match', async () => {
    expect(ids(await ask(sandbox, 'GET /api/datasets?search=ha'))).to.have.members([
      'mira/alpha',
      'mira/charlie',
    ])
    expect(ids(await ask(sandbox, 'GET /api/datasets?search=mira'))).to.deep.equal([])
    expect(ids(await ask(sandbox, 'GET /api/datasets?filter=smoltrace&filter=echo'))).to.deep.equal([
      'mira/echo',
    ])
    expect(ids(await ask(sandbox, 'GET /api/datasets?filter=license:mit&filter=nothing'))).to.deep.equal([])
  })

  it('answers an unknown author, or one in other letters, with an empty list', async () => {
    for (const author of ['nobody', 'Mira']) {
      const reply = await ask(sandbox, `GET /api/datasets?author=${author}`)
      expect([reply.status, reply.text]).to.deep.equal([200, '[]'])
    }
  })

  it('leaves out private datasets without a word where the token may not see them', async () => {
    const seenBy = async (token: null | string) =>
      ids(await ask(sandbox, 'GET /api/datasets?author=mira', {token}))
    expect(await seenBy(null))
      .to.have.length(4)
      .and.not.to.include('mira/bravo')
    expect(await seenBy(sandbox.tokens.fineGrainedNarrow)).not.to.include('mira/bravo')
    for (const token of ['write', 'read', 'fineGrained', 'fineGrainedReadOnly'] as const)
      expect(await seenBy(sandbox.tokens[token]), token).to.include('mira/bravo')
  })

  it('answers a wrong token with 401, though the datasets are public', async () => {
    expect((await ask(sandbox, 'GET /api/datasets?author=mira', {token: 'hf_wrong'})).status).to.equal(401)
  })

  it('leads from page to page with an absolute Link that repeats every parameter', async () => {
    const start = `GET ${sandbox.url}/api/datasets?author=mira&limit=2&sort=createdAt&expand=sha&expand=private`
    const first = await ask(sandbox, start)
    const next = nextOf(first) ?? ''
    expect(next).to.match(/^http:\/\/127\.0\.0\.1:\d+\/api\/datasets\?/)
    const query = new URL(next).searchParams
    expect(query.getAll('expand')).to.deep.equal(['sha', 'private'])
    expect([query.get('author'), query.get('limit'), query.get('sort')]).to.deep.equal([
      'mira',
      '2',
      'createdAt',
    ])
    expect(Buffer.from(query.get('cursor') ?? '', 'base64').toString('base64')).to.equal(query.get('cursor'))

    const second = await ask(sandbox, `GET ${next}`)
    const third = await ask(sandbox, `GET ${nextOf(second)}`)
    expect([...ids(first), ...ids(second), ...ids(third)].map((id) => id.slice(5))).to.deep.equal(
      ['charlie', 'bravo', 'echo', 'alpha', 'delta'], // prettier-ignore
    )
    expect(third.headers.has('link')).to.equal(false)
  })

  it('has no Link where the last page is exactly full', async () => {
    expect(nextOf(await ask(sandbox, 'GET /api/datasets?author=mira&limit=5'))).to.equal(undefined)
  })

  it('skips nothing where something is deleted between two pages', async () => {
    const first = await ask(sandbox, 'GET /api/datasets?author=mira&limit=2&sort=createdAt')
    sandbox.state.remove('mira/charlie')
    sandbox.state.remove('mira/bravo')
    expect(ids(await ask(sandbox, `GET ${nextOf(first)}`))).to.deep.equal(['mira/echo', 'mira/alpha'])
  })

  for (const query of [
    'cursor=!!!',
    'cursor=bnVsbA',
    'cursor=W1tdLDFd',
    'limit=-1',
    'limit=many',
    'limit=1.5',
  ])
    it(`refuses ?${query}`, async () => {
      expect((await ask(sandbox, `GET /api/datasets?${query}`)).status).to.equal(400)
    })

  it('never gives more than the page size, whatever the limit', async () => {
    const sandbox = await sandboxAt({pageSize: 7})
    const pages = await Promise.all(
      ['', '&limit=1000', '&limit=5'].map((limit) => ask(sandbox, `GET /api/datasets?author=mira${limit}`)),
    )
    expect(pages.map((page) => ids(page).length)).to.deep.equal([7, 7, 5])
    expect(pages.every((page) => nextOf(page) !== undefined)).to.equal(true)
    await sandbox.close()
  })

  it('lists by trend unless told otherwise, which is not the order of creation', async () => {
    const sandbox = await sandboxAt()
    const trending = await ask(sandbox, 'GET /api/datasets?author=mira')
    const created = await ask(sandbox, 'GET /api/datasets?author=mira&sort=createdAt')
    expect(ids(trending)).to.have.members(ids(created))
    expect(ids(trending)).not.to.deep.equal(ids(created)).and.not.to.deep.equal(ids(created).toReversed())
    const scores = trending.json<Array<Item & {trendingScore: number}>>().map((item) => item.trendingScore)
    expect(scores).to.deep.equal(scores.toSorted((one, other) => other - one))
    await sandbox.close()
  })

  it('goes on behind the last item of a page where datasets were deleted or added meanwhile', async () => {
    const page = async (path: string) => ask(sandbox, `GET ${path}`)
    const first = await page('/api/datasets?author=mira&sort=createdAt&limit=2')
    expect(ids(first)).to.deep.equal(['mira/charlie', 'mira/bravo'])
    for (const name of ['bravo', 'echo']) sandbox.state.remove(`mira/${name}`)
    sandbox.state.addDataset({name: 'mira/foxtrot', createdAt: new Date(Date.UTC(2026, 8, 9))})
    const next = nextOf(first)?.slice(sandbox.url.length) ?? ''
    expect(ids(await page(next))).to.deep.equal(['mira/alpha', 'mira/delta'])
    expect(await sorted('createdAt')).to.deep.equal(['foxtrot', 'charlie', 'alpha', 'delta'])
  })
})

describe('sandbox: a page of a sorted listing', () => {
  it('looks at the items of that page and no others', () => {
    const numbers = Array.from({length: 30_000}, (_, index) => index)
    let asked = 0
    const order = {
      keyOf: (item: number) => [item, ''] as const,
      descending: false,
      isSorted: true,
      isShown(item: number) {
        asked++
        return item % 2 === 0
      },
    }
    const cursor = Buffer.from(JSON.stringify([20_000, ''])).toString('base64')
    const call = {path: '/', query: new URLSearchParams({cursor})} as Call
    const {items, headers} = pageOf(call, {pageSize: 100, url: 'http://x'} as Hub, numbers, order)
    expect(items[0]).to.equal(20_002)
    expect(items).to.have.length(100)
    expect(headers.Link).to.include('rel="next"')
    expect(asked).to.be.at.most(202)
  })
})
