import {expect} from 'chai'
import {setImmediate as nextTurn} from 'node:timers/promises'

import {rejectionOf} from '../../support/builders.js'
import {ask, NOW, type Reply, sandboxForEach} from './support.js'

// What a client sees of each kind of fault: test/faults/catalogue.test.ts.
describe('sandbox: faults', () => {
  const sandbox = sandboxForEach({}, ({state}) => {
    state.addDataset({name: 'mira/one', createdAt: NOW})
  })

  const whoami = (): Promise<Reply> => ask(sandbox(), 'GET /api/whoami-v2')
  const statuses = async (count: number): Promise<number[]> => {
    const replies: number[] = []
    while (replies.length < count) replies.push((await whoami()).status)
    return replies
  }

  it('strikes as often as it says after those it lets through, until it is removed', async () => {
    const match = ({path}: {path: string}) => path.includes('whoami')
    sandbox().intercept({match, skip: 1, times: 2, respond: {status: 500}})
    await ask(sandbox(), 'GET /api/datasets?author=mira')
    expect(await statuses(4)).to.deep.equal([200, 500, 500, 200])
    const stop = sandbox().intercept({match: () => true, respond: {status: 502}})
    expect(await statuses(2)).to.deep.equal([502, 502])
    stop()
    expect(await statuses(1)).to.deep.equal([200])
  })

  it('matches on method, path with the query, and body, and the log has the same and the status', async () => {
    const seen: unknown[] = []
    const body = '{"name":"one","organization":"mira","type":"dataset"}'
    sandbox().intercept({match: (request) => seen.push(request) === 0})
    await ask(sandbox(), 'DELETE /api/repos/delete?x=1', {body})
    expect(seen).to.deep.equal([{method: 'DELETE', path: '/api/repos/delete?x=1', body}])
    expect(sandbox().requests).to.deep.equal([{...(seen[0] as object), status: 200, at: NOW}])
  })

  it('ends at once, though an answer is still being held back', async () => {
    sandbox().intercept({match: () => true, delayMs: 3_600_000})
    const held = rejectionOf(whoami())
    while (sandbox().requests.length === 0) await nextTurn()
    await sandbox().close()
    expect(await held).to.be.instanceOf(TypeError)
  })
})
