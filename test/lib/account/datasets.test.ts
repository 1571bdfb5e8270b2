import {expect} from 'chai'

import {type Dataset, discover} from '../../../src/lib/account/datasets.js'
import {HubFormatError} from '../../../src/lib/hub/errors.js'
import {type Listing} from '../../../src/lib/hub/listing.js'
import {
  freshId,
  hubOf,
  leaderboardDataset,
  NAMESPACE,
  NEAR_MISSES,
  rejectionOf,
  runDatasets,
  sessionOf,
} from '../../support/builders.js'

const STAMP = '20260901_120000'

/** A session with a Hub that lists this. */
const listing = (datasets: Dataset[], more: Partial<Listing> = {}) =>
  sessionOf(
    hubOf({listDatasets: async () => ({datasets, trash: [], others: [], nameless: 0, pages: 1, ...more})}),
  )

describe('datasets', () => {
  it('finds exactly the datasets whose names are of SMOLTRACE, in the order of the listing', async () => {
    const run = runDatasets(STAMP, undefined, {private: false, pinTags: ['smoltrace-pinned']})
    const board = leaderboardDataset()
    const others = NEAR_MISSES.map((name) => `${NAMESPACE}/${name}`)
    const foreign = 'other/smoltrace-results-20260901_120000'
    const inventory = await discover(listing([...run, board], {others: [...others, foreign]}))
    expect(inventory.datasets).to.deep.equal(run)
    expect(inventory.leaderboard).to.deep.equal(board)
    expect(inventory.standard).to.have.members(['kim/smoltrace-benchmark-v1', 'kim/smoltrace-tasks'])
    const near = inventory.nearMisses.map(({name}) => name)
    const ofSmoltrace = others.filter((name) => /smoltrace/i.test(name))
    expect(near).to.have.members(ofSmoltrace.filter((name) => !inventory.standard.includes(name)))
  })

  it('counts a dataset that two pages show once, and keeps its pin, whichever of them has it', async () => {
    const plain = runDatasets(STAMP, ['results'])
    const pinned = plain.map((dataset) => ({...dataset, pinTags: ['smoltrace-pinned']}))
    for (const pages of [
      [...plain, ...pinned],
      [...pinned, ...plain],
    ])
      expect((await discover(listing(pages))).datasets).to.deep.equal(pinned)
  })

  it('[S2] deletes nothing after an entry without a name: it may be what a run lacks, or what pins it; a look warns', async () => {
    const session = listing(runDatasets(STAMP), {nameless: 1})
    const error = await rejectionOf(discover(session))
    expect(error).to.be.instanceOf(HubFormatError).and.to.have.property('exitCode', 1)
    expect(error.message).to.include('an entry without a name').and.include('Nothing was deleted')
    const {datasets, warnings} = await discover(session, {isReadOnly: true})
    expect(datasets).to.have.length(3)
    expect(warnings.join(' ')).to.include('an entry without a name')
  })

  it('trusts no listing with two datasets of one name', async () => {
    const [dataset] = runDatasets(STAMP, ['traces'])
    const error = await rejectionOf(discover(listing([dataset!, {...dataset!, id: freshId()}])))
    expect(error).to.be.instanceOf(HubFormatError)
    expect(error.message).to.include(dataset!.name)
  })

  it('hands on the warnings of the session, and its own copy of them', async () => {
    const session = {...listing([]), warnings: ['mind the gap']}
    const inventory = await discover(session)
    inventory.warnings.push('and the doors')
    expect(session.warnings).to.deep.equal(['mind the gap'])
    expect(inventory.warnings).to.deep.equal(['mind the gap', 'and the doors'])
  })
})
