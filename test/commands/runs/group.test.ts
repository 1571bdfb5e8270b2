import {expect} from 'chai'

import {play, playJson} from '../../recordings/play.js'
import {isRunDataset} from '../../support/hub.js'
import {listedIn} from '../../support/recordings.js'

interface RunDocument {
  run: string
  time: string
  ageMs: number
  complete: boolean
  missing: string[]
  mayBeUploading: boolean
  datasets: string[]
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

  it('shows the newest run first', async () => {
    const times = (await runsOf()).map(({time}) => time)
    expect(times).to.deep.equal(times.toSorted().toReversed())
  })

  it('calls a run complete when it has all three types, and else says what is missing', async () => {
    for (const {run, complete, missing} of await runsOf()) {
      const lacking = ['results', 'traces', 'metrics'].filter(
        (type) => !onFile().includes(`mira/smoltrace-${type}-${run}`),
      )
      expect({complete, missing}).to.deep.equal({complete: lacking.length === 0, missing: lacking})
    }
  })

  it('marks a run whose upload may still be under way', async () => {
    const [newest, ...others] = await runsOf()
    expect(newest?.mayBeUploading).to.equal(true)
    for (const {mayBeUploading} of others) expect(mayBeUploading).to.equal(false)
    expect((await play('runs-group')).stdout).to.match(/^20250615_114324 .*may still be uploading$/m)
  })

  it('measures ages from the creation on the Hub to the time of the Hub', async () => {
    const [newest] = await runsOf()
    expect(newest).to.include({time: '2025-06-15T11:56:00.000Z', ageMs: 4 * 60_000})
  })

  it('prints a row for each run and the totals', async () => {
    const {stdout} = await play('runs-group')
    const {totals} = await playJson('runs-group')
    const rows = stdout.match(/^\d{8}_\d{6} .*/gm) ?? []
    expect(rows.map((row) => row.slice(0, 15))).to.deep.equal(named(await runsOf()))
    expect(totals).to.deep.equal({
      runs: 9,
      complete: 5,
      incomplete: 4,
      mayBeUploading: 1,
      datasets: onFile().length,
    })
    expect(stdout).to.include(
      `9 runs: 5 complete, 4 incomplete (1 may still be uploading); ${onFile().length} datasets`,
    )
  })

  it('shows with --incomplete-only exactly the incomplete runs', async () => {
    const all = await runsOf()
    const incomplete = all.filter(({complete}) => !complete)
    expect(incomplete).to.have.length(4)
    expect(named(await runsOf(['--incomplete-only']))).to.deep.equal(named(incomplete))
  })

  it('shows with --older-than exactly the older runs, strictly', async () => {
    const all = await runsOf()
    const [, second] = all
    const before = named(all.filter(({time}) => time < '2025-05-01'))
    expect(before).to.have.length(3)
    expect(named(await runsOf(['--older-than', '2025-05-01']))).to.deep.equal(before)
    expect(named(await runsOf(['--older-than', '3d']))).not.to.include(second?.run)
    expect(named(await runsOf(['--older-than', '2d']))).to.include(second?.run)
  })

  it('shows with both flags the runs that both of them select', async () => {
    const both = await runsOf(['--older-than', '30d', '--incomplete-only'])
    const expected = (await runsOf()).filter(({complete, ageMs}) => !complete && ageMs > 30 * 86_400_000)
    expect(expected).to.have.length(2)
    expect(named(both)).to.deep.equal(named(expected))
  })

  it('answers with an empty list where no run is old enough', async () => {
    expect(await runsOf(['--older-than', '50y'])).to.deep.equal([])
    const {stdout, exitCode} = await play('runs-group', ['--older-than', '50y'])
    expect(stdout).to.include('0 runs')
    expect(exitCode).to.equal(0)
  })
})
