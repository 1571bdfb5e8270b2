import {expect} from 'chai'

import {ask, nextOf, NOW, refusal, type Reply, sandboxForEach} from './support.js'

const ids = (reply: Reply): string[] => reply.json<Array<{id: string}>>().map(({id}) => id)
const NEWEST_FIRST = ['charlie', 'bravo', 'echo', 'alpha', 'delta'].map((name) => `mira/${name}`)

describe('sandbox: listing datasets', () => {
  const sandbox = sandboxForEach({pageSize: 4}, ({state}) => {
    for (const [index, name] of NEWEST_FIRST.toReversed().entries())
      state.addDataset({
        name,
        createdAt: new Date(Date.UTC(2026, 8, index + 1)),
        private: name === 'mira/bravo',
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

  it('leads from page to page with an absolute Link that repeats every parameter, and has none on the last, be it full', async () => {
    const next = nextOf(await list('&limit=2&sort=createdAt&expand=sha&expand=private')) ?? ''
    const {origin, searchParams} = new URL(next)
    expect(origin).to.equal(sandbox().url)
    expect(searchParams.getAll('expand')).to.deep.equal(['sha', 'private'])
    expect([searchParams.get('author'), searchParams.get('limit')]).to.deep.equal(['mira', '2'])
    const pages = await all('&limit=1000')
    expect(pages.flat()).to.deep.equal(NEWEST_FIRST)
    expect(pages.map((page) => page.length)).to.deep.equal([4, 1])
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

  it('leaves out private datasets, and all of an unknown author, without a word', async () => {
    expect(ids(await list('', sandbox().tokens.fineGrainedNarrow))).not.to.include('mira/bravo')
    expect(ids(await list('', sandbox().tokens.fineGrainedReadOnly))).to.include('mira/bravo')
    expect((await ask(sandbox(), 'GET /api/datasets?author=Mira')).text).to.equal('[]')
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

  it('shows the storage of each dataset, the largest first, the private ones included (section 2.5)', async () => {
    const get = async (token = sandbox().token) =>
      (await ask(sandbox(), 'GET /api/settings/repositories?type=dataset', {token})).json<any[]>()
    const [largest, , smallest] = await get()
    expect([largest.id, smallest.id]).to.deep.equal(['mira/set-0', 'mira/set-1'])
    expect(smallest).to.deep.include({type: 'dataset', visibility: 'private', updatedAt: NOW.toISOString()})
    expect(largest.storage - smallest.storage).to.equal(200)
    sandbox().state.touch('mira/set-0')
    const [after] = await get(sandbox().tokens.fineGrained)
    expect(after.storage - largest.storage, 'what is replaced counts, too').to.equal('Commit 3\n'.length)
    const shared = await ask(sandbox(), 'GET /api/organizations/tinyagents/settings/repositories')
    expect(ids(shared)).to.deep.equal(['tinyagents/shared'])
  })
})

describe('sandbox: info of a dataset', () => {
  const sandbox = sandboxForEach({}, ({state}) => {
    state.addDataset({name: 'mira/open', createdAt: NOW, files: {'a.txt': 'a', 'b.parquet': 'PAR1'}})
  })

  const info = (path: string) => ask(sandbox(), `GET /api/datasets/mira/${path}`)

  it('shows any commit of the history by its whole sha, and no other revision', async () => {
    const {sha: old = ''} = sandbox().state.get('mira/open') ?? {}
    const {oid} = sandbox().state.touch('mira/open')
    const then = (await info(`open/revision/${old}`)).json()
    expect([then.sha, then.siblings.length]).to.deep.equal([old, 3])
    for (const revision of ['main', 'HEAD', oid])
      expect((await info(`open/revision/${revision}`)).json()).to.deep.include({sha: oid})
    for (const revision of ['badrev', old.slice(0, 12)])
      expect(refusal(await info(`open/revision/${revision}`))).to.deep.equal([404, 'RevisionNotFound'])
  })

  it('has the tags of its card after those that are derived (A.3)', async () => {
    for (const [card, ...tags] of [
      ['---\ntags:\n- a\n- "b"\n---\n', 'region:us', 'a', 'b'],
      ["---\ntags: [a, 'b'] # c\n---\n", 'region:us', 'a', 'b'],
      ['---\nlicense: mit\ntags: null\n---\n', 'license:mit', 'region:us'],
      ['# tags: [a]\n', 'region:us'],
    ] as const) {
      sandbox().state.addDataset({name: 'mira/x', createdAt: NOW, card})
      expect((await info('x?expand=tags')).json().tags).to.deep.equal(tags)
      sandbox().state.remove('mira/x')
    }
  })

  it('redirects a former name, and one in other letters, to a relative location, with the query (A.6)', async () => {
    sandbox().state.rename(sandbox().state.get('mira/open')!, 'mira/renamed')
    const location = '/api/datasets/mira/renamed?expand=sha'
    for (const name of ['open', 'RENAMED']) {
      const {status, headers, text} = await info(`${name}?expand=sha`)
      expect([status, headers.get('location')]).to.deep.equal([307, location])
      expect(text).to.equal(`Temporary Redirect. Redirecting to ${location}`)
      const file = await ask(sandbox(), `GET /datasets/mira/${name}/resolve/main/a.txt`)
      expect(file.headers.get('location')).to.equal('/datasets/mira/renamed/resolve/main/a.txt')
    }
  })
})
