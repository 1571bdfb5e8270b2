import {expect} from 'chai'

import {type Fault} from '../../src/lib/sandbox/index.js'
import {patientClock} from '../support/clock.js'
import {deletionsAt, namesAt, runDatasetsAt, withHub} from '../support/hub.js'
import {cleanEnv, run} from '../support/process.js'

const LEADERBOARD = 'mira/smoltrace-leaderboard'
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

  it('takes the leaderboard as well with --delete-leaderboard, last of all', () =>
    withHub({runs: 4}, async (hub) => {
      const {exitCode} = await run([...DELETE_ALL, '--delete-leaderboard'], cleanEnv(hub))
      expect(exitCode).to.equal(0)
      expect(namesAt(hub)).not.to.include(LEADERBOARD)
      expect(namesAt(hub)).to.include('tinyagents/smoltrace-leaderboard')
      expect(deletionsAt(hub).at(-1)).to.equal(LEADERBOARD)
    }))

  it('leaves the leaderboard alone with --all', () =>
    withHub({runs: 4}, async (hub) => {
      expect((await run(DELETE_ALL, cleanEnv(hub))).exitCode).to.equal(0)
      expect(runDatasetsAt(hub)).to.deep.equal([])
      expect(namesAt(hub)).to.include(LEADERBOARD)
    }))

  it('[S12] deletes nothing at all while the leaderboard that should go is protected, until that is lifted', () =>
    withHub({runs: 4}, async (hub) => {
      const before = namesAt(hub)
      const env = cleanEnv(hub)
      const argv = [...DELETE_ALL, '--delete-leaderboard']
      expect((await run(['leaderboard', 'protect', '--reason', 'cited'], env)).exitCode).to.equal(0)

      const refused = await run(argv, env)
      expect(refused).to.include({stdout: '', exitCode: 1})
      expect(refused.stderr).to.include('protected').and.to.include('cited')
      expect(refused.stderr).to.include('smoltrace leaderboard unprotect')
      expect(namesAt(hub)).to.deep.equal(before)
      expect(deletionsAt(hub)).to.deep.equal([])

      expect((await run(['leaderboard', 'unprotect'], env)).exitCode).to.equal(0)
      expect((await run(argv, env)).exitCode).to.equal(0)
      expect(namesAt(hub)).not.to.include(LEADERBOARD)
    }))

  it("works in an organisation and leaves the user's own runs alone", () =>
    withHub({runs: 3}, async (hub) => {
      const own = runDatasetsAt(hub)
      const {exitCode} = await run([...DELETE_ALL, '--namespace', 'tinyagents'], cleanEnv(hub))
      expect(exitCode).to.equal(0)
      expect(deletionsAt(hub)).to.have.length(9)
      for (const name of deletionsAt(hub)) expect(name).to.match(/^tinyagents\/smoltrace-/)
      expect(runDatasetsAt(hub)).to.deep.equal(own)
    }))

  it('[S14] can be repeated without harm', () =>
    withHub({runs: 3}, async (hub) => {
      await run(DELETE_ALL, cleanEnv(hub))
      const left = namesAt(hub)
      const {stdout, exitCode} = await run(DELETE_ALL, cleanEnv(hub))
      expect(exitCode).to.equal(0)
      expect(stdout).to.include('Nothing to delete.')
      expect(namesAt(hub)).to.deep.equal(left)
    }))
})
