import {expect} from 'chai'

import {formatWarning} from '../../../src/cli/prompts/confirm.js'
import {inventoryOf, leaderboardDataset, PLAIN, planOf, runDatasets} from '../../support/builders.js'

const INVENTORY = inventoryOf(runDatasets('20260901_120000'), {leaderboard: leaderboardDataset()})
const warning = (options: {deleteLeaderboard?: boolean}, width?: number) =>
  formatWarning(planOf(INVENTORY, {all: true, ...options}), false, {style: PLAIN, width})

describe('the warning before a deletion', () => {
  it('says how much goes, and that it does not come back', () => {
    expect(warning({})).to.equal(
      'WARNING  You are about to delete 3 datasets (1 run) of kim for good.\nThere is no undo: the Hub keeps no copy.\nTo see the whole plan once more, type list.',
    )
  })

  it('breaks between words on a narrow terminal', () => {
    const text = warning({deleteLeaderboard: true}, 60)
    for (const line of text.split('\n')) expect(line.length, line).to.be.at.most(60)
    expect(text.replaceAll('\n', ' ')).to.equal(warning({deleteLeaderboard: true}).replaceAll('\n', ' '))
  })
})
