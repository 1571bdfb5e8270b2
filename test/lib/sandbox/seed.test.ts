import {expect} from 'chai'
import {parquetReadObjects} from 'hyparquet'

import {type RunDataset} from '../../../src/lib/account/datasets.js'
import {groupDatasetsByRun, mayBeUploading} from '../../../src/lib/account/runs.js'
import {parseDatasetName} from '../../../src/lib/base/names.js'
import {type Repo} from '../../../src/lib/sandbox/index.js'
import {runDataset} from '../../support/builders.js'
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

function datasetOf(id: string, dates: Pick<Repo, 'createdAt' | 'lastModified'>): RunDataset[] {
  const name = parseDatasetName(id, 'mira')
  return name && name.type !== 'leaderboard' ? [runDataset(name.type, name.timestamp, dates)] : []
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

  it('takes up what its files do', () => {
    for (const {id, storage, files} of sandbox.state.datasets()) {
      const bytes = [...files.values()].reduce((sum, file) => sum + file.bytes().length, 0)
      expect(storage, id).to.equal(bytes).and.to.be.above(300)
    }
  })

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

  it('keeps all names for a day, in UTC, whatever second of it it starts in, and an upload that is minutes old', async () => {
    const hours = [
      '2026-10-05T00:00:00Z',
      '2026-10-05T09:12:34Z',
      '2026-10-05T23:59:59Z',
      '2026-10-06T00:00:00Z',
    ]
    const names: string[] = []
    for (const now of hours.map((hour) => new Date(hour))) {
      const other = await sandboxAt({seed: 'account', runs: 300, clock: () => now})
      const listed = other.state.datasets()
      names.push(
        listed
          .map(({id}) => id)
          .toSorted()
          .join(' '),
      )
      for (const {createdAt, lastModified} of listed)
        expect(createdAt <= lastModified && lastModified <= now, String(createdAt)).to.equal(true)
      const found = groupDatasetsByRun(listed.flatMap(({id, ...dates}) => datasetOf(id, dates)))
      expect(found.filter(({datesDisagree}) => datesDisagree)).to.deep.equal([])
      expect(
        found.filter((run) => mayBeUploading(run, now, HOUR)).map(({time}) => now.getTime() - time.getTime()),
      ).to.deep.equal([HOUR / 15])
      await other.close()
    }

    expect(new Set(names.slice(0, 3)).size).to.equal(1)
    expect(names[3]).not.to.equal(names[2])
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
