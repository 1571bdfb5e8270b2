import {expect} from 'chai'

import {type Hub} from '../../../src/lib/hub/client.js'
import {HubError, HubFormatError} from '../../../src/lib/hub/errors.js'
import {rejectionOf, type StubServer} from '../../support/builders.js'
import {withHub} from '../../support/hub.js'
import {type Sandbox} from '../../support/sandbox.js'
import {hubAt, type Reply, stubHubs} from './stub.js'

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

  describe('as its facts', () => {
    it('is that at a commit, and at its head', () =>
      inSandbox(async (hub, {state}) => {
        const files = {'README.md': '---\ntags: [smoltrace]\n---\n'}
        const repo = state.addDataset({name: NAME, createdAt: CREATED, private: true, gated: 'auto', files})
        const {sha, _id: id} = repo
        state.touch(NAME)
        const createdAt = new Date(CREATED)
        const facts = {name: NAME, id, visibility: 'private', gated: 'auto', createdAt}
        expect(await hub.describe(NAME, sha)).to.deep.include({...facts, sha})
        const head = await hub.describe(NAME)
        expect(head).to.deep.include({...facts, sha: repo.sha})
        expect(head?.tags).to.include('smoltrace')
        expect(head?.paths).to.include.members(['README.md', '.gitattributes'])
      }))

    it('is nothing where there is no such dataset, or one that the token may not see', () =>
      inSandbox(async (hub, {state}) => {
        state.addDataset({name: FOREIGN, createdAt: CREATED, private: true})
        expect(await hub.describe(NAME)).to.equal(undefined)
        expect(await hub.describe(FOREIGN)).to.equal(undefined)
      }))

    it('has the name that the dataset has now', () =>
      inSandbox(async (hub, {state}) => {
        state.rename(state.addDataset({name: NAME, createdAt: CREATED}), RENAMED)
        expect((await hub.describe(NAME))?.name).to.equal(RENAMED)
      }))

    it('is an error where the answer is another no', async () => {
      for (const headers of [{'x-error-code': 'RevisionNotFound'}, {}])
        expect(await rejectionOf((await stub({status: 404, headers})).describe(NAME))).to.be.instanceOf(
          HubError,
        )
    })

    it('is an error where any of it is not certain', async () => {
      for (const [field, value] of [
        ['_id', ''],
        ['id', 1],
        ['sha', undefined],
        ['private', 'yes'],
        ['gated', true],
        ['gated', undefined],
        ['createdAt', null],
        ['lastModified', 'soon'],
        ['createdAt', '2026-09-01T12:30:00'],
      ] as const) {
        const hub = await stub({json: {...INFO, [field]: value}})
        expect(await rejectionOf(hub.describe(NAME)), `${field} ${value}`).to.be.instanceOf(HubFormatError)
      }
    })
  })

  describe('as its whereabouts', () => {
    it('is its id and its head, or that it is missing for this token', () =>
      inSandbox(async (hub, {state}) => {
        const {_id: id, sha} = state.addDataset({name: NAME, createdAt: CREATED, private: true})
        expect(await hub.whereabouts(NAME)).to.deep.equal({state: 'there', id, name: NAME, sha})
        expect(await hub.whereabouts(RENAMED)).to.deep.equal({state: 'missing'})
        state.addDataset({name: FOREIGN, createdAt: CREATED, private: true})
        expect(await hub.whereabouts(FOREIGN)).to.deep.equal({state: 'missing'})
      }))

    it('is the new name where it was renamed, of which nothing is asked', () =>
      inSandbox(async (hub, {state, requests}) => {
        state.rename(state.addDataset({name: NAME, createdAt: CREATED}), RENAMED)
        expect(await hub.whereabouts(NAME)).to.deep.equal({state: 'moved', to: RENAMED})
        expect(requests.filter(({path}) => path.includes(RENAMED))).to.deep.equal([])
      }))

    it('is the new name, or unknown, where a redirect leads elsewhere', async () => {
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
    })

    it('is the name that the answer gives where it is another', async () => {
      const hub = await stub({json: {...INFO, id: RENAMED}})
      expect(await hub.whereabouts(NAME)).to.deep.equal({state: 'moved', to: RENAMED})
    })

    it('is not known after any other answer', async () => {
      for (const [status, headers] of [
        [404],
        [404, {'x-error-code': 'RevisionNotFound'}],
        [410, {'x-error-code': 'RepoNotFound'}],
        [401, {'x-error-code': 'RepoNotFound'}],
        [403],
        [304, {location: `/api/datasets/${RENAMED}`}],
        [307],
      ] as Array<[number, Record<string, string>?]>)
        expect(
          await rejectionOf((await stub({status, headers: headers ?? {}})).whereabouts(NAME)),
        ).to.be.instanceOf(HubError)
      const unreadable = [null, [INFO], {...INFO, _id: undefined}, {...INFO, id: ''}, {...INFO, sha: null}]
      for (const reply of [{type: 'text/html', text: '<html>'}, ...unreadable.map((json) => ({json}))])
        expect(await rejectionOf((await stub(reply)).whereabouts(NAME))).to.be.instanceOf(HubFormatError)
    })
  })
})
