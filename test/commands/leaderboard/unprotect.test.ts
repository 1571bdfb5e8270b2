import {expect} from 'chai'

import {play, playJson} from '../../recordings/play.js'
import {runCli} from '../../support/cli.js'
import {envOf, withHub} from '../../support/hub.js'
import {readRecording} from '../../support/recordings.js'

describe('leaderboard unprotect', () => {
  it('removes the protection, says what it was, and returns it', async () => {
    const commit = readRecording('leaderboard-unprotect').find(({path}) => path.includes('/commit/'))
    expect(commit?.body).to.include('{"key":"deletedFile","value":{"path":".smoltrace/protection.json"}}')
    const {stdout} = await play('leaderboard-unprotect')
    expect(stdout).to.equal(
      'mira/smoltrace-leaderboard is no longer protected. It was protected by mira on 2025-06-15 12:00 UTC: cited in the paper.\n',
    )
    expect(await playJson('leaderboard-unprotect')).to.deep.include({
      leaderboard: 'mira/smoltrace-leaderboard',
      changed: true,
      lifted: {by: 'mira', at: '2025-06-15T12:00:00.000Z', reason: 'cited in the paper'},
    })
  })

  it('changes nothing where there is nothing to lift', () =>
    withHub({runs: 1}, async (hub) => {
      const {sha} = hub.state.get('mira/smoltrace-leaderboard')!
      const {stdout} = await runCli(['leaderboard', 'unprotect'], envOf(hub))
      expect(stdout).to.include('is not protected: nothing to lift')
      const json = await runCli(['leaderboard', 'unprotect', '--json'], envOf(hub))
      expect(JSON.parse(json.stdout)).to.deep.include({changed: false, lifted: null})
      expect(hub.state.get('mira/smoltrace-leaderboard')!.sha).to.equal(sha)
    }))
})
