import {expect} from 'chai'
import {parquetReadObjects} from 'hyparquet'

import {parseDatasetName} from '../../../src/lib/base/names.js'
import {type Repo} from '../../../src/lib/sandbox/index.js'
import {type Sandbox} from '../../support/sandbox.js'
import {NOW, sandboxAt} from './support.js'

const HOUR = 3_600_000
const DATA = 'data/train-00000-of-00001.parquet'

type Run = Map<string, Repo>

/** The datasets of the user's runs, by timestamp and type. */
function runsOf({state}: Sandbox): Map<string, Run> {
  const runs = new Map<string, Run>()
  for (const repo of state.datasets()) {
    const name = parseDatasetName(repo.id, 'mira')
    if (!name || name.type === 'leaderboard') continue
    const run = runs.get(name.timestamp) ?? new Map<string, Repo>()
    runs.set(name.timestamp, run.set(name.type, repo))
  }

  return runs
}

const ageOf = (run: Run): number =>
  NOW.getTime() - Math.max(...[...run.values()].map((repo) => repo.createdAt.getTime()))

describe('sandbox: the seeded account', () => {
  let sandbox: Sandbox

  before(async () => {
    sandbox = await sandboxAt({seed: 'account'})
  })

  after(() => sandbox.close())

  const runs = (): Run[] => [...runsOf(sandbox).values()]

  it('has complete, untraced and killed runs over about three months, and one upload under way', () => {
    const shapes = runs().map((run) => [...run.keys()].join(' '))
    expect(shapes.filter((shape) => shape === 'results traces metrics')).to.have.length(8)
    expect(shapes.filter((shape) => shape === 'results metrics')).to.have.length(2)
    expect(shapes.filter((shape) => shape === 'results')).to.have.length(2)
    const young = runs().filter((run) => ageOf(run) < HOUR / 4)
    expect(young.map((run) => [...run.keys()])).to.deep.equal([['results']])
    expect(Math.max(...runs().map((run) => ageOf(run))) / (24 * HOUR)).to.be.within(60, 130)
  })

  it('has a row for each finished run, traces or not, and the news of one that failed', async () => {
    const bytes = sandbox.state.get('mira/smoltrace-leaderboard')!.files.get(DATA)!.bytes()
    const rows = await parquetReadObjects({file: new Uint8Array(bytes).buffer})
    const finished = runs().filter((run) => run.has('metrics'))
    const failed = rows.find((row) => row.run_status === 'failed')
    const others = rows.filter((row) => row !== failed)
    const results = finished.map((run) => run.get('results')!.id)
    expect(others.map((row) => row.results_dataset)).to.have.members(results)
    expect(others.filter((row) => !sandbox.state.get(String(row.traces_dataset)))).to.have.length(2)
    for (const row of others) {
      expect((row.successful_tests as bigint) + (row.failed_tests as bigint)).to.equal(row.total_tests)
      expect(row.timestamp).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/)
    }
  })

  for (const count of [0, 1, 300])
    it(`has ${count} runs, each with a timestamp of its own, and nothing from the future`, async () => {
      const sandbox = await sandboxAt({seed: 'account', runs: count})
      expect(runsOf(sandbox).size).to.equal(count)
      const isPast = ({createdAt, lastModified}: Repo) => lastModified <= NOW && createdAt <= lastModified
      expect(sandbox.state.datasets().every((repo) => isPast(repo))).to.equal(true)
      await sandbox.close()
    })
})
