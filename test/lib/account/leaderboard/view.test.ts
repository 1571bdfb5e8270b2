import {expect} from 'chai'

import {type LeaderboardRow} from '../../../../src/lib/account/leaderboard/row.js'
import {type ReferenceState} from '../../../../src/lib/account/leaderboard/view.js'
import {RUN_TYPES, type RunType} from '../../../../src/lib/base/names.js'
import {inventoryOf, NEAR_MISSES, runDatasets} from '../../../support/builders.js'
import {A, B, named, rowOf, viewOf} from '../../../support/rows.js'

const INVENTORY = inventoryOf(runDatasets(A))
const view = (row: Partial<LeaderboardRow>, seesAll = true) =>
  viewOf([rowOf(row)], INVENTORY, seesAll).rows[0]!
const stateOf = (resultsDataset: string, seesAll?: boolean) =>
  view({resultsDataset}, seesAll).references[0]?.state

describe('what a row names', () => {
  const STATES: Array<[name: string, state: ReferenceState]> = [
    [named('results', A), 'there'],
    [named('metrics', A), 'there'],
    [named('results', B), 'gone'],
    [named('results', A).toUpperCase(), 'inexact'],
    [` ${named('results', A)}`, 'inexact'],
    [`https://huggingface.co/datasets/${named('results', A)}`, 'inexact'],
    [`KIM/smoltrace-results-${B}`, 'gone'],
    [`former/smoltrace-results-${A}`, 'renamed'],
    [`other/smoltrace-results-${B}`, 'elsewhere'],
    ['local:/tmp/out', 'local'],
    [`local:kim/smoltrace-results-${A}`, 'local'],
    ['kim/smoltrace-leaderboard', 'other'],
    ['kim/smoltrace-results-20260231_120000', 'other'],
    ['kim/other', 'other'],
    [`kim/smoltrace-results-${B.replace('_', '-')}`, 'other'],
    [`smoltrace-results-${A}`, 'other'],
    [`/smoltrace-results-${A}`, 'other'],
  ]
  for (const [name, state] of STATES) {
    it(`is ${state} for ${JSON.stringify(name)}`, () => {
      expect(stateOf(name)).to.equal(state)
    })
  }

  it('is of unknown fate where the token may not see all', () => {
    expect(stateOf(named('results', B), false)).to.equal('unknown')
    expect(stateOf(named('results', A), false)).to.equal('there')
  })

  it('is never there under a name that is nearly right', () => {
    for (const name of NEAR_MISSES) expect(stateOf(name), name).not.to.equal('there')
  })

  it('belongs to the run that the results name, where they name one', () => {
    const runIn = (resultsDataset: string | undefined, metricsDataset: string) =>
      view({resultsDataset, metricsDataset}).run
    expect(runIn(named('results', A), named('metrics', B))).to.equal(A)
    expect(runIn(undefined, named('metrics', B))).to.equal(B)
    expect(runIn('local:x', 'local:y')).to.equal(undefined)
  })

  const LOSSES: Array<[there: RunType[], gone: RunType[], isTotal: boolean]> = [
    [['results', 'traces', 'metrics'], [], false],
    [['results', 'metrics'], [], false],
    [['traces', 'metrics'], ['results'], false],
    [['results'], ['metrics'], false],
    [['traces'], ['results', 'metrics'], false],
    [[], ['results', 'metrics'], true],
  ]
  for (const [there, gone, isTotal] of LOSSES) {
    it(`has lost ${gone.join(' and ') || 'nothing'} where ${there.join(', ') || 'nothing'} of its run is there`, () => {
      const [resultsDataset, tracesDataset, metricsDataset] = RUN_TYPES.map((type) => named(type, A))
      const row = rowOf({resultsDataset, tracesDataset, metricsDataset})
      const [viewed] = viewOf([row], inventoryOf(runDatasets(A, there))).rows
      expect(viewed).to.deep.include({gone, isTotal})
      const traced = viewOf([rowOf({tracesDataset})], inventoryOf(runDatasets(A, there))).rows[0]
      expect(traced).to.deep.include({gone: [], isTotal: false})
    })
  }
})
