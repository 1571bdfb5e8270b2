import {expect} from 'chai'
import {readFileSync} from 'node:fs'

import {root} from '../support/cli.js'
import {deletionsAt, withHub} from '../support/hub.js'
import {cleanEnv, startCommand} from '../support/process.js'
import {isDelete} from '../support/sandbox.js'

/** Runs `npm run test:live`, as a person would. */
async function testLive(env: Record<string, string>): Promise<{output: string; exitCode: number}> {
  const {scripts} = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))
  const [mocha, ...argv] = scripts['test:live'].split(' ')
  const words = [process.execPath, `${root}node_modules/mocha/bin/${mocha}.js`, ...argv]
  const {stdout, stderr, exitCode} = await startCommand(words, env, {cwd: root}).finished
  return {output: stdout + stderr, exitCode}
}

/** Everything on a Hub, with what would show that somebody had changed it. */
function stateOf(hub: Parameters<Parameters<typeof withHub>[1]>[0]): string[] {
  return hub.state.datasets().map(({id, _id, sha}) => `${id} ${_id} ${sha}`)
}

describe('the test for a person with a scratch account', () => {
  it('does nothing without the token that is for it alone', () =>
    withHub({runs: 3}, async (hub) => {
      const {output, exitCode} = await testLive(cleanEnv(hub))
      expect(output).to.include('SMOLTRACE_LIVE_TOKEN is not set').and.to.include('0 passing')
      expect(exitCode).to.equal(0)
      expect(hub.requests).to.deep.equal([])
    }))

  it('does the round trip and leaves the account as it was, its leaderboard too', () =>
    withHub({runs: 3}, async (hub) => {
      const before = stateOf(hub)
      const {output, exitCode} = await testLive({...cleanEnv(hub), SMOLTRACE_LIVE_TOKEN: hub.token})
      expect(exitCode, output).to.equal(0)
      expect(output).to.include('mira/smoltrace-leaderboard exists and is left alone')
      expect(deletionsAt(hub)).to.have.length(5)
      for (const name of deletionsAt(hub))
        expect(name).to.match(/^mira\/smoltrace-(?:trash-\d{8}-)?\w+-(?:19[89]|200)\d{5}_\d{6}$/)
      expect(stateOf(hub)).to.deep.equal(before)
    }))

  it('removes what it made where it fails, but nothing that somebody else put in its place', () =>
    withHub({runs: 3}, async (hub) => {
      const before = stateOf(hub)
      let foreign = ''
      hub.intercept({
        match: isDelete,
        times: 1,
        before() {
          foreign = deletionsAt(hub)[0] ?? ''
          hub.state.remove(foreign)
          hub.state.addDataset({name: foreign, createdAt: new Date()})
        },
        respond: {status: 403, body: '{"error":"not now"}'},
      })
      const {exitCode} = await testLive({...cleanEnv(hub), SMOLTRACE_LIVE_TOKEN: hub.token})
      expect(exitCode).not.to.equal(0)
      expect(stateOf(hub).filter((line) => !before.includes(line))).to.have.length(1)
      expect(hub.state.get(foreign)).not.to.equal(undefined)
    }))
})
