import {expect} from 'chai'
import * as fc from 'fast-check'

import {
  indexDatasets,
  lossOf,
  referencesOf,
  type ReferenceState,
  runOfRow,
} from '../../../../src/lib/account/leaderboard/references.js'
import {inventoryOf, NEAR_MISSES, runDatasets} from '../../../support/builders.js'
import {A, B, named, rowOf, someCase} from '../../../support/rows.js'

const known = indexDatasets(inventoryOf(runDatasets(A)), true)
const stateOf = (name: string, among = known) => referencesOf(rowOf({resultsDataset: name}), among)[0]?.state

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
    const blind = {...known, isWhole: false}
    expect(stateOf(named('results', B), blind)).to.equal('unknown')
    expect(stateOf(named('results', A), blind)).to.equal('there')
  })

  it('is never there under a name that is nearly right', () => {
    for (const name of NEAR_MISSES) expect(stateOf(name), name).not.to.equal('there')
  })

  it('belongs to the run that the results name, where they name one', () => {
    const runIn = (resultsDataset: string | undefined, metricsDataset: string) =>
      runOfRow(referencesOf(rowOf({resultsDataset: resultsDataset as string, metricsDataset}), known))
    expect(runIn(named('results', A), named('metrics', B))).to.equal(A)
    expect(runIn(undefined, named('metrics', B))).to.equal(B)
    expect(runIn('local:x', 'local:y')).to.equal(undefined)
  })

  it('is not slow for names that are made for it', () => {
    for (const name of [
      'x'.repeat(2_000_000),
      'x/'.repeat(1_000_000),
      'x/smoltrace-results-'.repeat(100_000),
    ])
      expect(stateOf(name)).to.equal('other')
  })

  it('is gone as a whole only where nothing that the row names is left', () => {
    fc.assert(
      fc.property(someCase, ({runs, rows}) => {
        const some = indexDatasets(inventoryOf(runs.flatMap((run) => run.datasets)), true)
        for (const row of rows) {
          const references = referencesOf(row, some)
          const {gone, isTotal} = lossOf(references)
          expect(gone).not.to.include('traces')
          if (isTotal) expect(references.map(({state}) => state)).not.to.include('there')
          for (const {state, dataset} of references)
            if (state === 'there') expect(some.byName.has(dataset ?? '')).to.equal(true)
        }
      }),
    )
  })
})
