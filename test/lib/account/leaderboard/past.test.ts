import {expect} from 'chai'

import {checkLeaderboard} from '../../../../src/lib/account/leaderboard/check.js'
import {PRUNE_TITLES} from '../../../../src/lib/account/leaderboard/orphans.js'
import {runDatasetName} from '../../../../src/lib/base/names.js'
import {pruneLeaderboard} from '../../../../src/lib/cleanup/prune-leaderboard.js'
import {Account, CARRIED, stampOf} from '../../../support/account.js'
import {writeBoard, writeFiles} from '../../../support/boards.js'
import {type Cells} from '../../../support/rows.js'

const about = (timestamp: string, facts: Cells = {}): Cells => ({
  run_id: `id of ${timestamp}`,
  results_dataset: runDatasetName('mira', 'results', timestamp),
  metrics_dataset: runDatasetName('mira', 'metrics', timestamp),
  model: 'gpt',
  success_rate: 50,
  ...facts,
})

describe('rows that were lost', () => {
  let account: Account
  let [older, old, recent] = ['', '', '']

  beforeEach(async () => {
    account = await Account.open()
    ;[older, old, recent] = [account.older, account.old, account.recent].map(([name]) => stampOf(name)) as [
      string,
      string,
      string,
    ]
    account.addBoard()
  })

  afterEach(() => account.close())

  /** As evaluations push: each line is a state of the leaderboard, followed by one of its card. */
  const push = (...states: Cells[][]) => {
    for (const rows of states) {
      writeBoard(account.hub, [rows])
      account.write(account.board, 'README.md', `# ${rows.length}`)
    }
  }

  const board = () => account.hub.state.get(account.board)!
  const check = async () => {
    const {findings, remarks, past, warnings} = await checkLeaderboard(account.connection)
    return {
      lost: findings.filter(({kind}) => kind === 'lost-row'),
      without: findings.filter(({kind}) => kind === 'run-without-row').flatMap(({runs}) => runs),
      removed: remarks.filter(({kind}) => kind === 'removed-row').flatMap(({runs}) => runs),
      past,
      warnings,
    }
  }

  it('are found with the newest commit that has them, once, and their run is not said to have no row', async () => {
    push([about(older)], [about(older), about(old)])
    const {sha} = board()
    push([about(older), about(recent)])
    const {lost, without, removed, past} = await check()
    expect(lost.map(({runs}) => runs)).to.deep.equal([[old]])
    expect(lost[0]?.message).to.match(/^The row of run \d+_\d+ \(gpt\) is lost: an earlier commit has it/)
    expect(lost[0]?.suggestion).to.include(`/datasets/${account.board}/tree/${sha}`)
    expect([without, removed]).to.deep.equal([[], []])
    // The first commit of a leaderboard has no rows.
    expect(past).to.deep.equal({states: 3, areAll: true})
  })

  const kept: Array<[what: string, states: () => Cells[][]]> = [
    [
      'a row that a newer one stands for, by its id',
      () => [[about(old)], [about(older), about(old, {results_dataset: null, metrics_dataset: null})]],
    ],
    [
      'a row that a newer one stands for, by its run',
      () => [[about(old)], [about(old, {run_id: 'another', success_rate: 7})]],
    ],
    ['a row that came back', () => [[about(old)], [], [about(old)]]],
    ['a row without anything to know it by', () => [[{model: 'x', results_dataset: null}], [about(old)]]],
  ]
  for (const [what, states] of kept)
    it(`are not: ${what}`, async () => {
      push(...states())
      const {lost, removed} = await check()
      expect([lost, removed]).to.deep.equal([[], []])
    })

  it('are a note where the run is gone, too, and none where a prune removed them', async () => {
    const [gone, pruned] = ['20260101_120000', '20260102_120000'] as const
    push([about(gone), about(pruned), about(old)], [about(pruned), about(old)])
    await pruneLeaderboard({...account.connection, dataDir: account.folder, drop: true, ...CARRIED})
    expect(board().head.title).to.equal(PRUNE_TITLES.drop)
    const {lost, removed} = await check()
    expect([lost, removed]).to.deep.equal([[], [gone]])
  })

  it('are looked for in the last 20 states only, which is said', async () => {
    push(...Array.from({length: 22}, (_, index) => [about(old, {success_rate: index})]))
    const {past} = await check()
    expect(past).to.deep.equal({states: 20, areAll: false})
  })

  it('passes over a state that cannot be read, and one is unknown where commits cannot be listed', async () => {
    push([about(older), about(old)])
    writeFiles(account.hub, [['data/train-00000-of-00001.parquet', Buffer.from('cut off')]])
    push([about(older)])
    expect((await check()).lost.map(({runs}) => runs)).to.deep.equal([[old]])
    account.hub.intercept({match: ({path}) => path.includes('/commits/'), respond: {status: 404}})
    const {lost, past, warnings} = await check()
    expect([lost, past]).to.deep.equal([[], undefined])
    expect(warnings.join(' ')).to.include('Whether earlier commits have rows that were lost is unknown.')
  })
})
