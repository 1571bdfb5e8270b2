import {expect} from 'chai'

import {DAY, HOUR} from '../../src/lib/duration.js'
import {RUN_TYPES} from '../../src/lib/naming.js'
import {datasetsOf, totalsOf} from '../../src/lib/overview.js'
import {groupDatasetsByRun} from '../../src/lib/runs.js'
import {ago, later, NOW, runDataset, runDatasets} from '../support/builders.js'

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
const short = (datasets: Array<{type: string; timestamp: string}>) =>
  datasets.map(({type, timestamp}) => `${type} ${timestamp === OLD ? 'old' : 'new'}`)

describe('overview', () => {
  it('lists datasets newest first, those of one moment by name', () => {
    expect(short(datasetsOf(runs, {sort: 'created'}))).to.deep.equal([
      'metrics new',
      'results new',
      'traces old',
      'results old',
    ])
  })

  it('lists datasets by their last change', () => {
    expect(short(datasetsOf(runs, {sort: 'modified'}))[0]).to.equal('results old')
  })

  it('lists datasets by name', () => {
    expect(short(datasetsOf(runs, {sort: 'name'}))).to.deep.equal([
      'metrics new',
      'results old',
      'results new',
      'traces old',
    ])
  })

  it('lists only the types asked for', () => {
    expect(short(datasetsOf(runs, {only: ['traces', 'metrics'], sort: 'created'}))).to.deep.equal([
      'metrics new',
      'traces old',
    ])
    expect(datasetsOf(runs, {only: [], sort: 'created'})).to.have.length(4)
  })

  it('counts runs by state, and of the incomplete ones those that may still be uploading', () => {
    const grouped = groupDatasetsByRun([
      ...runDatasets(ago(DAY)),
      ...runDatasets(ago(2 * DAY), ['results']),
      ...runDatasets(ago(HOUR), ['results'], {createdAt: ago(HOUR)}),
      ...runDatasets(ago(2 * HOUR), RUN_TYPES, {createdAt: ago(HOUR)}),
    ])
    expect(totalsOf(grouped, NOW)).to.deep.equal({
      runs: 4,
      complete: 2,
      incomplete: 2,
      mayBeUploading: 1,
      datasets: 8,
    })
    expect(totalsOf([], NOW)).to.deep.equal({
      runs: 0,
      complete: 0,
      incomplete: 0,
      mayBeUploading: 0,
      datasets: 0,
    })
  })
})
