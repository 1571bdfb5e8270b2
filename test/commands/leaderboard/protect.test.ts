import {expect} from 'chai'

import {play, playJson} from '../../recordings/play.js'
import {runCli} from '../../support/cli.js'
import {envOf, withHub} from '../../support/hub.js'
import {readRecording} from '../../support/recordings.js'

const PROTECTION = {by: 'mira', at: '2025-06-15T12:00:00.000Z', reason: 'cited in the paper'}

describe('leaderboard protect', () => {
  it('[S13] commits the protection to the leaderboard, on top of the commit that it read', async () => {
    const {stdout} = await play('leaderboard-protect')
    expect(stdout).to.equal(
      'mira/smoltrace-leaderboard is now protected by mira on 2025-06-15 12:00 UTC: cited in the paper.\n',
    )
    const [header, file] = committedIn('leaderboard-protect')
    expect(header).to.include({
      summary: 'Protect the leaderboard',
      parentCommit: headIn('leaderboard-protect'),
    })
    expect(file?.path).to.equal('.smoltrace/protection.json')
    expect(JSON.parse(Buffer.from(file?.content ?? '', 'base64').toString())).to.deep.equal({
      version: 1,
      leaderboard: PROTECTION,
    })
  })

  it('returns what is in force now', async () => {
    expect(await playJson('leaderboard-protect')).to.deep.include({
      leaderboard: 'mira/smoltrace-leaderboard',
      changed: true,
      protection: PROTECTION,
    })
  })

  it('changes nothing the second time and keeps the first reason', () =>
    withHub({runs: 1}, async (hub) => {
      const protect = (...more: string[]) => runCli(['leaderboard', 'protect', ...more], envOf(hub))
      await protect('--reason', 'cited in the paper')
      const {sha} = hub.state.get('mira/smoltrace-leaderboard')!
      expect((await protect('--reason', 'another one')).stdout).to.include('is already protected by mira')
      const {changed, protection} = JSON.parse((await protect('--json')).stdout)
      expect({changed, reason: protection.reason}).to.deep.equal({
        changed: false,
        reason: 'cited in the paper',
      })
      expect(hub.state.get('mira/smoltrace-leaderboard')!.sha).to.equal(sha)
    }))

  it('says so where there is no leaderboard', () =>
    withHub({seed: 'empty'}, async (hub) => {
      const {stderr, exitCode} = await runCli(['leaderboard', 'protect'], envOf(hub))
      expect(exitCode).to.equal(1)
      expect(stderr).to.include('mira/smoltrace-leaderboard does not exist')
    }))
})

/** The commit's header and its first change, as they were sent. */
function committedIn(name: string): Array<Record<string, string>> {
  const commit = readRecording(name).find(({path}) => path.includes('/commit/'))
  return String(commit?.body)
    .split('\n')
    .map((line) => (JSON.parse(line) as {value: Record<string, string>}).value)
}

function headIn(name: string): string {
  const info = readRecording(name).find(({path}) => path.includes('/revision/'))
  return (info?.response as {sha: string}).sha
}
