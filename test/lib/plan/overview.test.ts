import {expect} from 'chai'

import {stateOf} from '../../../src/lib/account/run-state.js'
import {groupDatasetsByRun} from '../../../src/lib/account/runs.js'
import {formatTimestamp, RUN_TYPES} from '../../../src/lib/base/names.js'
import {DAY, HOUR} from '../../../src/lib/base/time.js'
import {
  datasetsOf,
  type Overview,
  type OverviewOptions,
  readOverview,
  totalsOf,
} from '../../../src/lib/plan/overview.js'
import {writeBoard} from '../../support/boards.js'
import {ago, later, NOW, runDataset, runDatasets, standings} from '../../support/builders.js'
import {FAULTS} from '../../support/faults.js'
import {type Sandbox, startSandbox} from '../../support/sandbox.js'

const OLD = '20260801_120000'
const NEW = '20260901_120000'
const OLDER = later(NOW, -60 * DAY)
const DATASETS = [
  runDataset('results', OLD, {createdAt: OLDER, lastModified: NOW}),
  runDataset('traces', OLD, {createdAt: later(OLDER, 1)}),
  runDataset('results', NEW),
  runDataset('metrics', NEW),
]
const runs = groupDatasetsByRun(DATASETS)
const short = ({type, timestamp}: {type: string; timestamp: string}) =>
  `${type} ${timestamp === OLD ? 'old' : 'new'}`

const SIZES = new Map([0, 1, 3].map((index) => [DATASETS[index]!.name, index && 7]))
type Listing = Parameters<typeof datasetsOf>
const ORDERS: Array<[title: string, expected: string, sort: Listing[1], options?: Listing[2]]> = [
  ['newest first, and by name', 'metrics new, results new, traces old, results old', 'created'],
  ['last changed first', 'results old, metrics new, results new, traces old', 'modified'],
  [
    'largest first, those of unknown size last, those of one size by name',
    'metrics new, traces old, results old, results new',
    'size',
    {sizes: SIZES},
  ],
  ['by name', 'metrics new, results old, results new, traces old', 'name'],
  ['only of some types', 'metrics new, traces old', 'created', {only: ['traces', 'metrics']}],
]

describe('overview', () => {
  for (const [title, expected, sort, options] of ORDERS) {
    it(`lists datasets ${title}`, () => {
      const listed = datasetsOf(runs, sort, options)
      expect(listed.map((each) => short(each)).join(', ')).to.equal(expected)
    })
  }

  it('counts runs by their datasets and by their state', () => {
    const grouped = groupDatasetsByRun([
      ...runDatasets(ago(DAY)),
      ...runDatasets(ago(2 * DAY), ['results']),
      ...runDatasets(ago(HOUR), ['results'], {createdAt: ago(HOUR)}),
      ...runDatasets(ago(2 * HOUR), RUN_TYPES, {createdAt: ago(HOUR)}),
      ...runDatasets(ago(5 * DAY)),
    ])
    const rows = standings([formatTimestamp(ago(5 * DAY)), 'partial'])
    const {states, ...counts} = totalsOf({now: NOW, rows, runs: grouped})
    expect(counts).to.deep.equal({runs: 5, complete: 3, incomplete: 2, mayBeUploading: 1, datasets: 11})
    const none = {'finished-without-traces': 0, thinned: 0, unknown: 0}
    expect(states).to.deep.equal({complete: 2, incomplete: 1, uploading: 1, failed: 1, ...none})
  })
})

describe('looking around', () => {
  let hub: Sandbox

  beforeEach(async () => {
    hub = await startSandbox({runs: 12})
  })

  afterEach(() => hub.close())

  const look = (options: OverviewOptions = {}) =>
    readOverview({endpoint: hub.url, token: hub.token, env: {}, ...options})
  const missing = ({runs: found}: Pick<Overview, 'runs'>) => found.map((run) => run.missing.join(','))

  it('asks the leaderboard only where it is told to', async () => {
    const {rows, warnings} = await look()
    expect(rows).to.equal('unknown')
    expect(warnings).to.deep.equal([])
    expect(hub.requests.some(({path}) => /\.parquet|\/settings\//.test(path))).to.equal(false)
    const asked = await look({withRows: true})
    expect(asked.rows).to.be.instanceOf(Map).and.not.to.have.property('size', 0)
    expect(asked.runs).to.have.length(12)
  })

  it('shows as incomplete only what did not finish, or goes by the datasets alone where it is told to', async () => {
    const selection = {incompleteOnly: true}
    expect(missing(await look({withRows: true, selection}))).to.deep.equal([
      'traces,metrics',
      'traces,metrics',
    ])
    const {rows, runs: found} = await look({
      withRows: true,
      selection: {...selection, ignoreLeaderboard: true},
    })
    expect(missing({runs: found})).to.deep.equal(['traces,metrics', 'traces', 'traces,metrics', 'traces'])
    expect(rows).to.be.instanceOf(Map)
  })

  const breakBoard = () => hub.intercept({match: ({path}) => path.includes('.parquet'), ...FAULTS['500']})
  const loseRows = () => {
    const names = hub.state.datasets().map(({id}) => id)
    const isCited = (name: string) =>
      name.includes('metrics') && names.includes(name.replace('metrics', 'traces'))
    writeBoard(hub, [
      [{results_dataset: names.find((name) => isCited(name))!, run_status: 'completed', success_rate: 50}],
    ])
  }

  const uncertain: Array<[title: string, prepare: () => unknown, why: string]> = [
    ['it cannot be read', breakBoard, 'is unknown. the hub'],
    ['there is none', () => hub.state.remove('mira/smoltrace-leaderboard'), 'there is no leaderboard'],
    ['it is hollow', () => writeBoard(hub, []), 'the leaderboard has no rows'],
    ['it has lost rows', loseRows, 'the leaderboard seems to have lost rows'],
  ]
  for (const [title, prepare, why] of uncertain) {
    it(`takes no run for unfinished by a leaderboard of which it is not certain what it said: ${title}`, async () => {
      prepare()
      const overview = await look({withRows: true})
      expect(overview.warnings).to.have.length(1)
      expect(overview.warnings[0]?.toLowerCase()).to.include(why)
      const states = overview.runs.map((run) => [run.missing.join(','), stateOf(run, overview)])
      expect(states.filter(([missed]) => missed !== '')).to.deep.equal([
        ['traces,metrics', 'uploading'],
        ['traces', 'finished-without-traces'],
        ['traces,metrics', 'unknown'],
        ['traces', 'finished-without-traces'],
      ])
      const {runs: found, warnings} = await look({withRows: true, selection: {incompleteOnly: true}})
      expect(found).to.deep.equal([])
      expect(warnings[1]).to.include('`ignoreLeaderboard`')
      const selection = {incompleteOnly: true, ignoreLeaderboard: true}
      const ignoring = await look({withRows: true, selection})
      expect([ignoring.runs.length, ignoring.warnings.length]).to.deep.equal([4, 1])
      const unreferenced = await look({withRows: true, selection: {unreferenced: true}})
      expect([unreferenced.runs.length, unreferenced.warnings.length]).to.deep.equal([0, 2])
    })
  }
})
