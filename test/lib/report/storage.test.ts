import {expect} from 'chai'
import * as fc from 'fast-check'

import {groupDatasetsByRun, type Run} from '../../../src/lib/account/runs.js'
import {type Sizes} from '../../../src/lib/account/sizes.js'
import {DAY} from '../../../src/lib/base/time.js'
import {storageByAge} from '../../../src/lib/report/storage.js'
import {someInventory} from '../../support/arbitraries.js'
import {ago, later, NOW, runOf} from '../../support/builders.js'

const bandsOf = (runs: Run[], sizes: Sizes = 'unknown', deleted: string[] = [], now = NOW) =>
  storageByAge(runs, {sizes, deleted: new Set(deleted), now})

describe('storage by age', () => {
  it('puts runs into bands, the youngest first, from the first that is there to the last', () => {
    const runs = [runOf(ago(8 * DAY)), runOf(ago(31 * DAY)), runOf(ago(40 * DAY), ['results'])]
    expect(bandsOf(runs).map(({title, runs: number, all}) => [title, number, all.datasets])).to.deep.equal([
      ['7 to 14 days', 1, 3],
      ['14 to 30 days', 0, 0],
      ['30 to 60 days', 2, 4],
    ])
  })

  it('counts an age to the moment: 7 days are not under 7 days', () => {
    const run = runOf(ago(9 * DAY))
    expect(bandsOf([run], 'unknown', [], later(run.time, 7 * DAY))[0]?.title).to.equal('7 to 14 days')
    expect(bandsOf([run], 'unknown', [], later(run.time, 7 * DAY - 1))[0]?.title).to.equal('under 7 days')
    expect(bandsOf([run], 'unknown', [], later(run.time, -1))[0]?.title).to.equal('dated in the future')
  })

  it('adds up known sizes, and those of deleted datasets', () => {
    const run = runOf(ago(DAY))
    const [results = '', traces = ''] = run.datasets.map(({name}) => name)
    const sizes = new Map(Object.entries({[results]: 10, [traces]: 5}))
    const [band] = bandsOf([run], sizes, [traces])
    expect(band?.all).to.deep.equal({datasets: 3, bytes: 15, unknown: 1})
    expect(band?.deleted).to.deep.equal({datasets: 1, bytes: 5, unknown: 0})
  })

  it('counts every run and every dataset once', () => {
    fc.assert(
      fc.property(someInventory, ({datasets}) => {
        const runs = groupDatasetsByRun(datasets)
        const bands = bandsOf(runs)
        expect(bands.reduce((sum, band) => sum + band.runs, 0)).to.equal(runs.length)
        expect(bands.reduce((sum, {all}) => sum + all.datasets, 0)).to.equal(datasets.length)
      }),
    )
  })
})
