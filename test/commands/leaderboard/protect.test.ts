import {expect} from 'chai'

import {RUN_TYPES} from '../../../src/lib/base/names.js'
import {play, playJson, readRecording} from '../../recordings/play.js'
import {writeBoard} from '../../support/boards.js'
import {runDatasets} from '../../support/builders.js'
import {runCli} from '../../support/cli.js'
import {envOf, withHub} from '../../support/hub.js'

const PROTECTION = {by: 'mira', at: '2025-06-15T12:00:00.000Z', reason: 'cited in the paper'}

describe('leaderboard protect', () => {
  it('[S13] commits the protection to the leaderboard, on top of the commit that it read', async () => {
    const {stdout} = await play('leaderboard-protect')
    expect(stdout).to.equal(
      'mira/smoltrace-leaderboard is now protected by mira on 2025-06-15 12:00 UTC: cited in the paper.\n',
    )
    expect(await playJson('leaderboard-protect')).to.deep.include({
      leaderboard: 'mira/smoltrace-leaderboard',
      changed: true,
      protection: PROTECTION,
    })
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

  it('is lifted by unprotect, which says what it was, and returns it', async () => {
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

  it('says the second time that it is done already, as what lifts it does', () =>
    withHub({runs: 1}, async (hub) => {
      const says = async (words: string, text: string) =>
        expect((await runCli(['leaderboard', ...words.split(' ')], envOf(hub))).stdout).to.include(text)
      await says('protect', 'is now protected by mira')
      await says('protect --reason another', 'was already protected by mira')
      await says('unprotect', 'is no longer protected')
      await says('unprotect', 'was not protected.')
    }))

  it('says so where there is no leaderboard', () =>
    withHub({seed: 'empty'}, async (hub) => {
      const {stderr, exitCode} = await runCli(['leaderboard', 'protect'], envOf(hub))
      expect(exitCode).to.equal(1)
      expect(stderr).to.include('mira/smoltrace-leaderboard does not exist')
    }))

  it('warns of the runs that are in doubt, names a few of them, and how to pin one all the same', () =>
    withHub({seed: 'empty'}, async (hub) => {
      const stamps = Array.from({length: 5}, (_, index) => `2026080${index + 1}_120000`)
      for (const stamp of stamps)
        for (const {name, createdAt} of runDatasets(stamp, RUN_TYPES, {namespace: 'mira'}))
          hub.state.addDataset({name, createdAt})
      hub.state.addDataset({name: 'mira/smoltrace-leaderboard', createdAt: '2026-08-01T00:00:00Z'})
      const cited = {results_dataset: `mira/smoltrace-results-${stamps[0]}`, run_status: 'completed'}
      writeBoard(hub, [[{...cited, success_rate: 90}]])
      const protect = (...more: string[]) =>
        runCli(['leaderboard', 'protect', '--top', '1', ...more], envOf(hub))
      const {stdout, stderr, exitCode} = await protect()
      expect(exitCode).to.equal(0)
      expect(stdout).to.include(`${stamps[0]} is now pinned`)
      const plain = stderr.replaceAll(/\s+(?:›\s+)?/g, ' ')
      expect(plain)
        .to.include('Warning: 4 runs were not pinned because something is unclear: ')
        .and.match(/and 1 more\. To pin one anyway: smoltrace runs protect \d{8}_\d{6} --namespace mira\b/)
      const {inDoubt, warnings} = JSON.parse((await protect('--json')).stdout)
      expect([inDoubt.length, warnings.length]).to.deep.equal([4, 1])
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
  const info = readRecording(name).find(({path}) => path.includes('?expand=sha&'))
  return (info?.response as {sha: string}).sha
}
