import {expect} from 'chai'

import {type Fault} from '../../src/lib/sandbox/index.js'
import {patientClock} from '../support/clock.js'
import {deletionsAt, runDatasetsAt, withHub} from '../support/hub.js'
import {cleanEnv, run} from '../support/process.js'

const DELETE_ALL = ['cleanup', '--all', '--grace', '0', '--no-dry-run', '--yes']
const isDelete: Fault['match'] = ({method}) => method === 'DELETE'

describe('a deletion by the whole program', () => {
  it('[S15] stops before the quota is used up in its middle, goes on when it is filled again, and fails nothing', () => {
    const quota = {requests: 12, windowSeconds: 2}
    const {clock, match} = patientClock(quota)
    return withHub({runs: 8, quota, clock}, async (hub) => {
      hub.intercept({match})
      const {stdout, stderr, exitCode} = await run(DELETE_ALL, cleanEnv(hub))
      expect(hub.requests.filter(({status}) => status === 429)).to.deep.equal([])
      expect(exitCode).to.equal(0)
      expect(runDatasetsAt(hub)).to.deep.equal([])
      expect(stdout)
        .to.match(/^Failed +0 datasets$/m)
        .and.not.to.match(/^Not attempted/m)
      expect(stderr).to.match(/quota used up, going on in \d s/i)
    })
  })

  it('stops where the token is rejected in its middle, and leaves the rest as it is', () =>
    withHub({runs: 8}, async (hub) => {
      const total = runDatasetsAt(hub).length
      hub.intercept({
        match: (request) => isDelete(request) && deletionsAt(hub).length > 4,
        respond: {status: 401},
      })
      const {stdout, exitCode} = await run([...DELETE_ALL, '--concurrency', '1', '--json'], cleanEnv(hub))
      const {counts, outcomes} = JSON.parse(stdout)
      expect(exitCode).to.equal(3)
      expect(counts).to.deep.equal({deleted: 4, failed: 1, skipped: 0, gone: 0, unattempted: total - 5})
      expect(deletionsAt(hub)).to.have.length(5)
      expect(runDatasetsAt(hub)).to.have.length(total - 4)
      expect(outcomes.at(-1).reason).to.include('does not accept the token any more')
    }))

  it('tells what failed, with the words of the Hub, and ends with 3', () =>
    withHub({runs: 4}, async (hub) => {
      const refused = {
        status: 403,
        headers: {'X-Request-Id': 'Root=1-abc'},
        body: String.raw`{"error":"\u001b[2JNot this one"}`,
      }
      hub.intercept({match: isDelete, times: 1, respond: refused})
      const {stdout, exitCode} = await run(DELETE_ALL, cleanEnv(hub))
      expect(exitCode).to.equal(3)
      expect(stdout).to.match(/^ {2}mira\/smoltrace-\S+: 403 \[2JNot this one \(request Root=1-abc\)$/m)
      expect(stdout).to.match(/^Failed +1 dataset$/m)
      expect(stdout).not.to.include('\u001B')
    }))
})
