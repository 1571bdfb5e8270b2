import {expect} from 'chai'

import {formatProtection} from '../../../src/lib/account/protection/file.js'
import {PROTECTION_PATH} from '../../../src/lib/account/protection/pins.js'
import {storedFile} from '../../../src/lib/sandbox/index.js'
import {formatBytes} from '../../../src/lib/views/format.js'
import {listedIn, playJson} from '../../recordings/play.js'
import {runCli} from '../../support/cli.js'
import {envOf, isRunDataset, withHub} from '../../support/hub.js'
import {isProtection, type Sandbox} from '../../support/sandbox.js'

interface RunDocument {
  run: string
  datasets: string[]
  standing: string | null
  pinned: boolean | null
  storage?: number | null
}

const onFile = () => listedIn('runs-group').filter((name) => isRunDataset(name, 'mira'))
const runsOf = async (more: string[] = []) => (await playJson('runs-group', more)).runs as RunDocument[]
const named = (runs: RunDocument[]) => runs.map(({run}) => run)

describe('runs group', () => {
  it('puts every dataset into exactly one run, that of its timestamp', async () => {
    const runs = await runsOf()
    expect(runs.flatMap(({datasets}) => datasets)).to.have.members(onFile())
    for (const {run, datasets} of runs)
      for (const name of datasets) expect(name).to.match(new RegExp(`-${run}$`))
    expect(new Set(named(runs)).size).to.equal(runs.length)
  })
})

describe('runs group on an account', () => {
  const board = 'mira/smoltrace-leaderboard'
  const group = (hub: Sandbox, ...flags: string[]) => runCli(['runs', 'group', ...flags], envOf(hub))
  const groupJson = async (hub: Sandbox, ...flags: string[]) =>
    JSON.parse((await group(hub, ...flags, '--json')).stdout) as {
      runs: RunDocument[]
      totals: {states: Record<string, number>; storage?: number | null}
      warnings: string[]
    }

  it('marks the runs that are pinned, and says so where it does not know', () =>
    withHub({runs: 4}, async (hub) => {
      const [first] = (await groupJson(hub)).runs
      const pinned = {by: 'mira', at: new Date()}
      const text = formatProtection({runs: {[first!.run]: pinned}})
      hub.state.commit(hub.state.get(board)!, 'Pin', new Map([[PROTECTION_PATH, storedFile(text, false)]]))
      expect((await groupJson(hub)).runs.map((run) => run.pinned)).to.deep.equal([true, false, false, false])
      expect((await group(hub)).stdout).to.match(new RegExp(`^${first!.run} .*, half pinned$`, 'm'))
      hub.intercept({match: isProtection, respond: {status: 500}})
      const {runs, warnings} = await groupJson(hub)
      expect(runs.map((run) => run.pinned)).to.deep.equal([null, null, null, null])
      expect(warnings).to.have.length(1)
    }))

  it('tells with --sizes what each run takes up, and all of them', () =>
    withHub({runs: 6}, async (hub) => {
      const {runs, totals} = await groupJson(hub, '--sizes')
      const sizes = (names: string[]) => names.map((name) => hub.state.get(name)!.storage)
      const total = (names: string[]) => sizes(names).reduce((sum, bytes) => sum + bytes)
      for (const {storage, datasets} of runs) expect(storage).to.equal(total(datasets))
      const all = total(runs.flatMap(({datasets}) => datasets))
      expect(totals.storage).to.equal(all)
      const {stdout} = await group(hub, '--sizes')
      expect(stdout).to.match(/^RUN +AGE +WHAT IT HAS +SIZE +STATE$/m)
      expect(stdout).to.match(new RegExp(`^6 runs: .* datasets, ${formatBytes(all)}$`, 'm'))
    }))

  it('warns, ends well and shows the datasets where the leaderboard cannot be read', () =>
    withHub({runs: 12}, async (hub) => {
      const broken = storedFile('not a leaderboard\u001B[2J', false)
      hub.state.commit(hub.state.get(board)!, 'Break', new Map([['data/extra.csv', broken]]))
      const {stdout, stderr, exitCode} = await group(hub)
      expect(exitCode).to.equal(0)
      expect(stderr).to.include('Leaderboard data is unknown').and.include('data/extra.csv')
      expect(stdout.match(/^\d{8}_\d{6} /gm)).to.have.length(12)
      expect((await groupJson(hub)).runs.map(({standing}) => standing)).to.include('unknown')
      const ignoring = await groupJson(hub, '--incomplete-only', '--ignore-leaderboard')
      expect(ignoring.runs).to.have.length(4)
    }))
})
