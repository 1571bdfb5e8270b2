import {expect} from 'chai'

import {type Hub} from '../../../src/lib/hub/client.js'
import {HubError, HubFormatError} from '../../../src/lib/hub/errors.js'
import {rejectionOf} from '../../support/builders.js'
import {withHub} from '../../support/hub.js'
import {type Sandbox} from '../../support/sandbox.js'
import {hubAt, type Reply, stubHubs, type StubServer} from './stub.js'

const NAME = 'mira/smoltrace-results-20260105_113000'
const RENAMED = `${NAME}-old`
const FOREIGN = 'other/smoltrace-leaderboard'
const CREATED = '2026-01-05T12:00:00Z'
const SHA = 'a'.repeat(40)
const INFO = {
  _id: '6'.repeat(24),
  id: NAME,
  sha: SHA,
  private: true,
  gated: false,
  tags: ['smoltrace'],
  createdAt: CREATED,
  lastModified: CREATED,
}

describe('the info of a dataset', () => {
  const {replies, closeAll} = stubHubs()
  let server: StubServer

  afterEach(closeAll)

  /** A Hub that gives one answer, under the path that is also the endpoint's. */
  const stub = async (reply: Reply, path = '') => {
    server = await replies(reply)
    return hubAt(server.url + path)
  }

  const inSandbox = (job: (hub: Hub, sandbox: Sandbox) => Promise<void>) =>
    withHub({seed: 'empty'}, (sandbox) => job(hubAt(sandbox.url, {token: sandbox.token}), sandbox))

  it('is that at a commit or at its head, or nothing where there is none, or none that the token may see', () =>
    inSandbox(async (hub, {state}) => {
      const files = {'README.md': '---\ntags: [smoltrace]\n---\n'}
      const repo = state.addDataset({name: NAME, createdAt: CREATED, private: true, gated: 'auto', files})
      const {sha, _id: id} = repo
      state.touch(NAME)
      const facts = {name: NAME, id, visibility: 'private', gated: 'auto', createdAt: new Date(CREATED)}
      expect(await hub.describe(NAME, sha)).to.deep.include({...facts, sha})
      const head = await hub.describe(NAME)
      expect(head).to.deep.include({...facts, sha: repo.sha})
      expect(head?.tags).to.include('smoltrace')
      expect(head?.paths).to.include.members(['README.md', '.gitattributes'])
      const there = {state: 'there', id, name: NAME, sha: repo.sha}
      expect(await hub.whereabouts(NAME)).to.deep.equal({...there, visibility: 'private'})
      repo.private = false
      expect(await hub.whereabouts(NAME)).to.deep.equal({...there, visibility: 'public'})
      state.addDataset({name: FOREIGN, createdAt: CREATED, private: true})
      for (const name of [RENAMED, FOREIGN]) {
        expect(await hub.describe(name)).to.equal(undefined)
        expect(await hub.whereabouts(name)).to.deep.equal({state: 'missing'})
      }
    }))

  it('has the name that the dataset has now, of which its whereabouts ask nothing', () =>
    inSandbox(async (hub, {state, requests}) => {
      state.rename(state.addDataset({name: NAME, createdAt: CREATED}), RENAMED)
      expect(await hub.whereabouts(NAME)).to.deep.equal({state: 'moved', to: RENAMED})
      expect(requests.filter(({path}) => path.includes(RENAMED))).to.deep.equal([])
      expect((await hub.describe(NAME))?.name).to.equal(RENAMED)
    }))

  it('is an error as its facts where the answer is another no, or any of it is not certain', async () => {
    for (const headers of [{'x-error-code': 'RevisionNotFound'}, {}]) {
      const hub = await stub({status: 404, headers})
      expect(await rejectionOf(hub.describe(NAME))).to.be.instanceOf(HubError)
    }

    for (const [field, value] of [
      ['_id', ''],
      ['id', 1],
      ['sha', undefined],
      ['private', 'yes'],
      ['gated', true],
      ['createdAt', null],
      ['lastModified', 'soon'],
    ] as const) {
      const hub = await stub({json: {...INFO, [field]: value}})
      expect(await rejectionOf(hub.describe(NAME)), `${field} ${value}`).to.be.instanceOf(HubFormatError)
    }
  })

  describe('as its whereabouts', () => {
    it('is the new name, or unknown, where a redirect leads elsewhere or the answer has another', async () => {
      for (const [location, to, path] of [
        [`/api/datasets/${RENAMED}`, RENAMED],
        [`/api/datasets/${RENAMED}?expand=sha`, RENAMED],
        [`/hub/api/datasets/${RENAMED}`, RENAMED, '/hub'],
        [`/api/models/${RENAMED}`, undefined],
        ['/login?next=%2Fapi', undefined],
        [`https://elsewhere.invalid/api/datasets/${RENAMED}`, undefined],
        [`//elsewhere.invalid/api/datasets/${RENAMED}`, undefined],
        ['http://[', undefined],
      ] as const) {
        const hub = await stub({status: 307, headers: {location}}, path)
        expect(await hub.whereabouts(NAME), location).to.deep.equal({state: 'moved', to})
        expect(server.seen).to.have.length(1)
      }

      const other = await stub({json: {...INFO, id: RENAMED}})
      expect(await other.whereabouts(NAME)).to.deep.equal({state: 'moved', to: RENAMED})
    })

    it('has a visibility only where the Hub says whether it is private', async () => {
      for (const [isPrivate, visibility] of [
        [true, 'private'],
        [false, 'public'],
        [undefined, undefined],
        ['yes', undefined],
      ] as const) {
        const hub = await stub({json: {...INFO, private: isPrivate}})
        expect(await hub.whereabouts(NAME)).to.include({state: 'there', visibility})
      }
    })

    it('is not known after any other answer', async () => {
      for (const [status, headers] of [
        [404, {'x-error-code': 'RevisionNotFound'}],
        [401, {'x-error-code': 'RepoNotFound'}],
        [304, {location: `/api/datasets/${RENAMED}`}],
        [307, {}],
      ] as const) {
        const hub = await stub({status, headers: {...headers}})
        expect(await rejectionOf(hub.whereabouts(NAME))).to.be.instanceOf(HubError)
      }

      const unreadable = [null, [INFO], {...INFO, _id: undefined}, {...INFO, id: ''}, {...INFO, sha: null}]
      for (const reply of [{type: 'text/html', text: '<html>'}, ...unreadable.map((json) => ({json}))])
        expect(await rejectionOf((await stub(reply)).whereabouts(NAME))).to.be.instanceOf(HubFormatError)
    })
  })
})
