import {expect} from 'chai'

import {CancelledError, RefusedError} from '../../../src/lib/base/errors.js'
import {type PlanPart} from '../../../src/lib/hub/client.js'
import {HubUnreachableError} from '../../../src/lib/hub/errors.js'
import {NEAR_MISSES, rejectionOf} from '../../support/builders.js'
import {hubAt, OK, type Replier, stubHubs, type StubServer} from './stub.js'

const RUN = 'kim/smoltrace-results-20260901_120000'
const BOARD = 'kim/smoltrace-leaderboard'

describe('client', () => {
  const {replies, start, closeAll} = stubHubs()
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
        ['kim/smoltrace-trash-20261001-results-20260901_120000', 'kim', 'run'],
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

  describe('within a time', () => {
    const read = (hub: ReturnType<typeof hubAt>, ms: number) =>
      hub.within(ms, 'the file', (own) => own.readText(BOARD, 'main', 'a.txt'))

    it('gives up on a Hub that does not respond, and on the pause before a retry, and sends nothing more', async () => {
      const silent = await start(() => {})
      const busy = await replies({status: 503, headers: {'retry-after': '200'}})
      for (const {url, seen} of [silent, busy]) {
        const error = await rejectionOf(read(hubAt(url), 50))
        expect(error).to.be.instanceOf(HubUnreachableError)
        expect(error).to.include({message: 'The Hub did not send the file within 0.05 s.'})
        expect(seen).to.have.length.at.most(1)
      }
    })

    it('is what was read, or the error of the Hub or of the caller who interrupts it', async () => {
      const hub = await connect({text: 'all of it'}, {status: 403})
      expect(await read(hub, 60_000)).to.equal('all of it')
      expect(await rejectionOf(read(hub, 60_000))).to.include({status: 403})
      const controller = new AbortController()
      const silent = await start(() => controller.abort())
      const error = await rejectionOf(read(hubAt(silent.url, {signal: controller.signal}), 60_000))
      expect(error).to.be.instanceOf(CancelledError)
    })
  })
})
