import {expect} from 'chai'

import {ask, nextOf, NOW, type Reply, sandboxForEach} from '../support.js'

const ids = (reply: Reply): string[] => reply.json<Array<{id: string}>>().map(({id}) => id)
const NEWEST_FIRST = ['charlie', 'bravo', 'echo', 'alpha', 'delta'].map((name) => `mira/${name}`)

describe('sandbox: listing datasets', () => {
  const sandbox = sandboxForEach({pageSize: 4}, ({state}) => {
    for (const [index, name] of NEWEST_FIRST.toReversed().entries())
      state.addDataset({
        name,
        createdAt: new Date(Date.UTC(2026, 8, index + 1)),
        private: name === 'mira/bravo',
        card: '---\nlicense: mit\ntags:\n- smoltrace\n---\n',
      })
    state.addDataset({name: 'jonas/other', createdAt: NOW})
  })

  const list = (query: string, token = sandbox().token) =>
    ask(sandbox(), `GET /api/datasets?author=mira${query}`, {token})

  async function all(query: string): Promise<string[][]> {
    const pages = [await list(query)]
    for (let next = nextOf(pages[0]!); next !== undefined; next = nextOf(pages.at(-1)!))
      pages.push(await ask(sandbox(), `GET ${next}`))
    return pages.map((page) => ids(page))
  }

  it('is of one author, newest first, and shows what expand asks for (section 2.2)', async () => {
    const fields = ['createdAt', 'downloads', 'gated', 'lastModified', 'likes', 'private', 'sha', 'tags']
    const reply = await list(`&${fields.map((field) => `expand=${field}`).join('&')}`)
    const [item] = reply.json<Array<Record<string, string>>>()
    expect(item).to.have.all.keys('_id', 'id', ...fields)
    expect(item).to.deep.include({
      id: 'mira/charlie',
      createdAt: '2026-09-05T00:00:00.000Z',
      private: false,
      gated: false,
      tags: ['license:mit', 'region:us', 'smoltrace'],
    })
    expect(item?._id).to.match(/^[\da-f]{24}$/)
    expect(item?.sha).to.match(/^[\da-f]{40}$/)
  })

  it('leads from page to page with an absolute Link that repeats every parameter', async () => {
    const next = nextOf(await list('&limit=2&sort=createdAt&expand=sha&expand=private')) ?? ''
    const {origin, searchParams} = new URL(next)
    expect(origin).to.equal(sandbox().url)
    expect(searchParams.getAll('expand')).to.deep.equal(['sha', 'private'])
    expect([searchParams.get('author'), searchParams.get('limit')]).to.deep.equal(['mira', '2'])
    const pages = await all('&limit=2')
    expect(pages.flat()).to.deep.equal(NEWEST_FIRST)
    expect(pages.map((page) => page.length)).to.deep.equal([2, 2, 1])
  })

  it('never gives more than the page size, and has no Link where the last page is exactly full', async () => {
    expect((await all('&limit=1000')).map((page) => page.length)).to.deep.equal([4, 1])
    sandbox().state.remove('mira/delta')
    expect((await all('')).map((page) => page.length)).to.deep.equal([4])
  })

  it('skips and repeats nothing where datasets are deleted or added between two pages', async () => {
    const first = await list('&limit=2')
    for (const name of ['bravo', 'echo']) sandbox().state.remove(`mira/${name}`)
    sandbox().state.addDataset({name: 'mira/foxtrot', createdAt: NOW})
    expect(ids(await ask(sandbox(), `GET ${nextOf(first)}`))).to.deep.equal(['mira/alpha', 'mira/delta'])
    expect(ids(await list('&limit=1'))).to.deep.equal(['mira/foxtrot'])
  })

  it('shows a renamed dataset under its new name, at its old place', async () => {
    sandbox().state.rename(sandbox().state.get('mira/bravo')!, 'mira/zulu')
    expect((await all('')).flat()).to.deep.equal(NEWEST_FIRST.map((id) => id.replace('bravo', 'zulu')))
  })

  it('is empty for an unknown author, or one in other letters', async () => {
    for (const author of ['unknown', 'Mira'])
      expect((await ask(sandbox(), `GET /api/datasets?author=${author}`)).text).to.equal('[]')
  })

  it('leaves out private datasets without a word where the token may not see them', async () => {
    expect(ids(await list('', sandbox().tokens.fineGrainedNarrow))).not.to.include('mira/bravo')
    for (const token of ['read', 'fineGrained', 'fineGrainedReadOnly'] as const)
      expect(ids(await list('', sandbox().tokens[token])), token).to.include('mira/bravo')
  })

  for (const query of ['cursor=!!!', 'limit=0', 'limit=many', 'sort=name', 'expand=nonsense'])
    it(`refuses ?${query}`, async () => {
      expect((await ask(sandbox(), `GET /api/datasets?${query}`)).status).to.equal(400)
    })
})

describe('sandbox: inventory of an account', () => {
  const sandbox = sandboxForEach({}, ({state}) => {
    for (const [index, size] of [300, 100, 200].entries())
      state.addDataset({
        name: `mira/set-${index}`,
        createdAt: NOW,
        private: index === 1,
        files: {'x.txt': 'x'.repeat(size)},
      })
    state.addDataset({name: 'tinyagents/shared', createdAt: NOW})
  })

  const OWN = '/api/settings/repositories'
  const ORG = '/api/organizations/tinyagents/settings/repositories'
  const get = (path: string, token: null | string = sandbox().token) => ask(sandbox(), `GET ${path}`, {token})

  it('shows the storage of each dataset, the largest first, the private ones included (section 2.5)', async () => {
    const [largest, , smallest] = (await get(`${OWN}?type=dataset`)).json<any[]>()
    expect([largest.id, smallest.id]).to.deep.equal(['mira/set-0', 'mira/set-1'])
    expect(smallest).to.deep.include({type: 'dataset', visibility: 'private', updatedAt: NOW.toISOString()})
    expect(largest.storage - smallest.storage).to.equal(200)
    sandbox().state.touch('mira/set-0')
    const [after] = (await get(OWN)).json<any[]>()
    expect(after.storage - largest.storage, 'what is replaced counts, too').to.equal('Commit 3\n'.length)
  })

  it('is for members and for tokens of the account', async () => {
    const {read, fineGrained, fineGrainedNarrow} = sandbox().tokens
    expect(ids(await get(ORG))).to.deep.equal(['tinyagents/shared'])
    for (const [path, token, status] of [
      [OWN, null, 401],
      [OWN, fineGrainedNarrow, 403],
      [OWN, fineGrained, 200],
      [ORG, fineGrained, 403],
      [ORG, read, 200],
      ['/api/organizations/strangers/settings/repositories', read, 403],
    ] as const)
      expect((await get(path, token)).status, `${path} ${token}`).to.equal(status)
  })
})
