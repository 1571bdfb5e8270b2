import {expect} from 'chai'

import type {Sandbox} from '../../../src/lib/sandbox/index.js'

import {ask, type Ask, nextOf, NOW, sandboxAt} from './support.js'

interface Entry {
  id: string
  storage: number
  storagePercent: number
  updatedAt: string
}

function ids(entries: Entry[]): string[] {
  return entries.map(({id}) => id)
}

describe('sandbox: inventory of an account', () => {
  let sandbox: Sandbox

  beforeEach(async () => {
    sandbox = await sandboxAt({seed: 'empty'})
    for (const [index, size] of [300, 100, 200].entries())
      sandbox.state.addDataset({
        name: `mira/set-${index}`,
        createdAt: new Date(NOW.getTime() - index * 1000),
        private: index === 1,
        files: {'x.txt': 'x'.repeat(size)},
      })
    sandbox.state.addDataset({name: 'tinyagents/shared', createdAt: NOW})
  })

  afterEach(() => sandbox.close())

  const inventory = async (query: string, options: Ask = {}): Promise<Entry[]> =>
    (await ask(sandbox, `GET /api/settings/repositories?${query}`, options)).json()

  const storage = async (): Promise<number> => (await inventory('search=set-0'))[0]?.storage ?? 0

  it('tells what each dataset takes up, the private ones included (section 2.5)', async () => {
    const entries = await inventory('type=dataset')
    expect(ids(entries)).to.deep.equal(['mira/set-0', 'mira/set-2', 'mira/set-1'])
    expect(entries[2]).to.deep.include({
      type: 'dataset',
      visibility: 'private',
      updatedAt: '2026-10-05T11:59:59.000Z',
    })
    expect((entries[0]?.storage ?? 0) - (entries[2]?.storage ?? 0)).to.equal(200)
    expect(entries.reduce((sum, {storagePercent}) => sum + storagePercent, 0)).to.be.closeTo(1, 1e-9)
  })

  it('sorts, searches and pages', async () => {
    expect(ids(await inventory('sort=updatedAt&direction=asc'))).to.deep.equal([
      'mira/set-2',
      'mira/set-1',
      'mira/set-0',
    ])
    expect(ids(await inventory('search=SET-1'))).to.deep.equal(['mira/set-1'])
    expect(ids(await inventory('type=model'))).to.deep.equal([])
    const first = await ask(sandbox, 'GET /api/settings/repositories?limit=2')
    const second = await ask(sandbox, `GET ${nextOf(first)}`)
    expect(ids(second.json())).to.deep.equal(['mira/set-1'])
  })

  for (const query of ['sort=name', 'direction=up', 'cursor=x'])
    it(`refuses ?${query}`, async () => {
      expect((await ask(sandbox, `GET /api/settings/repositories?${query}`)).status).to.equal(400)
    })

  it('is for members only', async () => {
    expect((await ask(sandbox, 'GET /api/settings/repositories', {token: null})).status).to.equal(401)
    const org = await ask(sandbox, 'GET /api/organizations/tinyagents/settings/repositories')
    expect(ids(org.json())).to.deep.equal(['tinyagents/shared'])
    expect((await ask(sandbox, 'GET /api/organizations/strangers/settings/repositories')).status).to.equal(
      403,
    )
  })

  it('is not for a token that names single datasets, nor for one of another account', async () => {
    const status = async (path: string, token: string) => (await ask(sandbox, `GET ${path}`, {token})).status
    const org = '/api/organizations/tinyagents/settings/repositories'
    const {fineGrained, fineGrainedNarrow, fineGrainedReadOnly, read} = sandbox.tokens
    expect(await status('/api/settings/repositories', fineGrainedNarrow)).to.equal(403)
    for (const token of [fineGrained, fineGrainedReadOnly, read])
      expect(await status('/api/settings/repositories', token)).to.equal(200)
    expect(await status(org, fineGrained)).to.equal(403)
    expect(await status(org, read)).to.equal(200)
  })

  it('keeps counting what was replaced, as a history does', async () => {
    const before = await storage()
    sandbox.state.touch('mira/set-0')
    sandbox.state.touch('mira/set-0')
    expect(await storage()).to.equal(before + 2 * 'Commit 3\n'.length)
  })
})
