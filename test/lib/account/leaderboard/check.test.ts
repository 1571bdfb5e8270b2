import {expect} from 'chai'

import {type Inventory} from '../../../../src/lib/account/datasets.js'
import {checkRows as checkView} from '../../../../src/lib/account/leaderboard/check.js'
import {type LeaderboardRow} from '../../../../src/lib/account/leaderboard/row.js'
import {formatTimestamp} from '../../../../src/lib/base/names.js'
import {DAY, HOUR} from '../../../../src/lib/base/time.js'
import {ago, inventoryOf, leaderboardDataset, NAMESPACE, runDatasets} from '../../../support/builders.js'
import {A, B, C, finished, named, rowOf, viewOf} from '../../../support/rows.js'

/** A row that names all three datasets of a run. */
const whole = (run: string, facts: Partial<LeaderboardRow> = {}) =>
  finished(run, {tracesDataset: named('traces', run), metricsDataset: named('metrics', run), ...facts})
const checkRows = (rows: LeaderboardRow[], inventory: Inventory) => checkView(viewOf(rows, inventory))
const inventoryWith = (...runs: string[]) => inventoryOf(runs.flatMap((run) => runDatasets(run)))
const found = (rows: LeaderboardRow[], inventory: Inventory) => {
  const {findings, remarks} = checkRows(rows, inventory)
  return {
    findings: findings.map(({kind, rows: at, runs}) => [kind, at, runs]),
    remarks: remarks.map(({kind, rows: at}) => [kind, at]),
  }
}

describe('the check of a leaderboard', () => {
  it('finds nothing where each run has its row and each row its run', () => {
    const rows = [whole(A), whole(B)]
    expect(checkRows(rows, inventoryWith(A, B))).to.deep.equal({rows: 2, runs: 2, findings: [], remarks: []})
  })

  // What counts as gone: view.test.ts.
  it('finds a row dangling where something of its run is gone, and says what', () => {
    const inventory = inventoryOf([...runDatasets(A, ['traces']), ...runDatasets(B)])
    const {findings} = checkRows([whole(B), whole(A, {model: 'openai/x'})], inventory)
    expect(findings).to.have.length(1)
    expect(findings[0]).to.deep.include({
      kind: 'dangling-row',
      message: `Row 2 (openai/x): the results and metrics of run ${A} are gone.`,
      rows: [2],
      runs: [A],
      datasets: [named('results', A), named('metrics', A)],
    })
    const [total] = checkRows([whole(A)], inventoryOf([])).findings
    expect(total?.message).to.equal(`Row 1 (no model): all datasets of run ${A} are gone.`)
    expect(total?.datasets).to.have.members(runDatasets(A).map(({name}) => name))
  })

  it('finds runs that no row names, newest first, but none whose row may still come', () => {
    const fresh = formatTimestamp(ago(HOUR))
    const young = runDatasets(fresh, undefined, {createdAt: ago(HOUR), lastModified: ago(5 * HOUR)})
    const older = [...runDatasets(A, ['results']), ...runDatasets(B), ...runDatasets(C)]
    const inventory = inventoryOf([...older, ...young])
    expect(found([whole(C)], inventory)).to.deep.equal({
      findings: [
        ['run-without-row', [], [B]],
        ['run-without-row', [], [A]],
      ],
      remarks: [['row-may-come', []]],
    })
    expect(checkRows([whole(C)], inventory).remarks[0]?.runs).to.deep.equal([fresh])
    const later = {...inventory, now: new Date(inventory.now.getTime() + DAY)}
    expect(found([whole(C)], later).findings[0]).to.deep.equal(['run-without-row', [], [fresh]])
  })

  const FOUR = ['20260907_120000', '20260908_120000', '20260909_120000', '20260910_120000']
  const MANY = [A, B, '20260904_120000', '20260905_120000', '20260906_120000']
  const THREE = MANY.slice(-3).toReversed()
  const first = `the first 3: smoltrace cleanup ${THREE.map((run) => `--run ${run}`).join(' ')}`
  const SELECTIONS: Array<[runs: string[], rows: LeaderboardRow[], which: string]> = [
    [[A], [], `this run: smoltrace cleanup --run ${A}`],
    [[A, B, C], [whole(C)], `these runs: smoltrace cleanup --run ${B} --run ${A}`],
    [
      [...MANY, ...FOUR],
      [A, ...FOUR].map((run) => whole(run)),
      'all of these runs: smoltrace cleanup --unreferenced',
    ],
    [MANY, [whole(A)], first],
    [MANY, [whole('20260101_120000')], first],
  ]
  for (const [runs, rows, which] of SELECTIONS) {
    it(`says how to delete ${runs.length} runs with rows of ${rows.length}: ${which}`, () => {
      const {findings} = checkRows(rows, inventoryWith(...runs))
      const found = findings.filter(({kind}) => kind === 'run-without-row')
      expect(found).not.to.have.length(0)
      for (const {suggestion} of found)
        expect(suggestion).to.include(` Preview deleting ${which} --namespace ${NAMESPACE}`)
    })
  }

  it('says that a row was lost only of a run that had one', () => {
    const inventory = inventoryOf([...runDatasets(A), ...runDatasets(B, ['results', 'traces'])])
    const of = (run: string) =>
      checkRows([], inventory).findings.find(({runs}) => runs[0] === run)?.suggestion
    expect(of(A)).to.include('so it had a row. That row was lost')
    expect(of(B)).to.include('stopped before it wrote a row').and.not.include('lost')
  })

  it('finds several rows with one run_id or one results dataset, once', () => {
    const inventory = inventoryWith(A, B, C)
    const rows = [
      whole(A, {runId: 'one'}),
      whole(B, {runId: 'two'}),
      whole(A, {runId: 'one'}),
      whole(C, {runId: 'two'}),
      whole(C, {runId: undefined}),
      rowOf({resultsDataset: 'local:out', runId: 'three'}),
      rowOf({resultsDataset: 'local:out', runId: 'four'}),
      rowOf({}),
      rowOf({}),
    ]
    expect(found(rows, inventory).findings).to.deep.equal([
      ['duplicate-rows', [1, 3], [A]],
      ['duplicate-rows', [2, 4], [B, C]],
      ['duplicate-rows', [4, 5], [C]],
    ])
    const [same, , shared] = checkRows(rows, inventory).findings
    expect(same?.message).to.equal(`Rows 1 and 3 name ${named('results', A)}.`)
    expect(same?.suggestion).to.include('Keep the newest')
    expect(shared?.suggestion).to.include('the same second')
  })

  it('finds names that are not written exactly, and does not call their runs without a row', () => {
    const inexact = [
      `https://huggingface.co/datasets/${named('results', A)}`,
      named('results', B).toUpperCase(),
      ` ${named('results', C)}/`,
    ]
    const rows = inexact.map((resultsDataset) => rowOf({resultsDataset, runStatus: 'completed'}))
    expect(found(rows, inventoryWith(A, B, C)).findings).to.deep.equal([
      ['inexact-name', [1], [A]],
      ['inexact-name', [2], [B]],
      ['inexact-name', [3], [C]],
    ])
    const gone = found(rows, inventoryOf([])).findings.map(([kind]) => kind)
    expect(gone).to.deep.equal(Array.from({length: 3}, () => 'dangling-row'))
  })

  it('finds a namespace that was renamed, once for all its rows', () => {
    const former = (run: string) =>
      rowOf({resultsDataset: `former/smoltrace-results-${run}`, runStatus: 'completed'})
    const {findings, remarks} = found([former(A), whole(B), former(C)], inventoryWith(A, B, C))
    expect(findings).to.deep.equal([['renamed-namespace', [1, 3], [A, C]]])
    expect(remarks).to.deep.equal([])
    const [finding] = checkRows([former(A)], inventoryWith(A)).findings
    expect(finding?.message).to.match(/^Row 1 names datasets of former, which exist in kim: /)
    expect(finding?.datasets).to.deep.equal([named('results', A)])
  })

  it('notes other namespaces, local files and names of nothing, and does not call them dangling', () => {
    const rows = [
      rowOf({resultsDataset: `other/smoltrace-results-${A}`}),
      rowOf({resultsDataset: 'local:/home/kim/out'}),
      rowOf({runStatus: 'failed'}),
      rowOf({resultsDataset: `${NAMESPACE}/my-results`}),
      rowOf({resultsDataset: `${NAMESPACE}/smoltrace-results-20260231_120000`}),
    ]
    const {findings, remarks} = checkRows(rows, inventoryOf([]))
    expect(findings).to.deep.equal([])
    expect(remarks.map(({kind, message}) => [kind, message])).to.deep.equal([
      ['other-namespace', 'row 1 names datasets of other namespaces: other'],
      ['local-path', "row 2 names files on the evaluator's machine"],
      ['no-datasets', 'row 3 has no datasets (its evaluation failed early)'],
      ['unknown-name', 'rows 4 and 5 name something that is not a dataset of a run'],
    ])
  })

  it('finds private runs on a public leaderboard, and on no other', () => {
    const datasets = [...runDatasets(A), ...runDatasets(B, undefined, {private: false})]
    const on = (isPrivate: boolean) => {
      const leaderboard = leaderboardDataset({private: isPrivate})
      return checkRows([whole(A), whole(B)], inventoryOf(datasets, {leaderboard}))
    }

    expect(on(true).findings).to.deep.equal([])
    const [finding, ...others] = on(false).findings
    expect(others).to.deep.equal([])
    expect(finding).to.deep.include({kind: 'exposed-runs', rows: [1], runs: [A]})
    expect(finding?.datasets).to.have.members(datasets.slice(0, 3).map(({name}) => name))
    expect(finding?.suggestion).to.include(`/datasets/${NAMESPACE}/smoltrace-leaderboard/settings`)
  })

  it('lets nothing of a row command a terminal', () => {
    const hostile = '\u001B[2J\u202Eevil\n\u009B'
    const rows = [
      whole(A, {model: hostile, runId: hostile}),
      whole(A, {runId: hostile}),
      rowOf({resultsDataset: `${hostile}/smoltrace-results-${B}`}),
      rowOf({resultsDataset: `${hostile}/smoltrace-results-${C}`}),
      rowOf({resultsDataset: hostile.repeat(1000)}),
    ]
    const check = checkRows(rows, inventoryWith(B))
    expect(check.findings.map(({kind}) => kind)).to.include.members(['dangling-row', 'renamed-namespace'])

    const texts = Object.values(check)
      .flat()
      .map((each) => JSON.stringify(each))
    expect(texts.join('')).not.to.match(/[\u0080-\u009F\u202E]|\\u|\\n/)
  })
})
