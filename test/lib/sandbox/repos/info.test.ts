import {expect} from 'chai'

import {ask, NOW, refusal, sandboxForEach} from '../support.js'

describe('sandbox: info of a dataset', () => {
  const sandbox = sandboxForEach({}, ({state}) => {
    state.addDataset({name: 'mira/open', createdAt: NOW, files: {'a.txt': 'a', 'b.parquet': 'PAR1'}})
  })

  const info = (path: string) => ask(sandbox(), `GET /api/datasets/mira/${path}`)

  it('shows only what expand asks for', async () => {
    const {siblings, ...rest} = (await info('open?expand=siblings&expand=gated')).json()
    const {_id} = sandbox().state.get('mira/open')!
    expect(rest).to.deep.equal({_id, id: 'mira/open', gated: false})
    const paths = siblings.map((file: {rfilename: string}) => file.rfilename)
    expect(paths).to.deep.equal(['.gitattributes', 'a.txt', 'b.parquet'])
    expect((await info('open?expand=nonsense')).status).to.equal(400)
  })

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

  for (const [what, card, tags] of [
    ['a list of lines', '---\ntags:\n- a\n- "b"\n---\n', ['region:us', 'a', 'b']],
    ['a list in brackets, with a comment', "---\ntags: [a, 'b'] # c\n---\n", ['region:us', 'a', 'b']],
    ['a licence and nothing', '---\nlicense: mit\ntags: null\n---\n', ['license:mit', 'region:us']],
    ['no front matter', '# tags: [a]\n', ['region:us']],
  ] as const)
    it(`has the tags of ${what}: derived ones first (A.3)`, async () => {
      sandbox().state.addDataset({name: 'mira/x', createdAt: NOW, card})
      expect((await info('x?expand=tags')).json().tags).to.deep.equal(tags)
    })

  for (const [asked, path] of [
    ['a former name', 'open?expand=sha'],
    ['letters in another case', 'RENAMED?expand=sha'],
  ] as const)
    it(`redirects ${asked} to a relative location, with the query (A.6)`, async () => {
      sandbox().state.rename(sandbox().state.get('mira/open')!, 'mira/renamed')
      const reply = await info(path)
      const location = '/api/datasets/mira/renamed?expand=sha'
      expect([reply.status, reply.headers.get('location')]).to.deep.equal([307, location])
      expect(reply.text).to.equal(`Temporary Redirect. Redirecting to ${location}`)
      const file = await ask(sandbox(), `GET /datasets/mira/${path.split('?')[0]}/resolve/main/a.txt`)
      expect(file.headers.get('location')).to.equal('/datasets/mira/renamed/resolve/main/a.txt')
    })

  it('does not betray by a redirect that a private dataset exists', async () => {
    sandbox().state.addDataset({name: 'jonas/secret', createdAt: NOW, private: true})
    expect((await ask(sandbox(), 'GET /api/datasets/jonas/SECRET')).status).to.equal(404)
  })
})
