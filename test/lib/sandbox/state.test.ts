import {expect} from 'chai'

import {storedFile} from '../../../src/lib/sandbox/objects.js'
import {ask, NOW, sandboxAt} from './support.js'

describe('sandbox: changing the state in a test', () => {
  it('adds, touches and removes datasets', async () => {
    const sandbox = await sandboxAt({seed: 'empty'})
    const {state} = sandbox
    const repo = state.addDataset({
      name: 'mira/x',
      createdAt: '2026-01-02T03:04:05Z',
      lastModified: '2026-02-01T00:00:00Z',
      files: {'a.txt': 'a'},
    })
    expect([repo.createdAt.toISOString(), repo.lastModified.toISOString()]).to.deep.equal([
      '2026-01-02T03:04:05.000Z',
      '2026-02-01T00:00:00.000Z', // prettier-ignore
    ])
    const {sha} = repo
    const commit = state.touch('mira/x')
    expect([repo.sha, repo.lastModified]).to.deep.equal([commit.oid, NOW])
    expect(repo.sha).not.to.equal(sha)
    expect(state.touch('mira/x').oid).not.to.equal(commit.oid)
    expect(() => state.addDataset({name: 'mira/x', createdAt: NOW})).to.throw('mira/x is already there')
    expect(() => state.addDataset({name: 'x', createdAt: NOW})).to.throw(TypeError)
    expect(() => state.touch('mira/y')).to.throw('there is no mira/y')
    expect([state.remove('mira/x'), state.remove('mira/x')]).to.deep.equal([true, false])
    await sandbox.close()
  })

  it('shows the tags of a card, those of before a change while they lag', async () => {
    const sandbox = await sandboxAt({seed: 'empty'})
    const {state} = sandbox
    const repo = state.addDataset({name: 'mira/x', createdAt: NOW, card: '---\ntags: [a, "b"] # c\n---\n'})
    const tags = async (path: string) =>
      (await ask(sandbox, `GET /api/datasets${path}`)).json<{tags: string[]}>().tags
    const own = async () => {
      const listed = (await ask(sandbox, 'GET /api/datasets?author=mira&expand=tags')).json<
        Array<{tags: string[]}>
      >()
      return [listed[0]?.tags, await tags('/mira/x?expand=tags')].map((each) => each?.slice(1))
    }

    expect(await own()).to.deep.equal([
      ['a', 'b'],
      ['a', 'b'],
    ])
    state.tagsLag = true
    for (const text of ['---\ntags:\n- c\n---\n', '---\ntags:\n- d # e\n---\n'])
      state.commit(repo, 'card', new Map([['README.md', storedFile(text, false)]]))
    expect(await own()).to.deep.equal([
      ['a', 'b'],
      ['a', 'b'],
    ])
    state.tagsLag = false
    expect(await own()).to.deep.equal([['d'], ['d']])
    await sandbox.close()
  })

  it('finds a dataset by a name in other letters, as long as one of that spelling is there', async () => {
    const sandbox = await sandboxAt({seed: 'empty'})
    const {state} = sandbox
    const lower = state.addDataset({name: 'mira/name', createdAt: NOW})
    const upper = state.addDataset({name: 'mira/NAME', createdAt: NOW})
    expect([state.locate('mira/NAME'), state.locate('mira/Name')]).to.deep.equal([upper, lower])
    state.remove('mira/name')
    expect([state.locate('mira/name'), state.get('mira/name')]).to.deep.equal([upper, undefined])
    state.rename(upper, 'mira/other')
    expect(state.locate('mira/Name')).to.equal(undefined)
    expect([state.locate('mira/NAME'), state.locate('mira/OTHER')]).to.deep.equal([upper, upper])
    state.remove('mira/other')
    expect([state.locate('mira/NAME'), state.locate('mira/OTHER')]).to.deep.equal([undefined, undefined])
    await sandbox.close()
  })
})
