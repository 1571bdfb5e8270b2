import {expect} from 'chai'

import {type Hub} from '../../../src/lib/hub/client.js'
import {HubError, HubFormatError} from '../../../src/lib/hub/errors.js'
import {type Sandbox} from '../../../src/lib/sandbox/index.js'
import {rejectionOf, type StubServer} from '../../support/builders.js'
import {withHub} from '../../support/hub.js'
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
      ['createdAt', '2026-09-01'],
      ['lastModified', '2026-09-01T12:30:00'],
      ['lastModified', 'Tue, 01 Sep 2026 12:30:00'],
    ] as const)
      it(`is an error where \`${field}\` is ${JSON.stringify(value)}`, async () => {
        const hub = await stub({json: {...INFO, [field]: value}})
        expect(await rejectionOf(hub.describe(NAME))).to.be.instanceOf(HubFormatError)
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

    const moved: Array<[location: string, to: string | undefined, path?: string]> = [
      [`/api/datasets/${RENAMED}`, RENAMED],
      [`/api/datasets/${RENAMED}?expand=sha`, RENAMED],
      [`/hub/api/datasets/${RENAMED}`, RENAMED, '/hub'],
      [`/api/models/${RENAMED}`, undefined],
      ['/login?next=%2Fapi', undefined],
      [`https://elsewhere.invalid/api/datasets/${RENAMED}`, undefined],
      [`//elsewhere.invalid/api/datasets/${RENAMED}`, undefined],
      ['http://[', undefined],
    ]
    for (const [location, to, path] of moved) {
      it(`is ${to ? 'the new name' : 'unknown'} where a redirect leads to ${location}`, async () => {
        const hub = await stub({status: 307, headers: {location}}, path)
        expect(await hub.whereabouts(NAME)).to.deep.equal({state: 'moved', to})
        expect(server.seen).to.have.length(1)
      })
    }

    it('is the name that the answer gives where it is another', async () => {
      const hub = await stub({json: {...INFO, id: RENAMED}})
      expect(await hub.whereabouts(NAME)).to.deep.equal({state: 'moved', to: RENAMED})
    })

    const refused = (status: number, headers = {}): [string, Reply, unknown] => [
      `${status} ${Object.values(headers).join('')}`,
      {status, headers},
      HubError,
    ]
    const unreadable = (json: unknown): [string, Reply, unknown] => [
      JSON.stringify(json),
      {json},
      HubFormatError,
    ]
    for (const [title, reply, error] of [
      refused(404),
      refused(404, {'x-error-code': 'RevisionNotFound'}),
      refused(410, {'x-error-code': 'RepoNotFound'}),
      refused(401, {'x-error-code': 'RepoNotFound'}),
      refused(403),
      refused(304, {location: `/api/datasets/${RENAMED}`}),
      refused(307),
      ['a page', {type: 'text/html', text: '<html>'}, HubFormatError],
      ...[null, [INFO], {...INFO, _id: undefined}, {...INFO, id: ''}, {...INFO, sha: null}].map((json) =>
        unreadable(json),
      ),
    ] as const) {
      it(`is not known after ${title}`, async () => {
        const found = await rejectionOf((await stub(reply)).whereabouts(NAME))
        expect(found).to.be.instanceOf(error as typeof HubError)
      })
    }
  })
})
