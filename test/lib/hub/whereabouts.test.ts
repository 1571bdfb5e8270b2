import {expect} from 'chai'

import {connectHub, type Hub} from '../../../src/lib/hub/client.js'
import {HubError, HubFormatError} from '../../../src/lib/hub/errors.js'
import {rejectionOf, serve, TOKEN} from '../../support/builders.js'
import {withHub} from '../../support/hub.js'

const NAME = 'mira/smoltrace-results-20260105_113000'
const OTHER = 'mira/smoltrace-results-20260105_113000-old'
const CREATED = '2026-01-05T12:00:00Z'
const INFO = {_id: '6'.repeat(24), id: NAME, sha: 'a'.repeat(40)}

const hubAt = (endpoint: string): Hub => connectHub({endpoint, token: TOKEN, source: 'the test'})

interface StubAnswer {
  status?: number
  headers?: Record<string, string>
  body?: string
}

const info = (value: unknown): StubAnswer => ({
  headers: {'content-type': 'application/json'},
  body: JSON.stringify(value),
})

/** Asks a Hub that gives one answer, under the path that is also the endpoint's. */
async function askAnswered({status = 200, headers = {}, body = ''}: StubAnswer, path = '') {
  const server = await serve((_request, response) => {
    response.writeHead(status, headers)
    response.end(body)
  })
  try {
    const result = await hubAt(`${server.url}${path}`)
      .whereabouts(NAME)
      .catch((error: unknown) => error)
    return {result, seen: server.seen}
  } finally {
    await server.close()
  }
}

describe('the whereabouts of a dataset', () => {
  it('are its id and its head where it is there', () =>
    withHub({seed: 'empty'}, async (sandbox) => {
      const {_id: id, sha} = sandbox.state.addDataset({name: NAME, createdAt: CREATED, private: true})
      const hub = connectHub({endpoint: sandbox.url, token: sandbox.token, source: 'the test'})
      expect(await hub.whereabouts(NAME)).to.deep.equal({state: 'there', id, name: NAME, sha})
    }))

  it('are missing where there is none of this name, or none that the token may see', () =>
    withHub({seed: 'empty'}, async (sandbox) => {
      sandbox.state.addDataset({name: 'other/smoltrace-leaderboard', createdAt: CREATED, private: true})
      const hub = connectHub({endpoint: sandbox.url, token: sandbox.token, source: 'the test'})
      expect(await hub.whereabouts(NAME)).to.deep.equal({state: 'missing'})
      expect(await hub.whereabouts('other/smoltrace-leaderboard')).to.deep.equal({state: 'missing'})
    }))

  it('are the new name where it was renamed, which nothing is asked of', () =>
    withHub({seed: 'empty'}, async (sandbox) => {
      sandbox.state.rename(sandbox.state.addDataset({name: NAME, createdAt: CREATED}), OTHER)
      const hub = connectHub({endpoint: sandbox.url, token: sandbox.token, source: 'the test'})
      expect(await hub.whereabouts(NAME)).to.deep.equal({state: 'moved', to: OTHER})
      expect(sandbox.requests.filter(({path}) => path.includes(OTHER))).to.deep.equal([])
    }))

  const locations: Array<[location: string, to: string | undefined]> = [
    [`/api/datasets/${OTHER}`, OTHER],
    [`/api/datasets/${OTHER}?expand=sha`, OTHER],
    [`/api/models/${OTHER}`, undefined],
    ['/login?next=%2Fapi', undefined],
    [`https://elsewhere.invalid/api/datasets/${OTHER}`, undefined],
    [`//elsewhere.invalid/api/datasets/${OTHER}`, undefined],
    ['http://[', undefined],
  ]
  for (const [location, to] of locations) {
    it(`are ${to ? 'the new name' : 'unknown'} where a redirect leads to ${location}`, async () => {
      const {result, seen} = await askAnswered({
        status: 307,
        headers: {location},
        body: 'Temporary Redirect.',
      })
      expect(result).to.deep.equal({state: 'moved', to})
      expect(seen.map(({path}) => path.split('?')[0])).to.deep.equal([`/api/datasets/${NAME}`])
    })
  }

  it('are the new name below an endpoint that has a path', async () => {
    const headers = {location: `/hub/api/datasets/${OTHER}`}
    const {result} = await askAnswered({status: 308, headers}, '/hub')
    expect(result).to.deep.equal({state: 'moved', to: OTHER})
  })

  it('are the name that the answer gives where it is another', async () => {
    const {result} = await askAnswered(info({...INFO, id: OTHER}))
    expect(result).to.deep.equal({state: 'moved', to: OTHER})
  })

  const uncertain: Array<[title: string, answer: StubAnswer, error: unknown]> = [
    ['a 404 without a code', {status: 404, body: '{"error":"Sorry"}'}, HubError],
    ['a 404 of another kind', {status: 404, headers: {'x-error-code': 'RevisionNotFound'}}, HubError],
    ['a 410 with the code', {status: 410, headers: {'x-error-code': 'RepoNotFound'}}, HubError],
    ['401', {status: 401, headers: {'x-error-code': 'RepoNotFound'}}, HubError],
    ['403', {status: 403}, HubError],
    ['304', {status: 304, headers: {location: `/api/datasets/${OTHER}`}}, HubError],
    ['a redirect to nowhere', {status: 307}, HubError],
    ['a page', {status: 200, headers: {'content-type': 'text/html'}, body: '<html>'}, HubFormatError],
    ['null', info(null), HubFormatError],
    ['a list', info([INFO]), HubFormatError],
    ['an answer without an _id', info({...INFO, _id: undefined}), HubFormatError],
    ['an answer without a name', info({...INFO, id: ''}), HubFormatError],
    ['an answer without a head', info({...INFO, sha: null}), HubFormatError],
  ]
  for (const [title, answer, error] of uncertain) {
    it(`are not known after ${title}`, async () => {
      expect((await askAnswered(answer)).result).to.be.instanceOf(error as typeof HubError)
    })
  }

  it('send the token to the Hub alone', async () => {
    const {seen} = await askAnswered(info(INFO))
    expect(seen.map(({headers}) => headers.authorization)).to.deep.equal([`Bearer ${TOKEN}`])
  })

  it('are not known where nobody answers', async () => {
    const server = await serve(() => {})
    await server.close()
    expect(await rejectionOf(hubAt(server.url).whereabouts(NAME))).to.have.property('exitCode', 1)
  })
})
