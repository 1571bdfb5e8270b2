import {expect} from 'chai'

import {RefusedError} from '../../../src/lib/base/errors.js'
import {type PlanPart} from '../../../src/lib/hub/client.js'
import {NEAR_MISSES, rejectionOf} from '../../support/builders.js'
import {hubAt, OK, type Replier, stubHubs, type StubServer} from './stub.js'

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
      for (const [at, name] of [RUN, BOARD].entries()) {
        const {body, ...request} = server.seen[at]!
        expect(request).to.include({method: 'DELETE', path: '/api/repos/delete'})
        expect(JSON.parse(body)).to.deep.equal({name: name.slice(4), organization: 'kim', type: 'dataset'})
      }
    })

    it('[S1] of any other name, namespace or part is refused before anything is sent', async () => {
      const hub = await connect(OK)
      for (const [name, namespace, part] of [
        ...NEAR_MISSES.flatMap((name) => [
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
      ] as Array<[string, string, PlanPart]>) {
        const error = await rejectionOf(hub.deleteDataset(name, namespace, part))
        expect(error, `${name} of ${namespace} as ${part}`).to.be.instanceOf(RefusedError)
      }

      expect(server.seen).to.deep.equal([])
    })
  })
})
