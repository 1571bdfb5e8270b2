import {expect} from 'chai'
import {writeFile} from 'node:fs/promises'
import {join} from 'node:path'

import {type CleanupOptions, loadPolicy} from '../../src/index.js'
import {RefusedError, UsageError} from '../../src/lib/base/errors.js'
import {runDatasetName, type RunType} from '../../src/lib/base/names.js'
import {DAY} from '../../src/lib/base/time.js'
import {type CleanupResult, exitCodeOf} from '../../src/lib/cleanup/result.js'
import {storedFile} from '../../src/lib/sandbox/index.js'
import {resultPairs} from '../../src/lib/views/result.js'
import {Account, CARRIED, stampOf} from '../support/account.js'
import {rejectionOf} from '../support/builders.js'
import {DuckDB} from '../support/duckdb.js'
import {type Cells} from '../support/rows.js'
import {isCommit, isDelete, isListing} from '../support/sandbox.js'

const GONE = '20260101_120000'
const DATA = 'data/train-00000-of-00001.parquet'
const named = (type: RunType, timestamp: string) => runDatasetName('mira', type, timestamp)
const about = (timestamp: string): Cells => ({
  run_id: timestamp,
  results_dataset: named('results', timestamp),
  traces_dataset: named('traces', timestamp),
  metrics_dataset: named('metrics', timestamp),
  success_rate: 50,
})

describe('[S20] a cleanup that prunes the leaderboard', () => {
  let account: Account
  let duck: DuckDB
  /** Without traces, which its row names all the same. */
  let thin: string

  before(async () => {
    duck = await DuckDB.open()
  })

  after(() => duck.close())

  beforeEach(async () => {
    account = await Account.open()
    thin = stampOf(account.addRun(60 * DAY, {types: ['results', 'metrics']})[0])
    account.addBoard({
      rows: [thin, stampOf(account.old[0]), GONE, stampOf(account.recent[0])].map((run) => about(run)),
    })
  })

  afterEach(() => account.close())

  const prune = (options: CleanupOptions = {}) =>
    account.clean({olderThan: '30d', pruneLeaderboard: true, ...CARRIED, ...options})
  const board = () => account.hub.state.get(account.board)
  /** The runs whose rows name no datasets. */
  const emptied = async () => {
    const bytes = board()!.head.files.get(DATA)!.bytes()
    const rows = await duck.ask(
      'select run_id from FILE where coalesce(results_dataset, traces_dataset, metrics_dataset) is null',
      bytes,
    )
    return rows.map((row) => (row as Cells).run_id)
  }

  const rowsText = (result: CleanupResult) =>
    new Map(resultPairs(result, {bin: 'smoltrace', isRehearsal: false})).get('Rows')
  const isOfDeletions = ({method, path}: {method: string; path: string}) =>
    isDelete({method, path}) || isCommit({method, path})

  it('empties the references to what it deleted, last, and no others', async () => {
    const result = await prune()
    expect(result.prune).to.deep.include({status: 'pruned', rows: 2, commit: board()?.sha})
    expect(await emptied()).to.deep.equal([thin, stampOf(account.old[0])])
    const order = account.hub.requests.filter((request) => isOfDeletions(request)).map(({method}) => method)
    expect(order).to.deep.equal([...Array.from({length: 8}, () => 'DELETE'), 'POST'])
    expect(exitCodeOf(result)).to.equal(0)
  })

  it('does so by a saved plan, and by a policy', async () => {
    const saved = await account.save({olderThan: '30d', pruneLeaderboard: true})
    expect([saved.prune, await emptied()]).to.deep.equal([undefined, []])
    expect((await account.apply(CARRIED)).prune?.rows).to.equal(2)
    const file = join(account.folder, 'policy.yaml')
    await writeFile(file, 'version: 1\nselect:\n  older-than: 30d\nprune-leaderboard: true\n')
    expect((await loadPolicy(file)).options).to.include({pruneLeaderboard: true})
  })

  it('knows what it deleted to be gone, though the listing still shows it', async () => {
    let first: Buffer | undefined
    const alter = (body: Buffer) => {
      first ??= body
      return first
    }

    account.hub.intercept({match: isListing, alter})
    expect((await prune()).prune?.rows).to.equal(2)
  })

  it('leaves the rows where anything was not deleted', async () => {
    account.hub.intercept({
      match: ({method, body}) => method === 'DELETE' && body.includes(thin),
      respond: {status: 403},
      times: 1,
    })
    const result = await prune()
    expect(result.prune).to.deep.include({status: 'unattempted', rows: 0})
    expect([await emptied(), exitCodeOf(result)]).to.deep.equal([[], 3])
    expect(rowsText(result)).to.equal('not pruned: 2 datasets not deleted')
  })

  it('says that the rows are left where the leaderboard cannot be changed: what was deleted is deleted', async () => {
    account.hub.intercept({match: isCommit, respond: {status: 403}})
    const result = await prune()
    expect(result.prune).to.deep.include({status: 'failed', rows: 0})
    expect([result.counts.deleted, exitCodeOf(result)]).to.deep.equal([8, 3])
    expect(rowsText(result)).to.match(/^not pruned: .*403/)
  })

  it('leaves a row whose traces were renamed, and says so', async () => {
    const name = account.add(named('traces', thin))
    account.hub.state.rename(account.hub.state.get(name)!, 'mira/kept')
    const {prune: outcome, warnings} = await prune()
    expect(outcome?.rows).to.equal(1)
    expect(warnings.join(' ')).to.include(
      `Row 1 of ${account.board} was not pruned: ${name} redirects to mira/kept.`,
    )
  })

  const nothing: Array<[what: string, options: CleanupOptions, before: () => void]> = [
    ['only traces are deleted', {only: ['traces']}, () => {}],
    ['there is no leaderboard', {}, () => account.hub.state.remove(account.board)],
  ]
  for (const [what, options, prepare] of nothing)
    it(`has nothing to prune where ${what}`, async () => {
      prepare()
      expect((await prune(options)).prune).to.deep.equal({status: 'pruned', rows: 0})
    })

  it('is refused before anything is deleted where the leaderboard cannot be written back, in a dry run, too', async () => {
    const bytes = await duck.parquet(`select '${named('results', thin)}' results_dataset, {'a': 1} config`)
    account.hub.state.commit(board()!, 'x', new Map([[DATA, storedFile(bytes, true)]]))
    for (const options of [{}, {dryRun: true}]) {
      const error = await account.refused(prune(options), RefusedError)
      expect(error.message).to.include('its column config has nested values')
    }
  })

  it('is refused where some datasets may be hidden', async () => {
    const {fineGrainedNarrow: token} = account.hub.tokens
    expect(await rejectionOf(prune({dryRun: true, token}))).to.be.instanceOf(RefusedError)
  })

  for (const other of ['trash', 'deleteLeaderboard'] as const)
    it(`is a usage error beside ${other}, before anything is sent`, async () => {
      const error = await account.refused(prune({[other]: true}), UsageError)
      expect(error.message).to.include('`pruneLeaderboard` cannot be combined with')
      expect(account.hub.requests).to.deep.equal([])
    })
})
