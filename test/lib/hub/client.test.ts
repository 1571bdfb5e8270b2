import {expect} from 'chai'

import {RefusedError} from '../../../src/lib/base/errors.js'
import {type PlanPart} from '../../../src/lib/hub/client.js'
import {HubError, HubFormatError} from '../../../src/lib/hub/errors.js'
import {NEAR_MISSES, rejectionOf, type StubServer, TOKEN} from '../../support/builders.js'
import {hubAt, OK, type Replier, stubHubs} from './stub.js'

const RUN = 'kim/smoltrace-results-20260901_120000'
const BOARD = 'kim/smoltrace-leaderboard'

describe('client', () => {
  const {replies, closeAll} = stubHubs()
  let server: StubServer

  afterEach(closeAll)

  const connect = async (...answers: Replier[]) => {
    server = await replies(...answers)
    return hubAt(server.url)
  }

  describe('a deletion', () => {
    it('names the dataset, its namespace and its type', async () => {
      const hub = await connect({...OK, headers: {'x-request-id': 'Root=1'}})
      expect(await hub.deleteDataset(RUN, 'kim', 'run')).to.equal('Root=1')
      await hub.deleteDataset(BOARD, 'kim', 'leaderboard')
      expect(server.seen.map(({method, path}) => `${method} ${path}`)).to.deep.equal([
        'DELETE /api/repos/delete',
        'DELETE /api/repos/delete',
      ])
      expect(server.seen.map(({body}) => JSON.parse(body))).to.deep.equal([
        {name: 'smoltrace-results-20260901_120000', organization: 'kim', type: 'dataset'},
        {name: 'smoltrace-leaderboard', organization: 'kim', type: 'dataset'},
      ])
      expect(server.seen[0]?.headers.authorization).to.equal(`Bearer ${TOKEN}`)
    })

    const refused: Array<[name: string, namespace: string, part: PlanPart]> = [
      ...NEAR_MISSES.flatMap((name): Array<[string, string, PlanPart]> => [
        [`kim/${name}`, 'kim', 'run'],
        [`kim/${name}`, 'kim', 'leaderboard'],
      ]),
      [BOARD, 'kim', 'run'],
      [RUN, 'kim', 'leaderboard'],
      [RUN, 'team', 'run'],
      [RUN, 'Kim', 'run'],
      ['team/smoltrace-results-20260901_120000', 'kim', 'run'],
      ['smoltrace-results-20260901_120000', '', 'run'],
      [`datasets/${RUN}`, 'kim', 'run'],
    ]

    it('[S1] of any other name, namespace or part is refused before anything is sent', async () => {
      const hub = await connect(OK)
      for (const [name, namespace, part] of refused) {
        const error = await rejectionOf(hub.deleteDataset(name, namespace, part))
        expect(error, `${name} of ${namespace} as ${part}`).to.be.instanceOf(RefusedError)
      }

      expect(server.seen).to.deep.equal([])
    })

    it('that the Hub refuses is an error, with its code', async () => {
      const hub = await connect({
        status: 404,
        headers: {'x-error-code': 'RepoNotFound'},
        json: {error: 'gone'},
      })
      const error = (await rejectionOf(hub.deleteDataset(RUN, 'kim', 'run'))) as HubError
      expect(error.answer).to.include({status: 404, code: 'RepoNotFound', method: 'DELETE', text: 'gone'})
    })

    it('that a page answers is none, at an endpoint with a path too', async () => {
      await connect({type: 'text/html', text: '<html>'})
      for (const endpoint of [server.url, `${server.url}/hub`]) {
        const error = await rejectionOf(hubAt(endpoint).deleteDataset(RUN, 'kim', 'run'))
        expect(error, endpoint).to.be.instanceOf(HubFormatError)
      }
    })

    it('is not sent to where a redirect leads', async () => {
      const foreign = await replies(OK)
      const hub = await connect({status: 307, headers: {location: `${foreign.url}/api/repos/delete`}})
      expect(await rejectionOf(hub.deleteDataset(RUN, 'kim', 'run'))).to.be.instanceOf(HubError)
      expect(foreign.seen).to.deep.equal([])
    })
  })

  describe('whoami', () => {
    it("tells the owner and the Hub's clock", async () => {
      const hub = await connect({
        headers: {date: 'Mon, 05 Oct 2026 12:00:00 GMT'},
        json: {type: 'user', name: 'kim', auth: {accessToken: {role: 'write'}}},
      })
      const date = new Date('2026-10-05T12:00:00Z')
      expect(await hub.whoAmI()).to.deep.include({name: 'kim', tokenRole: 'write', date})
      expect(server.seen[0]).to.deep.include({method: 'GET', path: '/api/whoami-v2'})
      expect(server.seen[0]?.headers.authorization).to.equal(`Bearer ${TOKEN}`)
    })

    for (const json of [null, [], {auth: {}}, 'kim']) {
      it(`that answers ${JSON.stringify(json)} is an error`, async () => {
        expect(await rejectionOf((await connect({json})).whoAmI())).to.be.instanceOf(HubFormatError)
      })
    }
  })

  it('takes the head of a dataset only from an answer that names it', async () => {
    const sha = 'b'.repeat(40)
    const hub = await connect({json: {id: BOARD, sha}}, {json: {id: BOARD}})
    expect(await hub.headOf(BOARD)).to.equal(sha)
    expect(await rejectionOf(hub.headOf(BOARD))).to.be.instanceOf(HubFormatError)
  })
})
