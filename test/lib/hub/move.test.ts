import {expect} from 'chai'

import {RefusedError} from '../../../src/lib/base/errors.js'
import {trashNameOf} from '../../../src/lib/base/names.js'
import {HubError, HubFormatError} from '../../../src/lib/hub/errors.js'
import {NEAR_MISSES, rejectionOf} from '../../support/builders.js'
import {hubAt, OK, type Replier, stubHubs, type StubServer} from './stub.js'

const STAMP = '20260901_120000'
const RUN = `kim/smoltrace-results-${STAMP}`
const TRASHED = `kim/smoltrace-trash-20261001-results-${STAMP}`
const BOARD = 'kim/smoltrace-leaderboard'

describe('a rename on the Hub', () => {
  const {replies, closeAll} = stubHubs()
  let server: StubServer

  afterEach(closeAll)

  const connect = async (...answers: Replier[]) => {
    server = await replies(...answers)
    return hubAt(server.url)
  }

  describe('to the trash or back', () => {
    it('names both, and has the id of its request', async () => {
      const hub = await connect({...OK, headers: {'x-request-id': 'Root=1'}}, OK)
      expect(await hub.moveDataset(RUN, TRASHED, 'kim')).to.equal('Root=1')
      expect(await hub.moveDataset(TRASHED, RUN, 'kim')).to.equal(undefined)
      for (const [at, [fromRepo, toRepo]] of [
        [RUN, TRASHED],
        [TRASHED, RUN],
      ].entries()) {
        const {body, headers, ...request} = server.seen[at]!
        expect(request).to.include({method: 'POST', path: '/api/repos/move'})
        expect(headers['content-type']).to.equal('application/json')
        expect(JSON.parse(body)).to.deep.equal({fromRepo, toRepo, type: 'dataset'})
      }
    })

    it('[S1] is refused before anything is sent, unless both are names of one dataset of the namespace', async () => {
      const hub = await connect(OK)
      for (const [one, other, namespace = 'kim'] of [
        ...NEAR_MISSES.flatMap((name) => [
          [RUN, `kim/${name}`],
          [TRASHED, `kim/${name}`],
        ]),
        [RUN, RUN],
        [TRASHED, TRASHED],
        [TRASHED, trashNameOf('kim', '20261002', 'results', STAMP)],
        [RUN, trashNameOf('kim', '20261001', 'traces', STAMP)],
        [RUN, trashNameOf('kim', '20261001', 'results', '20260901_120001')],
        [RUN, trashNameOf('team', '20261001', 'results', STAMP)],
        [RUN, BOARD],
        [BOARD, TRASHED],
        [BOARD, 'kim/smoltrace-trash-20261001-leaderboard'],
        [RUN, TRASHED, 'Kim'],
        [RUN, TRASHED, 'team'],
        [RUN, TRASHED, ''],
      ] as Array<[string, string, string?]>)
        for (const [from, to] of [
          [one, other],
          [other, one],
        ] as const) {
          const error = await rejectionOf(hub.moveDataset(from, to, namespace))
          expect(error, `${from} to ${to} of ${namespace}`).to.be.instanceOf(RefusedError)
        }

      expect(server.seen).to.deep.equal([])
    })

    it('is done where it is answered by 200 and OK; all else is an error, and is sent once', async () => {
      for (const [kind, reply] of [
        [HubFormatError, {json: {}}],
        [HubFormatError, {status: 202, ...OK}],
        [HubError, {status: 307, headers: {location: '/api/elsewhere'}}],
        [HubError, {status: 409, json: {error: `A dataset repository called ${TRASHED} already exists`}}],
        [HubError, {status: 429, headers: {ratelimit: '"api";r=0;t=0'}}],
        [HubError, {status: 503}],
      ] as const) {
        const hub = await connect(reply, OK)
        expect(await rejectionOf(hub.moveDataset(RUN, TRASHED, 'kim'))).to.be.instanceOf(kind)
        expect(server.seen).to.have.length(1)
      }
    })

    it('is not ended by an interruption, as hiding a dataset is not', async () => {
      server = await replies(OK, {json: {private: true}})
      const hub = hubAt(server.url, {signal: AbortSignal.abort()})
      await hub.moveDataset(RUN, TRASHED, 'kim')
      await hub.makePrivate(TRASHED, 'kim')
      expect(server.seen).to.have.length(2)
    })
  })

  it('that made a dataset public is followed by hiding it, which may be sent again', async () => {
    const hub = await connect({status: 503}, {json: {private: true}})
    await hub.makePrivate(TRASHED, 'kim')
    await hub.makePrivate(RUN, 'kim')
    expect(server.seen.map(({method, path, body}) => `${method} ${path} ${body}`)).to.deep.equal([
      ...Array.from({length: 2}, () => `PUT /api/datasets/${TRASHED}/settings {"private":true}`),
      `PUT /api/datasets/${RUN}/settings {"private":true}`,
    ])
  })

  it('[S1] is hidden nowhere but at the names of runs, in the trash or not', async () => {
    const hub = await connect({json: {}})
    for (const [name, namespace] of [
      ...NEAR_MISSES.map((name) => [`kim/${name}`, 'kim']),
      [BOARD, 'kim'],
      [RUN, 'team'],
      [TRASHED, 'team'],
    ] as Array<[string, string]>)
      expect(await rejectionOf(hub.makePrivate(name, namespace)), name).to.be.instanceOf(RefusedError)
    expect(server.seen).to.deep.equal([])
  })
})
