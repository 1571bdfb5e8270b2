import {expect} from 'chai'

import {type Finding} from '../../../src/lib/account/leaderboard/check.js'
import {runCli} from '../../support/cli.js'
import {envOf, withHub} from '../../support/hub.js'
import {type Sandbox} from '../../support/sandbox.js'

interface CheckDocument {
  rows: number
  runs: number
  findings: Finding[]
  remarks: Array<{kind: string; message: string}>
}

const BOARD = 'mira/smoltrace-leaderboard'
const check = (hub: Sandbox, ...flags: string[]) => runCli(['leaderboard', 'check', ...flags], envOf(hub))
const checkJson = async (hub: Sandbox) => JSON.parse((await check(hub, '--json')).stdout) as CheckDocument
/** A leaderboard that only its owner sees. */
const hide = (hub: Sandbox) => {
  hub.state.get(BOARD)!.private = true
}

describe('leaderboard check', () => {
  it('finds a run without a row, and private runs shown to everyone, and says what to do about it', () =>
    withHub({runs: 9}, async (hub) => {
      const {findings, remarks} = await checkJson(hub)
      expect(findings.map(({kind}) => kind)).to.deep.equal(['run-without-row', 'exposed-runs'])
      expect(remarks.map(({kind}) => kind)).to.deep.equal(['no-datasets', 'row-may-come'])
      const {stdout} = await check(hub)
      const words = stdout.replaceAll(/\s+/g, ' ')
      for (const {message, suggestion} of findings) expect(words).to.include(message).and.include(suggestion)
      expect(stdout).to.match(/^2 findings in \d+ rows and 9 runs\.$/m)
      const run = findings.find(({kind}) => kind === 'run-without-row')?.runs[0]
      expect(stdout).to.include(`smoltrace cleanup --run ${run} --namespace mira`)
      expect(new Set(hub.requests.map(({method}) => method))).to.deep.equal(new Set(['GET']))
    }))

  it('ends with 10 only where something is found and --exit-code is given, with --json too', () =>
    withHub({runs: 2}, async (hub) => {
      expect((await check(hub)).exitCode).to.equal(0)
      expect((await check(hub, '--exit-code')).exitCode).to.equal(10)
      expect((await check(hub, '--exit-code', '--json')).exitCode).to.equal(10)
      hide(hub)
      const {stdout, exitCode} = await check(hub, '--exit-code')
      expect(exitCode).to.equal(0)
      expect(stdout).to.match(/^No findings: \d rows and 2 runs match\.$/m)
    }))
})
